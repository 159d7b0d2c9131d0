import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createRng } from '@core/random/rng';
import { drawQuestionSet, QUESTION_SETS, type QuestionSetName } from '@core/tasks/embedded/question-sets';
import { configJson, tokenizerConfigJson, tokenizerJson, workbenchJson } from '@core/tasks/embedded/tokenizer-files';
import { QUESTIONS_FOLDER } from './paths';

/** Writes the question files; the same seed gives the same bytes. */
export function writeQuestionFiles(seed: number): void {
  mkdirSync(QUESTIONS_FOLDER, { recursive: true });
  for (const name of Object.keys(QUESTION_SETS)) {
    // Object.keys widens; the table has exactly these names.
    const questions = drawQuestionSet(createRng(seed).fork(`questions/${name}`), name as QuestionSetName);
    const lines = questions.map((question) => `${JSON.stringify(question)}\n`);
    writeFileSync(join(QUESTIONS_FOLDER, `${name}.jsonl`), lines.join(''));
  }
}

/** Writes everything of the model `folder` but the weights. */
export function writeModelFiles(folder: string): void {
  mkdirSync(folder, { recursive: true });
  const files: Readonly<Record<string, string>> = {
    'config.json': configJson(),
    'tokenizer.json': tokenizerJson(),
    'tokenizer_config.json': tokenizerConfigJson(),
    'workbench.json': workbenchJson(),
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
}
