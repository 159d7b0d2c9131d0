import type { z } from 'zod';
import { EMBEDDING, headName, LINEAR_LAYERS, type LinearLayer } from '../models/decoder/parameters';
import type { ModelConfig } from '../models/model-config';
import type { Rng } from '../ports';
import type { FrozenTensors } from './frozen-tensors';
import type { EMBEDDING_LEARNING, learningFields, LORA_TARGETS, TUNING_METHODS } from './learning-fields';
import type { TrainingMode } from './learning-plan';

/** The settings that say what learns. */
export type LearningSettings = { readonly [K in keyof typeof learningFields]: z.output<(typeof learningFields)[K]> } & {
  /** Of the stage `sft` alone: RL compares log-probabilities with and without an update, which dropout would blur. */
  readonly loraDropout?: number;
};

type Method = (typeof TUNING_METHODS)[number];
type EmbeddingLearning = Exclude<(typeof EMBEDDING_LEARNING)[number], 'usual'>;

/** What “usual” means for the embeddings, by method. */
const USUAL_EMBEDDINGS: Readonly<Record<Method, EmbeddingLearning>> = {
  full: 'whole',
  lora: 'new-rows',
  rows: 'new-rows',
};

/** The layers of each choice of targets; null for those that the settings name. */
const TARGETS: Readonly<Record<(typeof LORA_TARGETS)[number], readonly LinearLayer[] | null>> = {
  'every-layer': LINEAR_LAYERS,
  attention: ['q_proj', 'k_proj', 'v_proj', 'o_proj'],
  mlp: ['gate_proj', 'up_proj', 'down_proj'],
  custom: null,
};

/** The linear layers that LoRA adapts under these settings, in the model's order. */
export function loraTargetsOf(settings: Pick<LearningSettings, 'loraTargets' | 'loraLayers'>): readonly LinearLayer[] {
  const named = splitNames(settings.loraLayers);
  return TARGETS[settings.loraTargets] ?? LINEAR_LAYERS.filter((layer) => named.includes(layer));
}

/** What of embedding and head learns. */
export function embeddingLearningOf(settings: Pick<LearningSettings, 'method' | 'embeddings'>): EmbeddingLearning {
  if (settings.method === 'rows') return 'new-rows';
  return settings.embeddings === 'usual' ? USUAL_EMBEDDINGS[settings.method] : settings.embeddings;
}

/**
 * What learns in a model under a stage's settings.
 * @param newRows ids of the functional tokens
 * @param rng     draws the start values of LoRA
 */
export function trainingModeOf(
  settings: LearningSettings,
  config: ModelConfig,
  newRows: readonly number[],
  rng: Rng,
): TrainingMode {
  const embeddings = embeddingLearningOf(settings);
  const trainableRows = embeddings === 'new-rows' ? newRows : [];
  if (settings.method === 'lora') {
    return {
      kind: 'lora',
      rank: settings.loraRank,
      alpha: settings.loraAlpha,
      rankStabilised: settings.loraRankStabilised,
      dropout: settings.loraDropout ?? 0,
      targets: loraTargetsOf(settings),
      rng,
      trainableRows,
      wholeWeights: embeddings === 'whole' ? [...new Set([EMBEDDING, headName(config)])] : [],
    };
  }
  return { kind: 'full', trainableRows, frozen: frozenOf(settings, embeddings) };
}

function frozenOf(settings: LearningSettings, embeddings: EmbeddingLearning): FrozenTensors {
  if (settings.method === 'rows') return { names: ['*'] };
  return {
    blocks: settings.frozenBlocks,
    norms: settings.frozenNorms,
    embeddings: embeddings !== 'whole',
    names: splitNames(settings.frozenNames),
  };
}

function splitNames(text: string): string[] {
  return text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}
