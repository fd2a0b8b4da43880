// Leaving in a hurry: blanks the page at once and puts a neutral one in its place; what a network has seen stays seen.

const TIMES = 3;
const WITHIN = 2000; // milliseconds

/** Let the exit's link, and Shift pressed three times, leave; `wipe` forgets what was typed and asks nothing. */
export function armExit(wipe: () => void): void {
  const link = document.querySelector<HTMLAnchorElement>("#exit");
  if (link === null) return;
  const leave = (): void => {
    const target = link.href;
    wipe();
    // Before the other page answers: until then this one would stand there to be read.
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

/** Let links to our own pages take the place of this one, so that the history keeps one entry. */
export function replaceOnLeaving(): void {
  for (const link of document.querySelectorAll<HTMLAnchorElement>('a[href^="/"]:not([download])')) {
    link.addEventListener("click", (event) => {
      // A new tab or window is asked for on purpose.
      if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
      event.preventDefault();
      location.replace(link.href);
    });
  }
}
