// Names of files, made harmless: to be looked at, to be sent, to be saved; it knows nothing of what is in the files.

// What shows nothing, or turns the letters around it: with it a program looks like a picture.
const HIDDEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;
const FOREIGN = /[<>:"|?*]/g; // Windows gives these a meaning of their own
const RESERVED = /^(con|prn|aux|nul|com\d|lpt\d)(?=\.|$)/i; // devices, on Windows
const LONGEST = 80; // characters: a disk takes 255 bytes, and 100 names have to fit a head
const ENDING = /\.[^.]{1,11}$/u;

/** Return a name as it is shown: what is hidden in it stands there by its number. */
export function shownName(name: string): string {
  return name.replace(HIDDEN, (one) => {
    const number = one.codePointAt(0)?.toString(16).toUpperCase().padStart(4, "0");
    return `[U+${number}]`;
  });
}

/** Return a name without its path and without what is hidden in it, as it may be sent; "" where nothing is left. */
export function plainName(name: string): string {
  const last = name.split(/[/\\]/).at(-1) ?? "";
  return shortened(last.replace(HIDDEN, "").trim());
}

/** Return a name that no system takes for anything but a file in its folder; "" where nothing is left. */
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
