// Colour profiles (ICC.1): kept if size and signature are valid.

import { type Bytes, numberOf } from "../wire/bytes.ts";
import { startsWith } from "./cut.ts";

const HEADER_SIZE = 128;
const SIGNATURE_AT = 36;

export function isProfile(raw: Bytes): boolean {
  return raw.length >= HEADER_SIZE && numberOf(raw.subarray(0, 4)) === raw.length && startsWith(raw, "acsp", SIGNATURE_AT);
}
