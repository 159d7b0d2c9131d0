import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import type { Run } from '@contracts/runs';
import { WorkbenchError } from '@core/errors';
import { describeRunning } from '../demo/progress-line';
import { sayError } from '../demo/run-road';
import { openSession, type WorkbenchSession } from '../demo/workbench-session';
import { DATABASE_FILE } from '../host/store/database';
import { parseEvidenceArguments, type EvidenceArguments } from './arguments';
import { openEmbeddedBench, openRealBench, type OpenBench } from './benches';
import { openLab } from './lab';
import { mergeResults } from './merge-results';
import { writeDocument, type StudyResults } from './report/document';
import { REAL_STUDIES, STUDIES, TRANSFER_STUDIES } from './studies';
import type { SeedResult, Study } from './study';
import { openTransferBench } from './transfer/open-transfer-bench';
import { missingStudy, walkStudy } from './walk-study';

function stopAfter(hours: number): () => boolean {
  const endMs = performance.now() + hours * 3_600_000;
  return () => performance.now() < endMs;
}

/** Seed by seed, so that whatever time there is gives whole seeds first; studies on a model of the person come last. */
async function gather(
  { client }: WorkbenchSession,
  args: EvidenceArguments,
  rungs: readonly string[] | null,
  isAsked: (study: Study) => boolean,
  mayStart: () => boolean,
): Promise<StudyResults[]> {
  const { model, questions, quick } = args;
  const own = model !== null && questions !== null ? { model, questions } : null;
  const results = new Map<Study, SeedResult[]>();
  const walk = async (studies: readonly Study[], open: (seed: number) => Promise<OpenBench | null>) => {
    const asked = studies.filter(isAsked);
    for (const study of asked) results.set(study, []);
    if (asked.length === 0) return;
    for (const seed of args.seeds) {
      const bench = await open(seed);
      if (bench === null) {
        for (const study of asked) results.get(study)?.push(missingStudy(study, seed));
        continue;
      }
      const lab = await openLab({ client, projectId: bench.projectId, mayStart, onRun: announcer(seed) });
      for (const study of asked) results.get(study)?.push(await walkStudy(lab, bench, study, rungs));
    }
  };
  await walk(STUDIES, (seed) => openEmbeddedBench(client, seed, quick, mayStart()));
  await walk(TRANSFER_STUDIES, (seed) =>
    openTransferBench({ client, seed, isQuick: quick, mayStart, onRun: announcer(seed) }),
  );
  if (own !== null) await walk(REAL_STUDIES, (seed) => openRealBench(client, seed, quick, own, mayStart()));
  return [...results].map(([study, seeds]) => ({ study, seeds }));
}

/** How often a running stage has something to say. */
const SAY_EVERY_MS = 15_000;

function announcer(seed: number): (run: Run) => void {
  let lastMs = -Infinity;
  return (run) => {
    const isSettled = run.finishedAtMs !== null;
    if (!isSettled && performance.now() - lastMs < SAY_EVERY_MS) return;
    lastMs = isSettled ? -Infinity : performance.now();
    if (!isSettled)
      say(`  seed ${seed} · ${describeRunning('evaluate', run).replace(/^evaluate · /, `${run.name} · `)}`);
    else say(`seed ${seed} · ${run.name}: ${run.status}, ${run.activeSeconds.toFixed(1)} s`);
  };
}

async function report(args: EvidenceArguments, results: readonly StudyResults[]): Promise<void> {
  const plotFolder = basename(args.out).replace(/\.md$/, '');
  const versions = results
    .flatMap(({ seeds }) => seeds.flatMap(({ rungs }) => [...rungs.values()]))
    .flatMap((outcome) => (outcome.kind === 'made' ? outcome.result.state.runs : []))
    .at(-1)?.versions;
  const { markdown, plots } = writeDocument(results, {
    seeds: args.seeds,
    isQuick: args.quick,
    versions: versions ?? {},
    plotFolder,
  });
  const folder = join(dirname(args.out), plotFolder);
  mkdirSync(folder, { recursive: true });
  for (const name of readdirSync(folder)) if (name.endsWith('.svg')) rmSync(join(folder, name));
  for (const [name, svg] of plots) writeFileSync(join(folder, name), svg);
  const style = await resolveConfig(args.out);
  writeFileSync(args.out, await format(markdown, { ...style, parser: 'markdown' }));
  say(`Report: ${args.out}`);
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Every study as far as it is stored, also those that were run before. */
function stored(session: WorkbenchSession, args: EvidenceArguments): Promise<StudyResults[]> {
  return gather(
    session,
    args,
    null,
    () => true,
    () => false,
  );
}

async function storedIn(folder: string, args: EvidenceArguments): Promise<StudyResults[]> {
  if (!existsSync(join(folder, DATABASE_FILE)))
    throw new WorkbenchError('validation', `There is no workbench in ${folder}.`, {
      code: 'arguments',
      wayOut: '--also takes data folders that `npm run evidence -- --data FOLDER` made.',
    });
  const session = openSession(folder);
  try {
    return await stored(session, args);
  } finally {
    await session.close();
  }
}

/** `npm run evidence`: runs what is missing of the studies, then writes the report of everything that is stored. */
async function main(): Promise<void> {
  let session: WorkbenchSession | null = null;
  try {
    const args = parseEvidenceArguments(process.argv.slice(2), [...STUDIES, ...TRANSFER_STUDIES, ...REAL_STUDIES]);
    session = openSession(args.data, { threads: args.threads });
    say(`Everything is kept in ${session.dataFolder}`);
    const isAsked = ({ id }: Study) => args.only === null || args.only.includes(id);
    if (!args.reportOnly) await gather(session, args, args.rungs, isAsked, stopAfter(args.hours));
    const folders = [await stored(session, args)];
    for (const folder of args.also) folders.push(await storedIn(folder, args));
    await report(args, mergeResults(folders));
  } catch (error) {
    process.exitCode = 1;
    sayError(error);
  } finally {
    await session?.close();
  }
}

await main();
