// Shows the steps of the page, one at a time. Their input must not end up in the browser's session files.

export interface Steps {
  /** Replace the current step by another, from its template, and focus its heading. */
  show(name: string): HTMLElement;
  /** Announce the current activity in the live region; "" clears it. */
  say(sentence: string): void;
  /** Call `act` with files that are pasted while the step is shown. */
  onPaste(act: (files: File[]) => void): void;
  /** Remove the step and everything typed into it. */
  clear(): void;
}

/** Show steps in `host`. */
export function openSteps(host: HTMLElement): Steps {
  // Firefox and Chromium write the fields of a document into their session files, but not those in a shadow root.
  const root = host.attachShadow({ mode: "open" });
  root.adoptedStyleSheets = [copyOfStyles()];
  const status = document.querySelector<HTMLElement>("#status");
  const links = document.querySelectorAll<HTMLElement>("nav, footer");

  const say = (sentence: string): void => {
    if (status !== null) status.textContent = sentence;
  };
  let paste: ((files: File[]) => void) | null = null;
  // On the window: if no element has the focus, the step does not receive the event.
  addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    // Some programs put a picture of a text beside it on the clipboard: in a text field, the text is meant.
    const meant = isTyped(event) && event.clipboardData?.types.includes("text/plain") === true;
    if (paste === null || files.length === 0 || meant) return;
    event.preventDefault();
    paste(files);
  });
  // A file dropped outside a drop zone would be opened in place of the page.
  for (const name of ["dragover", "drop"] as const) {
    addEventListener(name, (event) => {
      const text = isTyped(event) && event.dataTransfer?.files.length === 0 && !event.dataTransfer.types.some(isFiles);
      if (event.defaultPrevented || text) return;
      event.preventDefault();
      if (event.dataTransfer !== null) event.dataTransfer.dropEffect = "none";
    });
  }
  // The message overlays the page and would hide what is being typed.
  root.addEventListener("input", () => say(""));
  return {
    say,
    show(name) {
      const template = document.querySelector<HTMLTemplateElement>(`template[data-step="${name}"]`);
      const step = template?.content.querySelector("section")?.cloneNode(true);
      if (!(step instanceof HTMLElement)) throw new Error(name);
      root.replaceChildren(step);
      paste = null;
      say("");
      // Following a link wipes the page: while input can be lost, links are hidden.
      const alone = template?.hasAttribute("data-alone") ?? false;
      for (const one of links) one.hidden = alone;
      scrollTo(0, 0);
      step.querySelector<HTMLElement>("h1[tabindex]")?.focus({ preventScroll: true });
      return step;
    },
    onPaste(act) {
      paste = act;
    },
    clear() {
      root.replaceChildren();
      paste = null;
      say("");
    },
  };
}

function isTyped(event: Event): boolean {
  const [target] = event.composedPath();
  return target instanceof HTMLTextAreaElement || target instanceof HTMLInputElement;
}

function isFiles(type: string): boolean {
  return /^files$/i.test(type);
}

// The document's style sheet does not apply inside a shadow root, and fetching it again would cost a request.
function copyOfStyles(): CSSStyleSheet {
  const copy = new CSSStyleSheet();
  const rules = Array.from(document.styleSheets, (sheet) => Array.from(sheet.cssRules, (rule) => rule.cssText));
  copy.replaceSync(rules.flat().join("\n"));
  return copy;
}
