import { existsSync } from 'node:fs';
import type { CheckpointId, DatasetId, ProjectId, QuestionSetId, RunId } from '@contracts/ids';
import type { JobSpec } from '@contracts/jobs';
import type { Run } from '@contracts/runs';
import type { JobKind } from '@contracts/stages';
import type { ErrorCode } from '@core/error-codes';
import { WorkbenchError } from '@core/errors';
import { CHOICES } from '@core/eval/choices';
import { hasChecks } from '@core/dataset/step-kinds';
import { checkTokenSet, describeTokenSetProblem, isUsable, missingRoles } from '@core/tokens/check-token-set';
import { compileTokenSet, type TokenSet } from '@core/tokens/token-set';
import { findCheckpoint, type StoredCheckpoint } from '../store/repositories/checkpoints';
import { countTrainable, findDataset } from '../store/repositories/examples';
import { findQuestionSet } from '../store/repositories/question-sets';
import { findRun } from '../store/repositories/runs';
import { foreignStepsOfDataset, tokenSetOfDataset } from '../store/repositories/token-sets';
import { requireServer } from '../store/repositories/servers';
import type { ServiceContext } from './context';
import { requirePresent, tokenSetOfCheckpoint } from './models';
import { required } from './not-found';
import { requireKept } from './project-trash';
import { promptRootOf } from './prompt-sets';

type SpecOf<K extends JobKind> = Extract<JobSpec, { kind: K }>;
type Check<K extends JobKind> = (context: ServiceContext, projectId: ProjectId, spec: SpecOf<K>) => Run['parents'];

/** Ways to answer that grow trees, which branch at functional tokens. */
const SEARCHING: ReadonlySet<SpecOf<'evaluate'>['config']['mode']> = new Set(['search', 'both']);

/** Ways to answer that choose among several answers. */
const SEVERAL: ReadonlySet<SpecOf<'evaluate'>['config']['mode']> = new Set(['search', 'samples']);

/** A server can write what prompts ask for; it cannot tell how likely each functional token is. */
function requireWritable({ db }: ServiceContext, { server, expander }: SpecOf<'search'>['config']): void {
  requireServer(db, server);
  if (expander !== 'sampled') return;
  throw refuse(
    `“${server}” cannot tell how likely each functional token is: the completions API names only the likeliest few tokens.`,
    'server-tokens-unknown',
    'Let the steps be proposed by prompts, or let the tuned model run on this machine.',
  );
}

const STILL_GROWING: ReadonlySet<Run['status']> = new Set(['queued', 'running', 'pausing']);

const NO_PARENTS: Run['parents'] = { checkpointId: null, questionSetId: null, datasetId: null, runId: null };

