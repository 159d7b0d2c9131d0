/** A call that waits for its turn. */
interface Waiting<I, O> {
  readonly items: readonly I[];
  readonly resolve: (results: O[]) => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * Puts calls together that are made while another one is at work, or in the same turn: many coroutines ask for a little, one call does all of it.
 * @param work gives a result for each item, in their order
 */
export function gatherCalls<I, O>(
  work: (items: readonly I[]) => Promise<readonly O[]>,
): (items: readonly I[]) => Promise<O[]> {
  let waiting: Waiting<I, O>[] = [];
  let isBusy = false;
  const serve = async (): Promise<void> => {
    // Whoever goes on in this turn may still ask.
    await new Promise<void>((resolve) => setImmediate(resolve));
    const served = waiting;
    waiting = [];
    try {
      const results = await work(served.flatMap(({ items }) => [...items]));
      let from = 0;
      for (const { items, resolve } of served) {
        resolve(results.slice(from, from + items.length));
        from += items.length;
      }
    } catch (error) {
      for (const { reject } of served) reject(error);
    }
    isBusy = waiting.length > 0;
    if (isBusy) void serve();
  };
  return (items) =>
    new Promise((resolve, reject) => {
      waiting.push({ items, resolve, reject });
      if (isBusy) return;
      isBusy = true;
      void serve();
    });
}
