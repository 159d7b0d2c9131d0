import { WorkbenchError } from '../errors';
import type { GgufHeader, GgufTensor, GgufValue } from '../formats/gguf';
import type { JsonRecord } from '../formats/json';
import { describeRopeScaling, ropeFrequencies } from './decoder/rope';
import type { ModelConfig, RopeScaling } from './model-config';
import { findArchitecture } from './registry';

/** GGUF's names of a block's tensors, without `blk.<n>.`, and Hugging Face's, without `model.layers.<n>.`. */
const BLOCK_NAMES: Readonly<Record<string, string>> = {
  attn_norm: 'input_layernorm',
  attn_q: 'self_attn.q_proj',
  attn_k: 'self_attn.k_proj',
  attn_v: 'self_attn.v_proj',
  attn_q_norm: 'self_attn.q_norm',
  attn_k_norm: 'self_attn.k_norm',
  attn_output: 'self_attn.o_proj',
  ffn_norm: 'post_attention_layernorm',
  ffn_gate: 'mlp.gate_proj',
  ffn_up: 'mlp.up_proj',
  ffn_down: 'mlp.down_proj',
};

const TOP_NAMES: Readonly<Record<string, string>> = {
  'token_embd.weight': 'model.embed_tokens.weight',
  'output_norm.weight': 'model.norm.weight',
  'output.weight': 'lm_head.weight',
};

/** Factors by which RoPE's frequencies are stretched; part of the configuration, not a weight. */
export const ROPE_FACTORS = 'rope_freqs.weight';

/** The Hugging Face name of a GGUF tensor, or null for one that no family of ours has. */
export function toHfName(ggufName: string): string | null {
  const top = Object.hasOwn(TOP_NAMES, ggufName) ? TOP_NAMES[ggufName] : undefined;
  if (top !== undefined) return top;
  const [, layer, part, kind] = /^blk\.(\d+)\.([a-z_]+)\.(weight|bias)$/.exec(ggufName) ?? [];
  const name = part !== undefined && Object.hasOwn(BLOCK_NAMES, part) ? BLOCK_NAMES[part] : undefined;
  return name === undefined ? null : `model.layers.${layer}.${name}.${kind}`;
}

/**
 * Heads of a tensor whose rows GGUF keeps for RoPE on neighbouring pairs, or 0. llama.cpp's converter reorders q and k of the
 * llama architecture so: row 2i + j of a head is row j · headDim / 2 + i of Hugging Face's.
 */
export function countPairedHeads(hfName: string, config: ModelConfig): number {
  if (!findArchitecture(config.architecture)?.isPairedInGguf) return 0;
  if (/self_attn\.q_proj\.(weight|bias)$/.test(hfName)) return config.numHeads;
  return /self_attn\.k_proj\.(weight|bias)$/.test(hfName) ? config.numKvHeads : 0;
}

/** What GGUF's numbers of this tensor have too much: llama.cpp's converter adds the offset of a norm (Gemma) to the file's weights. */
export function storedOffset(hfName: string, config: ModelConfig): number {
  return hfName.endsWith('norm.weight') ? config.normOffset : 0;
}

/** Row in Hugging Face's order of row `row` of a paired tensor with `rows` rows. */
export function unpairRow(row: number, rows: number, heads: number): number {
  const headDim = rows / heads;
  const inside = row % headDim;
  return row - inside + (inside % 2) * (headDim / 2) + (inside >> 1);
}

/**
 * config.json as the model's Hugging Face folder would have it.
 * @param ropeFactors [headDim / 2] the tensor `rope_freqs.weight`, or null when the file has none
 * @throws WorkbenchError `gguf-metadata`, `model-feature`
 */
