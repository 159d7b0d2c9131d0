import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import type { Run } from '@contracts/runs';
import { WorkbenchError } from '@core/errors';
import { fullDemoPlan, quickDemoPlan } from '../demo/demo-settings';
import { describeRunning } from '../demo/progress-line';
import { sayError } from '../demo/run-road';
import type { WorkbenchClient } from '../demo/walk-road';
import { openSession, type WorkbenchSession } from '../demo/workbench-session';
import { parseEvidenceArguments, type EvidenceArguments } from './arguments';
import { openLab } from './lab';
import { writeDocument, type StudyResults } from './report/document';
import { STUDIES } from './studies';
import type { Bench, SeedResult, SetName, Study } from './study';
import { walkStudy } from './walk-study';

/** `npm run evidence`: runs what is missing of the studies, then writes the report of everything that is stored. */
let session: WorkbenchSession | null = null;
try {
  const args = parseEvidenceArguments(
    process.argv.slice(2),
    STUDIES.map(({ id }) => id),
  );
  session = openSession(args.data);
  say(`Everything is kept in ${session.dataFolder}`);
  const studies = STUDIES.filter(({ id }) => args.only === null || args.only.includes(id));
  if (!args.reportOnly) await gather(session, args, studies, stopAfter(args.hours));
  // The report holds every study, also those that were run before.
  await report(args, await gather(session, args, STUDIES, () => false));
} catch (error) {
  process.exitCode = 1;
  sayError(error);
} finally {
  await session?.close();
}

function stopAfter(hours: number): () => boolean {
  const endMs = performance.now() + hours * 3_600_000;
  return () => performance.now() < endMs;
}

/** Seed by seed, so that whatever time there is gives whole seeds first. */
async function gather(
  { client }: WorkbenchSession,
  args: EvidenceArguments,
  studies: readonly Study[],
  mayStart: () => boolean,
): Promise<StudyResults[]> {
  const results = new Map<Study, SeedResult[]>(studies.map((study) => [study, []]));
  for (const seed of args.seeds) {
    const bench = await openBench(client, seed, args.quick);
    const lab = await openLab({ client, projectId: bench.projectId, mayStart, onRun: announcer(seed) });
    for (const study of studies) results.get(study)?.push(await walkStudy(lab, bench, study));
  }
  return [...results].map(([study, seeds]) => ({ study, seeds }));
}

/** The project of a seed, made on first use. */
async function openBench(client: WorkbenchClient, seed: number, isQuick: boolean) {
  const name = `Evidence, seed ${seed}${isQuick ? ', quick' : ''}`;
  const projects = await client.projects.list({});
  const project =
    projects.find((each) => each.name === name) ?? (await client.projects.create({ name, withEmbedded: true }));
  const models = await client.models.list({ projectId: project.id });
  const base = models.find((model) => model.parentId === null);
  const sets = await client.questions.list({ projectId: project.id });
  if (!base)
    throw new WorkbenchError('internal', `The embedded model is not in the project "${name}".`, {
      code: 'embedded-missing',
    });
  const setOf = (set: SetName) => sets.find((each) => each.name === set) ?? null;
  const bench: Bench = {
    seed,
    isQuick,
    base,
    plan: isQuick ? quickDemoPlan(seed) : fullDemoPlan(seed),
    sets: {
      train: setOf('train'),
      validation: setOf('validation'),
      test: setOf('test'),
      deep: setOf('deep'),
      big: setOf('big'),
    },
  };
  return { ...bench, projectId: project.id };
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
