import { WorkbenchError } from '../errors';
import { EMBEDDING, HEAD, headName, listParameters, VALUE_HEAD } from '../models/decoder/parameters';
import type { ModelConfig } from '../models/model-config';
import type { Rng } from '../ports';
import { listFrozen, type FrozenTensors } from './frozen-tensors';
import { listAdapted, loraScaling, type LoraOptions } from './lora';
import type { LearningPlan } from './train-graph';

/** Rows of the embeddings that learn although the rest of the tensor does not. */
interface LearningRowIds {
  /** Ids whose rows learn, at both ends of an untied model; where the whole tensor learns they are in it already. */
  readonly trainableRows?: readonly number[];
}

/** What of the model learns. */
export type TrainingMode =
  /** Every weight but the frozen ones. */
  | (LearningRowIds & {
      readonly kind: 'full';
      readonly frozen?: FrozenTensors;
      /** The head that the loss reads, and with it learns; the other one stays. `words` unless told. */
      readonly head?: LossHead;
    })
  /** Nothing: for a reference model that only scores, without memory for gradients and moments. */
  | { readonly kind: 'frozen' }
  | (LoraOptions &
      LearningRowIds & {
        readonly kind: 'lora';
        /** Draws the start values of the adapters. */
        readonly rng: Rng;
        /** Whole tensors that learn beside the adapters, by name (`modules_to_save` of PEFT). */
        readonly wholeWeights?: readonly string[];
      });

/** Heads of a model: the one that predicts tokens, and the one that judges steps. */
export type LossHead = 'words' | 'value';

/** The ids of a mode's learning rows. */
export function rowIdsOf(mode: TrainingMode): readonly number[] {
  return mode.kind === 'frozen' ? [] : (mode.trainableRows ?? []);
}

/** The plan for a mode. @throws WorkbenchError `lora-target`, `learning-rows`, `nothing-learns` and those of `listFrozen` */
export function planLearning(config: ModelConfig, mode: TrainingMode): LearningPlan {
  if (mode.kind === 'frozen') return { weights: new Set(), adapters: new Map(), rows: new Map() };
  const weights = wholeWeightsOf(config, mode);
  const rows = planRows(config, rowIdsOf(mode), weights);
  if (mode.kind === 'full') {
    if (weights.size + rows.size === 0) {
      throw new WorkbenchError('validation', 'Every tensor is frozen, so nothing would learn.', {
        code: 'nothing-learns',
        wayOut: 'Freeze less.',
      });
    }
    return { weights, adapters: new Map(), rows };
  }
  const adapter = { rank: mode.rank, scaling: loraScaling(mode), dropout: mode.dropout ?? 0 };
  return { weights, adapters: new Map(listAdapted(config, mode).map(({ name }) => [name, adapter])), rows };
}

function wholeWeightsOf(
  config: ModelConfig,
  mode: Exclude<TrainingMode, { readonly kind: 'frozen' }>,
): ReadonlySet<string> {
  if (mode.kind === 'lora') return new Set(mode.wholeWeights ?? []);
  const frozen = listFrozen(config, mode.frozen ?? {});
  const unread = new Set(mode.head === 'value' ? [HEAD] : [VALUE_HEAD]);
  return new Set(
    listParameters(config)
      .map(({ name }) => name)
      .filter((name) => !frozen.has(name) && !unread.has(name)),
  );
}

function planRows(
  config: ModelConfig,
  ids: readonly number[],
  whole: ReadonlySet<string>,
): ReadonlyMap<string, number> {
  const outside = ids.find((id) => !Number.isInteger(id) || id < 0 || id >= config.vocabSize);
  if (outside !== undefined || new Set(ids).size !== ids.length) {
    throw new WorkbenchError(
      'validation',
      `The learning rows ${outside ?? 'hold an id twice'} do not fit an embedding of ${config.vocabSize} rows.`,
      { code: 'learning-rows' },
    );
  }
  const ends = [...new Set([EMBEDDING, headName(config)])].filter((name) => !whole.has(name));
  return new Map(ids.length === 0 ? [] : ends.map((name) => [name, ids.length]));
}
