// Doing what will be asked for soon while what was asked for is in use; it knows nothing of what is done.

/** Yield what `take` gives for 0, 1, 2 and so on below `count`, in order; `depth` of them are under way at a time. */
export async function* ahead<T>(
  count: number,
  depth: number,
  take: (number: number) => Promise<T>,
): AsyncGenerator<T, void, void> {
  const begun: Promise<T>[] = [];
  let next = 0;
  for (let number = 0; number < count; number++) {
    while (next < count && begun.length < depth) {
      const one = take(next++);
      // Whether anybody still waits for it when it fails or not: it is no error of the worker.
      one.catch(() => undefined);
      begun.push(one);
    }
    yield await begun.shift()!;
  }
}
