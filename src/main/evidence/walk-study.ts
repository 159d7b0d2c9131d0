import type { JobSpecInput } from '@contracts/jobs';
import type { EvaluationItem } from '@contracts/evaluations';
import type { Run } from '@contracts/runs';
import { WorkbenchError } from '@core/errors';
import type { Lab } from './lab';
import type {
  AnswerResult,
  AnswerWish,
  Bench,
  Conditions,
  Rung,
  RungOutcome,
  RungResult,
  RungState,
  SeedResult,
  StageWish,
  Study,
} from './study';

/** A run that is needed is not there, and none may be started. */
class Missing extends Error {}

/** A run of the way ended without what it was to make. */
class Failed extends Error {
  constructor(readonly run: Run) {
    super(run.name);
  }
}

/**
 * Walks the rungs of a study for one seed: what is stored is taken, the rest is run, while the lab allows it. A rung that fails or is missing
 * does not keep others from being walked.
 * @param asked rungs to walk, with whatever they stand on, in the study's order; all when null. The others count as missing
 */
export async function walkStudy(
  lab: Lab,
  bench: Bench,
  study: Study,
  asked: readonly string[] | null = null,
): Promise<SeedResult> {
  const outcomes = new Map<string, Promise<RungOutcome>>();
  const best = await findBestPrompt(lab, bench);
  if (best === null) return missingStudy(study, bench.seed);
  const outcomeOf = (id: string): Promise<RungOutcome> => {
    const known = outcomes.get(id) ?? walk(rungNamed(study, id));
    outcomes.set(id, known);
    return known;
  };
  const conditions: Conditions = {
    ...bench,
    bestPrompt: best.prompt,
    baseTokens: best.tokens,
    async rung(id) {
      const outcome = await outcomeOf(id);
      return outcome.kind === 'made' ? outcome.result : null;
    },
  };
  const walk = async (rung: Rung): Promise<RungOutcome> => {
    try {
      return { kind: 'made', result: await walkRung(lab, conditions, rung) };
    } catch (error) {
      if (error instanceof Missing) return { kind: 'missing' };
      if (error instanceof Failed) return { kind: 'failed', run: error.run };
      throw error;
    }
  };
  const rungs = new Map<string, RungOutcome>();
  for (const { id } of study.rungs)
    rungs.set(id, asked === null || asked.includes(id) ? await outcomeOf(id) : { kind: 'missing' });
  return { seed: bench.seed, bestPrompt: best.prompt, rungs };
}

/** A study of which nothing was run. */
export function missingStudy(study: Study, seed: number): SeedResult {
  return { seed, bestPrompt: null, rungs: new Map(study.rungs.map(({ id }) => [id, { kind: 'missing' }])) };
}

function rungNamed(study: Study, id: string): Rung {
  const rung = study.rungs.find((each) => each.id === id);
  if (!rung) throw new WorkbenchError('internal', `The study ${study.id} has no rung ${id}.`, { code: 'rung-unknown' });
  return rung;
}

async function walkRung(lab: Lab, conditions: Conditions, rung: Rung): Promise<RungResult> {
  const before = rung.from === null ? null : await conditions.rung(rung.from);
  if (rung.from !== null && before === null) throw new Missing();
  let state: RungState = before?.state ?? {
    checkpointId: conditions.base.id,
    searchRunId: null,
    datasetId: null,
    judgeId: null,
    runs: [],
  };
  for (const stage of rung.stages) state = await walkStage(lab, conditions, rung, stage, state);
  const answers = new Map<string, AnswerResult>();
  for (const wish of rung.answers) {
    const answer = await ask(lab, conditions, rung, wish, state);
    if (answer !== null) answers.set(wish.id, answer);
  }
  const last = state.runs.at(-1);
  return {
    state,
    answers,
    metrics: last && rung.stages.length > 0 ? await lab.client.runs.metrics({ id: last.id }) : [],
  };
}

async function walkStage(
  lab: Lab,
  conditions: Conditions,
  rung: Rung,
  stage: StageWish,
  state: RungState,
): Promise<RungState> {
  const { spec, borrowed } = await specOf(conditions, stage, state);
  const run = await lab.run(spec, `${rung.title}: ${stage.kind}`);
  if (run === null) throw new Missing();
  if (run.status !== 'finished') throw new Failed(run);
  const { checkpointIds, datasetId } = run.outputs;
  return {
    checkpointId: stage.kind === 'prm' ? state.checkpointId : (checkpointIds.at(-1) ?? state.checkpointId),
    searchRunId: stage.kind === 'search' ? run.id : state.searchRunId,
    datasetId: datasetId ?? state.datasetId,
    judgeId: stage.kind === 'prm' ? (checkpointIds.at(-1) ?? null) : state.judgeId,
    runs: [...borrowed.filter((each) => !state.runs.some(({ id }) => id === each.id)), ...state.runs, run],
  };
}

