// Bounded inflation of zlib streams. The platform refuses a stream that is cut off, invalid, or followed by other
// bytes.

import { type Bytes, join } from "../wire/bytes.ts";

/** Return the unpacked bytes; null if the stream is invalid or has more than `most` bytes. */
export async function inflated(packed: Bytes, most: number): Promise<Bytes | null> {
  const pieces: Bytes[] = [];
  return (await unpack([packed], most, (piece) => pieces.push(piece))) ? join(...pieces) : null;
}

/** Return the unpacked size of these pieces; null if the stream is invalid or has more than `most` bytes. */
export async function inflatedSize(packed: readonly Bytes[], most: number): Promise<number | null> {
  let size = 0;
  const isRead = await unpack(packed, most, (piece) => {
    size += piece.length;
  });
  return isRead ? size : null;
}

async function unpack(packed: readonly Bytes[], most: number, take: (piece: Bytes) => void): Promise<boolean> {
  const reader = new Blob([...packed]).stream().pipeThrough(new DecompressionStream("deflate")).getReader();
  let size = 0;
  try {
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      size += read.value.length;
      if (size > most) {
        await reader.cancel();
        return false;
      }
      take(read.value);
    }
    return true;
  } catch {
    return false;
  }
}
