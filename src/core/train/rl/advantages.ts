/** Rows of numbers, one per path; all rows of one call line up with the rows of its mask. */
export type Rows = readonly ArrayLike<number>[];

/** Mean and population variance over everything that was normalised. */
export interface Moments {
  readonly mean: number;
  readonly variance: number;
}

/**
 * Reward of each token: the score on the last real token, step rewards where they were earned, less β times the divergence
 * (OpenRLHF `compute_reward`; REINFORCE++, Hu 2025).
 * @param scores [B] outcome of each path
 * @param kl     [B][n] divergence estimate of each token
 * @param mask   [B][n] 1 for tokens of the response that the model chose
 * @returns [B][n], 0 under the mask
 */
export function tokenRewards(
  scores: readonly number[],
  kl: Rows,
  mask: Rows,
  beta: number,
  stepRewards?: Rows,
): Float64Array[] {
  return mask.map((row, b) => {
    const last = lastReal(row);
    return Float64Array.from({ length: row.length }, (_, t) =>
      row[t]! === 0 ? 0 : (stepRewards?.[b]![t] ?? 0) + (t === last ? scores[b]! : 0) - beta * kl[b]![t]!,
    );
  });
}

/** G_t = r_t + γ G_{t+1}; tokens under the mask pass time without reward. [B][n] */
export function discountedReturns(rewards: Rows, gamma: number): Float64Array[] {
  return rewards.map((row) => {
    const returns = new Float64Array(row.length);
    let running = 0;
    for (let t = row.length - 1; t >= 0; t--) returns[t] = running = row[t]! + gamma * running;
    return returns;
  });
}

/** (x − mean) / √max(variance, 1e-8) over every real token of the batch; 0 under the mask. */
export function batchNormalised(values: Rows, mask: Rows): { readonly rows: Float64Array[] } & Moments {
  let count = 0;
  let sum = 0;
  forEachReal(values, mask, (value) => {
    count++;
    sum += value;
  });
  const mean = count === 0 ? 0 : sum / count;
  let squares = 0;
  forEachReal(values, mask, (value) => (squares += (value - mean) ** 2));
  const variance = count === 0 ? 0 : squares / count;
  const scale = Math.sqrt(Math.max(variance, 1e-8));
  return {
    rows: values.map((row, b) =>
      Float64Array.from(row, (value, t) => (mask[b]![t] === 0 ? 0 : (value - mean) / scale)),
    ),
    mean,
    variance,
  };
}

/**
 * (R − mean) / (deviation + eps), the deviation with n − correction. The field disagrees about both: TRL takes 1 and 1e-4, OpenRLHF 1 and
 * 1e-9, others 0.
 */
export function standardise(
  scores: readonly number[],
  { correction, eps }: { readonly correction: 0 | 1; readonly eps: number },
): number[] {
  const mean = average(scores);
  const squares = scores.reduce((sum, score) => sum + (score - mean) ** 2, 0);
  const deviation = scores.length > correction ? Math.sqrt(squares / (scores.length - correction)) : 0;
  return scores.map((score) => (score - mean) / (deviation + eps));
}

/** Ways to make the score of a path relative to the other paths of its question. */
export const GROUP_RULES = {
  /** R − mean. Dr. GRPO (Liu 2025). */
  centred: (scores: readonly number[]): number[] => {
    const mean = average(scores);
    return scores.map((score) => score - mean);
  },
  /** (R − mean) / (standard deviation with n − 1, + 1e-4). GRPO (Shao 2024), as in TRL; 0 for a single path. */
  standardised: (scores: readonly number[]): number[] => standardise(scores, { correction: 1, eps: 1e-4 }),
  /** R − mean of the others. RLOO (Ahmadian 2024); 0 for a single path. */
  leaveOneOut: (scores: readonly number[]): number[] => {
    const total = scores.reduce((sum, score) => sum + score, 0);
    return scores.map((score) => (scores.length > 1 ? score - (total - score) / (scores.length - 1) : 0));
  },
} as const satisfies Readonly<Record<string, (scores: readonly number[]) => number[]>>;

export type GroupRuleName = keyof typeof GROUP_RULES;

/** Applies a rule within each question. `groups[i]` names the question of path i; [B] in and out. */
export function byGroup(
  scores: readonly number[],
  groups: readonly (string | number)[],
  rule: GroupRuleName | ((scores: readonly number[]) => number[]),
): number[] {
  const relate = typeof rule === 'function' ? rule : GROUP_RULES[rule];
  const members = new Map<string | number, number[]>();
  groups.forEach((group, i) => members.set(group, [...(members.get(group) ?? []), i]));
  const result = scores.map(() => 0);
  for (const indices of members.values())
    relate(indices.map((i) => scores[i]!)).forEach((value, at) => (result[indices[at]!] = value));
  return result;
}

/** One advantage for all real tokens of a path. [B][n] */
export function spread(advantages: readonly number[], mask: Rows): Float64Array[] {
  return mask.map((row, b) => Float64Array.from(row, (real) => (real === 0 ? 0 : advantages[b]!)));
}

function lastReal(mask: ArrayLike<number>): number {
  for (let t = mask.length - 1; t >= 0; t--) if (mask[t]! !== 0) return t;
  return -1;
}

function forEachReal(values: Rows, mask: Rows, visit: (value: number) => void): void {
  values.forEach((row, b) => {
    for (let t = 0; t < row.length; t++) if (mask[b]![t]! !== 0) visit(row[t]!);
  });
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
