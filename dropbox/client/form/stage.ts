// The one place where steps are shown, one at a time; what is typed there is in no session file of the browser.

export interface Stage {
  /** Show a step in place of the one before, from its template, and give its heading the keyboard. */
  show(name: string): HTMLElement;
  /** Tell in the live region what goes on; "" clears it. */
  say(sentence: string): void;
  /** Call `act` with the files that are pasted while the step is shown. */
  onPaste(act: (files: File[]) => void): void;
  /** Remove what is shown, and all that was typed into it. */
  clear(): void;
}

/** Make the stage in `host`. */
export function openStage(host: HTMLElement): Stage {
  // Firefox and Chromium write the fields of a document into their session files, yet look into no shadow root.
  const root = host.attachShadow({ mode: "open" });
  root.adoptedStyleSheets = [copyOfStyles()];
  const status = document.querySelector<HTMLElement>("#status");
  const links = document.querySelectorAll<HTMLElement>("nav, footer");

  const say = (sentence: string): void => {
    if (status !== null) status.textContent = sentence;
  };
  let paste: ((files: File[]) => void) | null = null;
  // At the window: where nothing has the keyboard, nothing of the step hears of it.
  addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    // Programs put a picture of a text beside it: who types means the text.
    const meant = isTyped(event) && event.clipboardData?.types.includes("text/plain") === true;
    if (paste === null || files.length === 0 || meant) return;
    event.preventDefault();
    paste(files);
  });
  // What is dropped beside a place for it would be opened in place of the page.
  for (const name of ["dragover", "drop"] as const) {
    addEventListener(name, (event) => {
      const text = isTyped(event) && event.dataTransfer?.files.length === 0 && !event.dataTransfer.types.some(isFiles);
      if (event.defaultPrevented || text) return;
      event.preventDefault();
      if (event.dataTransfer !== null) event.dataTransfer.dropEffect = "none";
    });
  }
  // It stands over the page: it would hide what is being typed.
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
      // A link that is followed wipes the page: while something can be lost, there is none.
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

/** Return the part `name` of a step or a piece. */
export function part<T extends HTMLElement = HTMLElement>(of: ParentNode, name: string): T {
  const found = of.querySelector<T>(`[data-part="${name}"]`);
  if (found === null) throw new Error(name);
  return found;
}

/** Return a new copy of the piece `name`. */
export function piece(name: string): HTMLElement {
  const template = document.querySelector<HTMLTemplateElement>(`template[data-piece="${name}"]`);
  const copy = template?.content.firstElementChild?.cloneNode(true);
  if (!(copy instanceof HTMLElement)) throw new Error(name);
  return copy;
}

/** Call `act` when the button is pressed. */
export function onPress(button: HTMLElement, act: () => void): void {
  button.addEventListener("click", act);
}

/** Call `act` when the step's form is sent off, and keep the browser from sending it anywhere. */
export function onSubmit(step: HTMLElement, act: () => void): void {
  step.querySelector("form")?.addEventListener("submit", (event) => {
    event.preventDefault();
    act();
  });
}

export type Act = () => Promise<void>;

/** Return a wrapper for what a step can do, of which one is done at a time; a press meanwhile calls `refuse`. */
export function oneAtATime(refuse = (): void => undefined): (act: Act) => () => void {
  let busy = false;
  return (act) => () => {
    if (busy) {
      refuse();
      return;
    }
    busy = true;
    void act().finally(() => {
      busy = false;
    });
  };
}

function isTyped(event: Event): boolean {
  const [target] = event.composedPath();
  return target instanceof HTMLTextAreaElement || target instanceof HTMLInputElement;
}

function isFiles(type: string): boolean {
  return /^files$/i.test(type);
}

// The document's sheet does not reach into a shadow root, and fetching it again would be a request more.
function copyOfStyles(): CSSStyleSheet {
  const copy = new CSSStyleSheet();
  const rules = Array.from(document.styleSheets, (sheet) => Array.from(sheet.cssRules, (rule) => rule.cssText));
  copy.replaceSync(rules.flat().join("\n"));
  return copy;
}
