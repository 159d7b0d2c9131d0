import type { Generator } from '@core/generation/generator';
import type { Expander, Slot } from '@core/search/expand';
import { pathIds, type IdOrigin } from '@core/search/tree';
import type { Tokenizer } from '@core/tokenizer/tokenizer';

export interface ContinuationParts {
  readonly generator: Generator;
  readonly tokenizer: Tokenizer;
  /** The question as the model reads it. */
  readonly questionIds: readonly number[];
  readonly children: number;
  readonly newTokens: number;
  readonly temperature: number;
}

/**
 * Steps without kinds or prompts: each child goes on with the text of its path, `newTokens` at a time, until the model ends it. What a search by
 * `generate` calls does (`peers/serial_search.py`), over this program's search.
 */
export function createContinuation(parts: ContinuationParts): Expander {
  const { generator, tokenizer, questionIds, children, newTokens, temperature } = parts;
  const slot: Slot = { kind: 'next_step', prior: null, logProb: null, logQ: null };
  return {
    ordered: false,
    questionIds: () => questionIds,
    slots: async () => Array.from({ length: children }, () => ({ ...slot })),
    async write(tree, node, { kind }, rng, cancel) {
      const { ids, logProbs, stopReason } = await generator.generate({
        prefixIds: pathIds(tree, node),
        maxNewTokens: newTokens,
        temperature,
        stopIds: tokenizer.eosIds,
        rng,
        cancel,
      });
      return {
        kind,
        text: tokenizer.decode(ids),
        ids: [...ids],
        logProbs: [...logProbs],
        origin: [...ids].map((): IdOrigin => 'sampled'),
        newTokens: ids.length,
        logProbSum: logProbs.reduce((sum, value) => sum + value, 0),
        isTerminal: stopReason === 'stop',
        isTruncated: stopReason === 'context',
      };
    },
  };
}

/** Tokens of all the given sequences' beginnings, each counted once however many share it. */
export function countDistinct(sequences: readonly ArrayLike<number>[]): number {
  interface Node {
    readonly next: Map<number, Node>;
  }
  const root: Node = { next: new Map() };
  let count = 0;
  for (const sequence of sequences) {
    let at = root;
    for (let i = 0; i < sequence.length; i++) {
      const id = sequence[i] ?? 0;
      let next = at.next.get(id);
      if (next === undefined) {
        next = { next: new Map() };
        at.next.set(id, next);
        count++;
      }
      at = next;
    }
  }
  return count;
}
