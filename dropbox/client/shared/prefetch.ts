// Prefetch: run up to `depth` tasks ahead of the consumer.

/** Yield the results of `take(0)` to `take(count - 1)`, in order; at most `depth` of them run at a time. */
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
      // If the consumer has stopped, nobody handles a failure: it must not become an unhandled rejection of the worker.
      one.catch(() => undefined);
      begun.push(one);
    }
    yield await begun.shift()!;
  }
}
