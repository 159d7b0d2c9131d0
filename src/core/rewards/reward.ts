/** What a finished response comes to. */
export interface Outcome {
  /** Answer found, null when there is none. */
  readonly answer: string | null;
  readonly isRight: boolean;
}

/** What a reward may look at for one path of n steps. */
export interface RewardFacts extends Outcome {
  readonly isWellFormed: boolean;
  /** Ids of the response. */
  readonly tokens: number;
  /**
   * [n + 1] how promising the path looks at the question and after each step, in [0, 1]: a process reward model's scores, or the share of
   * reward among the leaves below. Null where nobody knows, as for answers sampled one by one.
   */
  readonly promise: readonly number[] | null;
  /** n. */
  readonly steps: number;
}

/** Settings that rewards read; those of RL hold them. */
export interface RewardSettings {
  /** Of a wrong answer. */
  readonly wrongReward: number;
  /** η of the rewards that pay for steps. */
  readonly shapingWeight: number;
  readonly formatWeight: number;
  readonly lengthWeight: number;
  /** Tokens. */
  readonly lengthSoftLimit: number;
}

/** Reward on the last token of a path, and on the last token of each of its steps. */
export interface EarnedReward {
  readonly score: number;
  /** [n] */
  readonly steps: readonly number[];
}

/** A reward: a file that makes one, and a row of the registry. */
export type Reward = (facts: RewardFacts, settings: RewardSettings) => EarnedReward;

/** Something that is taken off every reward, at least 0: a file that makes one, and a row of the registry. */
export type Deduction = (facts: RewardFacts, settings: RewardSettings) => number;

/** Steps that earn nothing. */
export function nothing(steps: number): number[] {
  return Array.from({ length: steps }, () => 0);
}

/** σ after every step that is not the last, as published; nothing where nobody knows. */
export function earlierPromise({ promise, steps }: RewardFacts): number[] {
  return promise === null ? nothing(steps) : [...promise.slice(1, -1), 0];
}
