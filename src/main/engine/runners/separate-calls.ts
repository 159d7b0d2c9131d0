import type { Generator } from '@core/generation/generator';

/**
 * A generator that shares nothing: one request at a time, and every one reads its whole prefix again. What searches do that call a server for
 * each step (rStar, Qi 2024, arXiv:2408.06195); for comparison.
 */
export function separateCalls(generator: Generator): Generator {
  let before: Promise<unknown> = Promise.resolve();
  return {
    prepare: () => generator.prepare(),
    generate(request) {
      const mine = before.then(() => {
        generator.clearCache();
        return generator.generate(request);
      });
      // Whoever asks next waits for the end, not for its success.
      before = mine.catch(() => undefined);
      return mine;
    },
    maxContext: generator.maxContext,
    clearCache: () => generator.clearCache(),
    get stats() {
      return generator.stats;
    },
    dispose: () => generator.dispose(),
  };
}
