import { idOfPrompt } from '../../tasks/readers';
import { findErrorClasses } from '../error-classes';
import { RFTT_TOKENS, type TokenSet } from '../../tokens/token-set';
import type { ExampleStep } from '../example';
import { exampleProblems } from '../example-problems';
import type { ImportedExample, PortableExample } from './portable-example';
import { kindOf } from './response';

const UNKNOWN = { datasetId: null, treeId: null, searchRunId: null, checkpointId: null, questionSetId: null };

export interface CompletionParts {
  /** Where the file has no key, e.g. `line 12`. */
  readonly key: string;
  /** Length of question and response; 0 where nobody can count. */
  countTokens(prompt: string, steps: readonly ExampleStep[]): number;
  /** Whose tokens the steps carry; the eight unless told. */
  readonly tokenSet?: TokenSet;
}

/** An example that came from a file with everything that its layout does not hold found anew. */
export function completeExample(read: ImportedExample, parts: CompletionParts): PortableExample {
  const { prompt, steps } = read;
  const { tokenSet = RFTT_TOKENS } = parts;
  const referenceAnswer = read.referenceAnswer ?? '';
  // A length that the file brings was counted with a tokenizer that is not known here; ours counts where there is one.
  const tokenCount = parts.countTokens(prompt, steps) || (read.tokenCount ?? 0);
  return {
    key: read.key ?? parts.key,
    questionId: read.questionId ?? idOfPrompt(prompt),
    prompt,
    referenceAnswer,
    kind: read.kind ?? kindOf(steps, tokenSet),
    steps,
    nodePath: read.nodePath ?? [],
    problems: read.problems ?? exampleProblems({ steps }, tokenSet),
    tokenCount,
    verdict: read.verdict ?? 'todo',
    isEdited: read.isEdited ?? false,
    note: read.note ?? '',
    errorClasses: read.errorClasses ?? findErrorClasses({ steps, referenceAnswer, tokenCount }, tokenSet),
    tags: [...new Set(read.tags ?? [])],
    stepMarks: read.stepMarks ?? [],
    lineage: read.lineage ?? UNKNOWN,
  };
}