/** One check for each kind of job: everything that can be known before the engine starts. */
const CHECKS: { readonly [K in JobKind]: Check<K> } = {
  import(context, projectId, { path, baseId }) {
    if (!existsSync(path))
      throw refuse(`${path} is not there.`, 'file-missing', 'Choose a folder or file that exists.');
    if (baseId !== null) requireCheckpoint(context, projectId, baseId);
    return { ...NO_PARENTS, checkpointId: baseId };
  },
  tokens(context, projectId, { checkpointId, tokenSet }) {
    const checkpoint = requireCheckpoint(context, projectId, checkpointId);
    if (checkpoint.hasFunctionalTokens) {
      throw refuse(
        `"${checkpoint.name}" has the functional tokens already.`,
        'tokens-present',
        'Go on to the next stage.',
        checkpoint.name,
      );
    }
    if (tokenSet !== null) requireUsable(compileTokenSet(tokenSet));
    return { ...NO_PARENTS, checkpointId };
  },
  search(context, projectId, { checkpointId, questionSetId, judgeId, config }) {
    const checkpoint = requireCheckpoint(context, projectId, checkpointId);
    requireQuestions(context, projectId, questionSetId);
    requireJudge(context, projectId, judgeId, checkpoint);
    if (judgeId === null && config.stepValues === 'judge')
      throw refuse(
        'To value unfinished paths a process reward model is needed.',
        'judge-missing',
        'Name one, or let walks go on to an answer.',
      );
    if (config.server !== '') requireWritable(context, config);
    if (config.expander === 'sampled') requireTokens(checkpoint);
    if (config.expander === 'prompted') {
      requirePromptSet(context, config.promptSet);
      requireRoles(checkpoint, [['next_step', 'direct_answer']], 'to grow trees by prompts');
    }
    if (config.expander === 'samples') requireRoles(checkpoint, ['direct_answer'], 'to write answers in one go');
    return { ...NO_PARENTS, checkpointId, questionSetId };
  },
  examples(context, projectId, { checkpointId, searchRunId, config }) {
    const checkpoint = requireCheckpoint(context, projectId, checkpointId);
    requirePromptSet(context, config.promptSet);
    requireRoles(
      checkpoint,
      config.content === 'answers' ? ['direct_answer'] : hasChecks(config) ? ['verify', 'refine'] : [],
      'to make such examples',
    );
    const search = requireTrees(context, projectId, searchRunId);
    requireTokensOfTrees(context, checkpoint, search);
    return { ...NO_PARENTS, checkpointId, questionSetId: search.parents.questionSetId, runId: searchRunId };
  },
  sft(context, projectId, { checkpointId, datasetId, config }) {
    const checkpoint = requireCheckpoint(context, projectId, checkpointId);
    if (config.form === 'tagged') requireTokens(checkpoint);
    requireExamples(context, projectId, datasetId);
    if (config.form === 'tagged') requireTokensOfExamples(context, checkpoint, datasetId);
    return { ...NO_PARENTS, checkpointId, datasetId };
  },
  prm(context, projectId, { checkpointId, searchRunId, datasetId, config }) {
    const checkpoint = requireCheckpoint(context, projectId, checkpointId);
    requireTokens(checkpoint);
    const search = requireTrees(context, projectId, searchRunId);
    requireTokensOfTrees(context, checkpoint, search);
    if (datasetId !== null) {
      requireExamples(context, projectId, datasetId);
      requireTokensOfExamples(context, checkpoint, datasetId);
    }
    for (const path of [config.stepsFile, config.testFile])
      if (path !== '' && !existsSync(path))
        throw refuse(`${path} is not there.`, 'file-missing', 'Choose a file that exists.');
    return {
      ...NO_PARENTS,
      checkpointId,
      datasetId,
      questionSetId: search.parents.questionSetId,
      runId: searchRunId,
    };
  },
  rl(context, projectId, { checkpointId, questionSetId, judgeId, config }) {
    const checkpoint = requireCheckpoint(context, projectId, checkpointId);
    if (config.exploration === 'tree') requireTokens(checkpoint);
    requireJudge(context, projectId, judgeId, checkpoint);
    requireQuestions(context, projectId, questionSetId);
    return { ...NO_PARENTS, checkpointId, questionSetId };
  },
  evaluate(context, projectId, { checkpointId, questionSetId, judgeId, config }) {
    const checkpoint = requireCheckpoint(context, projectId, checkpointId);
    requireQuestions(context, projectId, questionSetId);
    requireJudge(context, projectId, judgeId, checkpoint);
    if (judgeId === null && SEVERAL.has(config.mode) && CHOICES[config.choice].needsProcess)
      throw refuse(
        'To choose among answers by their steps a process reward model is needed.',
        'judge-missing',
        'Name one, or choose by vote.',
      );
    if (judgeId === null && SEARCHING.has(config.mode) && config.leafValues === 'judge')
      throw refuse(
        'To steer a search by its steps a process reward model is needed.',
        'judge-missing',
        'Name one, or let answers that agree steer it.',
      );
    if (SEARCHING.has(config.mode) || config.constrained || config.withoutToken !== 'none') requireTokens(checkpoint);
    if (config.withoutToken !== 'none') requireRoles(checkpoint, [config.withoutToken], 'to leave it out');
    return { ...NO_PARENTS, checkpointId, questionSetId };
  },
  export(context, projectId, { checkpointId, config }) {
    const checkpoint = requireCheckpoint(context, projectId, checkpointId);
    if (config.form === 'adapter' && checkpoint.adapterPath === null) {
      throw refuse(
        `"${checkpoint.name}" was not trained with LoRA and has no adapter.`,
        'no-adapter',
        'Export it merged, or choose a checkpoint of a LoRA run.',
        checkpoint.name,
      );
    }
    return { ...NO_PARENTS, checkpointId };
  },
};

