import type { JobSpecInput } from '@contracts/jobs';
import type { Evaluation, EvaluationItem } from '@contracts/evaluations';
import type { CheckpointId, DatasetId, QuestionSetId, RunId } from '@contracts/ids';
import type { Checkpoint } from '@contracts/models';
import type { MetricSeries, Run } from '@contracts/runs';
import type { RoadPlan } from '../demo/demo-settings';

type ConfigOf<K extends JobSpecInput['kind']> = NonNullable<Extract<JobSpecInput, { kind: K }>['config']>;

/** What a study starts from, one for each seed. */
export interface Bench {
  readonly seed: number;
  readonly isQuick: boolean;
  readonly plan: RoadPlan;
  readonly base: Checkpoint;
  readonly sets: Readonly<Record<SetName, { readonly id: QuestionSetId; readonly count: number } | null>>;
}

export type SetName = 'train' | 'validation' | 'test' | 'deep' | 'big';

/** What settings may depend on. */
export interface Conditions extends Bench {
  /** How the base is asked best, chosen on the validation questions. */
  readonly bestPrompt: string;
  /** Tokens that a greedy answer of the base takes under that prompt. */
  readonly baseTokens: number;
  /** Another rung, walked first; null where it is not there. */
  rung(id: string): Promise<RungResult | null>;
}

type Config<K extends JobSpecInput['kind']> = (conditions: Conditions) => ConfigOf<K> | Promise<ConfigOf<K>>;

/** A step of the way from the base to a rung. It works on what the steps before it made. */
export type StageWish =
  | { readonly kind: 'tokens'; readonly config: Config<'tokens'> }
  /** `judge` names the rung whose process reward model judges the steps; `questions` are those for training unless told. */
  | {
      readonly kind: 'search';
      readonly judge?: string;
      readonly questions?: 'train' | 'validation';
      readonly config: Config<'search'>;
    }
  /** `trees` names the rung whose trees are taken, its own unless told. */
  | { readonly kind: 'examples'; readonly trees?: string; readonly config: Config<'examples'> }
  | { readonly kind: 'sft'; readonly config: Config<'sft'> }
  /** A process reward model from the rung's model and trees; the model itself stays. */
  | { readonly kind: 'prm'; readonly config: Config<'prm'> }
  /** `judge` names the rung whose process reward model says how promising steps are. */
  | { readonly kind: 'rl'; readonly judge?: string; readonly config: Config<'rl'> };

/** One way of asking the model that a rung made. */
export interface AnswerWish {
  readonly id: string;
  readonly title: string;
  readonly set: SetName;
  /** At most so many questions in a full run. */
  readonly questions: number;
  /** Rung whose process reward model judges the answers. */
  readonly judge?: string;
  readonly config: Config<'evaluate'>;
}

/** A row of a study: how a model is made, and how it is asked. */
export interface Rung {
  readonly id: string;
  readonly title: string;
  /** Rung whose model, trees and examples it goes on with; the base when null. */
  readonly from: string | null;
  readonly stages: readonly StageWish[];
  readonly answers: readonly AnswerWish[];
  /** True where it only prepares others and has no row in the report. */
  readonly isHidden?: boolean;
}

/** Two answers set against each other on the same questions. */
export interface ComparisonWish {
  readonly asks: string;
  readonly first: Place;
  readonly second: Place;
}

export interface Place {
  readonly rung: string;
  readonly answer: string;
}

/** What a study is about; everything else of it follows from the rungs. */
export interface Study {
  readonly id: string;
  readonly title: string;
  /** The question that it asks, in a sentence or two. */
  readonly question: string;
  readonly rungs: readonly Rung[];
  readonly comparisons: readonly ComparisonWish[];
  readonly parts: readonly Part[];
}

/** What the report shows of a study, one after the other. */
export type Part =
  /** A table of rungs by answers, with intervals, tokens and seconds. */
  | { readonly kind: 'accuracy'; readonly answers: readonly string[] }
  | { readonly kind: 'comparisons' }
  /** Some places against one, seed by seed. */
  | { readonly kind: 'seeds'; readonly first: Place; readonly seconds: readonly Place[] }
  /** Bars of one answer, one for each rung. */
  | { readonly kind: 'bars'; readonly answer: string; readonly title: string }
  /** Accuracy against tokens of the answers that have several attempts. */
  | { readonly kind: 'curves'; readonly places: readonly Place[]; readonly title: string }
  /** What each way of answering costs a question, in tokens and seconds. */
  | { readonly kind: 'costs'; readonly places: readonly Place[] }
  /** What the searches of some rungs found, and for how many tokens. */
  | { readonly kind: 'trees'; readonly rungs: readonly string[] }
  /** Metrics of the last stage of each rung, over its iterations. */
  | { readonly kind: 'series'; readonly metrics: readonly SeriesWish[] }
  /** What the guard of RL said of each rung, and when first. */
  | { readonly kind: 'alarms' }
  /** How well the process reward models of some rungs judge. */
  | { readonly kind: 'judges'; readonly rungs: readonly string[] }
  /** How often a check is written, mends and spoils. */
  | { readonly kind: 'mending'; readonly places: readonly Place[] };

export interface SeriesWish {
  readonly metric: string;
  readonly title: string;
  /** What its steps are; iterations unless told. */
  readonly x?: string;
}

/** What a rung holds after its stages. */
export interface RungState {
  readonly checkpointId: CheckpointId;
  readonly searchRunId: RunId | null;
  readonly datasetId: DatasetId | null;
  /** The process reward model that the way made. */
  readonly judgeId: CheckpointId | null;
  /** Every run on the way, its own last. */
  readonly runs: readonly Run[];
}

export interface AnswerResult {
  readonly evaluation: Evaluation;
  readonly items: readonly EvaluationItem[];
  readonly run: Run;
  readonly metrics: readonly MetricSeries[];
}

/** A rung as far as it came. */
export interface RungResult {
  readonly state: RungState;
  readonly answers: ReadonlyMap<string, AnswerResult>;
  /** Metrics of its last stage. */
  readonly metrics: readonly MetricSeries[];
}

/** A rung of one seed: what it came to, or why it did not. */
export type RungOutcome =
  | { readonly kind: 'made'; readonly result: RungResult }
  | { readonly kind: 'failed'; readonly run: Run }
  | { readonly kind: 'missing' };

/** A study of one seed. */
export interface SeedResult {
  readonly seed: number;
  readonly bestPrompt: string | null;
  readonly rungs: ReadonlyMap<string, RungOutcome>;
}
