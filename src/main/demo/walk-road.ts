import type { ContractRouterClient } from '@orpc/contract';
import type { WorkbenchContract } from '@contracts/index';
import type { Checkpoint } from '@contracts/models';
import type { Evaluation } from '@contracts/evaluations';
import { CheckpointId, type DatasetId, type EvaluationId, type ProjectId, type QuestionSetId } from '@contracts/ids';
import { JobSpec, type JobSpecInput } from '@contracts/jobs';
import type { Run } from '@contracts/runs';
import { WorkbenchError, fromEnvelope } from '@core/errors';
import type { RoadPlan } from './demo-settings';

export type WorkbenchClient = ContractRouterClient<WorkbenchContract>;

/** The stages of the report, in order. */
export const REPORT_STAGES = ['tokens', 'search', 'examples', 'sft', 'rl', 'evaluate', 'export'] as const;
export type ReportStage = (typeof REPORT_STAGES)[number];

export interface StageReport {
  readonly name: ReportStage;
  /** Seconds of work of all runs of the stage. */
  readonly seconds: number;
  /** Tokens generated or trained on, where the runs count them. */
  readonly tokens: number;
  /** Plain figures of the runs, e.g. {trees: 300, solved: 248}. */
  readonly figures: Readonly<Record<string, number | string | boolean | null>>;
}

export interface RoadReport {
  readonly stages: readonly StageReport[];
  /** Test accuracy of the model as it came (best plain prompt), after SFT, after RL; all on the same questions. */
  readonly rungs: readonly { readonly name: string; readonly evaluation: Evaluation }[];
  /** Last rung against the first. */
  readonly comparison: Awaited<ReturnType<WorkbenchClient['evaluations']['compare']>>;
  readonly exportFolder: string;
}

export interface RoadStart {
  readonly client: WorkbenchClient;
  readonly projectId: ProjectId;
  readonly base: Checkpoint;
  readonly sets: {
    readonly search: QuestionSetId;
    readonly rl: QuestionSetId;
    readonly validation: QuestionSetId;
    readonly test: QuestionSetId;
  };
  readonly plan: RoadPlan;
  /** Called whenever a run has something new to say. */
  readonly onRun: (stage: ReportStage, run: Run) => void;
}

/**
 * Walks the whole road through the same calls that the window makes: tokens, search, examples, SFT, RL, evaluation, export.
 *
 * The baseline is the untuned model at its best plain prompt: every cue it knows is tried on the validation questions, and the best one answers
 * the test questions. Nothing is chosen on the test questions.
 * @throws WorkbenchError of the stage that failed; everything made before stays in the workbench
 */
export async function walkRoad(start: RoadStart): Promise<RoadReport> {
  const { plan, base, sets } = start;
  const { settings } = plan;
  const ledger = new StageLedger();
  const run = async (stage: ReportStage, spec: JobSpecInput, name: string): Promise<Run> => {
    const finished = await runToEnd(start, stage, spec, name);
    ledger.add(stage, finished);
    return finished;
  };
  const evaluate = async (
    checkpointId: CheckpointId,
    questionSetId: QuestionSetId,
    maxQuestions: number,
    responsePrefix: string,
    name: string,
  ): Promise<Evaluation> => {
    const finished = await run(
      'evaluate',
      { kind: 'evaluate', checkpointId, questionSetId, config: { ...settings.evaluate, maxQuestions, responsePrefix } },
      name,
    );
    return evaluationOf(start, finished);
  };

  const tokens = await run(
    'tokens',
    { kind: 'tokens', checkpointId: base.id, config: settings.tokens },
    'Add the functional tokens',
  );
  const grown = finalCheckpoint(tokens);

  const searched = await run(
    'search',
    {
      kind: 'search',
      checkpointId: grown,
      questionSetId: sets.search,
      config: { ...settings.search, maxQuestions: plan.searchQuestions },
    },
    'Grow trees',
  );
  const merged = await run(
    'examples',
    { kind: 'examples', checkpointId: grown, searchRunId: searched.id, config: settings.examples },
    'Make examples',
  );
  const tuned = await run(
    'sft',
    { kind: 'sft', checkpointId: grown, datasetId: datasetOf(merged), config: settings.sft },
    'Fine-tune',
  );
  const explored = await run(
    'rl',
    {
      kind: 'rl',
      checkpointId: finalCheckpoint(tuned),
      questionSetId: sets.rl,
      config: { ...settings.rl, maxQuestions: plan.rlQuestions },
    },
    'Explore',
  );

  const bestPrompt = await findBestPrompt(base, (prompt) =>
    evaluate(base.id, sets.validation, plan.validationQuestions, prompt, promptName('Validation', prompt)),
  );
  const before = await evaluate(
    base.id,
    sets.test,
    plan.testQuestions,
    bestPrompt,
    promptName('Test, before', bestPrompt),
  );
  const afterSft = await evaluate(finalCheckpoint(tuned), sets.test, plan.testQuestions, '', 'Test, after fine-tuning');
  const afterRl = await evaluate(finalCheckpoint(explored), sets.test, plan.testQuestions, '', 'Test, after exploring');

  const exported = await run(
    'export',
    { kind: 'export', checkpointId: finalCheckpoint(explored), config: settings.export },
    'Export',
  );
  const comparison = await start.client.evaluations.compare({ first: before.id, second: afterRl.id });
  return {
    stages: ledger.report(),
    rungs: [
      { name: `before (${bestPrompt === '' ? 'bare question' : `prompt “${bestPrompt}”`})`, evaluation: before },
      { name: 'after fine-tuning', evaluation: afterSft },
      { name: 'after exploring', evaluation: afterRl },
    ],
    comparison,
    exportFolder: artefactFolder(exported),
  };
}

