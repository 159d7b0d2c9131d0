import { expect, test } from 'vitest';
import type { GenerationRequest, Generator } from '@core/generation/generator';
import { createToyModel } from '@core/testing/toy-arithmetic';
import { separateCalls } from './separate-calls';

const request = (prefixIds: readonly number[]): GenerationRequest => ({
  prefixIds,
  maxNewTokens: 4,
  temperature: 0,
  stopIds: [],
});

test('requests go one after the other, each with an empty cache, and failures stay with whoever asked', async () => {
  const events: string[] = [];
  const { generator } = createToyModel();
  const watched: Generator = {
    ...generator,
    clearCache: () => void events.push('clear'),
    generate: async ({ prefixIds }) => {
      events.push(`begin ${prefixIds[0]}`);
      await new Promise((resolve) => setTimeout(resolve, 2));
      events.push(`end ${prefixIds[0]}`);
      if (prefixIds[0] === 2) throw new Error('refused');
      return {
        ids: Int32Array.of(7),
        logProbs: Float32Array.of(0),
        samplingLogProbs: Float32Array.of(0),
        stopReason: 'stop',
      };
    },
  };
  const apart = separateCalls(watched);
  const results = await Promise.allSettled([1, 2, 3].map((id) => apart.generate(request([id]))));
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(events).toEqual([1, 2, 3].flatMap((id) => ['clear', `begin ${id}`, `end ${id}`]));
});
