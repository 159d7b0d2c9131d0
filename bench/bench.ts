import { fork } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { measureDecoding } from './decode';
import { measureInstalledSize, measureStartUp } from './program';
import { formatRows, rowOf, type BenchRow, type Measurement } from './row';
import { measureSearch } from './search';
import { measureTraining } from './train';

type Log = (line: string) => void;

/** Everything that is measured, by the name that `--only` takes. */
const SUITES: Readonly<Record<string, (log: Log) => Measurement[] | Promise<Measurement[]>>> = {
  'decode-tiny': (log) => measureDecoding('tiny 1.8M', log),
  'decode-135m': (log) => measureDecoding('135M', log),
  'train-tiny': (log) => measureTraining('tiny 1.8M', log),
  'train-135m': (log) => measureTraining('135M', log),
  search: measureSearch,
  'start-up': measureStartUp,
  size: measureInstalledSize,
};

/** `npm run bench [-- --only decode-tiny,search] [--json FILE]`: each suite in a process of its own, one after the other. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { json: { type: 'string' }, only: { type: 'string' }, suite: { type: 'string' } },
  });
  if (values.suite !== undefined) {
    await runSuite(values.suite);
    return;
  }
  const names = values.only?.split(',') ?? Object.keys(SUITES);
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
