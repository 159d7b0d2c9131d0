import { chmod, copyFile, mkdir, readFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import type { DatasetId, QuestionSetId, RunId } from '@contracts/ids';
import type { JobSpec } from '@contracts/jobs';
import type { Run } from '@contracts/runs';
import { WorkbenchError } from '@core/errors';
import { fillPlaces, makeRecipe, OPENRLHF_ESTIMATORS } from '@core/export/recipe';
import { RlConfigSchema } from '@core/train/rl/rl-config';
import { SftConfigSchema } from '@core/train/sft-config';
import { writeAtomic, writeJsonAtomic } from '../../engine/run-state';
import { findCheckpoint } from '../store/repositories/checkpoints';
import { findRun } from '../store/repositories/runs';
import type { ServiceContext } from './context';
import { exportExamples, exportQuestions } from './example-export';
import { required } from './not-found';

export interface RecipeInput {
  readonly runId: RunId;
  readonly datasetId: DatasetId | null;
  readonly questionSetId: QuestionSetId | null;
}

/** Files of the recipe, what each is, and whether it is of use without that data. */
const FILES = {
  'recipe.json': { what: 'the settings that the scripts read', needs: null },
  'sft.py': { what: 'fine-tuning with TRL', needs: 'examples' },
  'grpo.py': { what: 'reinforcement learning with TRL', needs: 'questions' },
  'reward.py': { what: 'the reward: is the answer right', needs: 'questions' },
  'openrlhf.sh': { what: 'command lines for OpenRLHF', needs: null },
  'data/sft.jsonl': { what: 'examples with masks, as sft.py reads them', needs: 'examples' },
  'data/sft.openrlhf.jsonl': { what: 'the same examples as text, for OpenRLHF', needs: 'examples' },
  'data/rl.jsonl': { what: 'questions and answers, as grpo.py reads them', needs: 'questions' },
  'data/rl.openrlhf.jsonl': { what: 'the same questions for OpenRLHF', needs: 'questions' },
} as const;

const COPIED = ['sft.py', 'grpo.py', 'reward.py'] as const;
const LAYOUTS_OF_EXAMPLES = { 'data/sft.jsonl': 'workbench', 'data/sft.openrlhf.jsonl': 'openrlhf' } as const;
const LAYOUTS_OF_QUESTIONS = { 'data/rl.jsonl': 'trl', 'data/rl.openrlhf.jsonl': 'openrlhf' } as const;

/**
 * Writes beside an exported model what other programs need to train it further: data, scripts, settings and a README.
 * @throws WorkbenchError `recipe-no-model`, `recipe-no-data`, and as `writeRows`
 */
export async function writeRecipe(
  context: ServiceContext,
  input: RecipeInput,
): Promise<{ folder: string; files: string[] }> {
  const run = required(findRun(context.db, input.runId), 'This export');
  const model = modelFolderOf(run);
  if (input.datasetId === null && input.questionSetId === null) {
    throw new WorkbenchError('validation', 'A recipe needs data: neither examples nor questions were chosen.', {
      code: 'recipe-no-data',
      kept: 'Nothing was written.',
      wayOut: 'Choose a data set, a set of questions, or both.',
    });
  }
  const folder = join(dirname(model), 'recipe');
  await mkdir(join(folder, 'data'), { recursive: true });
  await writeData(context, input, folder);

  const sft = settingsFrom(context, run, 'sft');
  const rl = settingsFrom(context, run, 'rl');
  const sftConfig = sft?.config ?? SftConfigSchema.parse({});
  const rlConfig = rl?.config ?? RlConfigSchema.parse({});
  const modelPath = relative(folder, model);
  const recipe = makeRecipe({
    model: modelPath,
    sft: input.datasetId && { config: sftConfig, data: 'data/sft.jsonl' },
    rl: input.questionSetId && { config: rlConfig, data: 'data/rl.jsonl' },
  });
  writeJsonAtomic(join(folder, 'recipe.json'), recipe);
  const has = { examples: input.datasetId !== null, questions: input.questionSetId !== null };
  const files = Object.entries(FILES).filter(([, { needs }]) => needs === null || has[needs]);
  for (const name of COPIED)
    if (files.some(([file]) => file === name)) await copyFile(resource(context, name), join(folder, name));
  const paths = Math.max(2, rlConfig.pathsPerQuestion);
  const values = {
    model: modelPath,
    name: run.name,
    files: files.map(([name, { what }]) => `| \`${name}\` | ${what} |`).join('\n'),
    settingsFrom: describeSettings(sft?.name ?? null, rl?.name ?? null),
    maxTokens: sftConfig.maxTokens,
    batchSize: sftConfig.batchSize,
    epochs: sftConfig.epochs,
    sftLearningRate: sftConfig.learningRate,
    estimator: OPENRLHF_ESTIMATORS[rlConfig.algorithm],
    pathsPerQuestion: paths,
    questionsPerStep: rlConfig.questionsPerIteration,
    pathsPerStep: paths * rlConfig.questionsPerIteration,
    maxNewTokens: rlConfig.maxNewTokens,
    temperature: rlConfig.temperature,
    rlLearningRate: rlConfig.learningRate,
    klCoefficient: rlConfig.klCoefficient,
  };
  for (const name of ['openrlhf.sh', 'README.md']) {
    const text = fillPlaces(await readFile(resource(context, name), 'utf8'), values);
    writeAtomic(join(folder, name), new TextEncoder().encode(text));
  }
  await chmod(join(folder, 'openrlhf.sh'), 0o755);
  return { folder, files: ['README.md', ...files.map(([name]) => name)] };
}

async function writeData(context: ServiceContext, input: RecipeInput, folder: string): Promise<void> {
  const { datasetId, questionSetId } = input;
  const to = (name: string) => ({ path: join(folder, name), format: 'jsonl', replace: true }) as const;
  if (datasetId !== null) {
    const chosen = { datasetId, filter: { search: '' }, verdicts: 'not-rejected' } as const;
    for (const [name, layout] of Object.entries(LAYOUTS_OF_EXAMPLES))
      await exportExamples(context, { ...chosen, ...to(name), layout });
  }
  if (questionSetId === null) return;
  for (const [name, layout] of Object.entries(LAYOUTS_OF_QUESTIONS))
    await exportQuestions(context, { id: questionSetId, ...to(name), layout });
}

function modelFolderOf(run: Run): string {
  const found = run.outputs.artefacts.find(({ kind }) => kind === 'model-folder');
  if (found) return found.path;
  throw new WorkbenchError('precondition', `“${run.name}” wrote no whole model.`, {
    code: 'recipe-no-model',
    kept: 'Nothing was written.',
    wayOut: 'Export the checkpoint in the form “merged” first.',
  });
}

type ConfigOf<K extends JobSpec['kind']> = Extract<JobSpec, { kind: K }>['config'];

/** Settings of the nearest run of that kind on the way to the exported checkpoint. */
function settingsFrom<K extends 'sft' | 'rl'>(
  { db }: ServiceContext,
  exportRun: Run,
  kind: K,
): { name: string; config: ConfigOf<K> } | null {
  let checkpointId = exportRun.parents.checkpointId;
  const seen = new Set<string>();
  while (checkpointId !== null && !seen.has(checkpointId)) {
    seen.add(checkpointId);
    const checkpoint = findCheckpoint(db, checkpointId);
    const run = checkpoint?.runId ? findRun(db, checkpoint.runId) : null;
    // A spec's settings are those of its kind.
    if (run?.spec.kind === kind) return { name: run.name, config: run.spec.config as ConfigOf<K> };
    checkpointId = checkpoint?.parentId ?? null;
  }
  return null;
}

function describeSettings(sft: string | null, rl: string | null): string {
  const from = [sft && `of the run “${sft}” for fine-tuning`, rl && `of the run “${rl}” for reinforcement`].filter(
    (part) => part !== null,
  );
  return from.length === 0
    ? 'The settings are the defaults of the workbench.'
    : `The settings are those ${from.join(' and ')}; whatever else is at the defaults of the workbench.`;
}

function resource({ resourcesFolder }: ServiceContext, name: string): string {
  return join(resourcesFolder, 'recipes', name);
}
