import type { DryMeasure, DryPartName } from '@contracts/dry-step';
import type { JobSpec } from '@contracts/jobs';
import type { JobKind } from '@contracts/stages';

type SpecOf<K extends JobKind> = Extract<JobSpec, { kind: K }>;

/** How much there is of what a job works on. */
export interface Stock {
  readonly questions: number;
  /** Examples to train on. */
  readonly examples: number;
  readonly trees: number;
  /** Questions of the project's evaluation sets. */
  readonly heldOut: number;
}

export type Amounts = Readonly<Partial<Record<DryPartName, number>>>;

/** Answers that a person sees on the way; as `WATCHED_QUESTIONS` of the engine. */
const WATCHED = 4;

/** How much of each part a whole job does, from its settings and from what there is. */
const AMOUNTS: { readonly [K in JobKind]?: (spec: SpecOf<K>, stock: Stock, measure: DryMeasure) => Amounts } = {
  search: ({ config }, { questions }) => ({
    walks: Math.min(questions, config.maxQuestions ?? questions) * config.numSimulations,
  }),
  evaluate({ config }, { questions }) {
    const asked = Math.min(questions, config.maxQuestions ?? questions);
    return {
      ...(config.mode === 'greedy' || config.mode === 'both' ? { answers: asked } : {}),
      ...(config.mode === 'greedy' ? {} : { tries: asked * config.numSimulations }),
    };
  },
  sft({ config }, { examples, heldOut }) {
    const training = trainingOf(config, examples);
    const looks = looksOf(training.updates, config.validateEvery);
    return {
      ...training.amounts,
      readRows: looks * training.held,
      answers: looks * Math.min(WATCHED, Math.max(heldOut, examples)),
      saves: savesOf(training.updates, config.checkpointEvery),
    };
  },
  prm({ config }, { trees }, { responsesPerTree }) {
    const training = trainingOf(config, trees * (responsesPerTree ?? 0));
    return {
      ...training.amounts,
      readRows: looksOf(training.updates, config.validateEvery) * training.held,
      saves: savesOf(training.updates, config.checkpointEvery),
    };
  },
  rl({ config }, { questions, heldOut }) {
    const explored = Math.min(config.questionsPerIteration, questions) * config.pathsPerQuestion;
    const paths = config.iterations * explored;
    const asked = heldOut > 0 ? Math.min(heldOut, config.evaluateQuestions) : 0;
    const shown = Math.min(WATCHED, heldOut > 0 ? heldOut : questions);
    return {
      paths,
      trainRows: paths,
      readRows: paths,
      updates: config.iterations * Math.max(1, Math.round(explored / config.pathsPerUpdate)),
      answers: looksOf(config.iterations, config.evaluateEvery) * Math.max(asked, shown),
      saves: savesOf(config.iterations, config.checkpointEvery),
    };
  },
};

/** Whether a dry step can be made of a kind of job. */
export function hasDryStep(kind: JobKind): boolean {
  return AMOUNTS[kind] !== undefined;
}

/** What of a job there is to do, in the units of a dry step's parts. */
export function amountsOf(spec: JobSpec, stock: Stock, measure: DryMeasure): Amounts {
  // The table pairs each kind with its own reckoning, which a lookup by a variable cannot show.
  const reckon = AMOUNTS[spec.kind] as ((spec: JobSpec, stock: Stock, measure: DryMeasure) => Amounts) | undefined;
  return reckon?.(spec, stock, measure) ?? {};
}

export interface DryReckoning {
  readonly seconds: number;
  /** Relative standard deviation of the seconds. */
  readonly deviation: number;
}

/** What a job takes when each part goes on as it did in the dry step. Parts that were not measured take nothing. */
export function reckonDry({ openSeconds, parts }: DryMeasure, amounts: Amounts): DryReckoning {
  const times = parts.map(({ name, amount, seconds, deviation }) => {
    const time = ((amounts[name] ?? 0) * seconds) / amount;
    return { time, uncertain: time * deviation };
  });
  const seconds = times.reduce((sum, { time }) => sum + time, openSeconds);
  return { seconds, deviation: Math.hypot(...times.map(({ uncertain }) => uncertain)) / Math.max(seconds, 1e-9) };
}

interface TrainingSettings {
  readonly validationShare: number;
  readonly epochs: number;
  readonly batchSize: number;
  readonly minUpdates: number;
  readonly maxUpdates: number | null;
}

/** As `planSft` plans it, but for examples that are longer than the settings allow. */
function trainingOf(
  { validationShare, epochs, batchSize, minUpdates, maxUpdates }: TrainingSettings,
  rows: number,
): { readonly updates: number; readonly held: number; readonly amounts: Amounts } {
  const held = Math.round(rows * validationShare);
  const trained = Math.max(1, rows - held);
  const wanted = Math.max(Math.ceil((epochs * trained) / batchSize), minUpdates);
  const updates = Math.min(wanted, maxUpdates ?? wanted);
  const trainRows = Math.min(updates * batchSize, Math.max(epochs * trained, minUpdates * batchSize));
  return { updates, held, amounts: { updates, trainRows } };
}

/** Before the first, after every so many, and after the last. */
function looksOf(updates: number, every: number): number {
  return 1 + Math.ceil(updates / every);
}

function savesOf(updates: number, every: number): number {
  return Math.ceil(updates / every);
}
