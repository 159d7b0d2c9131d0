import type { ErrorCode } from '../error-codes';
import { WorkbenchError } from '../errors';
import { EMBEDDING, headName, layerPrefix, listParameters } from '../models/decoder/parameters';
import type { ModelConfig } from '../models/model-config';

/** Which tensors of a model stay as they are in full training; what several of these name is frozen once. */
export interface FrozenTensors {
  /** The first so many blocks. */
  readonly blocks?: number;
  /** Embedding and output head. */
  readonly embeddings?: boolean;
  /** Every norm, those of the heads too. */
  readonly norms?: boolean;
  /** Full names in Hugging Face naming; `*` stands for any characters, e.g. `model.layers.*.mlp.*`. */
  readonly names?: readonly string[];
}

/**
 * Names of the frozen tensors. They take no gradient and no moments, and the backward pass ends above the lowest tensor that learns.
 * @throws WorkbenchError `frozen-name` for a pattern that no tensor has, `frozen-blocks` for more blocks than the model has
 */
export function listFrozen(config: ModelConfig, frozen: FrozenTensors): ReadonlySet<string> {
  const { blocks = 0, embeddings = false, norms = false, names = [] } = frozen;
  const all = listParameters(config).map(({ name }) => name);
  if (!Number.isInteger(blocks) || blocks < 0 || blocks > config.numLayers)
    throw refuse(`${blocks} blocks cannot be frozen: the model has ${config.numLayers}.`, 'frozen-blocks');
  const ends = new Set([EMBEDDING, headName(config)]);
  const below = Array.from({ length: blocks }, (_, layer) => layerPrefix(layer));
  const found = new Set(
    all.filter(
      (name) =>
        (embeddings && ends.has(name)) ||
        (norms && name.endsWith('norm.weight')) ||
        below.some((prefix) => name.startsWith(prefix)),
    ),
  );
  for (const pattern of names) {
    const matching = all.filter((name) => toPattern(pattern).test(name));
    if (matching.length === 0) throw refuse(`No tensor of the model is named "${pattern}".`, 'frozen-name');
    for (const name of matching) found.add(name);
  }
  return found;
}

/** The whole name, with `*` for any run of characters. */
function toPattern(text: string): RegExp {
  const literal = text.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, String.raw`\$&`));
  return new RegExp(`^${literal.join('.*')}$`);
}

function refuse(message: string, code: ErrorCode): WorkbenchError {
  return new WorkbenchError('validation', message, {
    code,
    wayOut: 'Names are those of the model’s files, e.g. model.layers.0.self_attn.q_proj.weight; * stands for anything.',
  });
}
