// The files in a head, SPEC 4.4: names, sizes, digests and limits.

import { sha256 } from "@noble/hashes/sha2.js";
import { MalformedError } from "../shared/errors.ts";
import { type Bytes, join } from "./bytes.ts";
import { b64, checkMembers, encodedSize, isList, isObject, type Json, type JsonObject, unb64 } from "./canonical.ts";
import { MAX_FILES } from "../shared/limits.ts";

export const MIB = 1_048_576; // the unit of a file's digest
const DIGEST_SIZE = 32;
const MAX_NAME_SIZE = 1000; // bytes as encoded, so that 100 of them fit a head beside the longest text
const MAX_TYPE_SIZE = 100;
const MAX_SIZE = 2 ** 53 - 1;

/** A file in the stream; `name` and `type` are untrusted input. */
export interface File {
  readonly name: string;
  readonly type: string;
  readonly size: number;
  readonly digest: Bytes;
}

/** Return a file as JSON members. */
export function fileMembers({ name, type, size, digest }: File): JsonObject {
  return { digest: b64(digest), name, size, type };
}

/** Return the digest of a file, given the SHA-256 of each of its MiB in order. */
export function digestOf(digests: readonly Bytes[]): Bytes {
  return sha256(join(...digests));
}

/** Parse a head's `files`; throw MalformedError for more than 100, or more bytes than an envelope can hold. */
export function parseFiles(value: Json | undefined): readonly File[] {
  if (!isList(value) || value.length > MAX_FILES) throw new MalformedError();
  const files = value.map(parseFile);
  if (contentSize(files) > MAX_SIZE) throw new MalformedError();
  return files;
}

/** Return the total size of the files, in bytes. */
export function contentSize(files: readonly { readonly size: number }[]): number {
  return files.reduce((sum, { size }) => sum + size, 0);
}

function parseFile(value: Json): File {
  if (!isObject(value)) throw new MalformedError();
  checkMembers(value, ["digest", "name", "size", "type"]);
  const size = value["size"];
  if (typeof size !== "number" || size < 0) throw new MalformedError();
  return {
    name: textOf(value["name"], MAX_NAME_SIZE),
    type: textOf(value["type"], MAX_TYPE_SIZE),
    size,
    digest: unb64(value["digest"], DIGEST_SIZE),
  };
}

function textOf(value: Json | undefined, most: number): string {
  if (typeof value !== "string" || encodedSize(value) > most) throw new MalformedError();
  return value;
}