/**
 * Checks a job against what is stored and on disk.
 * @returns what the run starts from, for lineage
 * @throws WorkbenchError with what is missing and the way out
 */
export function checkJob(context: ServiceContext, projectId: ProjectId, spec: JobSpec): Run['parents'] {
  // The table pairs each kind with the check of that kind, which a lookup by a variable cannot show.
  const check = CHECKS[spec.kind] as Check<JobKind>;
  return check(context, projectId, spec);
}

function requireCheckpoint(context: ServiceContext, projectId: ProjectId, id: CheckpointId): StoredCheckpoint {
  const checkpoint = requirePresent(context, id);
  requireSameProject(projectId, checkpoint.projectId, `The checkpoint "${checkpoint.name}"`);
  return checkpoint;
}

function requireTokens(checkpoint: StoredCheckpoint): void {
  if (checkpoint.hasFunctionalTokens) return;
  throw refuse(
    `"${checkpoint.name}" has no functional tokens.`,
    'functional-tokens-missing',
    'Add the functional tokens to it first, or choose a checkpoint that has them.',
    checkpoint.name,
  );
}

/** @throws WorkbenchError `role-missing` where none of a model's tokens has a role that the stage needs */
function requireRoles(checkpoint: StoredCheckpoint, needed: Parameters<typeof missingRoles>[1], what: string): void {
  const [missing] = missingRoles(tokenSetOfCheckpoint(checkpoint), needed);
  if (missing === undefined) return;
  throw refuse(
    `The tokens of "${checkpoint.name}" (${checkpoint.tokenSet?.name ?? 'RFTT'}) have none with the role “${missing}”, which is needed ${what}.`,
    'role-missing',
    'Choose other settings, or give the model a token set that has the role.',
  );
}

/** @throws WorkbenchError `token-set-unfit` with what is wrong with the set */
function requireUsable(set: TokenSet): void {
  const problems = checkTokenSet(set);
  if (isUsable(problems)) return;
  throw refuse(
    problems.flatMap((problem) => (problem.isBlocking ? [describeTokenSetProblem(problem)] : []))[0] ?? set.name,
    'token-set-unfit',
    'Mend the token set, or take the eight of the paper.',
  );
}

/** @throws WorkbenchError `token-foreign` where trees were grown with tokens that the model has not */
function requireTokensOfTrees({ db }: ServiceContext, checkpoint: StoredCheckpoint, search: Run): void {
  const grower = search.parents.checkpointId && findCheckpoint(db, search.parents.checkpointId);
  // Whose rows are gone cannot be asked; the run itself looks at the trees once more.
  if (!grower) return;
  const set = tokenSetOfCheckpoint(checkpoint);
  refuseForeign(
    checkpoint,
    tokenSetOfCheckpoint(grower).names.filter((name) => !set.find(name)),
    `The trees of "${search.name}"`,
  );
}

function requireTokensOfExamples({ db }: ServiceContext, checkpoint: StoredCheckpoint, id: DatasetId): void {
  const set = tokenSetOfCheckpoint(checkpoint);
  if (tokenSetOfDataset(db, id).names.every((name) => set.find(name))) return;
  refuseForeign(checkpoint, foreignStepsOfDataset(db, id, set.names), 'The examples');
}

