"""What keys and identities measure, in bytes."""

BOX_KEY_SIZE = 32
KEM_KEY_SIZE = 1184  # FIPS 203, table 3
ID_SIZE = 32
KEY_SIZE = 32  # of K, of a capability, of an Ed25519 key

POSITION_SIZE = 8  # of an entry of the log, and of an item's number in a mailbox
DAY_SIZE = 4
MAX_DAY = 2_932_896  # SPEC 1: 9999-12-31. No calendar shows a later day, and one that cannot be shown hides a case.
SIZE_SIZE = 8
ITEM_COUNT_SIZE = 2
MAX_POSITION = 2**63 - 1  # what a database counts to
