"""What keys and identities measure, in bytes."""

BOX_KEY_SIZE = 32
KEM_KEY_SIZE = 1184  # FIPS 203, table 3
ID_SIZE = 32
KEY_SIZE = 32  # of K, of a capability, of an Ed25519 key
