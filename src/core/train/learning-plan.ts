import { WorkbenchError } from '../errors';
import { EMBEDDING, headName, listParameters } from '../models/decoder/parameters';
import type { ModelConfig } from '../models/model-config';
import type { Rng } from '../ports';
import { listAdapted, type LoraOptions } from './lora';
import type { LearningPlan } from './train-graph';

/** What of the model learns. */
export type TrainingMode =
  | { readonly kind: 'full' }
  /** Nothing: for a reference model that only scores, without memory for gradients and moments. */
  | { readonly kind: 'frozen' }
  | (LoraOptions & {
      readonly kind: 'lora';
      /** Draws the start values of the adapters. */
      readonly rng: Rng;
      /** Ids whose embedding rows learn too, at both ends of an untied model. */
      readonly trainableRows?: readonly number[];
      /** Whole tensors that learn beside the adapters, by name (`modules_to_save` of PEFT). */
      readonly wholeWeights?: readonly string[];
    });

/** The plan for a mode. @throws WorkbenchError `lora-target`, `learning-rows` */
export function planLearning(config: ModelConfig, mode: TrainingMode): LearningPlan {
  if (mode.kind === 'full')
    return { weights: new Set(listParameters(config).map(({ name }) => name)), adapters: new Map(), rows: new Map() };
  if (mode.kind === 'frozen') return { weights: new Set(), adapters: new Map(), rows: new Map() };
  const rows = mode.trainableRows ?? [];
  const outside = rows.find((id) => !Number.isInteger(id) || id < 0 || id >= config.vocabSize);
  if (outside !== undefined || new Set(rows).size !== rows.length) {
    throw new WorkbenchError(
      'validation',
      `The learning rows ${outside ?? 'hold an id twice'} do not fit an embedding of ${config.vocabSize} rows.`,
      { code: 'learning-rows' },
    );
  }
  const adapter = { rank: mode.rank, scaling: mode.alpha / mode.rank };
  return {
    weights: new Set(mode.wholeWeights ?? []),
    adapters: new Map(listAdapted(config, mode).map(({ name }) => [name, adapter])),
    rows: new Map(
      rows.length === 0 ? [] : [...new Set([EMBEDDING, headName(config)])].map((name) => [name, rows.length]),
    ),
  };
}
