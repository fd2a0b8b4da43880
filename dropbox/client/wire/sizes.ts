// What keys and identities measure, in bytes, and the last day. Apart from the bodies that hold them: a first visit does without those.

export const BOX_KEY_SIZE = 32;
export const KEM_KEY_SIZE = 1184; // FIPS 203, table 3
export const ID_SIZE = 32;
export const KEY_SIZE = 32; // of K, of a capability, of an Ed25519 key
export const MAX_DAY = 2_932_896; // SPEC 1: 9999-12-31; no calendar shows a later day
export const SIZE_SIZE = 8; // of an envelope, in bytes
