// The receipt as the page shows it, to be written down; it is put into no address, title or storage.

import { onPress, part, type Stage } from "./stage.ts";
import { words } from "./words.ts";

/** Show the receipt in its place in a step. */
export function showCode(stage: Stage, step: HTMLElement, receipt: string): void {
  const place = part(step, "receipt");
  part(place, "code").replaceChildren(...groupsOf(receipt));
  onPress(part(place, "copy"), () => {
    void copy(receipt).then((key) => stage.say(words(key)));
  });
}

/** Whether `typed` ends in the last group of the receipt, typed in any way that SPEC 6 allows. */
export function endsAlike(receipt: string, typed: string): boolean {
  const group = receipt.slice(receipt.lastIndexOf("-") + 1);
  return plain(typed).endsWith(group);
}

function plain(typed: string): string {
  return typed.toUpperCase().replace(/[\s-]/g, "").replaceAll("O", "0").replace(/[IL]/g, "1");
}

// A line may break between two groups and never inside one.
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
    // NotAllowedError where the person or the browser forbids it, TypeError where there is no clipboard at all.
    if (error instanceof DOMException || error instanceof TypeError) return "not-copied";
    throw error;
  }
}
