import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Generator } from '@core/generation/generator';
import { createRng } from '@core/random/rng';
import { drawSkillCases, scoreSkillCases, type SkillFigures } from '@core/tasks/embedded/gates';
import type { EmbeddedQuestion, QuestionSetName } from '@core/tasks/embedded/question-sets';
import { PLAIN_PROMPTS } from '@core/tasks/embedded/tokenizer-files';
import type { Tokenizer } from '@core/tokenizer/tokenizer';
import { QUESTIONS_FOLDER } from './paths';

/** A model that can be asked. */
export interface Examinee {
  readonly generator: Generator;
  readonly tokenizer: Tokenizer;
}

/** How a plain prompt did on questions. */
export interface PromptFigures {
  readonly prompt: string;
  /** Share of right answers. */
  readonly accuracy: number;
  /** Share of the responses with a check in them: the honest base has none. */
  readonly checks: number;
  readonly tokensPerAnswer: number;
}

const LINE_TOKENS = 96;
const ANSWER_TOKENS = 256;

/** Skill figures on `count` validation problems of each kind, greedy. */
export async function examineSkills(examinee: Examinee, count: number): Promise<SkillFigures> {
  const cases = drawSkillCases(createRng('gates'), count);
  const lines = await Promise.all(
    cases.map(({ question, continuation }) =>
      complete(examinee, question, continuation, { maxNewTokens: LINE_TOKENS, untilNewline: true }),
    ),
  );
  return scoreSkillCases(
    cases,
    lines.map((line) => line.text),
  );
}

/** Accuracy of every plain prompt on the first `count` questions of a set, greedy. */
export async function examinePlainPrompts(
  examinee: Examinee,
  set: QuestionSetName,
  count: number,
): Promise<PromptFigures[]> {
  const questions = readQuestions(set).slice(0, count);
  const figures: PromptFigures[] = [];
  for (const prompt of PLAIN_PROMPTS) {
    const responses = await Promise.all(
      questions.map(({ question }) =>
        complete(examinee, question, prompt, { maxNewTokens: ANSWER_TOKENS, untilNewline: false }),
      ),
    );
    const right = responses.filter((response, i) => lastAnswer(response.text) === questions[i]?.answer).length;
    figures.push({
      prompt,
      accuracy: right / questions.length,
      checks: responses.filter((response) => response.text.includes('Check')).length / questions.length,
      tokensPerAnswer: responses.reduce((sum, response) => sum + response.tokens, 0) / questions.length,
    });
  }
  return figures;
}

function readQuestions(set: QuestionSetName): EmbeddedQuestion[] {
  const lines = readFileSync(join(QUESTIONS_FOLDER, `${set}.jsonl`), 'utf8')
    .trim()
    .split('\n');
  return lines.map((line): EmbeddedQuestion => JSON.parse(line));
}

async function complete(
  { generator, tokenizer }: Examinee,
  question: string,
  continuation: string,
  options: { readonly maxNewTokens: number; readonly untilNewline: boolean },
): Promise<{ text: string; tokens: number }> {
  const prefixIds = [
    ...tokenizer.encodeChat([{ role: 'user', content: question }], { addGenerationPrompt: true }),
    ...tokenizer.encode(continuation),
  ];
  const newline = tokenizer.idOf('\n');
  const stopIds = [...tokenizer.eosIds, ...(options.untilNewline && newline !== null ? [newline] : [])];
  const { ids } = await generator.generate({ prefixIds, maxNewTokens: options.maxNewTokens, temperature: 0, stopIds });
  return { text: tokenizer.decode(ids, { skipSpecials: true }), tokens: ids.length };
}

/** The number of the last `The answer is N`, null when there is none. */
function lastAnswer(text: string): string | null {
  return [...text.matchAll(/The answer is (\d+)/g)].at(-1)?.[1] ?? null;
}
