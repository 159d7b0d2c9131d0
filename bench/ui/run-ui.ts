import { existsSync, writeFileSync } from 'node:fs';
import { rowOf, type BenchRow } from '../row';
import { withBenchWindow } from './bench-window';
import { UI_CASES } from './cases';

export interface UiBenchOptions {
  readonly only?: readonly string[];
  /** Written after each case. */
  readonly json?: string;
  readonly log: (line: string) => void;
}

/** Measures the window, case by case. @throws {Error} for a case that is not in the table, and without a build */
export async function runUiBench({ only, json, log }: UiBenchOptions): Promise<readonly BenchRow[]> {
  if (!existsSync('out/renderer/index.html')) throw new Error('The window is measured as built: npm run build first.');
  const rows: BenchRow[] = [];
  for (const name of only ?? Object.keys(UI_CASES)) {
    const uiCase = UI_CASES[name];
    if (uiCase === undefined)
      throw new Error(`There is no case "${name}"; there are ${Object.keys(UI_CASES).join(', ')}.`);
    log(`… ${name}`);
    const measured = await withBenchWindow(uiCase, log, (window) => uiCase.measure(window, log));
    rows.push(...measured.map(rowOf));
    if (json !== undefined) writeFileSync(json, `${JSON.stringify(rows, null, 2)}\n`);
  }
  return rows;
}
