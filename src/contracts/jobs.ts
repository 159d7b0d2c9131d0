import { z } from 'zod';
import { ImportConfigSchema } from '@core/models/import-config';
import { EvaluateConfigSchema } from '@core/eval/evaluate-config';
import { ExamplesConfigSchema } from '@core/dataset/examples-config';
import { ExportConfigSchema } from '@core/export/export-config';
import { PrmConfigSchema } from '@core/train/prm/prm-config';
import { RlConfigSchema } from '@core/train/rl/rl-config';
import { SearchConfigSchema } from '@core/search/search-config';
import { SftConfigSchema } from '@core/train/sft-config';
import { TokenSetSchema } from '@core/tokens/token-set';
import { TokensConfigSchema } from '@core/tokens/tokens-config';
import { SEARCH_PRESETS } from '@core/search/search-presets';
import { EXAMPLES_PRESETS } from '@core/dataset/examples-presets';
import { SFT_PRESETS } from '@core/train/sft-presets';
import { PRM_PRESETS } from '@core/train/prm/prm-presets';
import { RL_PRESETS } from '@core/train/rl/rl-presets';
import { EVALUATE_PRESETS } from '@core/eval/evaluate-presets';
import { TOKENS_PRESETS } from '@core/tokens/tokens-presets';
import { EXPORT_PRESETS } from '@core/export/export-presets';
import { CheckpointId, DatasetId, QuestionSetId, RunId } from './ids';

/** What a person asks for: the kind of work, what it starts from, and its settings. */
export const JobSpec = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('import'),
    path: z.string().min(1),
    name: z.string().min(1),
    /** What an adapter is laid over; null for a whole model. */
    baseId: CheckpointId.nullable().default(null),
    config: ImportConfigSchema.default(ImportConfigSchema.parse({})),
  }),
  z.object({
    kind: z.literal('tokens'),
    checkpointId: CheckpointId,
    /** The tokens that enter, as they are when the run starts; null for the eight of the paper. */
    tokenSet: TokenSetSchema.nullable().default(null),
    config: TokensConfigSchema,
  }),
  z.object({
    kind: z.literal('search'),
    checkpointId: CheckpointId,
    questionSetId: QuestionSetId,
    /** Process reward model that judges the steps of the trees. */
    judgeId: CheckpointId.nullable().default(null),
    config: SearchConfigSchema,
  }),
  z.object({
    kind: z.literal('examples'),
    checkpointId: CheckpointId,
    searchRunId: RunId,
    config: ExamplesConfigSchema,
  }),
  z.object({ kind: z.literal('sft'), checkpointId: CheckpointId, datasetId: DatasetId, config: SftConfigSchema }),
  /** A process reward model: the checkpoint learns to judge steps from the trees of a search. */
  z.object({
    kind: z.literal('prm'),
    checkpointId: CheckpointId,
    searchRunId: RunId,
    /** Examples whose steps a reviewer has marked, for more to learn from. */
    datasetId: DatasetId.nullable().default(null),
    config: PrmConfigSchema,
  }),
  z.object({
    kind: z.literal('rl'),
    checkpointId: CheckpointId,
    questionSetId: QuestionSetId,
    /** Process reward model that says how promising each step is; without one the tree says it. */
    judgeId: CheckpointId.nullable().default(null),
    config: RlConfigSchema,
  }),
  z.object({
    kind: z.literal('evaluate'),
    checkpointId: CheckpointId,
    questionSetId: QuestionSetId,
    /** Process reward model that judges several answers to a question. */
    judgeId: CheckpointId.nullable().default(null),
    config: EvaluateConfigSchema,
  }),
  z.object({ kind: z.literal('export'), checkpointId: CheckpointId, config: ExportConfigSchema }),
]);
export type JobSpec = z.infer<typeof JobSpec>;
/** The same before defaults are filled in: what forms and scripts write. */
export type JobSpecInput = z.input<typeof JobSpec>;

/** Settings of each kind, for wizards that draw the form from the schema. */
export const STAGE_CONFIGS = {
  tokens: TokensConfigSchema,
  search: SearchConfigSchema,
  examples: ExamplesConfigSchema,
  sft: SftConfigSchema,
  prm: PrmConfigSchema,
  rl: RlConfigSchema,
  evaluate: EvaluateConfigSchema,
  export: ExportConfigSchema,
} as const;

/** Where the settings of each kind begin, by the size of the model and by how thorough a run is asked to be. */
export const STAGE_PRESETS = {
  search: SEARCH_PRESETS,
  examples: EXAMPLES_PRESETS,
  sft: SFT_PRESETS,
  prm: PRM_PRESETS,
  rl: RL_PRESETS,
  evaluate: EVALUATE_PRESETS,
  tokens: TOKENS_PRESETS,
  export: EXPORT_PRESETS,
} as const;
