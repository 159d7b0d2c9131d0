import { WorkbenchError } from '../errors';
import type { GenerationRequest, GenerationResult, StopReason } from './generator';
import type { LogitsKernel } from './logits-kernel';
import { drawRaceKey, type RaceKey } from './race';
import { logProbsOf, sampleToken } from './sampler';
import { checkTokenIds } from '../models/token-range';
import type { StopWatch } from './stopping';

/** What every sequence of a generator keeps to and works with. */
export interface SequenceLimits {
  readonly maxContext: number;
  readonly vocabSize: number;
  readonly logitsKernel: LogitsKernel;
}

/**
 * One request on its way: prefix, the tokens sampled so far, and what ends it.
 * Tokens are fed to the model one after the other; logits matter once the whole prefix has been fed.
 */
export class Sequence {
  readonly request: GenerationRequest;
  /** Prefix and new ids; the first `count` entries count. */
  readonly ids: Int32Array;
  readonly prefixLength: number;
  count: number;
  /** Tokens whose keys and values are in the cache. */
  fed = 0;
  readonly #maxContext: number;
  readonly #kernel: LogitsKernel;
  readonly #watch: StopWatch;
  readonly #newIds: number[] = [];
  readonly #logProbs: number[] = [];
  readonly #samplingLogProbs: number[] = [];
  #stopReason: StopReason | null = null;
  #probeLogProbs: Float32Array | null = null;
  /** Bits of the draw that was too close to be made. */
  #openKey: RaceKey | null = null;

  /** @throws WorkbenchError `prefix-empty`, `prefix-too-long`, `token-unknown` */
  constructor(request: GenerationRequest, watch: StopWatch, { maxContext, vocabSize, logitsKernel }: SequenceLimits) {
    const prefixLength = request.prefixIds.length;
    checkPrefix(prefixLength, maxContext);
    checkTokenIds(request.prefixIds, vocabSize, 'the text to continue');
    checkTokenIds(request.probeIds ?? [], vocabSize, 'the tokens asked about');
    this.request = request;
    this.prefixLength = prefixLength;
    this.count = prefixLength;
    this.#maxContext = maxContext;
    this.#kernel = logitsKernel;
    this.#watch = watch;
    this.ids = new Int32Array(Math.max(prefixLength, Math.min(prefixLength + request.maxNewTokens, maxContext)));
    this.ids.set(request.prefixIds);
    if (request.maxNewTokens <= 0) this.#stopReason = 'length';
    if (prefixLength === maxContext && !this.#stopReason) this.#stopReason = 'context';
  }

  /** Positions that the sequence may need in the cache. */
  get capacity(): number {
    return this.ids.length;
  }

  /** Tokens of the prefix that must be in the cache before the first logits: all but the last. */
  get prefillLength(): number {
    return this.prefixLength - 1;
  }

  /** Whether nothing is left to compute. */
  get isFinished(): boolean {
    return this.#stopReason !== null && !this.#wantsProbe;
  }

  /** The token to feed next. */
  get nextToken(): number {
    return this.ids[this.fed]!;
  }

  get newTokens(): number {
    return this.#newIds.length;
  }

  /**
   * Takes the logits that followed the token just fed.
   * @param logits     [V]; as before when this returns
   * @param minimum certainty that a draw must have; 0 takes any
   * @returns false when the draw was not that certain, or exact numbers are asked for: `settle` must follow
   */
  accept(logits: Float32Array, minimum: number): boolean {
    this.fed++;
    if (this.fed < this.count) return true;
    return this.#take(logits, minimum);
  }

  /** Takes logits of the same place that do not depend on what ran beside. */
  settle(logits: Float32Array): void {
    this.#take(logits, 0);
  }

  result(): GenerationResult {
    return {
      ids: Int32Array.from(this.#newIds),
      logProbs: Float32Array.from(this.#logProbs),
      samplingLogProbs: Float32Array.from(this.#samplingLogProbs),
      stopReason: this.#stopReason ?? 'length',
      ...(this.#probeLogProbs && { probeLogProbs: this.#probeLogProbs }),
    };
  }

  /** A probe is left out when the last token no longer fits into the context. */
  get #wantsProbe(): boolean {
    return this.request.probeIds !== undefined && this.#probeLogProbs === null && this.count <= this.#maxContext;
  }

  #take(logits: Float32Array, minimum: number): boolean {
    if (this.#stopReason === null) return this.#sample(logits, minimum);
    if (minimum > 0 && this.request.exactProbe === true) return false;
    this.#probeLogProbs = logProbsOf(logits, this.request.probeIds ?? [], this.#kernel);
    return true;
  }

  #sample(logits: Float32Array, minimum: number): boolean {
    const { temperature, constraint, bannedIds = [], rng, observer } = this.request;
    const watchedIds = observer?.watch?.(this.#newIds) ?? null;
    const watched = watchedIds && logProbsOf(logits, watchedIds, this.#kernel);
    const allowed = constraint?.allowed(this.#newIds) ?? null;
    const forbidden = allowed === null ? (constraint?.forbidden?.(this.#newIds) ?? []) : [];
    const rule = { temperature, allowed, forbidden: joined(bannedIds, forbidden), rng };
    const key = this.#openKey ?? (temperature > 0 && rng ? drawRaceKey(rng) : undefined);
    const { id, logProb, samplingLogProb, certainty } = sampleToken(logits, rule, this.#kernel, key);
    if (certainty < minimum) {
      this.#openKey = key ?? null;
      return false;
    }
    this.#openKey = null;
    this.ids[this.count++] = id;
    this.#newIds.push(id);
    this.#logProbs.push(logProb);
    this.#samplingLogProbs.push(samplingLogProb);
    observer?.sampled({ id, logProb, watched });
    this.#stopReason = this.#reasonToStop(id);
    return true;
  }

  #reasonToStop(id: number): StopReason | null {
    if (this.#watch.accept(id)) return 'stop';
    if (this.#newIds.length >= this.request.maxNewTokens) return 'length';
    return this.count >= this.#maxContext ? 'context' : null;
  }
}

function checkPrefix(length: number, maxContext: number): void {
  if (length === 0) {
    throw new WorkbenchError('precondition', 'A prefix without tokens cannot be continued.', { code: 'prefix-empty' });
  }
  if (length <= maxContext) return;
  throw new WorkbenchError(
    'validation',
    `The text to continue has ${length} tokens; the model reads at most ${maxContext}.`,
    {
      code: 'prefix-too-long',
      wayOut: 'Shorten the question or the prompt, or choose a model with a longer context.',
      details: { tokens: length, maxContext },
    },
  );
}

function joined(a: readonly number[], b: readonly number[]): readonly number[] {
  if (b.length === 0) return a;
  return a.length === 0 ? b : [...a, ...b];
}
