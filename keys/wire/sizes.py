"""Sizes of keys, ids, names and positions, in bytes where nothing else is said."""

BOX_KEY_SIZE = 32
KEM_KEY_SIZE = 1184  # FIPS 203, table 3
ID_SIZE = 32
KEY_SIZE = 32  # of K, of a capability, of an Ed25519 or wrapping key
DIGEST_SIZE = 32  # SHA-256
SIGNATURE_SIZE = 64  # Ed25519
SEED_SIZE = 32  # of an Ed25519 or X25519 key
KEM_SEED_SIZE = 64  # of an ML-KEM-768 key
MAX_NAME = 80  # characters of a person's or a policy's name

POSITION_SIZE = 8  # of an entry of the log, and of an item's number in a mailbox
DAY_SIZE = 4
MAX_DAY = 2_932_896  # SPEC 1: 9999-12-31. No calendar shows a later day, and a case with such a day could not be shown.
SIZE_SIZE = 8
ITEM_COUNT_SIZE = 2
MAX_POSITION = 2**63 - 1  # the largest integer of a database
