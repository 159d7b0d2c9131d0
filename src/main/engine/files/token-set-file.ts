import { join } from 'node:path';
import { WorkbenchError } from '@core/errors';
import type { Tokenizer } from '@core/tokenizer/tokenizer';
import { declareTokenSet, hasFunctionalTokens, tokenSetOf } from '@core/tokens/token-ids';
import {
  compileTokenSet,
  describeTokenSet,
  isRfttSet,
  TokenSetSchema,
  type TokenSetData,
} from '@core/tokens/token-set';
import { checkTokenSet, describeTokenSetProblem, isUsable } from '@core/tokens/check-token-set';
import { readTextIfThere } from './read-file';

/** Beside the tokenizer: which of its tokens are functional ones, and how they may follow. Models with the eight of the paper have none. */
export const TOKEN_SET_FILE = 'functional_tokens.json';

/**
 * Tells a tokenizer which token set its folder names, where it names one.
 * @throws WorkbenchError `token-set-file` when the file does not say what it should
 */
export async function readTokenSetFile(folder: string, tokenizer: Tokenizer): Promise<void> {
  const where = join(folder, TOKEN_SET_FILE);
  const text = await readTextIfThere(where);
  if (text === null) return;
  declareTokenSet(tokenizer, parseTokenSetFile(text, where));
}

function parseTokenSetFile(text: string, where: string) {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw broken('it is not JSON', where, cause);
  }
  const read = TokenSetSchema.safeParse(json);
  if (!read.success) {
    const [issue] = read.error.issues;
    throw broken(`${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`, where, read.error);
  }
  const set = compileTokenSet(read.data);
  const problems = checkTokenSet(set);
  if (problems[0] && !isUsable(problems)) throw broken(describeTokenSetProblem(problems[0]), where);
  return set;
}

/** The text of the file for a tokenizer; null where the model has the eight, or none. */
export function tokenSetText(tokenizer: Tokenizer): string | null {
  const own = ownTokensOf(tokenizer);
  return own && `${JSON.stringify(own, null, 2)}\n`;
}

/** The token set of a vocabulary as data; null where it has the eight, or none. */
export function ownTokensOf(tokenizer: Tokenizer): TokenSetData | null {
  const set = tokenSetOf(tokenizer);
  return hasFunctionalTokens(tokenizer) && !isRfttSet(set) ? describeTokenSet(set) : null;
}

function broken(what: string, where: string, cause?: unknown): WorkbenchError {
  return new WorkbenchError(
    'validation',
    `${TOKEN_SET_FILE} does not say which functional tokens the model has: ${what.replace(/\.$/, '')}.`,
    { code: 'token-set-file', where, wayOut: 'Put the file right, or take it out of the folder.' },
    { cause },
  );
}