function refuseForeign(checkpoint: StoredCheckpoint, foreign: readonly string[], what: string): void {
  if (foreign.length === 0) return;
  throw refuse(
    `${what} hold the tokens ${foreign.slice(0, 3).join(', ')}, which "${checkpoint.name}" does not have.`,
    'token-foreign',
    'Choose a model with the same token set, or make them anew with this one.',
  );
}

/** A process reward model of this project, made by the stage `prm` or brought along; whether it has the head for it the engine finds out. */
function requireJudge(
  context: ServiceContext,
  projectId: ProjectId,
  id: CheckpointId | null,
  judged: StoredCheckpoint,
): void {
  if (id === null) return;
  const judge = requireCheckpoint(context, projectId, id);
  requireTokens(judge);
  const [own, others] = [tokenSetOfCheckpoint(judge), tokenSetOfCheckpoint(judged)];
  if (judged.hasFunctionalTokens && own.surfaces.join(' ') !== others.surfaces.join(' '))
    throw refuse(
      `"${judge.name}" reads other functional tokens than "${judged.name}" writes.`,
      'judge-unfit',
      'Choose a judge that was trained from a model with the same tokens.',
    );
  const writer = judge.runId === null ? null : findRun(context.db, judge.runId);
  if (writer === null || writer.kind === 'prm' || writer.kind === 'import') return;
  throw refuse(
    `"${judge.name}" was not trained to judge steps.`,
    'judge-unfit',
    'Train a process reward model first, or choose one.',
    judge.name,
  );
}

function requireQuestions(context: ServiceContext, projectId: ProjectId, id: QuestionSetId): void {
  const set = required(findQuestionSet(context.db, id), 'This question set');
  requireSameProject(projectId, set.projectId, `The question set "${set.name}"`);
  if (set.isRemoved) required(null, `The question set "${set.name}"`);
  if (set.count === 0)
    throw refuse(`The question set "${set.name}" is empty.`, 'questions-empty', 'Choose another set.');
}

function requireExamples(context: ServiceContext, projectId: ProjectId, id: DatasetId): void {
  const dataset = required(findDataset(context.db, id), 'This data set');
  requireSameProject(projectId, dataset.projectId, `The data set "${dataset.name}"`);
  requireKept(context.db, dataset.name, id, dataset.runId);
  if (countTrainable(context.db, id) > 0) return;
  throw refuse(
    `Every example of "${dataset.name}" is rejected; nothing is left to train on.`,
    'examples-empty',
    'Accept some examples, or make new ones.',
  );
}

function requireTrees(context: ServiceContext, projectId: ProjectId, id: RunId): Run {
  const run = required(findRun(context.db, id), 'This run');
  requireSameProject(projectId, run.projectId, `The run "${run.name}"`);
  requireKept(context.db, run.name, id);
  // A search that still waits or runs may be named: the queue is in order, and the job looks again when its turn comes.
  if (run.outputs.treeCount === 0 && !STILL_GROWING.has(run.status)) {
    throw refuse(`The run "${run.name}" grew no trees.`, 'trees-empty', 'Grow trees first.', run.name);
  }
  return run;
}

function requirePromptSet(context: ServiceContext, name: string): void {
  if (promptRootOf(context, name) !== null) return;
  throw refuse(`There is no prompt set "${name}".`, 'prompt-set-missing', 'Choose one of those that there are.');
}

function requireSameProject(wanted: ProjectId, actual: ProjectId, what: string): void {
  if (wanted === actual) return;
  throw refuse(`${what} belongs to another project.`, 'other-project', 'Choose one of this project.');
}

/** @param name what it is about, for sentences in other languages */
function refuse(message: string, code: ErrorCode, wayOut: string, name?: string): WorkbenchError {
  const details = name === undefined ? {} : { details: { name } };
  return new WorkbenchError('precondition', message, { code, kept: 'Nothing was started.', wayOut, ...details });
}
