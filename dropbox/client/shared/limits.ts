// Limits that the form checks before the worker does.

export const MAX_TEXT_SIZE = 100_000; // SPEC 5.1: bytes as encoded
export const MAX_FILES = 100; // SPEC 4.4
