// File names made safe for displaying, sending and saving.

// Invisible characters and those that reorder the letters around them: they can make a program look like a picture.
const HIDDEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;
const FOREIGN = /[<>:"|?*]/g; // Windows gives these a meaning of their own
const RESERVED = /^(con|prn|aux|nul|com\d|lpt\d)(?=\.|$)/i; // devices, on Windows
const LONGEST = 80; // characters: a disk allows 255 bytes, and 100 names must fit a head
const ENDING = /\.[^.]{1,11}$/u;

/** Return a name for display, with the code points of hidden characters. */
export function shownName(name: string): string {
  return name.replace(HIDDEN, (one) => {
    const number = one.codePointAt(0)?.toString(16).toUpperCase().padStart(4, "0");
    return `[U+${number}]`;
  });
}

/** Return a name for sending, without its path and hidden characters; "" if nothing is left. */
export function plainName(name: string): string {
  const last = name.split(/[/\\]/).at(-1) ?? "";
  return shortened(last.replace(HIDDEN, "").trim());
}

/** Return a name that every system treats as a file in its folder; "" if nothing is left. */
export function safeName(name: string): string {
  const plain = plainName(name).replace(FOREIGN, "_");
  return plain.replace(/^[\s.~-]+|[\s.]+$/g, "").replace(RESERVED, "_$&");
}

function shortened(name: string): string {
  const points = Array.from(name);
  if (points.length <= LONGEST) return name;
  const ending = Array.from(ENDING.exec(name)?.[0] ?? "");
  return [...points.slice(0, LONGEST - ending.length), ...ending].join("");
}
