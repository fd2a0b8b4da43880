// DOM helpers: the named parts of a step, copies of pieces, buttons and forms.

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

/** Call `act` when the step's form is submitted, and prevent the browser's own submission. */
export function onSubmit(step: HTMLElement, act: () => void): void {
  step.querySelector("form")?.addEventListener("submit", (event) => {
    event.preventDefault();
    act();
  });
}

export type Act = () => Promise<void>;

/** Return a wrapper for the actions of a step, of which one runs at a time; a press during that time calls `refuse`. */
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
