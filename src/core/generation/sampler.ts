import { NumericError, WorkbenchError } from '../errors';
import type { Rng } from '../ports';

/** How one token is drawn from one row of logits. */
export interface SamplingRule {
  /** 0 is greedy: the largest allowed logit, the smallest id among equals. */
  readonly temperature: number;
  /** Ids that may be drawn; null allows the whole vocabulary. */
  readonly allowed: readonly number[] | null;
  /** Ids that are never drawn, whatever is allowed. */
  readonly forbidden?: readonly number[];
  /** Asked for one number per token when the temperature is above 0. */
  readonly rng: Rng | undefined;
}

/** A drawn token with its log-probabilities, nats. */
export interface SampledToken {
  readonly id: number;
  /** Under the model: temperature 1, no constraint. */
  readonly logProb: number;
  /** Under the distribution that was drawn from; 0 when greedy. */
  readonly samplingLogProb: number;
}

/**
 * Draws one token by inverting the cumulative distribution; sums are float64.
 *
 * @param logits [V] of one position, float32
 * @throws {NumericError} when a logit is NaN or the largest is infinite
 * @throws {WorkbenchError} `nothing-allowed` when the constraint leaves no token
 */
export function sampleToken(logits: Float32Array, rule: SamplingRule): SampledToken {
  const normaliser = logNormaliser(logits);
  const candidates = candidatesOf(logits.length, rule);
  if (rule.temperature === 0) {
    const id = largestCandidate(logits, candidates);
    return { id, logProb: logits[id]! - normaliser, samplingLogProb: 0 };
  }
  if (!rule.rng) {
    throw new WorkbenchError('precondition', 'Sampling above temperature 0 needs a random stream.', {
      code: 'sampling-without-rng',
    });
  }
  const { id, samplingLogProb } = draw(logits, candidates, rule.temperature, rule.rng);
  return { id, logProb: logits[id]! - normaliser, samplingLogProb };
}

/** Log-probabilities of `ids` at temperature 1 without constraint, nats: [ids.length]. */
export function logProbsOf(logits: Float32Array, ids: readonly number[]): Float32Array {
  const normaliser = logNormaliser(logits);
  return Float32Array.from(ids, (id) => logits[id]! - normaliser);
}

/** log Σ exp(logits), float64, the largest logit taken out first. */
export function logNormaliser(logits: Float32Array): number {
  const largest = largestOf(logits);
  let sum = 0;
  for (let i = 0; i < logits.length; i++) sum += Math.exp(logits[i]! - largest);
  return largest + Math.log(sum);
}

/** Ids in the order in which they are drawn; scratch shared by all rows, as rows are sampled one after the other. */
let scratch = { ids: new Int32Array(0), blocked: new Uint8Array(0), weights: new Float64Array(0) };

/**
 * Ids that may be drawn. A view of scratch memory, valid until the next call.
 * @throws {WorkbenchError} `nothing-allowed`
 */
function candidatesOf(vocabSize: number, { allowed, forbidden = [] }: SamplingRule): Int32Array {
  if (scratch.ids.length < vocabSize) {
    scratch = {
      ids: new Int32Array(vocabSize),
      blocked: new Uint8Array(vocabSize),
      weights: new Float64Array(vocabSize),
    };
  }
  const { ids, blocked } = scratch;
  for (const id of forbidden) blocked[id] = 1;
  let count = 0;
  if (allowed === null) {
    for (let id = 0; id < vocabSize; id++) if (blocked[id] === 0) ids[count++] = id;
  } else {
    for (const id of allowed) if (blocked[id] === 0) ids[count++] = id;
  }
  for (const id of forbidden) blocked[id] = 0;
  if (count === 0)
    throw new WorkbenchError('precondition', 'The constraint allows no token here.', { code: 'nothing-allowed' });
  return ids.subarray(0, count);
}

function draw(
  logits: Float32Array,
  candidates: Int32Array,
  temperature: number,
  rng: Rng,
): { id: number; samplingLogProb: number } {
  const { weights } = scratch;
  const largest = logits[largestCandidate(logits, candidates)]!;
  const scale = 1 / temperature;
  let sum = 0;
  for (let i = 0; i < candidates.length; i++) sum += weights[i] = Math.exp((logits[candidates[i]!]! - largest) * scale);
  const id = candidates[invert(weights, candidates.length, sum * rng.next())]!;
  return { id, samplingLogProb: (logits[id]! - largest) * scale - Math.log(sum) };
}

/** First index whose cumulative weight exceeds `target`; the last one with weight when rounding left a rest. */
function invert(weights: Float64Array, size: number, target: number): number {
  let cumulative = 0;
  let last = 0;
  for (let i = 0; i < size; i++) {
    const weight = weights[i]!;
    if (weight === 0) continue;
    last = i;
    cumulative += weight;
    if (cumulative > target) return i;
  }
  return last;
}

/** The largest logit; NaN is caught because no comparison with it holds. */
function largestOf(logits: Float32Array): number {
  let largest = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < logits.length; i++) {
    const value = logits[i]!;
    if (value > largest) largest = value;
    else if (Number.isNaN(value)) throw notFinite(`logit ${i} is NaN`);
  }
  if (!Number.isFinite(largest)) throw notFinite(`the largest logit is ${largest}`);
  return largest;
}

/** The candidate with the largest logit, the smallest id among equals. */
function largestCandidate(logits: Float32Array, candidates: Int32Array): number {
  let best = candidates[0]!;
  for (let i = 1; i < candidates.length; i++) {
    const id = candidates[i]!;
    if (logits[id]! > logits[best]! || (logits[id] === logits[best] && id < best)) best = id;
  }
  return best;
}

function notFinite(what: string): NumericError {
  return new NumericError(`The model answered with numbers that are not finite: ${what}.`, {
    code: 'logits-not-finite',
    kept: 'Every sequence finished before this one.',
    wayOut: 'Go back to an earlier checkpoint, or train with a smaller learning rate.',
  });
}
