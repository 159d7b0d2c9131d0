import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { openLanguageModel } from '../../src/main/engine/language-model';
import { OrtExecutor } from '../../src/main/engine/ort-executor';
import { writeModelFolder } from '../../src/main/engine/files/write-model-folder';

/** Everything that the bench keeps: peers, and one model as every program reads it. */
export const PEERS_FOLDER = resolve('.peers');
const MODEL_NAME = 'smollm2-135m-instruct';
const MODELS = resolve(process.env['WORKBENCH_MODELS'] ?? '../shared/models');
const QUESTIONS = 'resources/questions/train.jsonl';
const PROMPTS = 32;
const PROMPT_LENGTH = 64;

/** The same weights for every program, and prompts of text, [32, 64] ids. */
export interface BenchModel {
  /** Q4_1, for llama.cpp. */
  readonly gguf: string;
  /** The same, dequantised to F32 as safetensors. */
  readonly folder: string;
  readonly prompts: readonly (readonly number[])[];
}

const FOLDER = join(PEERS_FOLDER, 'models', MODEL_NAME);
const PROMPT_FILE = join(PEERS_FOLDER, 'models', `${MODEL_NAME}.prompts.json`);

/** The model file, or null where it is not. */
export function findGguf(): string | null {
  const folder = join(MODELS, MODEL_NAME);
  const file = existsSync(folder) ? readdirSync(folder).find((name) => name.endsWith('.gguf')) : undefined;
  return file === undefined ? null : join(folder, file);
}

/** What `prepareModel` made, or null. */
export function readPreparedModel(): BenchModel | null {
  const gguf = findGguf();
  if (gguf === null || !existsSync(FOLDER) || !existsSync(PROMPT_FILE)) return null;
  return { gguf, folder: FOLDER, prompts: JSON.parse(readFileSync(PROMPT_FILE, 'utf8')) };
}

/** Writes the dequantised model and the prompts, once. */
export async function prepareModel(): Promise<void> {
  const gguf = findGguf();
  if (gguf === null) throw new Error(`There is no ${MODEL_NAME} in ${MODELS} (WORKBENCH_MODELS).`);
  mkdirSync(join(PEERS_FOLDER, 'models'), { recursive: true });
  const model = await openLanguageModel(gguf, { executor: new OrtExecutor() });
  await writeModelFolder(FOLDER, await model.toWrite(), { replace: true });
  const text = readFileSync(QUESTIONS, 'utf8')
    .trim()
    .split('\n')
    .map((line) => String(JSON.parse(line).question));
  const each = Math.floor(text.length / PROMPTS);
  const prompts = Array.from({ length: PROMPTS }, (_, row) => [
    ...model.tokenizer.encode(text.slice(row * each, row * each + PROMPT_LENGTH).join('\n')).subarray(0, PROMPT_LENGTH),
  ]);
  writeFileSync(PROMPT_FILE, JSON.stringify(prompts));
}
