import { z } from 'zod';
import { field } from '../fields';
import { LINEAR_LAYERS } from '../models/decoder/parameters';

export const TUNING_METHODS = ['full', 'lora', 'rows'] as const;
export const LORA_TARGETS = ['every-layer', 'attention', 'mlp', 'custom'] as const;
export const EMBEDDING_LEARNING = ['usual', 'whole', 'new-rows', 'frozen'] as const;

/** Fields that say what of the model learns. */
export const learningFields = {
  method: z
    .enum(TUNING_METHODS)
    .default('full')
    .meta(
      field({
        label: 'What learns',
        help: 'Full: every weight, best for small models. LoRA: small added matrices and the new token rows, for larger ones. New rows: those of the functional tokens alone.',
        paper: 'full',
      }),
    ),
  loraRank: z
    .int()
    .min(1)
    .max(256)
    .default(16)
    .meta(
      field({ label: 'LoRA rank', help: 'Width of the added matrices.', advanced: true, when: { method: ['lora'] } }),
    ),
  loraAlpha: z
    .number()
    .min(0.1)
    .max(1024)
    .default(32)
    .meta(
      field({
        label: 'LoRA alpha',
        help: 'Strength; divided by the rank.',
        advanced: true,
        when: { method: ['lora'] },
      }),
    ),
  loraRankStabilised: z
    .boolean()
    .default(false)
    .meta(
      field({
        label: 'LoRA by root of the rank',
        help: 'Divides alpha by √rank instead (rsLoRA), so that large ranks do not learn more slowly.',
        advanced: true,
        when: { method: ['lora'] },
      }),
    ),
  loraTargets: z
    .enum(LORA_TARGETS)
    .default('every-layer')
    .meta(
      field({
        label: 'LoRA adapts',
        help: 'Fewer layers take less memory and time and learn less. “Chosen” takes those that you name.',
        advanced: true,
        when: { method: ['lora'] },
      }),
    ),
  loraLayers: z
    .string()
    .regex(new RegExp(String.raw`^\s*(${LINEAR_LAYERS.join('|')})(\s*,\s*(${LINEAR_LAYERS.join('|')}))*\s*$`), {
      error: `Choose among ${LINEAR_LAYERS.join(', ')}.`,
    })
    .default('q_proj, v_proj')
    .meta(
      field({
        label: 'LoRA layers chosen',
        help: `Some of ${LINEAR_LAYERS.join(', ')}, with commas between.`,
        advanced: true,
        when: { method: ['lora'], loraTargets: ['custom'] },
      }),
    ),
  embeddings: z
    .enum(EMBEDDING_LEARNING)
    .default('usual')
    .meta(
      field({
        label: 'Embeddings learn',
        help: 'Usual: every row in full training, with LoRA the rows of the functional tokens. Frozen rows of new tokens stay as they began.',
        advanced: true,
        when: { method: ['full', 'lora'] },
      }),
    ),
  frozenBlocks: z
    .int()
    .min(0)
    .max(1000)
    .default(0)
    .meta(
      field({
        label: 'First blocks frozen',
        help: 'These stay as they are and take no memory for learning; with frozen embeddings the backward pass ends above them too.',
        unit: 'blocks',
        paper: '0',
        advanced: true,
        when: { method: ['full'] },
      }),
    ),
  frozenNorms: z
    .boolean()
    .default(false)
    .meta(
      field({ label: 'Norms frozen', help: 'The norms stay as they are.', advanced: true, when: { method: ['full'] } }),
    ),
  frozenNames: z
    .string()
    .default('')
    .meta(
      field({
        label: 'Frozen by name',
        help: 'Tensor names with commas between; * stands for anything, as in model.layers.*.mlp.*.',
        advanced: true,
        when: { method: ['full'] },
      }),
    ),
};