/** What a stage asks for, and the runs of other rungs that it stands on. */
async function specOf(
  conditions: Conditions,
  stage: StageWish,
  state: RungState,
): Promise<{ readonly spec: JobSpecInput; readonly borrowed: readonly Run[] }> {
  const { checkpointId } = state;
  const alone = (spec: JobSpecInput) => ({ spec, borrowed: [] });
  switch (stage.kind) {
    case 'tokens':
      return alone({ kind: 'tokens', checkpointId, config: await stage.config(conditions) });
    case 'search': {
      const judge = await judgeOf(conditions, stage.judge);
      return {
        spec: {
          kind: 'search',
          checkpointId,
          questionSetId: setOf(conditions, stage.questions ?? 'train').id,
          judgeId: judge?.judgeId ?? null,
          config: await stage.config(conditions),
        },
        borrowed: judge?.runs ?? [],
      };
    }
    case 'examples': {
      const other = stage.trees === undefined ? null : await conditions.rung(stage.trees);
      if (stage.trees !== undefined && other === null) throw new Missing();
      const searchRunId = (other?.state ?? state).searchRunId;
      if (searchRunId === null) throw new Missing();
      return {
        spec: { kind: 'examples', checkpointId, searchRunId, config: await stage.config(conditions) },
        borrowed: other?.state.runs ?? [],
      };
    }
    case 'sft': {
      if (state.datasetId === null) throw new Missing();
      return alone({ kind: 'sft', checkpointId, datasetId: state.datasetId, config: await stage.config(conditions) });
    }
    case 'prm': {
      if (state.searchRunId === null) throw new Missing();
      return alone({
        kind: 'prm',
        checkpointId,
        searchRunId: state.searchRunId,
        config: await stage.config(conditions),
      });
    }
    case 'rl': {
      const judge = await judgeOf(conditions, stage.judge);
      return {
        spec: {
          kind: 'rl',
          checkpointId,
          questionSetId: setOf(conditions, 'train').id,
          judgeId: judge?.judgeId ?? null,
          config: await stage.config(conditions),
        },
        borrowed: judge?.runs ?? [],
      };
    }
  }
}

/** The rung whose process reward model is wanted; null where none is. */
async function judgeOf(conditions: Conditions, rung: string | undefined): Promise<RungState | null> {
  if (rung === undefined) return null;
  const state = (await conditions.rung(rung))?.state;
  if (!state?.judgeId) throw new Missing();
  return state;
}

function setOf({ sets }: Bench, name: 'train' | 'validation') {
  const set = sets[name];
  if (set === null)
    throw new WorkbenchError('precondition', `There is no question set "${name}".`, { code: 'question-set-missing' });
  return set;
}

/** Questions of an answer: few in a quick run. */
const QUICK_QUESTIONS = 40;

async function ask(
  lab: Lab,
  conditions: Conditions,
  rung: Rung,
  wish: AnswerWish,
  { checkpointId }: RungState,
): Promise<AnswerResult | null> {
  const set = conditions.sets[wish.set];
  if (set === null) return null;
  const maxQuestions = Math.min(conditions.isQuick ? QUICK_QUESTIONS : wish.questions, set.count);
  const run = await lab.run(
    {
      kind: 'evaluate',
      checkpointId,
      questionSetId: set.id,
      judgeId: (await judgeOf(conditions, wish.judge))?.judgeId ?? null,
      config: { ...(await wish.config(conditions)), maxQuestions },
    },
    `${rung.title}: ${wish.title}`,
  );
  return run === null || run.status !== 'finished' ? null : readAnswer(lab, run);
}

const PAGE = 500;

async function readAnswer(lab: Lab, run: Run): Promise<AnswerResult | null> {
  const id = run.outputs.evaluationId;
  const evaluation = (await lab.client.evaluations.list({ projectId: lab.projectId })).find((each) => each.id === id);
  if (!evaluation) return null;
  const items: EvaluationItem[] = [];
  for (let total = 1; items.length < total;) {
    const page = await lab.client.evaluations.items({
      id: evaluation.id,
      filter: 'all',
      offset: items.length,
      limit: PAGE,
    });
    items.push(...page.items);
    total = page.items.length === 0 ? items.length : page.total;
  }
  return { evaluation, items, run, metrics: await lab.client.runs.metrics({ id: run.id }) };
}

/** The plain prompt under which the base answers the validation questions best. */
async function findBestPrompt(lab: Lab, bench: Bench): Promise<{ prompt: string; tokens: number } | null> {
  const set = setOf(bench, 'validation');
  const prompts = bench.base.plainPrompts.length > 0 ? bench.base.plainPrompts : [''];
  let best: { prompt: string; tokens: number; accuracy: number } | null = null;
  for (const prompt of prompts) {
    const run = await lab.run(
      {
        kind: 'evaluate',
        checkpointId: bench.base.id,
        questionSetId: set.id,
        config: {
          ...bench.plan.settings.evaluate,
          responsePrefix: prompt,
          maxQuestions: Math.min(bench.plan.validationQuestions, set.count),
        },
      },
      prompt === '' ? 'Base, bare question' : `Base, prompt “${prompt}”`,
    );
    if (run === null) return null;
    if (run.status !== 'finished') continue;
    const { accuracy, tokens, questions } = run.result;
    if (typeof accuracy !== 'number' || typeof tokens !== 'number' || typeof questions !== 'number') continue;
    if (best === null || accuracy > best.accuracy) best = { prompt, accuracy, tokens: tokens / Math.max(1, questions) };
  }
  return best;
}
