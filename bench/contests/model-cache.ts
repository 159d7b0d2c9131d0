import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { openLanguageModel } from '../../src/main/engine/language-model';
import { OrtExecutor } from '../../src/main/engine/ort-executor';
import { writeModelFolder } from '../../src/main/engine/files/write-model-folder';
import type { BenchQuestion } from './our-task';

/** Everything that the bench keeps: peers, and one model as every program reads it. */
export const PEERS_FOLDER = resolve('.peers');
const MODEL_NAME = 'smollm2-135m-instruct';
const MODELS = resolve(process.env['WORKBENCH_MODELS'] ?? '../shared/models');
const QUESTIONS = 'resources/questions/train.jsonl';
/** Grade-school questions of GSM8K: {"question", "answer"}, the number behind ####. */
const GSM8K = join(resolve(process.env['WORKBENCH_DATA'] ?? '../shared/data'), 'gsm8k', 'test.jsonl');
const MAX_QUESTIONS = 16;
const PROMPTS = 32;
const PROMPT_LENGTH = 64;

/** The same weights for every program, and prompts of text, [32, 64] ids. */
export interface BenchModel {
  /** Q4_1, for llama.cpp. */
  readonly gguf: string;
  /** The same, dequantised to F32 as safetensors. */
  readonly folder: string;
  readonly prompts: readonly (readonly number[])[];
  /** Up to 16 questions of GSM8K, the program's own where that is not at hand. */
  readonly questions: readonly BenchQuestion[];
}

const FOLDER = join(PEERS_FOLDER, 'models', MODEL_NAME);
const PROMPT_FILE = join(PEERS_FOLDER, 'models', `${MODEL_NAME}.prompts.json`);
const QUESTION_FILE = join(PEERS_FOLDER, 'models', `${MODEL_NAME}.questions.json`);

/** The model file, or null where it is not. */
export function findGguf(): string | null {
  const folder = join(MODELS, MODEL_NAME);
  const file = existsSync(folder) ? readdirSync(folder).find((name) => name.endsWith('.gguf')) : undefined;
  return file === undefined ? null : join(folder, file);
}

/** What `prepareModel` made, or null. */
export function readPreparedModel(): BenchModel | null {
  const gguf = findGguf();
  if (gguf === null || ![FOLDER, PROMPT_FILE, QUESTION_FILE].every((path) => existsSync(path))) return null;
  const read = (path: string) => JSON.parse(readFileSync(path, 'utf8'));
  return { gguf, folder: FOLDER, prompts: read(PROMPT_FILE), questions: read(QUESTION_FILE) };
}

/** Writes the dequantised model and the prompts, once. */
export async function prepareModel(): Promise<void> {
  const gguf = findGguf();
  if (gguf === null) throw new Error(`There is no ${MODEL_NAME} in ${MODELS} (WORKBENCH_MODELS).`);
  mkdirSync(join(PEERS_FOLDER, 'models'), { recursive: true });
  const model = await openLanguageModel(gguf, { executor: new OrtExecutor() });
  if (!existsSync(FOLDER)) await writeModelFolder(FOLDER, await model.toWrite(), { replace: true });
  const text = readFileSync(QUESTIONS, 'utf8')
    .trim()
    .split('\n')
    .map((line) => String(JSON.parse(line).question));
  const each = Math.floor(text.length / PROMPTS);
  const prompts = Array.from({ length: PROMPTS }, (_, row) => [
    ...model.tokenizer.encode(text.slice(row * each, row * each + PROMPT_LENGTH).join('\n')).subarray(0, PROMPT_LENGTH),
  ]);
  writeFileSync(PROMPT_FILE, JSON.stringify(prompts));
  const questions = readQuestions().map(({ prompt, answer }): BenchQuestion => ({
    ids: [...model.tokenizer.encodeChat([{ role: 'user', content: prompt }], { addGenerationPrompt: true })],
    answer,
  }));
  writeFileSync(QUESTION_FILE, JSON.stringify(questions));
}

function readQuestions(): readonly { readonly prompt: string; readonly answer: string }[] {
  const lines = readFileSync(existsSync(GSM8K) ? GSM8K : QUESTIONS, 'utf8')
    .trim()
    .split('\n')
    .slice(0, MAX_QUESTIONS);
  return lines.map((line) => {
    const { question, answer } = JSON.parse(line);
    return { prompt: String(question), answer: String(answer).split('####').at(-1)?.trim() ?? '' };
  });
}
