// The receipt on the page, for writing down. It must not enter an address, a title or storage.

import { onPress, part } from "./dom.ts";
import type { Steps } from "./steps.ts";
import { words } from "./messages.ts";

/** Show the receipt in its place in a step. */
export function showCode(steps: Steps, step: HTMLElement, receipt: string): void {
  const place = part(step, "receipt");
  part(place, "code").replaceChildren(...groupsOf(receipt));
  onPress(part(place, "copy"), () => {
    void copy(receipt).then((key) => steps.say(words(key)));
  });
}

/** Whether `typed` ends with the last group of the receipt, in any spelling that SPEC 6 allows. */
export function endsAlike(receipt: string, typed: string): boolean {
  const group = receipt.slice(receipt.lastIndexOf("-") + 1);
  return plain(typed).endsWith(group);
}

function plain(typed: string): string {
  return typed.toUpperCase().replace(/[\s-]/g, "").replaceAll("O", "0").replace(/[IL]/g, "1");
}

// A line can break between two groups but not inside one.
function groupsOf(receipt: string): HTMLElement[] {
  return receipt.split(/(?<=-)/).map((group) => {
    const span = document.createElement("span");
    span.textContent = group;
    return span;
  });
}

async function copy(receipt: string): Promise<string> {
  try {
    await navigator.clipboard.writeText(receipt);
    return "copied";
  } catch (error) {
    // NotAllowedError if the person or the browser forbids it, TypeError if there is no clipboard.
    if (error instanceof DOMException || error instanceof TypeError) return "not-copied";
    throw error;
  }
}