export function describeGgufConfig(header: GgufHeader, ropeFactors: Float32Array | null, fileName: string): JsonRecord {
  const { metadata, tensors } = header;
  const architecture = metadata.get('general.architecture');
  if (typeof architecture !== 'string') throw badMetadata(fileName, 'general.architecture', 'text', architecture);
  const number = (key: string, fallback?: number): number =>
    readNumber(metadata, `${architecture}.${key}`, fallback, fileName);
  const heads = number('attention.head_count');
  const hidden = number('embedding_length');
  const headDim = number('attention.key_length', number('rope.dimension_count', hidden / heads));
  const theta = shortestFloat32(number('rope.freq_base', 10_000));
  const scalingType = metadata.get(`${architecture}.rope.scaling.type`) ?? 'none';
  const stretch = scalingType === 'none' ? 1 : number('rope.scaling.factor', 1);
  if (stretch !== 1 && scalingType !== 'linear') throw unsupported(fileName, `RoPE scaling "${String(scalingType)}"`);
  const scaling: RopeScaling | null =
    stretch === 1
      ? ropeFactors && recoverRopeScaling(ropeFactors, headDim, theta, fileName)
      : { kind: 'linear', factor: shortestFloat32(stretch) };
  const window = readWindow(header, architecture, fileName);
  return {
    // llama.cpp's converter calls a Mistral a Llama; the window is what tells them apart.
    model_type: window && architecture === 'llama' ? 'mistral' : architecture,
    ...window,
    hidden_size: hidden,
    intermediate_size: number('feed_forward_length'),
    num_hidden_layers: number('block_count'),
    num_attention_heads: heads,
    num_key_value_heads: number('attention.head_count_kv', heads),
    head_dim: headDim,
    max_position_embeddings: number('context_length'),
    rms_norm_eps: shortestFloat32(number('attention.layer_norm_rms_epsilon')),
    rope_theta: theta,
    rope_scaling: scaling && describeRopeScaling(scaling),
    tie_word_embeddings: !tensors.has('output.weight'),
    vocab_size: tensors.get('token_embd.weight')?.dims[0] ?? number('vocab_size'),
    ...specialIds(metadata),
  };
}

/**
 * The keys of config.json for a sliding window, or null where nothing is hidden. The pattern is a list of one flag for each layer, or a number n:
 * every n-th layer sees everything (llama.cpp, `set_swa_pattern`). Without one the window is in all layers.
 */
function readWindow({ metadata }: GgufHeader, architecture: string, fileName: string): JsonRecord | null {
  const number = (key: string, fallback?: number): number =>
    readNumber(metadata, `${architecture}.${key}`, fallback, fileName);
  const size = number('attention.sliding_window', 0);
  if (size < 1 || size >= number('context_length')) return null;
  const key = `${architecture}.attention.sliding_window_pattern`;
  const pattern = metadata.get(key) ?? 0;
  const numLayers = number('block_count');
  if (Array.isArray(pattern) && pattern.length !== numLayers)
    throw badMetadata(fileName, key, `a list of ${numLayers} flags`, pattern);
  if (!Array.isArray(pattern) && !(typeof pattern === 'number' && Number.isInteger(pattern) && pattern >= 0))
    throw badMetadata(fileName, key, 'a list of flags or a whole number', pattern);
  const isWindowed = (layer: number): boolean =>
    Array.isArray(pattern) ? Boolean(pattern[layer]) : Number(pattern) < 1 || (layer + 1) % Number(pattern) !== 0;
  const layers = Array.from({ length: Math.min(numLayers, MAX_LAYERS) }, (_, layer) => isWindowed(layer));
  if (!layers.includes(true)) return null;
  return {
    sliding_window: size,
    use_sliding_window: true,
    layer_types: layers.map((windowed) => (windowed ? 'sliding_attention' : 'full_attention')),
  };
}

/** More than any model has; config.json refuses more by itself. */
const MAX_LAYERS = 1024;

/** generation_config.json as the folder would have it. */
export function describeGgufGeneration(metadata: ReadonlyMap<string, GgufValue>): JsonRecord {
  return specialIds(metadata);
}

function specialIds(metadata: ReadonlyMap<string, GgufValue>): JsonRecord {
  const id = (key: string) => metadata.get(`tokenizer.ggml.${key}_token_id`);
  const ends = [id('eos'), id('eot')].filter((value) => typeof value === 'number');
  const [bos, pad] = [id('bos'), id('padding')];
  return {
    ...(typeof bos === 'number' && { bos_token_id: bos }),
    ...(ends.length > 0 && { eos_token_id: ends.length === 1 ? ends[0] : [...new Set(ends)] }),
    ...(typeof pad === 'number' && { pad_token_id: pad }),
  };
}

/** Contexts that models with stretched RoPE were first trained on: 32 to 131,072. */
const ORIGINAL_CONTEXTS = Array.from({ length: 13 }, (_, i) => 2 ** (i + 5));

/**
 * The llama3 scaling that gives these factors. GGUF keeps the factors and forgets the four numbers they come from. All released models
 * have lowFreqFactor 1, highFreqFactor 4 and a power of two as the original context, so those are tried first; what else there may be is
 * solved for.
 * @throws WorkbenchError `model-feature` when no such scaling fits
 */
