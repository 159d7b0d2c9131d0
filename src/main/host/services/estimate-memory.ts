import type { JobSpec } from '@contracts/jobs';
import type { MemoryProposal } from '@contracts/runs';
import type { ModelConfig } from '@core/models/model-config';
import { FUNCTIONAL_TOKENS } from '@core/tokens/functional-tokens';
import { forecastTraining, forecastWriting, PROMPT_TOKENS } from '@core/train/job-memory';
import { findCheckpoint } from '../store/repositories/checkpoints';
import { longestTrainable } from '../store/repositories/examples';
import type { ServiceContext } from './context';

type TrainingSpec = Extract<JobSpec, { kind: 'sft' | 'rl' }>;

/** What a job takes at most, from the shapes of its model. */
export interface MemoryForecast {
  readonly bytes: number;
  readonly steps: string | null;
  readonly proposals: readonly MemoryProposal[];
  /** Positions of a pass of training; null for other jobs. */
  readonly passTokens: number | null;
}

/** Share of the free memory that a job may plan with; the same as in the engine. */
const SHARE = 0.8;

/** Null where the model's files cannot be read, or the kind of job is reckoned by size alone. */
export async function forecastMemory(context: ServiceContext, spec: JobSpec): Promise<MemoryForecast | null> {
  const checkpoint = 'checkpointId' in spec ? findCheckpoint(context.db, spec.checkpointId) : null;
  const model = checkpoint && (await context.models.config(checkpoint.path));
  if (!model) return null;
  if (spec.kind === 'sft' || spec.kind === 'rl') return describeTraining(context, spec, model);
  const texts = textsOf(spec);
  return (
    texts && { bytes: forecastWriting(model, texts.rows, texts.tokens), steps: null, proposals: [], passTokens: null }
  );
}

function describeTraining(context: ServiceContext, spec: TrainingSpec, model: ModelConfig): MemoryForecast {
  const newTokens = (findCheckpoint(context.db, spec.checkpointId)?.tokenSet?.tokens ?? FUNCTIONAL_TOKENS).length;
  const { bytes, plan, proposals } = forecastTraining(
    { ...spec, model, rowTokens: rowTokensOf(context, spec, model), newRows: 2 * newTokens },
    SHARE * context.machine.freeMemoryBytes(),
  );
  const blocks = plan.checkpointing ? 'recomputed' : 'kept';
  return {
    bytes,
    passTokens: plan.maxTokensPerMicroBatch,
    steps: `Steps take up to ${plan.maxTokensPerMicroBatch} tokens at once; blocks are ${blocks} for the backward pass.`,
    proposals: proposals.map((proposal) => ({
      label: proposal.label,
      memoryBytes: proposal.bytes,
      changes: { ...proposal.changes },
    })),
  };
}

/** Tokens of the longest row that a job trains on. */
function rowTokensOf({ db }: ServiceContext, spec: TrainingSpec, model: ModelConfig): number {
  const wanted =
    spec.kind === 'sft'
      ? Math.min(spec.config.maxTokens, longestTrainable(db, spec.datasetId) || spec.config.maxTokens)
      : PROMPT_TOKENS + spec.config.maxNewTokens;
  return Math.max(2, Math.min(wanted, model.maxPositions));
}

/** Texts that a job writes side by side; null for one that writes none. */
function textsOf(spec: JobSpec): { readonly rows: number; readonly tokens: number } | null {
  switch (spec.kind) {
    case 'search':
      return { rows: spec.config.concurrentTrees, tokens: spec.config.maxPathTokens };
    case 'evaluate':
      return { rows: spec.config.concurrentQuestions, tokens: PROMPT_TOKENS + spec.config.maxNewTokens };
    case 'examples':
      return { rows: 1, tokens: PROMPT_TOKENS + spec.config.verifyMaxTokens };
    default:
      return null;
  }
}
