import type { Tokenizer } from '../tokenizer/tokenizer';
import type { FunctionalTokenName } from './functional-tokens';
import type { Step } from './render';
import type { FunctionalTokenIds } from './token-ids';
import { RFTT_TOKENS, type TokenSet } from './token-set';

/** A step found in a response, with the half-open range it covers, tags included; in characters or ids, as the source was. */
export interface ParsedStep extends Step {
  readonly start: number;
  readonly end: number;
  /** False when the response ended before the close tag. */
  readonly isClosed: boolean;
}

/** Why a response is not a clean list of steps. */
export const PARSE_PROBLEMS = ['text-outside', 'tag-inside', 'close-without-open', 'unclosed', 'empty-step'] as const;
export type ParseProblemKind = (typeof PARSE_PROBLEMS)[number];

export interface ParseProblem {
  readonly kind: ParseProblemKind;
  /** Position in characters or ids, as the source was. */
  readonly at: number;
  readonly message: string;
}

export interface ParsedResponse {
  readonly steps: readonly ParsedStep[];
  readonly problems: readonly ParseProblem[];
  /** The response ended with an end-of-sequence id; always false for text. */
  readonly hasEos: boolean;
}

/** A piece of a response: a tag, or what lies between two tags. */
interface Piece {
  readonly at: number;
  readonly end: number;
  readonly opens?: FunctionalTokenName;
  readonly closes?: FunctionalTokenName;
  readonly text: string;
}

/** Finds the steps of a response written as text. @param set whose tags it is written with; the eight unless told */
export function parseText(text: string, set: TokenSet = RFTT_TOKENS): ParsedResponse {
  const pieces: Piece[] = [];
  let from = 0;
  for (const match of text.matchAll(set.tagPattern())) {
    const tag = set.tag(match[0]);
    if (tag === undefined) continue;
    if (match.index > from) pieces.push({ at: from, end: match.index, text: text.slice(from, match.index) });
    const end = match.index + match[0].length;
    pieces.push({ at: match.index, end, text: match[0], ...(tag.opens ? { opens: tag.name } : { closes: tag.name }) });
    from = end;
  }
  if (from < text.length) pieces.push({ at: from, end: text.length, text: text.slice(from) });
  return assemble(pieces, false, set);
}

/** Finds the steps of a response given as ids; everything from the first end-of-sequence id on is left out. */
export function parseIds(ids: ArrayLike<number>, tokenizer: Tokenizer, tokens: FunctionalTokenIds): ParsedResponse {
  const pieces: Piece[] = [];
  let end = 0;
  let from = 0;
  const flush = (to: number) => {
    if (to > from)
      pieces.push({ at: from, end: to, text: tokenizer.decode(Array.prototype.slice.call(ids, from, to) as number[]) });
  };
  for (; end < ids.length && !tokens.eos.includes(ids[end]!); end++) {
    const opens = tokens.opens.get(ids[end]!);
    const closes = tokens.closes.get(ids[end]!);
    if (opens === undefined && closes === undefined) continue;
    flush(end);
    pieces.push({
      at: end,
      end: end + 1,
      text: '',
      ...(opens !== undefined ? { opens } : {}),
      ...(closes !== undefined ? { closes } : {}),
    });
    from = end + 1;
  }
  flush(end);
  return assemble(pieces, end < ids.length, tokens.set);
}

/** A step whose close tag was not met yet. */
interface OpenStep {
  readonly token: FunctionalTokenName;
  readonly start: number;
  readonly text: string;
}

/** One pass over the pieces with at most one step open; a foreign tag inside a step ends it there. */
function assemble(pieces: readonly Piece[], hasEos: boolean, set: TokenSet): ParsedResponse {
  const tagOf = (name: FunctionalTokenName, side: 'open' | 'close') => set.find(name)?.[side] ?? name;
  const steps: ParsedStep[] = [];
  const problems: ParseProblem[] = [];
  const report = (kind: ParseProblemKind, at: number, message: string) => problems.push({ kind, at, message });
  const finish = ({ token, start, text }: OpenStep, end: number, isClosed: boolean) => {
    if (text.trim() === '') report('empty-step', start, `The step ${token} has no text.`);
    steps.push({ token, text: text.trim(), start, end, isClosed });
  };

  let open: OpenStep | null = null;
  for (const piece of pieces) {
    if (piece.opens !== undefined) {
      if (open !== null) {
        report(
          'tag-inside',
          piece.at,
          `The step ${open.token} holds ${tagOf(piece.opens, 'open')} before it is closed.`,
        );
        finish(open, piece.at, false);
      }
      open = { token: piece.opens, start: piece.at, text: '' };
    } else if (piece.closes !== undefined) {
      if (open === null) {
        report('close-without-open', piece.at, `${tagOf(piece.closes, 'close')} closes nothing.`);
      } else if (open.token === piece.closes) {
        finish(open, piece.end, true);
        open = null;
      } else {
        report('tag-inside', piece.at, `The step ${open.token} holds ${tagOf(piece.closes, 'close')}.`);
      }
    } else if (open !== null) {
      open = { token: open.token, start: open.start, text: open.text + piece.text };
    } else if (piece.text.trim() !== '') {
      report('text-outside', piece.at, 'There is text outside the steps.');
    }
  }
  if (open !== null) {
    report('unclosed', open.start, `The step ${open.token} is not closed.`);
    finish(open, pieces.at(-1)?.end ?? open.start, false);
  }
  return { steps, problems, hasEos };
}