function recoverRopeScaling(
  factors: Float32Array,
  headDim: number,
  ropeTheta: number,
  fileName: string,
): RopeScaling | null {
  const factor = shortestFloat32(factors.reduce((a, b) => Math.max(a, b), 1));
  if (factor === 1) return null;
  const plain = ropeFrequencies({ headDim, ropeTheta, ropeScaling: null });
  const fits = (ropeScaling: RopeScaling): boolean => {
    const scaled = ropeFrequencies({ headDim, ropeTheta, ropeScaling });
    return (
      factors.length === plain.length &&
      plain.every(
        (frequency, i) => Math.abs(frequency / (scaled[i] ?? Number.NaN) / (factors[i] ?? Number.NaN) - 1) < 1e-6,
      )
    );
  };
  const usual = ORIGINAL_CONTEXTS.map((originalMaxPositions): RopeScaling => ({
    kind: 'llama3',
    factor,
    lowFreqFactor: 1,
    highFreqFactor: 4,
    originalMaxPositions,
  }));
  const found = [...usual, solveRopeScaling(factors, factor, plain)].find(fits);
  if (!found) throw unsupported(fileName, 'RoPE factors that no known scaling gives');
  return found;
}

/** The scaling's numbers depend on the original context only by their quotients with it; any context gives the same factors. */
const ANY_CONTEXT = 8192;

/**
 * The scaling with these factors where its interpolated part is a straight line through the first and the last interpolated wave:
 * 1 / factor_i = 1 / F + (1 − 1 / F) · (1 / wave_i − a) / (b − a), with a and b the low and high frequency factors by context.
 * @param plain radians per position of each pair before scaling
 */
function solveRopeScaling(factors: Float32Array, factor: number, plain: readonly number[]): RopeScaling {
  const points = plain.map((frequency, i) => ({ x: frequency / (2 * Math.PI), y: 1 / (factors[i] ?? Number.NaN) }));
  const between = points.filter(({ y }) => y < 1 - 1e-6 && y > 1 / factor + 1e-6);
  const [first, last] = [between[0], between.at(-1)];
  const kept = points.findLast(({ y }) => y >= 1 - 1e-6)?.x ?? Infinity;
  const slowed = points.find(({ y }) => y <= 1 / factor + 1e-6)?.x ?? 0;
  // Through one interpolated wave many lines go; the flattest leaves every other wave as it is. Without one, the cut is between the two.
  const line =
    first && last && first !== last
      ? (first.y - last.y) / (first.x - last.x)
      : first
        ? Math.max((1 - first.y) / (kept - first.x), (first.y - 1 / factor) / (first.x - slowed))
        : null;
  const high = line !== null && first ? first.x + (1 - first.y) / line : kept;
  const low = line !== null && first ? first.x - (first.y - 1 / factor) / line : slowed;
  return {
    kind: 'llama3',
    factor,
    lowFreqFactor: low * ANY_CONTEXT,
    highFreqFactor: high * ANY_CONTEXT,
    originalMaxPositions: ANY_CONTEXT,
  };
}

/** The number with the fewest digits that rounds to the same float32: GGUF's 9.999999747378752e-06 was 1e-5. */
export function shortestFloat32(value: number): number {
  for (let digits = 1; digits < 10; digits++) {
    const candidate = Number(value.toPrecision(digits));
    if (Math.fround(candidate) === Math.fround(value)) return candidate;
  }
  return value;
}

/** A number of the metadata; a list of one number for each layer counts when all are equal. */
function readNumber(
  metadata: ReadonlyMap<string, GgufValue>,
  key: string,
  fallback: number | undefined,
  fileName: string,
): number {
  const value = metadata.get(key) ?? fallback;
  const single =
    Array.isArray(value) && value.length > 0 && value.every((item) => item === value[0])
      ? (value[0] as GgufValue)
      : value;
  if (typeof single !== 'number' || !Number.isFinite(single)) throw badMetadata(fileName, key, 'a number', value);
  return single;
}

/** Tensors by their Hugging Face names, and the GGUF names of those that have none. */
export function nameTensors(header: GgufHeader): {
  readonly tensors: ReadonlyMap<string, GgufTensor>;
  readonly unknown: readonly string[];
} {
  const tensors = new Map<string, GgufTensor>();
  const unknown: string[] = [];
  for (const [name, tensor] of header.tensors) {
    const hfName = toHfName(name);
    if (hfName !== null) tensors.set(hfName, tensor);
    else if (name !== ROPE_FACTORS) unknown.push(name);
  }
  return { tensors, unknown };
}

function badMetadata(fileName: string, key: string, expected: string, found: GgufValue | undefined): WorkbenchError {
  const shown = found === undefined ? 'nothing' : JSON.stringify(found).slice(0, 60);
  return new WorkbenchError('validation', `${fileName}: "${key}" should be ${expected}; found ${shown}.`, {
    code: 'gguf-metadata',
    where: `${fileName}, ${key}`,
    wayOut: 'Choose another copy of the model.',
  });
}

function unsupported(fileName: string, feature: string): WorkbenchError {
  return new WorkbenchError('unsupported', `${fileName} uses ${feature}, which the workbench cannot run.`, {
    code: 'model-feature',
    where: fileName,
  });
}
