import type { CancelToken, Rng } from '../ports';

/** Which tokens may come next; asked before each sampled token of one sequence. */
export interface TokenConstraint {
  /**
   * @param newIds tokens sampled so far in this request
   * @returns ids allowed next, or null when everything is allowed
   */
  allowed(newIds: readonly number[]): readonly number[] | null;
  /** Ids that may not come next; asked where `allowed` gave null. The same array object comes back for the same rule. */
  forbidden?(newIds: readonly number[]): readonly number[];
}

/** Looks on while one sequence is sampled; changes nothing of it. */
export interface TokenObserver {
  /**
   * Ids whose log-probabilities are wanted before the next token is taken (temperature 1, no constraint); null for none.
   * @param newIds tokens sampled so far in this request
   */
  watch?(newIds: readonly number[]): readonly number[] | null;
  /** Called after each token; `watched` is parallel to what `watch` asked for, nats. */
  sampled(token: { readonly id: number; readonly logProb: number; readonly watched: Float32Array | null }): void;
}

/**
 * One continuation to sample. Requests are independent: at fp32 the same request gives the same tokens in any company, whatever is cached, and
 * log-probabilities that differ by rounding alone.
 */
export interface GenerationRequest {
  /** All ids before the first new one. What an earlier request computed for the same prefix is reused. */
  readonly prefixIds: ArrayLike<number>;
  /** 0 asks for `probeLogProbs` alone. */
  readonly maxNewTokens: number;
  /** 0 is greedy. */
  readonly temperature: number;
  /** Sampling ends with one of these, which is kept as the last new id. */
  readonly stopIds: readonly number[];
  /** Sampling ends as soon as the decoded new text contains one of these. */
  readonly stopTexts?: readonly string[];
  readonly constraint?: TokenConstraint;
  /** Never sampled, e.g. functional tokens while an untuned model is prompted; applied before `constraint`. */
  readonly bannedIds?: readonly number[];
  /** The stream of this sequence alone; not needed when greedy. */
  readonly rng?: Rng;
  /** Ask for the log-probabilities (temperature 1, no constraint) of these ids after the last new one. */
  readonly probeIds?: readonly number[];
  /** Compute the probe alone and anew, so that its last bits do not depend on what runs beside it. Costs a pass over the whole prefix. */
  readonly exactProbe?: boolean;
  readonly observer?: TokenObserver;
  readonly cancel?: CancelToken;
}

export type StopReason = 'stop' | 'length' | 'context';

export interface GenerationResult {
  /** [n] new ids, the stop id included. */
  readonly ids: Int32Array;
  /** [n] log-probability of each new id under the model: temperature 1, no constraint; nats, recorded at sampling. */
  readonly logProbs: Float32Array;
  /** [n] the same under the distribution that was sampled from: temperature and constraint applied; nats. */
  readonly samplingLogProbs: Float32Array;
  readonly stopReason: StopReason;
  /** [probeIds.length], nats; absent unless asked for. */
  readonly probeLogProbs?: Float32Array;
}

/** Counters since the start; for figures, estimates and tests of sharing. */
export interface GenerationStats {
  readonly prefilledTokens: number;
  readonly reusedTokens: number;
  readonly newTokens: number;
  readonly decodeSteps: number;
  /** Draws so close that the place was computed once more by itself. */
  readonly closeCalls?: number;
  /** Cached tokens that decoding steps did not read, since another row of the same step had them too. */
  readonly sharedTokens?: number;
  /** Tokens whose keys and values were dropped to stay below the bound; computed again where they were needed. */
  readonly droppedTokens?: number;
  /** Mean rows per decoding step = newTokens / decodeSteps. */
  readonly peakKvBytes: number;
  /** What `peakKvBytes` stays below, and room for how many tokens that is; absent where nobody knows. */
  readonly kvBound?: { readonly bytes: number; readonly tokens: number };
}

/**
 * Batched sampling from one model. Requests in flight share decoding steps; prefixes are computed once.
 * Deterministic: the same requests in the same order give the same numbers.
 */
export interface Generator {
  /**
   * Compiles what the first request needs and what needs no weights: while these are still being read. Only before the first request, which waits
   * for nothing else.
   */
  prepare(): Promise<void>;
  /** @throws WorkbenchError `prefix-empty`, `prefix-too-long`, `token-unknown` */
  generate(request: GenerationRequest): Promise<GenerationResult>;
  /** Tokens of the longest sequence, prefix included; a prefix of as many gets no new token, a longer one is refused. */
  readonly maxContext: number;
  /** Forget every cached prefix; required after the weights changed. */
  clearCache(): void;
  readonly stats: GenerationStats;
  dispose(): Promise<void>;
}
