import { fork } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { measureDecoding } from './decode';
import type { Contest } from './contests/contest';
import { prepareModel } from './contests/model-cache';
import { serveBench } from './contests/our-worker';
import { readRows, runContests } from './contests/run-contests';
import { FEWEST_SAMPLES, formatScores, formatScoresAsMarkdown } from './contests/score';
import { ENGINE_CONTESTS } from './engine/contests';
import { measureInstalledSize, measureStartUp } from './program';
import { measureReview } from './review';
import { formatRows, rowOf, type BenchRow, type Measurement } from './row';
import { measureSearch } from './search-speed';
import { SEARCH_CONTESTS } from './search/contests';
import { measureTraining } from './train';
import { runUiBench } from './ui/run-ui';

type Log = (line: string) => void;

/** Everything that is measured, by the name that `--only` takes. */
const SUITES: Readonly<Record<string, (log: Log) => Measurement[] | Promise<Measurement[]>>> = {
  'decode-tiny': (log) => measureDecoding('tiny 1.8M', log),
  'decode-135m': (log) => measureDecoding('135M', log),
  'train-tiny': (log) => measureTraining('tiny 1.8M', log),
  'train-135m': (log) => measureTraining('135M', log),
  search: measureSearch,
  review: measureReview,
  'start-up': measureStartUp,
  size: measureInstalledSize,
};

/** Tables of goals, by the flag that chooses one. */
const TABLES: Readonly<Record<'engine' | 'search', Readonly<Record<string, Contest>>>> = {
  engine: ENGINE_CONTESTS,
  search: SEARCH_CONTESTS,
};

/**
 * `npm run bench [-- --only decode-tiny,search] [--json FILE]`: each suite in a process of its own, one after the other.
 * `npm run bench -- --engine [--only decode-8,adamw] [--samples 3] [--seed 1] [--json FILE]`: the engine's goals beside its peers.
 * `npm run bench -- --ui [--only tree] [--json FILE]`: the window's goals, in a Chromium of this machine; needs `npm run build`.
 * `npm run bench -- --search …`: the goals of search and reinforcement, in the same way.
 * `npm run bench -- --markdown FILE`: the rows of such a file as a table for the documentation.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      json: { type: 'string' },
      only: { type: 'string' },
      suite: { type: 'string' },
      samples: { type: 'string', default: process.env['WORKBENCH_BENCH_SAMPLES'] ?? String(FEWEST_SAMPLES) },
      seed: { type: 'string', default: '1' },
      engine: { type: 'boolean', default: false },
      ui: { type: 'boolean', default: false },
      search: { type: 'boolean', default: false },
      markdown: { type: 'string' },
      worker: { type: 'boolean', default: false },
      prepare: { type: 'boolean', default: false },
    },
  });
  if (values.worker) return serveBench();
  if (values.prepare) return prepareModel();
  if (values.suite !== undefined) return runSuite(values.suite);
  if (values.markdown !== undefined) {
    console.log(formatScoresAsMarkdown(readRows(values.markdown)));
    return;
  }
  const only = values.only?.split(',');
  if (values.ui) {
    const json = values.json === undefined ? {} : { json: values.json };
    const rows = await runUiBench({ ...(only && { only }), ...json, log: (line) => console.log(line) });
    console.log(`\n${formatRows(rows)}`);
    return;
  }
  const table = values.engine ? TABLES.engine : values.search ? TABLES.search : null;
  if (table !== null) {
    const rows = await runContests({
      contests: table,
      ...(only && { only }),
      samples: Number(values.samples),
      seed: values.seed,
      ...(values.json !== undefined && { json: values.json }),
      log: (line) => console.log(line),
    });
    console.log(`\n${formatScores(rows)}`);
    return;
  }
  const names = only ?? Object.keys(SUITES);
  const rows: BenchRow[] = [];
  for (const name of names) {
    if (!(name in SUITES)) throw new Error(`There is no suite "${name}"; there are ${Object.keys(SUITES).join(', ')}.`);
    console.log(`… ${name}`);
    rows.push(...(await runApart(name)));
  }
  console.log(`\n${formatRows(rows)}`);
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(rows, null, 2)}\n`);
}

/** In the child: measures and sends the rows to the parent. */
async function runSuite(name: string): Promise<void> {
  const measured = (await SUITES[name]?.((line) => console.log(`  ${line}`))) ?? [];
  process.send?.(measured.map(rowOf));
}

/** Memory and thread pools of one suite shall not touch the next. */
function runApart(name: string): Promise<readonly BenchRow[]> {
  return new Promise((resolve, reject) => {
    const child = fork(process.argv[1] ?? '', ['--suite', name]);
    let rows: readonly BenchRow[] = [];
    child.on('message', (message) => {
      // The child is this program and sends nothing else.
      rows = message as BenchRow[];
    });
    child.once('exit', (code) =>
      code === 0 ? resolve(rows) : reject(new Error(`The suite "${name}" ended with code ${code}.`)),
    );
  });
}

await main();
