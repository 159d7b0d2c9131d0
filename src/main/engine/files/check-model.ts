import { WorkbenchError } from '@core/errors';
import { elementCount } from '@core/formats/safetensors';
import { countNonFinite, findNonFinite } from '@core/formats/number-formats';
import { listParameters, type ParameterSpec } from '@core/models/decoder/parameters';
import type { ModelConfig } from '@core/models/model-config';
import { areAllFinite } from '../finite-wasm';

/** A tensor that a weight file has. */
export interface StoredTensor {
  readonly dims: readonly number[];
  /** e.g. `F32`, `Q4_1`. */
  readonly dtype: string;
}

/** Tensors that old checkpoints carry along and that follow from the configuration. */
const DERIVED = /rotary_emb\.inv_freq$|attn\.masked_bias$/;

/**
 * The tensors to load, when all are there in the shapes that the configuration gives; beside them, what is odd but harmless.
 * @throws WorkbenchError `tensor-missing`, `tensor-shape`
 */
export function checkTensors(
  config: ModelConfig,
  stored: ReadonlyMap<string, StoredTensor>,
  where: string,
): { readonly parameters: readonly ParameterSpec[]; readonly warnings: readonly string[] } {
  const parameters = listParameters(config);
  const missing = parameters.filter(({ name }) => !stored.has(name)).map(({ name }) => name);
  if (missing.length > 0) {
    throw new WorkbenchError(
      'validation',
      `${where} lacks ${countTensors(missing.length)} that the model needs: ${listSome(missing)}.`,
      {
        code: 'tensor-missing',
        where,
        wayOut: 'Check that config.json belongs to these weights, or download the model again.',
        details: { missing: missing.length, first: missing[0] ?? '' },
      },
    );
  }
  for (const { name, dims } of parameters) {
    const found = stored.get(name)?.dims ?? [];
    if (found.length !== dims.length || found.some((dim, i) => dim !== dims[i])) {
      throw new WorkbenchError(
        'validation',
        `Tensor "${name}" has the shape [${found.join(', ')}]; config.json asks for [${dims.join(', ')}].`,
        {
          code: 'tensor-shape',
          where: `${where}, tensor ${name}`,
          wayOut: 'Check that config.json belongs to these weights.',
        },
      );
    }
  }
  const wanted = new Set(parameters.map(({ name }) => name));
  const unused = [...stored.keys()].filter(
    (name) => !wanted.has(name) && !DERIVED.test(name) && !(config.tieWordEmbeddings && name === 'lm_head.weight'),
  );
  const warnings =
    unused.length > 0 ? [`${countTensors(unused.length)} in the file will not be used: ${listSome(unused)}.`] : [];
  return { parameters, warnings };
}

/** @throws WorkbenchError `tokenizer-too-large` when a token has no row in the embedding */
export function checkTokenizer(tokenizerSize: number, config: ModelConfig, where: string): void {
  if (tokenizerSize <= config.vocabSize) return;
  throw new WorkbenchError(
    'validation',
    `The tokenizer knows ${tokenizerSize} tokens, but the model has rows for ${config.vocabSize} only.`,
    {
      code: 'tokenizer-too-large',
      where,
      wayOut: 'Check that tokenizer.json belongs to these weights.',
    },
  );
}

/** The part of `data` that the tensor fills; memory for a model with more rows than the file has is longer. @throws WorkbenchError `parameter-shape` */
export function checkMemory(name: string, dims: readonly number[], data: Float32Array): Float32Array {
  const count = elementCount(dims);
  if (data.length >= count) return data.subarray(0, count);
  throw new WorkbenchError('internal', `There is memory for ${data.length} numbers of "${name}", which has ${count}.`, {
    code: 'parameter-shape',
    where: name,
  });
}

/** @throws WorkbenchError `weights-not-finite` naming tensor, first position and count */
export function checkFinite(name: string, data: Float32Array, where: string): void {
  if (areAllFinite(data)) return;
  const at = findNonFinite(data);
  const count = countNonFinite(data);
  throw new WorkbenchError(
    'numeric',
    `Tensor "${name}" holds ${data[at]} at position ${at}${count > 1 ? `, and ${count - 1} more such numbers` : ''}. A model with such a weight computes nothing but NaN.`,
    {
      code: 'weights-not-finite',
      where: `${where}, tensor ${name}`,
      wayOut: 'Download the model again; if the number is in the original, choose another model.',
      details: { count, position: at },
    },
  );
}

/** Numbers in all tensors together. */
export function countParameters(parameters: readonly ParameterSpec[]): number {
  return parameters.reduce((sum, { dims }) => sum + elementCount(dims), 0);
}

/** The dtypes of the tensors that are used, by number of elements, most first. */
export function rankDtypes(
  parameters: readonly ParameterSpec[],
  stored: ReadonlyMap<string, StoredTensor>,
): readonly string[] {
  const counts = new Map<string, number>();
  for (const { name, dims } of parameters) {
    const dtype = stored.get(name)?.dtype ?? 'unknown';
    counts.set(dtype, (counts.get(dtype) ?? 0) + elementCount(dims));
  }
  return [...counts].sort((a, b) => b[1] - a[1]).map(([dtype]) => dtype);
}

function countTensors(count: number): string {
  return count === 1 ? 'one tensor' : `${count} tensors`;
}

function listSome(names: readonly string[]): string {
  const shown = names.slice(0, 3).join(', ');
  return names.length > 3 ? `${shown}, …` : shown;
}
