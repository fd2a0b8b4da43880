// A file's kind by its first bytes, never by its name: the name only decides between kinds that begin alike.

import type { FileKind } from "../shared/protocol.ts";
import { type Bytes, numberOf } from "../wire/bytes.ts";
import { startsWith } from "./cut.ts";

/** The number of first bytes that are read. */
export const SNIFFED = 4096;

export interface Kind {
  readonly kind: FileKind;
  readonly extension: string;
  readonly type: string;
}

type Sign = readonly [at: number, text: string];

const kindOf = (kind: FileKind, extension: string, type: string): Kind => ({ kind, extension, type });

// Signatures from the formats' own standards; the WHATWG's MIME Sniffing Standard lists most of them.
const SIGNED: readonly (readonly [readonly Sign[], Kind])[] = [
  [[[0, "\xff\xd8\xff"]], kindOf("photo", "jpg", "image/jpeg")],
  [[[0, "\x89PNG\r\n\x1a\n"]], kindOf("photo", "png", "image/png")],
  [[[0, "RIFF"], [8, "WEBP"]], kindOf("photo", "webp", "image/webp")],
  [[[0, "GIF87a"]], kindOf("gif", "gif", "image/gif")],
  [[[0, "GIF89a"]], kindOf("gif", "gif", "image/gif")],
  [[[0, "RIFF"], [8, "WAVE"]], kindOf("audio", "wav", "audio/wav")],
  [[[0, "RIFF"], [8, "AVI "]], kindOf("video", "avi", "video/x-msvideo")],
  [[[0, "ID3"]], kindOf("audio", "mp3", "audio/mpeg")],
  [[[0, "fLaC"]], kindOf("audio", "flac", "audio/flac")],
  [[[0, "OggS"], [28, "\x80theora"]], kindOf("video", "ogv", "video/ogg")],
  [[[0, "OggS"]], kindOf("audio", "ogg", "audio/ogg")],
  [[[0, "#!AMR"]], kindOf("audio", "amr", "audio/amr")],
  [[[0, "caff"]], kindOf("audio", "caf", "audio/x-caf")],
  [[[0, "FORM"], [8, "AIF"]], kindOf("audio", "aiff", "audio/aiff")],
  [[[0, "\x1a\x45\xdf\xa3"]], kindOf("video", "webm", "video/webm")],
  [[[0, "FLV\x01"]], kindOf("video", "flv", "video/x-flv")],
  [[[0, "\x00\x00\x01\xba"]], kindOf("video", "mpg", "video/mpeg")],
  [[[0, "\x30\x26\xb2\x75\x8e\x66\xcf\x11"]], kindOf("video", "wmv", "video/x-ms-wmv")],
  [[[0, "{\\rtf"]], kindOf("office", "rtf", "application/rtf")],
  [[[0, "7z\xbc\xaf\x27\x1c"]], kindOf("archive", "7z", "application/x-7z-compressed")],
  [[[0, "Rar!\x1a\x07"]], kindOf("archive", "rar", "application/vnd.rar")],
  [[[0, "\x1f\x8b\x08"]], kindOf("archive", "gz", "application/gzip")],
  [[[0, "\xfd7zXZ\x00"]], kindOf("archive", "xz", "application/x-xz")],
  [[[0, "BZh"]], kindOf("archive", "bz2", "application/x-bzip2")],
  [[[257, "ustar"]], kindOf("archive", "tar", "application/x-tar")],
];

const OLE = "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";
const OLE_TYPES: ReadonlyMap<string, string> = new Map([
  ["doc", "application/msword"],
  ["xls", "application/vnd.ms-excel"],
  ["ppt", "application/vnd.ms-powerpoint"],
  ["msg", "application/vnd.ms-outlook"],
]);
const OPEN_XML = "application/vnd.openxmlformats-officedocument";
const OPEN_DOCUMENT = "application/vnd.oasis.opendocument";
const ZIP_TYPES: ReadonlyMap<string, string> = new Map([
  ["docx", `${OPEN_XML}.wordprocessingml.document`],
  ["xlsx", `${OPEN_XML}.spreadsheetml.sheet`],
  ["pptx", `${OPEN_XML}.presentationml.presentation`],
  ["odt", `${OPEN_DOCUMENT}.text`],
  ["ods", `${OPEN_DOCUMENT}.spreadsheet`],
  ["odp", `${OPEN_DOCUMENT}.presentation`],
]);
const ZIP_FIRST_AT = 30; // the name of the first file in the archive
const TEXT_TYPES: ReadonlyMap<string, string> = new Map([
  ["txt", "text/plain"],
  ["csv", "text/csv"],
  ["md", "text/markdown"],
  ["eml", "message/rfc822"],
  ["html", "text/html"],
  ["json", "application/json"],
  ["xml", "application/xml"],
  ["svg", "image/svg+xml"],
]);

