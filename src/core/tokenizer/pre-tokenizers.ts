import type { JsonCursor } from '../formats/json';
import { toByteAlphabet } from './byte-alphabet';
import { readPattern, WHITE_SPACE } from './regex';

/**
 * Cuts text into pre-tokens, over which no token reaches.
 * @param pieces  what earlier steps made of one stretch of text
 * @param atStart whether the first piece begins the whole text
 */
export type PreTokenizer = (pieces: readonly string[], atStart: boolean) => readonly string[];

/** GPT-2's pattern: contractions, words, numbers, signs, each with the space before it, and white space. */
const GPT2_PATTERN = new RegExp(
  `'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^${WHITE_SPACE}\\p{L}\\p{N}]+|[${WHITE_SPACE}]+(?![^${WHITE_SPACE}])|[${WHITE_SPACE}]+`,
  'gu',
);

/** A stretch of text and whether the pattern matched it. */
interface Stretch {
  readonly text: string;
  readonly isMatch: boolean;
}

/** What becomes of matches, by the `behavior` of a Split. */
const SPLIT_BEHAVIORS: Readonly<Record<string, (stretches: readonly Stretch[]) => readonly string[]>> = {
  Isolated: (stretches) => stretches.map(({ text }) => text),
  Removed: (stretches) => stretches.filter(({ isMatch }) => !isMatch).map(({ text }) => text),
  Contiguous: (stretches) => joinWhere(stretches, (before, at) => before.isMatch === at.isMatch),
  MergedWithPrevious: (stretches) => joinWhere(stretches, (before, at) => at.isMatch && !before.isMatch),
  MergedWithNext: (stretches) => joinWhere(stretches, (before, at) => before.isMatch && !at.isMatch),
};

/** By the `type` in tokenizer.json. */
const PRE_TOKENIZERS: Readonly<Record<string, (node: JsonCursor) => PreTokenizer>> = {
  Sequence: (node) => {
    const steps = node.at('pretokenizers').list().map(readPreTokenizer);
    return (pieces, atStart) => steps.reduce((current, step) => step(current, atStart), pieces);
  },
  ByteLevel: (node) => {
    const addSpace = node.at('add_prefix_space').boolean(true);
    const useRegex = node.at('use_regex').boolean(true);
    return (pieces) =>
      pieces.flatMap((piece) => {
        const spaced = addSpace && !piece.startsWith(' ') ? ` ${piece}` : piece;
        return (useRegex ? cut(spaced, GPT2_PATTERN).map(({ text }) => text) : [spaced]).map(toByteAlphabet);
      });
  },
  Split: (node) => {
    const behavior = node.at('behavior');
    const named = behavior.text();
    const arrange = Object.hasOwn(SPLIT_BEHAVIORS, named) ? SPLIT_BEHAVIORS[named] : undefined;
    if (!arrange) throw behavior.unsupported('this way of splitting is not supported');
    return splitter(readPattern(node.at('pattern')), arrange, node.at('invert').boolean(false));
  },
  Digits: (node) => {
    const individual = node.at('individual_digits').boolean(false);
    const arrange = individual ? SPLIT_BEHAVIORS['Isolated'] : SPLIT_BEHAVIORS['Contiguous'];
    return splitter(/\p{N}/gu, arrange ?? isolate, false);
  },
  Whitespace: () => splitter(/[\p{L}\p{M}\p{N}\p{Pc}]+|[^\p{L}\p{M}\p{N}\p{Pc}\s]+/gu, dropUnmatched, false),
  WhitespaceSplit: () => splitter(/\s+/gu, dropMatched, false),
  Punctuation: () => splitter(/[\p{P}!-/:-@[-`{-~]/gu, isolate, false),
  Metaspace: readMetaspace,
};

/** The `pre_tokenizer` of tokenizer.json; none leaves pieces whole. @throws WorkbenchError `json-unsupported` */
export function readPreTokenizer(node: JsonCursor): PreTokenizer {
  if (node.isAbsent) return (pieces) => pieces;
  const type = node.at('type').text();
  const read = Object.hasOwn(PRE_TOKENIZERS, type) ? PRE_TOKENIZERS[type] : undefined;
  if (!read) throw node.unsupported(`the pre-tokenizer "${type}" is not supported`);
  return read(node);
}

/** SentencePiece's habit: a space is the visible character `▁`, and words begin with it. */
function readMetaspace(node: JsonCursor): PreTokenizer {
  const replacement = node.at('replacement').text('▁');
  const scheme = node.at('prepend_scheme').text(node.at('add_prefix_space').boolean(true) ? 'always' : 'never');
  const split = node.at('split').boolean(true);
  return (pieces, atStart) =>
    pieces.flatMap((piece, i) => {
      const marked = piece.replaceAll(' ', replacement);
      const prepend = scheme === 'always' || (scheme === 'first' && atStart && i === 0);
      const whole = prepend && !marked.startsWith(replacement) ? replacement + marked : marked;
      return split ? splitBefore(whole, replacement) : [whole];
    });
}

/** `text` cut before each `mark`. */
function splitBefore(text: string, mark: string): string[] {
  if (mark === '') return [text];
  const pieces = text.split(mark);
  return pieces.map((piece, i) => (i === 0 ? piece : mark + piece)).filter((piece, i) => i > 0 || piece !== '');
}

function splitter(
  pattern: RegExp,
  arrange: (stretches: readonly Stretch[]) => readonly string[],
  invert: boolean,
): PreTokenizer {
  return (pieces) =>
    pieces.flatMap((piece) => {
      const stretches = cut(piece, pattern);
      return arrange(invert ? stretches.map(({ text, isMatch }) => ({ text, isMatch: !isMatch })) : stretches);
    });
}

/** `text` as matches of `pattern` and what lies between them; empty stretches are left out. */
function cut(text: string, pattern: RegExp): Stretch[] {
  const stretches: Stretch[] = [];
  let at = 0;
  for (const match of text.matchAll(pattern)) {
    if (match[0] === '') continue;
    if (match.index > at) stretches.push({ text: text.slice(at, match.index), isMatch: false });
    stretches.push({ text: match[0], isMatch: true });
    at = match.index + match[0].length;
  }
  if (at < text.length) stretches.push({ text: text.slice(at), isMatch: false });
  return stretches;
}

function joinWhere(
  stretches: readonly Stretch[],
  belongs: (before: Stretch, at: Stretch) => boolean,
): readonly string[] {
  const joined: string[] = [];
  stretches.forEach((stretch, i) => {
    const before = stretches[i - 1];
    if (before && belongs(before, stretch)) joined.push((joined.pop() ?? '') + stretch.text);
    else joined.push(stretch.text);
  });
  return joined;
}

function isolate(stretches: readonly Stretch[]): readonly string[] {
  return stretches.map(({ text }) => text);
}

function dropMatched(stretches: readonly Stretch[]): readonly string[] {
  return stretches.filter(({ isMatch }) => !isMatch).map(({ text }) => text);
}

function dropUnmatched(stretches: readonly Stretch[]): readonly string[] {
  return stretches.filter(({ isMatch }) => isMatch).map(({ text }) => text);
}
