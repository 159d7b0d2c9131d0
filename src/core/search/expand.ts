import type { CancelToken, Rng } from '../ports';
import type { FunctionalTokenName } from '../tokens/functional-tokens';
import type { TokenSet } from '../tokens/token-set';
import type { SearchTree, WrittenStep } from './tree';

/** A step that may be written below a node and was not yet. */
export interface Slot {
  readonly kind: FunctionalTokenName;
  /** Probability among the legal tokens, null where the expander does not ask the model. */
  readonly prior: number | null;
  /** Log-probability (temperature 1, whole vocabulary) of the opening token; null as above. */
  readonly logProb: number | null;
  /** Log of the probability with which this slot is drawn, given the slots before it, nats; null as above. */
  readonly logQ: number | null;
}

/** Knows how steps are proposed and written; knows nothing of values and visits. */
export interface Expander {
  /** Whose tokens the steps carry; the eight unless told. */
  readonly tokenSet?: TokenSet;
  /** Ids at the root: the encoded question where the expander continues one sequence, else empty. */
  questionIds(prompt: string): readonly number[];
  /**
   * What may come after `node`, never empty, in the order in which it should be tried when `ordered`.
   * @param rng stream of this node alone
   */
  slots(tree: SearchTree, node: number, rng: Rng, cancel: CancelToken): Promise<readonly Slot[]>;
  /** True: slots are tried in the order given; false: at random. */
  readonly ordered: boolean;
  /** Writes one step below `node`. */
  write(tree: SearchTree, node: number, slot: Slot, rng: Rng, cancel: CancelToken): Promise<WrittenStep>;
}

/**
 * Order of a sample without replacement from `probabilities`: Gumbel-top-k (Kool et al. 2019), with the log-probability of each draw
 * given the draws before it.
 * @param noise standard Gumbel noise of each
 * @returns indices in drawing order, parallel to `logQ`; `certainty`: how much every log-probability could change without another order
 */
export function gumbelOrder(
  probabilities: readonly number[],
  noise: readonly number[],
): { readonly order: readonly number[]; readonly logQ: readonly number[]; readonly certainty: number } {
  const keys = probabilities.map((p, i) => Math.log(p) + noise[i]!);
  const order = probabilities.map((_, index) => index).sort((a, b) => keys[b]! - keys[a]! || a - b);
  const leads = order.slice(1).map((index, i) => keys[order[i]!]! - keys[index]!);
  let left = probabilities.reduce((sum, p) => sum + p, 0);
  const logQ = order.map((index) => {
    const q = probabilities[index]! / left;
    left = Math.max(left - probabilities[index]!, Number.MIN_VALUE);
    return Math.min(0, Math.log(q));
  });
  return { order, logQ, certainty: Math.min(Number.POSITIVE_INFINITY, ...leads) / 2 };
}

/** Standard Gumbel noise. */
export function gumbelNoise(rng: Rng): number {
  return -Math.log(-Math.log(rng.next() || Number.MIN_VALUE));
}
