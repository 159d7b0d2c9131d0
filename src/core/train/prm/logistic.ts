/** A row of a small logistic regression: what is known, the label in [0, 1], and how much it counts. */
export interface LogisticRow {
  readonly signals: readonly number[];
  readonly label: number;
  readonly weight: number;
}

export interface LogisticFit {
  readonly bias: number;
  /** [signals] */
  readonly weights: readonly number[];
}

const ROUNDS = 30;
/** Pull towards zero on standardised weights, as a share of the total weight of the rows: keeps separable data finite. */
const RIDGE = 1e-4;
const ENOUGH = 1e-9;

export function sigmoid(x: number): number {
  return x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x));
}

/** The inverse of `sigmoid`, kept finite. */
export function logit(p: number): number {
  const floor = 1e-7;
  const held = Math.min(1 - floor, Math.max(floor, p));
  return Math.log(held / (1 - held));
}

/**
 * Logistic regression by Newton's method on standardised signals, in double precision. A signal that never varies has weight 0. Without rows, or
 * with labels of one kind alone, the bias is the mean label's and every weight small or 0.
 */
export function fitLogistic(rows: readonly LogisticRow[]): LogisticFit {
  const size = rows[0]?.signals.length ?? 0;
  const total = rows.reduce((sum, { weight }) => sum + weight, 0);
  if (total === 0) return { bias: 0, weights: Array.from({ length: size }, () => 0) };
  const mean = (valueOf: (row: LogisticRow) => number) =>
    rows.reduce((sum, row) => sum + row.weight * valueOf(row), 0) / total;
  const centres = Array.from({ length: size }, (_, i) => mean((row) => row.signals[i]!));
  const spreads = centres.map((centre, i) => Math.sqrt(mean((row) => (row.signals[i]! - centre) ** 2)));
  const standardised = rows.map(({ signals }) => [
    1,
    ...signals.map((value, i) => (spreads[i]! > ENOUGH ? (value - centres[i]!) / spreads[i]! : 0)),
  ]);
  let beta = [logit(mean(({ label }) => label)), ...centres.map(() => 0)];
  for (let round = 0; round < ROUNDS; round++) {
    const gradient = beta.map((value, i) => (i === 0 ? 0 : -RIDGE * total * value));
    const curvature = beta.map((_, i) => beta.map((_each, j) => (i === j ? (i === 0 ? ENOUGH : RIDGE * total) : 0)));
    rows.forEach(({ label, weight }, r) => {
      const x = standardised[r]!;
      const p = sigmoid(x.reduce((sum, value, i) => sum + value * beta[i]!, 0));
      for (let i = 0; i < x.length; i++) {
        gradient[i]! += weight * (label - p) * x[i]!;
        for (let j = 0; j < x.length; j++) curvature[i]![j]! += weight * p * (1 - p) * x[i]! * x[j]!;
      }
    });
    const step = solve(curvature, gradient);
    beta = beta.map((value, i) => value + step[i]!);
    if (Math.hypot(...step) < ENOUGH) break;
  }
  const weights = spreads.map((spread, i) => (spread > ENOUGH ? beta[i + 1]! / spread : 0));
  return { bias: weights.reduce((bias, weight, i) => bias - weight * centres[i]!, beta[0]!), weights };
}

/** Solves a small symmetric positive system by elimination with pivots; a direction without curvature stays where it is. */
function solve(matrix: readonly (readonly number[])[], right: readonly number[]): number[] {
  const rows = matrix.map((row, i) => [...row, right[i]!]);
  const size = right.length;
  for (let column = 0; column < size; column++) {
    let pivot = column;
    for (let i = column + 1; i < size; i++)
      if (Math.abs(rows[i]![column]!) > Math.abs(rows[pivot]![column]!)) pivot = i;
    [rows[column], rows[pivot]] = [rows[pivot]!, rows[column]!];
    const head = rows[column]![column]!;
    if (Math.abs(head) < Number.MIN_VALUE) continue;
    for (let i = 0; i < size; i++) {
      if (i === column) continue;
      const factor = rows[i]![column]! / head;
      for (let j = column; j <= size; j++) rows[i]![j]! -= factor * rows[column]![j]!;
    }
  }
  return rows.map((row, i) => (Math.abs(row[i]!) < Number.MIN_VALUE ? 0 : row[size]! / row[i]!));
}
