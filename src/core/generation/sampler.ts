import { NumericError, WorkbenchError } from '../errors';
import type { Rng } from '../ports';
import { REFERENCE_LOGITS_KERNEL, type LogitsKernel } from './logits-kernel';
import { best, drawRaceKey, race, raceAmong, type RaceKey, type RaceResult } from './race';

/** How one token is drawn from one row of logits. */
export interface SamplingRule {
  /** 0 is greedy: the largest allowed logit, the smallest id among equals. */
  readonly temperature: number;
  /** Ids that may be drawn; null allows the whole vocabulary. */
  readonly allowed: readonly number[] | null;
  /** Ids that are never drawn, whatever is allowed. */
  readonly forbidden?: readonly number[];
  /** Asked for two numbers per token when the temperature is above 0. */
  readonly rng: Rng | undefined;
}

/** A drawn token with its log-probabilities, nats. */
export interface SampledToken {
  readonly id: number;
  /** Under the model: temperature 1, no constraint. */
  readonly logProb: number;
  /** Under the distribution that was drawn from; 0 when greedy. */
  readonly samplingLogProb: number;
  /**
   * How much all logits could change, each by itself, without another token being drawn; exact where it is small. Infinite where there was no
   * other.
   */
  readonly certainty: number;
}

/**
 * Draws one token: the winner of a race between all that are allowed, see `race.ts`. Sums are float64.
 *
 * @param logits [V] of one position, float32; changed while this runs where ids are forbidden, and as before afterwards
 * @param key    bits of this draw; from the rule's stream unless given
 * @throws {NumericError} when a logit is NaN or the largest is infinite
 * @throws {WorkbenchError} `nothing-allowed` when the constraint leaves no token
 */
export function sampleToken(
  logits: Float32Array,
  rule: SamplingRule,
  kernel: LogitsKernel = REFERENCE_LOGITS_KERNEL,
  key: RaceKey | null = rule.temperature === 0 ? null : drawRaceKey(requireRng(rule.rng)),
): SampledToken {
  const known = lookAt(logits, kernel);
  const { normaliser } = known;
  const { id, lead, samplingLogProb } =
    rule.allowed === null ? drawFromAll(logits, rule, kernel, key, known) : drawFromSome(logits, rule, key);
  // Both sides of a tie may move towards each other.
  const certainty = (lead * (rule.temperature || 1)) / 2;
  return { id, logProb: logits[id]! - normaliser, samplingLogProb, certainty };
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

/** Log-probability of one token among all at a temperature above 0, nats: what drawing it says of it. */
export function logProbAt(
  logits: Float32Array,
  id: number,
  temperature: number,
  kernel: LogitsKernel = REFERENCE_LOGITS_KERNEL,
): number {
  const largest = kernel.largest(logits);
  return scaledLogProb(logits, id, largest, 1 / temperature, Math.log(kernel.sumExp(logits, largest, 1 / temperature)));
}

/** @param logSum log Σ exp(scale · (logits − largest)) */
function scaledLogProb(logits: Float32Array, id: number, largest: number, scale: number, logSum: number): number {
  return (logits[id]! - largest) * scale - logSum;
}

/** log Σ exp(logits), float64, the largest logit taken out first. */
export function logNormaliser(logits: Float32Array, kernel: LogitsKernel = REFERENCE_LOGITS_KERNEL): number {
  return lookAt(logits, kernel).normaliser;
}

/** What is known of a row of logits before a token is drawn from it. */
interface Known {
  readonly largest: number;
  /** log Σ exp(logits) */
  readonly normaliser: number;
}

function lookAt(logits: Float32Array, kernel: LogitsKernel): Known {
  const largest = kernel.largest(logits);
  if (Number.isNaN(largest)) throw notFinite(`logit ${logits.findIndex((value) => Number.isNaN(value))} is NaN`);
  if (!Number.isFinite(largest)) throw notFinite(`the largest logit is ${largest}`);
  return { largest, normaliser: largest + Math.log(kernel.sumExp(logits, largest, 1)) };
}

type Draw = RaceResult & Pick<SampledToken, 'samplingLogProb'>;

/** Any token but the forbidden ones, whose logits are out of the way meanwhile. */
function drawFromAll(
  logits: Float32Array,
  { forbidden = [], temperature }: SamplingRule,
  kernel: LogitsKernel,
  key: RaceKey | null,
  known: Known,
): Draw {
  const hidden = forbidden.map((id) => {
    const value = logits[id]!;
    logits[id] = Number.NEGATIVE_INFINITY;
    return value;
  });
  try {
    const largest = forbidden.length === 0 ? known.largest : kernel.largest(logits);
    if (largest === Number.NEGATIVE_INFINITY) throw nothingAllowed();
    if (key === null) return { ...leader(logits, largest), samplingLogProb: 0 };
    const scale = 1 / temperature;
    const winner = race(logits, scale, key, kernel);
    // Drawn from what the model says: the sum is known.
    const isPlain = scale === 1 && forbidden.length === 0;
    const logSum = isPlain ? known.normaliser - largest : Math.log(kernel.sumExp(logits, largest, scale));
    return { ...winner, samplingLogProb: scaledLogProb(logits, winner.id, largest, scale, logSum) };
  } finally {
    // Backwards, as an id that is named twice was hidden twice.
    for (let i = forbidden.length - 1; i >= 0; i--) logits[forbidden[i]!] = hidden[i]!;
  }
}

/** The largest, the smallest id among equals; its lead over the next. */
function leader(logits: Float32Array, largest: number): RaceResult {
  const id = logits.indexOf(largest);
  let second = Number.NEGATIVE_INFINITY;
  for (let other = 0; other < logits.length; other++)
    if (other !== id && logits[other]! > second) second = logits[other]!;
  return { id, lead: largest - second };
}

/** One of the allowed tokens, which are few. */
function drawFromSome(
  logits: Float32Array,
  { allowed, forbidden = [], temperature }: SamplingRule,
  key: RaceKey | null,
): Draw {
  const blocked = new Set(forbidden);
  const candidates = (allowed ?? []).filter((id) => !blocked.has(id));
  if (candidates.length === 0) throw nothingAllowed();
  if (key === null) return { ...best(candidates, (id) => logits[id]!), samplingLogProb: 0 };
  const scale = 1 / temperature;
  const winner = raceAmong(candidates, logits, scale, key);
  const largest = candidates.reduce((most, id) => Math.max(most, logits[id]!), Number.NEGATIVE_INFINITY);
  const sum = candidates.reduce((total, id) => total + Math.exp((logits[id]! - largest) * scale), 0);
  return { ...winner, samplingLogProb: scaledLogProb(logits, winner.id, largest, scale, Math.log(sum)) };
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
