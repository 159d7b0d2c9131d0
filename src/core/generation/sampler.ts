import { NumericError, WorkbenchError } from '../errors';
import type { Rng } from '../ports';
import { REFERENCE_LOGITS_KERNEL, type LogitsKernel } from './logits-kernel';

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

/** Logits whose weights are summed together while a drawn place is looked for. */
const BLOCK = 1024;

/**
 * Draws one token by inverting the cumulative distribution; sums are float64.
 *
 * @param logits [V] of one position, float32; changed while this runs where ids are forbidden, and as before afterwards
 * @throws {NumericError} when a logit is NaN or the largest is infinite
 * @throws {WorkbenchError} `nothing-allowed` when the constraint leaves no token
 */
export function sampleToken(
  logits: Float32Array,
  rule: SamplingRule,
  kernel: LogitsKernel = REFERENCE_LOGITS_KERNEL,
): SampledToken {
  const normaliser = logNormaliser(logits, kernel);
  const { id, samplingLogProb } =
    rule.allowed === null ? drawFromAll(logits, rule, kernel) : drawFromSome(logits, rule);
  return { id, logProb: logits[id]! - normaliser, samplingLogProb };
}

/** Log-probabilities of `ids` at temperature 1 without constraint, nats: [ids.length]. */
export function logProbsOf(
  logits: Float32Array,
  ids: readonly number[],
  kernel: LogitsKernel = REFERENCE_LOGITS_KERNEL,
): Float32Array {
  const normaliser = logNormaliser(logits, kernel);
  return Float32Array.from(ids, (id) => logits[id]! - normaliser);
}

/** log Σ exp(logits), float64, the largest logit taken out first. */
export function logNormaliser(logits: Float32Array, kernel: LogitsKernel = REFERENCE_LOGITS_KERNEL): number {
  const largest = kernel.largest(logits);
  if (Number.isNaN(largest)) throw notFinite(`logit ${logits.findIndex((value) => Number.isNaN(value))} is NaN`);
  if (!Number.isFinite(largest)) throw notFinite(`the largest logit is ${largest}`);
  return largest + Math.log(kernel.sumExp(logits, largest, 1));
}

type Draw = Pick<SampledToken, 'id' | 'samplingLogProb'>;

/** Any token but the forbidden ones, whose logits are out of the way meanwhile. */
function drawFromAll(
  logits: Float32Array,
  { forbidden = [], temperature, rng }: SamplingRule,
  kernel: LogitsKernel,
): Draw {
  const hidden = forbidden.map((id) => {
    const value = logits[id]!;
    logits[id] = Number.NEGATIVE_INFINITY;
    return value;
  });
  try {
    const largest = kernel.largest(logits);
    if (largest === Number.NEGATIVE_INFINITY) throw nothingAllowed();
    // The smallest id among equals.
    if (temperature === 0) return { id: logits.indexOf(largest), samplingLogProb: 0 };
    const scale = 1 / temperature;
    const sum = kernel.sumExp(logits, largest, scale);
    const target = sum * requireRng(rng).next();
    const id = invertBlocks(logits, target, (part) => kernel.sumExp(part, largest, scale));
    return { id, samplingLogProb: (logits[id]! - largest) * scale - Math.log(sum) };
  } finally {
    // Backwards, as an id that is named twice was hidden twice.
    for (let i = forbidden.length - 1; i >= 0; i--) logits[forbidden[i]!] = hidden[i]!;
  }
}

/** First id whose cumulative weight exceeds `target`; the last one with weight when rounding left a rest. */
function invertBlocks(logits: Float32Array, target: number, weigh: (part: Float32Array) => number): number {
  let cumulative = 0;
  for (let begin = 0; begin < logits.length; begin += BLOCK) {
    const block = logits.subarray(begin, begin + BLOCK);
    const weight = weigh(block);
    if (cumulative + weight <= target) {
      cumulative += weight;
      continue;
    }
    for (let i = 0; i < block.length; i++) {
      const own = weigh(block.subarray(i, i + 1));
      cumulative += own;
      if (own > 0 && cumulative > target) return begin + i;
    }
  }
  let last = logits.length - 1;
  while (last > 0 && weigh(logits.subarray(last, last + 1)) === 0) last--;
  return last;
}

/** One of the allowed tokens, which are few. */
function drawFromSome(logits: Float32Array, { allowed, forbidden = [], temperature, rng }: SamplingRule): Draw {
  const blocked = new Set(forbidden);
  const candidates = (allowed ?? []).filter((id) => !blocked.has(id));
  const [first] = candidates;
  if (first === undefined) throw nothingAllowed();
  // The smallest id among equals.
  const best = candidates.reduce(
    (a, b) => (logits[b]! > logits[a]! || (logits[b] === logits[a] && b < a) ? b : a),
    first,
  );
  if (temperature === 0) return { id: best, samplingLogProb: 0 };
  const largest = logits[best]!;
  const scale = 1 / temperature;
  const weights = candidates.map((id) => Math.exp((logits[id]! - largest) * scale));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  const id = candidates[invert(weights, sum * requireRng(rng).next())] ?? best;
  return { id, samplingLogProb: (logits[id]! - largest) * scale - Math.log(sum) };
}

/** First index whose cumulative weight exceeds `target`; the last one with weight when rounding left a rest. */
function invert(weights: readonly number[], target: number): number {
  let cumulative = 0;
  let last = 0;
  for (const [i, weight] of weights.entries()) {
    if (weight === 0) continue;
    last = i;
    cumulative += weight;
    if (cumulative > target) return i;
  }
  return last;
}

function requireRng(rng: Rng | undefined): Rng {
  if (rng) return rng;
  throw new WorkbenchError('precondition', 'Sampling above temperature 0 needs a random stream.', {
    code: 'sampling-without-rng',
  });
}

function nothingAllowed(): WorkbenchError {
  return new WorkbenchError('precondition', 'The constraint allows no token here.', { code: 'nothing-allowed' });
}

function notFinite(what: string): NumericError {
  return new NumericError(`The model answered with numbers that are not finite: ${what}.`, {
    code: 'logits-not-finite',
    kept: 'Every sequence finished before this one.',
    wayOut: 'Go back to an earlier checkpoint, or train with a smaller learning rate.',
  });
}
