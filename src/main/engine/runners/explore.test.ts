import { expect, test } from 'vitest';
import { NEVER_CANCELLED } from '@core/ports';
import { createRng } from '@core/random/rng';
import { RlConfigSchema } from '@core/train/rl/rl-config';
import { explore } from './explore';
import { HalfGrownTrees } from './half-grown-trees';
import type { JobModel } from './open-model';

/** A model without functional tokens whose k-th answer to question q is `answers[q][k]`. */
function model(answers: Readonly<Record<string, readonly number[]>>) {
  const written = new Map<string, number>();
  const prompts: string[] = [];
  return {
    written,
    model: {
      tokens: null,
      tokenizer: {
        eosIds: [],
        encodeChat: ([{ content }]: [{ content: string }]) => [prompts.push(content) - 1],
        encode: () => [],
        decode: (ids: ArrayLike<number>) => `The answer is ${ids[0]}.`,
      },
      generator: {
        maxContext: 99,
        generate({ prefixIds }: { prefixIds: readonly number[] }) {
          const question = prompts[prefixIds[0]!]!;
          const k = written.get(question) ?? 0;
          written.set(question, k + 1);
          return Promise.resolve({
            ids: Int32Array.of(answers[question]![k]!),
            logProbs: Float32Array.of(-1),
            stopReason: 'stop',
          });
        },
      },
    } as unknown as JobModel,
  };
}

const question = (id: string) => ({ id, prompt: id, referenceAnswer: '7', source: '' });

test('independent paths of a question end early once enough of them ended alike', async () => {
  const { model: scripted, written } = model({
    solved: [7, 7, 7, 7, 7, 8],
    mixed: [7, 8, 7, 7, 7, 7],
    hopeless: [1, 2, 3, 4, 5, 6],
  });
  const run = (settledAfter: number | null) =>
    explore(
      scripted,
      RlConfigSchema.parse({ exploration: 'independent', pathsPerQuestion: 6, settledAfter }),
      ['solved', 'mixed', 'hopeless'].map(question),
      createRng(1),
      NEVER_CANCELLED,
      () => undefined,
      // Independent paths are no trees: nothing is kept.
      { trees: new HalfGrownTrees('nowhere', () => undefined), iteration: 0, restoredTokens: 0 },
    );
  expect((await run(3)).map(({ questionId, isRight }) => `${questionId} ${isRight}`)).toEqual([
    ...Array.from({ length: 3 }, () => 'solved true'),
    ...[true, false, true, true, true, true].map((isRight) => `mixed ${isRight}`),
    ...Array.from({ length: 3 }, () => 'hopeless false'),
  ]);
  written.clear();
  expect(await run(null)).toHaveLength(18);
});
