// Quick exit: blanks the page at once and replaces it by a neutral one. It cannot undo what a network has seen.

const TIMES = 3;
const WITHIN = 2000; // milliseconds

/** Enable the exit link, and Shift pressed three times; `wipe` forgets all input without asking. */
export function armExit(wipe: () => void): void {
  const link = document.querySelector<HTMLAnchorElement>("#exit");
  if (link === null) return;
  const leave = (): void => {
    const target = link.href;
    wipe();
    // Before the other page answers: until then this one would stay readable.
    document.documentElement.replaceChildren();
    location.replace(target);
  };
  link.addEventListener("click", (event) => {
    event.preventDefault();
    leave();
  });
  let pressed: number[] = [];
  addEventListener("keydown", ({ key, repeat, timeStamp }) => {
    if (repeat) return;
    pressed = key === "Shift" ? [...pressed.filter((one) => timeStamp - one < WITHIN), timeStamp] : [];
    if (pressed.length >= TIMES) leave();
  });
}

/** Make links to our own pages replace this one, so that the history keeps one entry. */
export function replaceOnLeaving(): void {
  for (const link of document.querySelectorAll<HTMLAnchorElement>('a[href^="/"]:not([download])')) {
    link.addEventListener("click", (event) => {
      // A new tab or window is opened deliberately.
      if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
      event.preventDefault();
      location.replace(link.href);
    });
  }
}
