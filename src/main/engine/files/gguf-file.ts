import { basename, resolve } from 'node:path';
import { WorkbenchError } from '@core/errors';
import { expandBlocks } from '@core/formats/ggml-blocks';
import { parseGguf, type GgufHeader, type GgufTensor } from '@core/formats/gguf';
import { elementCount } from '@core/formats/safetensors';
import { refuseWeightFile } from '@core/formats/sniff';
import {
  countPairedHeads,
  describeGgufConfig,
  describeGgufGeneration,
  nameTensors,
  ROPE_FACTORS,
  storedOffset,
  unpairRow,
} from '@core/models/gguf-model';
import { readModelConfig } from '@core/models/registry';
import { describeGgufTokenizer } from '@core/tokenizer/gguf-tokenizer';
import { loadTokenizer } from '@core/tokenizer/load-tokenizer';
import {
  checkFinite,
  checkMemory,
  checkTensors,
  checkTokenizer,
  countParameters,
  rankDtypes,
  type StoredTensor,
} from './check-model';
import type { AllocateTensor, LoadOptions, ModelSource } from './model-source';
import { openForReading, readChunks, readExactly, sniffFile } from './read-file';

/** First guess at the length of the head: a tokenizer of 50,000 tokens with its merges is 2 MB, one of 150,000 is 6. */
const FIRST_HEAD_BYTES = 4 << 20;

/**
 * A model in one GGUF file, quantised or not: weights come as float32 in Hugging Face's names and order.
 * @throws WorkbenchError `pickle-refused`, `gguf-truncated`, `gguf-header`, `gguf-type`, `gguf-metadata`, `gguf-tokenizer`,
 * `architecture-unknown`, `model-feature`, `tensor-missing`, `tensor-shape`, `tokenizer-too-large`
 */
export async function readGguf(path: string): Promise<ModelSource> {
  const fullPath = resolve(path);
  const refused = refuseWeightFile(await sniffFile(fullPath), 'gguf', fullPath);
  if (refused) throw refused;
  const { header, sizeBytes } = await readHead(fullPath);
  refuseSplit(header, fullPath);
  const rawConfig = describeGgufConfig(header, await readRopeFactors(header, fullPath), basename(fullPath));
  const config = readModelConfig(rawConfig);
  const { tensors, unknown } = nameTensors(header);
  const stored = new Map<string, StoredTensor>(
    [...tensors].map(([name, { dims, format }]) => [name, { dims, dtype: format.name }]),
  );
  const { parameters, warnings } = checkTensors(config, stored, fullPath);
  const files = describeGgufTokenizer(header.metadata, basename(fullPath));
  const generationConfig = describeGgufGeneration(header.metadata);
  const tokenizer = loadTokenizer({ ...files, 'generation_config.json': JSON.stringify(generationConfig) });
  checkTokenizer(tokenizer.size, config, fullPath);
  const named = header.metadata.get('general.name');
  const parameterCount = countParameters(parameters);

  return {
    path: fullPath,
    format: 'gguf',
    name: typeof named === 'string' && named !== '' ? named : basename(fullPath, '.gguf'),
    config,
    rawConfig,
    generationConfig,
    tokenizer,
    hasChatTemplate: header.metadata.has('tokenizer.chat_template'),
    sizeBytes,
    parameterCount,
    storedDtypes: rankDtypes(parameters, stored),
    warnings:
      unknown.length > 0
        ? [
            ...warnings,
            `Tensors that will not be used: ${unknown.slice(0, 3).join(', ')}${unknown.length > 3 ? ', …' : ''}.`,
          ]
        : warnings,
    async loadInto(allocate: AllocateTensor, options: LoadOptions = {}) {
      let loaded = 0;
      for (const { name, dims } of parameters) {
        options.cancel?.throwIfAborted();
        const tensor = tensors.get(name);
        if (!tensor)
          throw new WorkbenchError('internal', `Tensor "${name}" was checked and is gone.`, {
            code: 'tensor-missing',
            where: fullPath,
          });
        const data = checkMemory(name, dims, allocate(name, dims));
        await readTensor(fullPath, tensor, data, countPairedHeads(name, config));
        const offset = storedOffset(name, config);
        if (offset !== 0) for (let i = 0; i < data.length; i++) data[i]! -= offset;
        checkFinite(name, data, fullPath);
        loaded += data.length;
        options.onProgress?.(loaded, parameterCount);
      }
    },
  };
}

async function readHead(path: string): Promise<{ readonly header: GgufHeader; readonly sizeBytes: number }> {
  const { file, sizeBytes } = await openForReading(path);
  try {
    for (let wanted = FIRST_HEAD_BYTES; ; wanted *= 4) {
      const head = await readExactly(file, 0, Math.min(wanted, sizeBytes), path);
      const header = parseGguf(head, sizeBytes, basename(path));
      if (header) return { header, sizeBytes };
    }
  } finally {
    await file.close();
  }
}

async function readRopeFactors(header: GgufHeader, path: string): Promise<Float32Array | null> {
  const tensor = header.tensors.get(ROPE_FACTORS);
  if (!tensor) return null;
  const factors = new Float32Array(elementCount(tensor.dims));
  await readTensor(path, tensor, factors, 0);
  return factors;
}

/**
 * Expands a tensor into `data`, row by row where its rows must be put in another order.
 * @param pairedHeads heads whose rows are stored in pairs, 0 for a tensor in plain order
 */
async function readTensor(path: string, tensor: GgufTensor, data: Float32Array, pairedHeads: number): Promise<void> {
  const { format, dims } = tensor;
  const rows = dims[0] ?? 1;
  const rowElements = data.length / rows;
  const row = new Float32Array(format.elements);
  const { file } = await openForReading(path);
  try {
    let carried = new Uint8Array(0);
    let at = 0;
    await readChunks(file, tensor.begin, tensor.end, path, (chunk) => {
      // Blocks of 18 to 210 bytes do not end where chunks do.
      const bytes = carried.length > 0 ? joinBytes(carried, chunk) : chunk;
      const whole = bytes.length - (bytes.length % format.bytes);
      if (pairedHeads === 0) expandBlocks(format, bytes.subarray(0, whole), data, at);
      else expandPaired(bytes, whole, at);
      at += (whole / format.bytes) * format.elements;
      carried = bytes.slice(whole);
    });
  } finally {
    await file.close();
  }

  function expandPaired(bytes: Uint8Array, whole: number, begin: number): void {
    for (let from = 0, element = begin; from < whole; from += format.bytes, element += format.elements) {
      format.expand(bytes, from, row, 0);
      // A row is whole blocks, so a block never reaches into the next row.
      const source = Math.floor(element / rowElements);
      data.set(row, unpairRow(source, rows, pairedHeads) * rowElements + (element - source * rowElements));
    }
  }
}

function joinBytes(first: Uint8Array, second: Uint8Array): Uint8Array {
  const joined = new Uint8Array(first.length + second.length);
  joined.set(first);
  joined.set(second, first.length);
  return joined;
}

/** A model cut into several GGUF files is not put together again here. @throws WorkbenchError `gguf-split` */
function refuseSplit({ metadata }: GgufHeader, path: string): void {
  const parts = metadata.get('split.count');
  if (typeof parts !== 'number' || parts < 2) return;
  throw new WorkbenchError('unsupported', `${path} is one of ${parts} parts of a model.`, {
    code: 'gguf-split',
    where: path,
    wayOut: 'Join the parts with "llama-gguf-split --merge", or choose the model as a Hugging Face folder.',
  });
}
