import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createRng } from '@core/random/rng';
import { alternate, type Contestant } from './alternate';
import type { Contest } from './contest';
import { findGguf, readPreparedModel, type BenchModel } from './model-cache';
import { WORKERS } from './peers';
import { scoreContest, type ContestScore } from './score';
import { WorkerProcess } from './worker-process';

export interface RunContestsOptions {
  readonly contests: Readonly<Record<string, Contest>>;
  /** Names of contests; all of them when absent. */
  readonly only?: readonly string[];
  readonly samples: number;
  /** Rows are written here after each contest; with `only`, other rows that it holds are kept. */
  readonly json?: string;
  readonly seed: string;
  readonly log: (line: string) => void;
}

/** Measures contests one after the other. @returns rows in the table's order, those of the file included */
export async function runContests(options: RunContestsOptions): Promise<readonly ContestScore[]> {
  const { contests, json, samples, seed, log } = options;
  const names = options.only ?? Object.keys(contests);
  const unknown = names.find((name) => !(name in contests));
  if (unknown !== undefined)
    throw new Error(`There is no case "${unknown}"; there are ${Object.keys(contests).join(', ')}.`);
  const order = Object.values(contests).flatMap(({ rows }) => rows.map((row) => row.case));
  const rows = new Map<string, ContestScore>();
  if (options.only !== undefined && json !== undefined) for (const row of readRows(json)) rows.set(row.case, row);
  const inOrder = (): readonly ContestScore[] => order.flatMap((name) => rows.get(name) ?? []);
  const model = prepare(log);
  const begin = performance.now();
  for (const name of names) {
    const contest = contests[name];
    if (contest === undefined) continue;
    log(`${name} (${Math.round((performance.now() - begin) / 1000)} s so far)`);
    const result = await alternate({
      contest,
      open: (party) => openContestant(contest, party, model),
      samples: contest.samples ?? samples,
      rng: createRng(`${seed}/${name}`),
      log: (line) => log(`  ${line}`),
    });
    for (const row of scoreContest(contest, result)) rows.set(row.case, row);
    if (json !== undefined) writeFileSync(json, `${JSON.stringify(inOrder(), null, 2)}\n`);
  }
  log(`took ${Math.round((performance.now() - begin) / 1000)} s`);
  return inOrder();
}

/** Rows that `runContests` wrote earlier; none where there is no file. */
export function readRows(path: string): readonly ContestScore[] {
  // Nobody else writes this file.
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as ContestScore[]) : [];
}

/** The model for all parties; made in a process of its own, so that its memory is given back. */
function prepare(log: (line: string) => void): BenchModel | null {
  const known = readPreparedModel();
  if (known !== null) return known;
  if (findGguf() === null) {
    log('SmolLM2-135M is not there (WORKBENCH_MODELS); rows that need it stay empty');
    return null;
  }
  log('dequantising SmolLM2-135M once …');
  spawnSync(process.execPath, [process.argv[1] ?? '', '--prepare'], { stdio: ['ignore', 'inherit', 'inherit'] });
  return readPreparedModel();
}

async function openContestant(contest: Contest, name: string, model: BenchModel | null): Promise<Contestant> {
  const limits = contest.limitSeconds === undefined ? {} : { run: contest.limitSeconds * 1000 };
  const party = contest.parties[name];
  if (party === undefined) throw new Error('is not a party of this case');
  const { start, about } = WORKERS[party.worker](party, model);
  let said: string | undefined;
  const words = () => [about, said].filter((each) => each !== undefined).join(', ') || undefined;
  if (contest.processes === 'fresh') {
    return {
      about: words,
      warm: async () => undefined,
      run: async () => {
        const begin = performance.now();
        const worker = await WorkerProcess.start(start, limits);
        try {
          const value = await worker.ask('run');
          said = worker.about;
          return contest.clock === 'start' ? (performance.now() - begin) / 1000 : value;
        } finally {
          await worker.end();
        }
      },
      dispose: async () => undefined,
    };
  }
  const worker = await WorkerProcess.start(start, limits);
  return {
    about: words,
    warm: async () => {
      await worker.ask('warm');
    },
    run: async () => {
      const value = await worker.ask('run');
      said = worker.about;
      return value;
    },
    dispose: () => worker.end(),
  };
}