function runToEnd(start: RoadStart, stage: ReportStage, spec: JobSpecInput, name: string): Promise<Run> {
  return runToSettled(start.client, { projectId: start.projectId, name, spec }, (run) => start.onRun(stage, run));
}

/** Starts a run and follows it to its end. @throws WorkbenchError of the run when it does not finish */
export async function runToSettled(
  client: WorkbenchClient,
  wanted: { readonly projectId: ProjectId; readonly name: string; readonly spec: JobSpecInput },
  onRun: (run: Run) => void,
): Promise<Run> {
  const controller = new AbortController();
  const events = await client.runs.watch({}, { signal: controller.signal });
  try {
    const started = await client.runs.start({ ...wanted, spec: JobSpec.parse(wanted.spec) });
    onRun(started);
    for await (const event of events) {
      if (event.type !== 'runChanged' || event.run.id !== started.id) continue;
      onRun(event.run);
      if (event.run.status === 'finished') return event.run;
      if (SETTLED_OTHERWISE.has(event.run.status)) throw stageError(event.run);
    }
    throw new WorkbenchError('internal', `The events of the run "${wanted.name}" ended before it did.`, {
      code: 'events-ended',
    });
  } finally {
    controller.abort();
  }
}

const SETTLED_OTHERWISE: ReadonlySet<Run['status']> = new Set(['failed', 'cancelled', 'paused', 'interrupted']);

function stageError(run: Run): WorkbenchError {
  if (run.error)
    return fromEnvelope({
      ...run.error,
      facts: {
        ...run.error.facts,
        kept: run.error.facts.kept ?? `Everything before "${run.name}" is in the workbench.`,
      },
    } as Parameters<typeof fromEnvelope>[0]);
  return new WorkbenchError('precondition', `The run "${run.name}" ended as ${run.status}.`, {
    code: 'run-not-finished',
    wayOut: 'Open the workbench and resume it there.',
  });
}

async function findBestPrompt(
  base: Checkpoint,
  evaluateWith: (prompt: string) => Promise<Evaluation>,
): Promise<string> {
  const prompts = base.plainPrompts.length > 0 ? base.plainPrompts : [''];
  if (prompts.length === 1) return prompts[0] ?? '';
  let best = { prompt: '', accuracy: -1 };
  for (const prompt of prompts) {
    const { accuracy } = await evaluateWith(prompt);
    if (accuracy.value > best.accuracy) best = { prompt, accuracy: accuracy.value };
  }
  return best.prompt;
}

function promptName(what: string, prompt: string): string {
  return prompt === '' ? `${what}, bare question` : `${what}, prompt “${prompt}”`;
}

async function evaluationOf(start: RoadStart, run: Run): Promise<Evaluation> {
  const id: EvaluationId | null = run.outputs.evaluationId;
  const found = (await start.client.evaluations.list({ projectId: start.projectId })).find(
    (evaluation) => evaluation.id === id,
  );
  if (!found)
    throw new WorkbenchError('internal', `The run "${run.name}" stored no evaluation.`, { code: 'evaluation-missing' });
  return found;
}

function finalCheckpoint(run: Run): CheckpointId {
  const id = run.outputs.checkpointIds.at(-1);
  if (!id)
    throw new WorkbenchError('internal', `The run "${run.name}" stored no checkpoint.`, { code: 'checkpoint-missing' });
  return id;
}

function datasetOf(run: Run): DatasetId {
  if (!run.outputs.datasetId)
    throw new WorkbenchError('precondition', `The run "${run.name}" made no examples.`, {
      code: 'no-examples',
      wayOut: 'Grow more trees, or use easier questions.',
    });
  return run.outputs.datasetId;
}

function artefactFolder(run: Run): string {
  const folder = run.outputs.artefacts.find(
    (artefact) => artefact.kind === 'model-folder' || artefact.kind === 'adapter-folder',
  );
  if (!folder)
    throw new WorkbenchError('internal', `The run "${run.name}" stored no export folder.`, { code: 'export-missing' });
  return folder.path;
}

/** Adds up the runs of each stage. */
class StageLedger {
  readonly #rows = new Map<
    ReportStage,
    { seconds: number; tokens: number; figures: Record<string, number | string | boolean | null> }
  >();

  add(stage: ReportStage, run: Run): void {
    const row = this.#rows.get(stage) ?? { seconds: 0, tokens: 0, figures: {} };
    row.seconds += run.activeSeconds;
    row.tokens += typeof run.result['tokens'] === 'number' ? run.result['tokens'] : 0;
    Object.assign(row.figures, run.result);
    this.#rows.set(stage, row);
  }

  report(): readonly StageReport[] {
    return REPORT_STAGES.flatMap((name) => {
      const row = this.#rows.get(name);
      return row ? [{ name, seconds: row.seconds, tokens: row.tokens, figures: row.figures }] : [];
    });
  }
}
