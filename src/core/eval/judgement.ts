/** A judgement in [0, 1] beside what came out, 1 or 0 or a share. */
export interface Judged {
  readonly score: number;
  readonly outcome: number;
  readonly weight?: number;
}

/** A point of the ROC curve: shares of the bad and of the good ones that score at least a threshold. */
export interface RocPoint {
  readonly falseAlarms: number;
  readonly hits: number;
}

/** Outcomes of at least this count as good. */
const GOOD = 0.5;

/**
 * The ROC curve over all thresholds, from (0, 0) to (1, 1), and the area under it: the probability that a good one scores higher than a bad
 * one, ties counting half. Null where there are no good ones, or no bad ones.
 */
export function rocCurve(
  judged: readonly Judged[],
): { readonly points: readonly RocPoint[]; readonly area: number } | null {
  const weightOf = ({ weight = 1 }: Judged) => weight;
  const isGood = ({ outcome }: Judged) => outcome >= GOOD;
  const total = (part: readonly Judged[]) => part.reduce((sum, each) => sum + weightOf(each), 0);
  const good = total(judged.filter(isGood));
  const bad = total(judged.filter((each) => !isGood(each)));
  if (good === 0 || bad === 0) return null;
  const sorted = [...judged].sort((a, b) => b.score - a.score);
  const points: RocPoint[] = [{ falseAlarms: 0, hits: 0 }];
  let [hits, alarms, area] = [0, 0, 0];
  for (let i = 0; i < sorted.length;) {
    const before = { hits, alarms };
    const { score } = sorted[i]!;
    for (; i < sorted.length && sorted[i]!.score === score; i++)
      if (isGood(sorted[i]!)) hits += weightOf(sorted[i]!);
      else alarms += weightOf(sorted[i]!);
    area += ((alarms - before.alarms) / bad) * ((hits + before.hits) / (2 * good));
    points.push({ falseAlarms: alarms / bad, hits: hits / good });
  }
  return { points, area };
}

/** Judgements of one band beside what came out. */
export interface ReliabilityBin {
  /** Band [from, to). */
  readonly from: number;
  readonly to: number;
  /** Means over the band; 0 where it is empty. */
  readonly score: number;
  readonly outcome: number;
  readonly weight: number;
}

/**
 * Reliability of judgements in bands of equal width, and the expected calibration error: the mean distance between judgement and outcome of
 * the bands, by their weight (Guo 2017).
 */
export function calibration(
  judged: readonly Judged[],
  bands = 10,
): { readonly bins: readonly ReliabilityBin[]; readonly error: number } {
  const sums = Array.from({ length: bands }, () => ({ score: 0, outcome: 0, weight: 0 }));
  for (const { score, outcome, weight = 1 } of judged) {
    const bin = sums[Math.min(bands - 1, Math.max(0, Math.floor(score * bands)))]!;
    bin.score += weight * score;
    bin.outcome += weight * outcome;
    bin.weight += weight;
  }
  const bins = sums.map(({ score, outcome, weight }, i) => ({
    from: i / bands,
    to: (i + 1) / bands,
    score: weight === 0 ? 0 : score / weight,
    outcome: weight === 0 ? 0 : outcome / weight,
    weight,
  }));
  const all = bins.reduce((sum, bin) => sum + bin.weight, 0);
  const error =
    all === 0 ? 0 : bins.reduce((sum, bin) => sum + bin.weight * Math.abs(bin.score - bin.outcome), 0) / all;
  return { bins, error };
}
