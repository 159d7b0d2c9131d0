import { basename, join, resolve } from 'node:path';
import type { ErrorCode } from '@core/error-codes';
import { WorkbenchError } from '@core/errors';
import { JsonCursor, type JsonRecord } from '@core/formats/json';
import { requireFloat } from '@core/formats/safetensors';
import { VALUE_HEAD, VALUE_ROWS } from '@core/models/decoder/parameters';
import { readModelConfig } from '@core/models/registry';
import { loadTokenizer, templateInConfig, type TokenizerFiles } from '@core/tokenizer/load-tokenizer';
import { checkFinite, checkMemory, checkTensors, checkTokenizer, countParameters, rankDtypes } from './check-model';
import type { AllocateTensor, LoadOptions, ModelSource } from './model-source';
import { readTextIfThere } from './read-file';
import { readTokenSetFile } from './token-set-file';
import { readRows, readSafetensorsSet, readTensors, type LocatedTensor } from './safetensors-files';

/**
 * A model in a Hugging Face folder: config.json, tokenizer.json and safetensors weights, with what else describes the tokenizer.
 * Reads headers and checks that everything fits; weights come with `loadInto`.
 * @throws WorkbenchError naming the file and the way out: `adapter-alone`, `config-missing`, `tokenizer-missing`, `architecture-unknown`, `model-config`,
 * `model-feature`, `weights-missing`, `pickle-refused`, `shard-missing`, `tensor-missing`, `tensor-shape`,
 * `safetensors-dtype`, `tokenizer-too-large`, `token-set-file`, …
 */
export async function readModelFolder(path: string): Promise<ModelSource> {
  const folder = resolve(path);
  await refuseAdapter(folder);
  const set = await readSafetensorsSet(folder);
  const configText = await requireText(folder, 'config.json', 'config-missing');
  const rawConfig = JsonCursor.parse(configText, 'config.json').record();
  const config = { ...readModelConfig(rawConfig), ...(hasValueHead(set.tensors) && { hasValueHead: true }) };
  const { parameters, warnings } = checkTensors(config, set.tensors, folder);
  for (const { name } of parameters) {
    const tensor = set.tensors.get(name);
    if (tensor) requireFloat(tensor, tensor.path);
  }
  const files = await readTokenizerFiles(folder);
  const tokenizer = loadTokenizer({ ...files, 'config.json': configText });
  checkTokenizer(tokenizer.size, config, join(folder, 'tokenizer.json'));
  await readTokenSetFile(folder, tokenizer);
  const generation = files['generation_config.json'];
  const parameterCount = countParameters(parameters);
  const located = (name: string): LocatedTensor => {
    const tensor = set.tensors.get(name);
    if (tensor) return tensor;
    throw new WorkbenchError('internal', `Tensor "${name}" was checked and is gone.`, {
      code: 'tensor-missing',
      where: folder,
    });
  };

  return {
    path: folder,
    format: 'folder',
    name: nameOf(rawConfig, folder),
    config,
    rawConfig,
    generationConfig: generation === undefined ? null : JsonCursor.parse(generation, 'generation_config.json').record(),
    tokenizer,
    hasChatTemplate: hasChatTemplate(files),
    sizeBytes: set.sizeBytes,
    parameterCount,
    storedDtypes: rankDtypes(parameters, set.tensors),
    warnings,
    async reread(name: string, data: Float32Array) {
      await readTensors([{ tensor: located(name), data }]);
    },
    readRows: (name, take) => readRows(located(name), take),
    async loadInto(allocate: AllocateTensor, options: LoadOptions = {}) {
      const wanted = parameters.map(({ name, dims }) => {
        const tensor = located(name);
        return { tensor, data: checkMemory(name, dims, allocate(name, dims)) };
      });
      let loaded = 0;
      options.cancel?.throwIfAborted();
      await readTensors(wanted, ({ tensor, data }) => {
        checkFinite(tensor.name, data, tensor.path);
        loaded += data.length;
        options.onProgress?.(loaded, parameterCount);
        options.cancel?.throwIfAborted();
      });
    },
  };
}

/** The files of a folder that describe its tokenizer. @throws WorkbenchError `tokenizer-missing` */
export async function readTokenizerFiles(folder: string): Promise<TokenizerFiles> {
  const tokenizerJson = await requireText(folder, 'tokenizer.json', 'tokenizer-missing');
  const optional = ['tokenizer_config.json', 'chat_template.jinja', 'generation_config.json'] as const;
  const found: Partial<Record<(typeof optional)[number], string>> = {};
  for (const name of optional) {
    const text = await readTextIfThere(join(folder, name));
    if (text !== null) found[name] = text;
  }
  return { 'tokenizer.json': tokenizerJson, ...found };
}

function hasValueHead(tensors: ReadonlyMap<string, { readonly dims: readonly number[] }>): boolean {
  const dims = tensors.get(VALUE_HEAD)?.dims;
  return dims?.length === 2 && dims[0] === VALUE_ROWS;
}

function hasChatTemplate(files: TokenizerFiles): boolean {
  if (files['chat_template.jinja'] !== undefined) return true;
  return templateInConfig(JsonCursor.parse(files['tokenizer_config.json'] ?? '{}', 'tokenizer_config.json')) !== null;
}

function nameOf(rawConfig: JsonRecord, folder: string): string {
  const named = rawConfig['_name_or_path'];
  return typeof named === 'string' && named !== '' && !/^[./~]/.test(named) ? basename(named) : basename(folder);
}

/** A folder that holds an adapter and no model. @throws WorkbenchError `adapter-alone` */
async function refuseAdapter(folder: string): Promise<void> {
  const text = await readTextIfThere(join(folder, 'adapter_config.json'));
  if (text === null || (await readTextIfThere(join(folder, 'config.json'))) !== null) return;
  const base = JsonCursor.parse(text, 'adapter_config.json').at('base_model_name_or_path').value;
  const named = typeof base === 'string' && base !== '' ? ` for "${base.slice(0, 200)}"` : '';
  throw new WorkbenchError('unsupported', `${folder} holds an adapter${named}, not a model.`, {
    code: 'adapter-alone',
    where: join(folder, 'adapter_config.json'),
    wayOut:
      'Import the model that it was made for, then the adapter over it: Model, Import, and choose the folder of the adapter.',
  });
}

/** What a person can do about each file that must be there. */
const WAYS_OUT = {
  'config.json': 'Choose the folder of the model itself; its config.json lies beside the weights.',
  'tokenizer.json':
    'Download tokenizer.json from where the model came from. A tokenizer.model (SentencePiece) alone is not enough.',
} as const;

async function requireText(folder: string, name: keyof typeof WAYS_OUT, code: ErrorCode): Promise<string> {
  const text = await readTextIfThere(join(folder, name));
  if (text !== null) return text;
  throw new WorkbenchError('not_found', `${folder} has no ${name}.`, {
    code,
    where: join(folder, name),
    wayOut: WAYS_OUT[name],
  });
}
