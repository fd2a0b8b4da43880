// Sizes of keys and ids in bytes, and the last day. Separate from the bodies that use them, since a first visit does
// not load those.

export const BOX_KEY_SIZE = 32;
export const KEM_KEY_SIZE = 1184; // FIPS 203, table 3
export const ID_SIZE = 32;
export const KEY_SIZE = 32; // of K, of a capability, of an Ed25519 key
export const MAX_DAY = 2_932_896; // SPEC 1: 9999-12-31; no calendar shows a later day
export const SIZE_SIZE = 8; // of an envelope, in bytes
export const SIGNATURE_SIZE = 64; // Ed25519
export const KEM_SEED_SIZE = 64; // of an ML-KEM-768 key
export const PERSON_SIZE = 16; // SPEC 7.2
export const MAX_NAME = 80; // characters of a person's or a policy's name
export const MAX_AFTER = 256; // SPEC 5.2: denials that a "yes" names
export const BYTE = 256; // values of a byte
export const DAY_MS = 86_400_000; // milliseconds of a day