const BRAND_AT = 8;
// The brands of ISO 14496-12 files that are not video; HEIF's are of ISO 23008-12.
const BRANDS: ReadonlyMap<string, Kind> = new Map([
  ...["heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1"].map(
    (brand): [string, Kind] => [brand, kindOf("heic", "heic", "image/heic")],
  ),
  ["avif", kindOf("heic", "avif", "image/avif")],
  ["avis", kindOf("heic", "avif", "image/avif")],
  ["M4A ", kindOf("audio", "m4a", "audio/mp4")],
  ["M4B ", kindOf("audio", "m4b", "audio/mp4")],
  ["qt  ", kindOf("video", "mov", "video/quicktime")],
]);

const PDF_WITHIN = 1024;
const EXTENSION = /\.([a-z0-9]{1,8})$/;

/** Return the kind of a file by its first bytes; `name` is its name on the reporter's device. */
export function sniff(start: Bytes, name: string): Kind {
  const extension = EXTENSION.exec(name.toLowerCase())?.[1] ?? "";
  const signed = SIGNED.find(([signs]) => signs.every(([at, text]) => startsWith(start, text, at)));
  if (signed !== undefined) return signed[1];
  if (startsWith(start, "ftyp", 4)) {
    const brand = String.fromCharCode(...start.subarray(BRAND_AT, BRAND_AT + 4));
    return BRANDS.get(brand) ?? kindOf("video", brand.startsWith("3g") ? "3gp" : "mp4", "video/mp4");
  }
  if (isPdf(start)) return kindOf("pdf", "pdf", "application/pdf");
  if (startsWith(start, OLE)) return named("office", extension, OLE_TYPES, "doc");
  if (startsWith(start, "PK\x03\x04")) return zipped(start, extension);
  if (isSound(start)) return kindOf("audio", "mp3", "audio/mpeg");
  if (start.length > 0 && isText(start)) return named("text", extension, TEXT_TYPES, "txt");
  return kindOf("other", extension, "");
}

function named(kind: FileKind, extension: string, types: ReadonlyMap<string, string>, usual: string): Kind {
  const chosen = types.has(extension) ? extension : usual;
  return kindOf(kind, chosen, types.get(chosen) ?? "");
}

function zipped(start: Bytes, extension: string): Kind {
  const isOffice = ["[Content_Types].xml", "_rels/", "docProps/", "mimetypeapplication/vnd.oasis"].some((first) =>
    startsWith(start, first, ZIP_FIRST_AT),
  );
  if (isOffice || ZIP_TYPES.has(extension)) return named("office", extension, ZIP_TYPES, "docx");
  return kindOf("archive", "zip", "application/zip");
}

function isPdf(start: Bytes): boolean {
  for (let at = start.indexOf(0x25); at >= 0 && at < PDF_WITHIN; at = start.indexOf(0x25, at + 1)) {
    if (startsWith(start, "%PDF-", at)) return true;
  }
  return false;
}

/**
 * Return whether it is MPEG audio without a tag: a frame's eleven ones, layer III, a valid bit rate and sample rate.
 */
function isSound(start: Bytes): boolean {
  const head = start.length < 4 ? 0 : numberOf(start.subarray(0, 4));
  const [sync, layer, rate, samples] = [head >>> 21, (head >>> 17) & 3, (head >>> 12) & 15, (head >>> 10) & 3];
  return sync === 0x7ff && layer === 1 && rate > 0 && rate < 15 && samples < 3;
}

function isText(start: Bytes): boolean {
  if (start.includes(0)) return false;
  try {
    // The end of the first bytes can split a letter.
    new TextDecoder("utf-8", { fatal: true }).decode(start, { stream: true });
    return true;
  } catch {
    return false;
  }
}
