import { DryMeasure } from '@contracts/dry-step';
import type { JobKind } from '@contracts/stages';
import { execute, fromJson, selectOne, type ReadableDb, type WritableDb } from '../sql';

/** A dry step as it was kept. */
export interface KeptDryStep {
  readonly measure: DryMeasure;
  readonly measuredAtMs: number;
}

/** More than these are of models and settings that nobody looks at any more. */
const KEPT_DRY_STEPS = 500;

export function findDryStep(db: ReadableDb, key: string): KeptDryStep | null {
  const row = selectOne<{ measure_json: string; measured_at_ms: number }>(
    db,
    'SELECT measure_json, measured_at_ms FROM dry_steps WHERE key = $key',
    { key },
  );
  if (!row) return null;
  // What another version of the program measured may mean something else.
  const measure = DryMeasure.safeParse(fromJson(row.measure_json));
  return measure.success ? { measure: measure.data, measuredAtMs: row.measured_at_ms } : null;
}

/** Keeps a dry step in the place of an earlier one, and lets go of the oldest where there are many. */
export function keepDryStep(db: WritableDb, key: string, { measure, measuredAtMs }: KeptDryStep): void {
  execute(
    db,
    `INSERT INTO dry_steps (key, measure_json, measured_at_ms) VALUES ($key, $measure, $measuredAtMs)
     ON CONFLICT (key) DO UPDATE SET measure_json = excluded.measure_json, measured_at_ms = excluded.measured_at_ms`,
    { key, measure: JSON.stringify(measure), measuredAtMs },
  );
  execute(
    db,
    `DELETE FROM dry_steps WHERE key NOT IN (SELECT key FROM dry_steps ORDER BY measured_at_ms DESC LIMIT $kept)`,
    { kept: KEPT_DRY_STEPS },
  );
}

/** What is corrected. */
export type Quantity = 'seconds' | 'memory';

/** What runs of a kind have taught on a machine; see `learn-estimates.ts`. */
export interface KeptCorrection {
  readonly logFactor: number;
  readonly variance: number;
  readonly runs: number;
}

interface Key {
  readonly machine: string;
  readonly kind: JobKind;
  readonly quantity: Quantity;
}

export function findCorrection(db: ReadableDb, key: Key): KeptCorrection | null {
  const row = selectOne<{ log_factor: number; variance: number; run_count: number }>(
    db,
    `SELECT log_factor, variance, run_count FROM estimate_corrections
     WHERE machine = $machine AND kind = $kind AND quantity = $quantity`,
    { ...key },
  );
  return row ? { logFactor: row.log_factor, variance: row.variance, runs: row.run_count } : null;
}

export function keepCorrection(db: WritableDb, key: Key, { logFactor, variance, runs }: KeptCorrection): void {
  execute(
    db,
    `INSERT INTO estimate_corrections (machine, kind, quantity, log_factor, variance, run_count)
     VALUES ($machine, $kind, $quantity, $logFactor, $variance, $runs)
     ON CONFLICT (machine, kind, quantity) DO UPDATE
       SET log_factor = excluded.log_factor, variance = excluded.variance, run_count = excluded.run_count`,
    { ...key, logFactor, variance, runs },
  );
}
