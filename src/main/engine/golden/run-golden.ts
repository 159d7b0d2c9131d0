import type { GoldenSet } from './golden-set';

/** One comparison, done. */
export interface CaseResult {
  readonly set: string;
  readonly name: string;
  readonly ok: boolean;
  /** In the measure of the tolerance; `Number.MAX_VALUE` for what is no number and for a case that failed to run. */
  readonly maxError: number;
}

/** What `--json` writes. */
export interface GoldenReport {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly cases: readonly CaseResult[];
}

/** Told while the sets run. */
export interface GoldenLog {
  /** A line of the table. */
  readonly line: (text: string) => void;
  /** A case that failed, or could not run. */
  readonly complaint: (text: string) => void;
}

/** Runs every case of every set, one after the other; a case that crashes fails, and the rest goes on. */
export async function runGolden(sets: readonly GoldenSet[], log: GoldenLog): Promise<GoldenReport> {
  const cases: CaseResult[] = [];
  let skipped = 0;
  for (const set of sets) {
    const own: (CaseResult & { readonly share: number })[] = [];
    for (const each of set.cases) own.push(await runCase(set.name, each, log));
    await disposeOf(set, log);
    cases.push(
      ...own.map(({ set: name, name: caseName, ok, maxError }) => ({ set: name, name: caseName, ok, maxError })),
    );
    skipped += set.skipped.length;
    log.line(describeSet(set, own));
    for (const reason of set.skipped) log.line(`    skipped  ${reason}`);
  }
  const passed = cases.filter(({ ok }) => ok).length;
  return { passed, failed: cases.length - passed, skipped, cases };
}

async function runCase(
  set: string,
  { name, measure }: GoldenSet['cases'][number],
  { complaint }: GoldenLog,
): Promise<CaseResult & { readonly share: number }> {
  try {
    const { error, tolerance, where } = await measure();
    const ok = error <= tolerance;
    if (!ok)
      complaint(`${set}: ${name}: ${show(error)} instead of at most ${show(tolerance)}${where ? ` at ${where}` : ''}`);
    const share = tolerance === 0 ? (ok ? 0 : Infinity) : error / tolerance;
    return { set, name, ok, maxError: Number.isFinite(error) ? error : Number.MAX_VALUE, share };
  } catch (error) {
    complaint(`${set}: ${name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    return { set, name, ok: false, maxError: Number.MAX_VALUE, share: Infinity };
  }
}

async function disposeOf({ name, dispose }: GoldenSet, { complaint }: GoldenLog): Promise<void> {
  try {
    await dispose?.();
  } catch (error) {
    complaint(`${name}: cleaning up failed: ${error instanceof Error ? error.message : String(error)}`);
  }
}

const WIDTH = 36;

/** Head of the table that `runGolden` writes line by line. */
export const TABLE_HEAD = `${'set'.padEnd(WIDTH)}passed  failed  skipped  nearest to its tolerance`;

function describeSet(
  { name, skipped }: GoldenSet,
  results: readonly (CaseResult & { readonly share: number })[],
): string {
  const passed = results.filter(({ ok }) => ok).length;
  const nearest = results.reduce<(typeof results)[number] | null>(
    (worst, each) => (each.share > (worst?.share ?? 0) ? each : worst),
    null,
  );
  const counts = [passed, results.length - passed, skipped.length].map((count, column) =>
    String(count).padStart([6, 8, 9][column] ?? 0),
  );
  const said =
    results.length === 0
      ? ''
      : nearest === null
        ? 'every number exact'
        : `${Number.isFinite(nearest.share) ? `${(100 * nearest.share).toFixed(nearest.share < 0.1 ? 1 : 0)} %` : 'off'}: ${nearest.name}`;
  return `${name.padEnd(WIDTH - 1)} ${counts.join('')}  ${said}`.trimEnd();
}

function show(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toExponential(2);
}
