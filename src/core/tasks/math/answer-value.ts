import { call, constant, type Expression } from './expression';
import { parseExpression } from './parse-expression';
import { tokenise, type Token } from './tokens';

/** What an answer says. */
export type AnswerValue =
  | { readonly kind: 'expression'; readonly expression: Expression }
  /** Several answers in any order; in braces, a set. */
  | { readonly kind: 'list'; readonly items: readonly AnswerValue[]; readonly isSet: boolean }
  /** A point, a sequence or an interval. */
  | {
      readonly kind: 'tuple';
      readonly open: '(' | '[';
      readonly close: ')' | ']';
      readonly items: readonly AnswerValue[];
    }
  | { readonly kind: 'union'; readonly parts: readonly AnswerValue[] }
  | { readonly kind: 'matrix'; readonly rows: readonly (readonly AnswerValue[])[] }
  /** An equation or a chain of inequalities: one sign fewer than sides. */
  | { readonly kind: 'relation'; readonly sides: readonly Expression[]; readonly signs: readonly string[] }
  /** `x = 5`, `f(x) = 2x`, `x ∈ [0, 1]`: a value and the name it is given. */
  | {
      readonly kind: 'labelled';
      readonly label: string;
      /** The name as a formula, where it is one. */
      readonly subject: Expression | null;
      readonly sign: '=' | '∈';
      readonly value: AnswerValue;
    }
  | { readonly kind: 'words'; readonly text: string };

/** Levels of lists in lists that are followed. */
const MAX_DEPTH = 8;
/** Members of one list. */
const MAX_ITEMS = 200;

/** Reads an answer; null where it is neither formula nor words. */
export function parseAnswer(text: string): AnswerValue | null {
  const tokens = tokenise(text);
  return tokens && read(tokens, 0);
}

function read(all: readonly Token[], depth: number): AnswerValue | null {
  const tokens = trim(all);
  if (tokens.length === 0 || depth > MAX_DEPTH) return null;
  const parts = splitAt(tokens, (token) => isSign(token, ',') || isSign(token, ';'));
  if (parts.length > 1) return readList(parts, false, depth);
  for (const reader of READERS) {
    const value = reader(tokens, depth);
    if (value !== undefined) return value;
  }
  return null;
}

/** Each says what it read, null where it is its case and cannot be read, undefined where it is another's. */
const READERS: readonly ((tokens: readonly Token[], depth: number) => AnswerValue | null | undefined)[] = [
  readGroup,
  readMatrix,
  readRelation,
  readUnion,
  readBracketed,
  readRatio,
  readPlain,
];

function readList(parts: readonly (readonly Token[])[], isSet: boolean, depth: number): AnswerValue | null {
  const filled = parts.filter((part) => trim(part).length > 0);
  if (filled.length > MAX_ITEMS) return null;
  const items = filled.map((part) => read(part, depth + 1));
  if (items.some((item) => item === null)) return null;
  const sound = items
    .filter((item) => item !== null)
    .flatMap((item) => (item.kind === 'list' && !item.isSet ? item.items : [item]));
  const [only] = sound;
  return sound.length === 1 && only && !isSet ? only : { kind: 'list', items: sound, isSet };
}

/** `{…}` and `\{…\}` around the whole. */
function readGroup(tokens: readonly Token[], depth: number): AnswerValue | null | undefined {
  if (isEnclosed(tokens, '{', '}')) return read(tokens.slice(1, -1), depth + 1);
  if (!isEnclosed(tokens, '⦃', '⦄')) return undefined;
  return readList(
    splitAt(tokens.slice(1, -1), (token) => isSign(token, ',') || isSign(token, ';')),
    true,
    depth,
  );
}

type Matrix = readonly (readonly AnswerValue[])[];

/** A sum of products of matrices, worked out. */
function readMatrix(tokens: readonly Token[], depth: number): AnswerValue | null | undefined {
  if (!tokens.some(isMatrixBegin)) return undefined;
  const terms = splitAt(tokens, (token) => isSign(token, '+'));
  const products = terms.map((term) => readMatrixProduct(term, depth));
  const sum = products.reduce((a, b) => (a && b ? combine(a, b) : null));
  return sum ? { kind: 'matrix', rows: sum } : undefined;
}

function readMatrixProduct(tokens: readonly Token[], depth: number): Matrix | null {
  const factors: Matrix[] = [];
  let begin = 0;
  for (const [at, token] of tokens.entries()) {
    if (token.kind !== 'command' || !token.text.startsWith('end ')) continue;
    const from = isSign(tokens[begin], '*') ? begin + 1 : begin;
    const matrix = readOneMatrix(tokens.slice(from, at + 1), depth);
    if (!matrix) return null;
    factors.push(matrix);
    begin = at + 1;
  }
  const [first, ...rest] = factors;
  if (first === undefined || begin !== tokens.length) return null;
  return rest.reduce<Matrix | null>((a, b) => a && multiplyMatrices(a, b), first);
}

function combine(a: Matrix, b: Matrix): Matrix | null {
  const fits = a.length === b.length && a.every((row, i) => row.length === b[i]?.length);
  return fits ? mapCells(a, (cell, i, j) => addCells([cell, b[i]?.[j] ?? null])) : null;
}

function multiplyMatrices(a: Matrix, b: Matrix): Matrix | null {
  const inner = b.length;
  if (!a.every((row) => row.length === inner)) return null;
  const rows = a.map((row) =>
    (b[0] ?? []).map((_, j) => addCells(row.map((cell, k) => joinCells('multiply', cell, b[k]?.[j] ?? null)))),
  );
  return rows.some((row) => row.includes(null)) ? null : rows.map((row) => row.filter((cell) => cell !== null));
}

function mapCells(
  matrix: Matrix,
  change: (cell: AnswerValue, i: number, j: number) => AnswerValue | null,
): Matrix | null {
  const rows = matrix.map((row, i) => row.map((cell, j) => change(cell, i, j)));
  return rows.some((row) => row.includes(null)) ? null : rows.map((row) => row.filter((cell) => cell !== null));
}

function addCells(cells: readonly (AnswerValue | null)[]): AnswerValue | null {
  const zero: AnswerValue = { kind: 'expression', expression: constant(0) };
  return cells.reduce<AnswerValue | null>((sum, cell) => joinCells('add', sum, cell), zero);
}

function joinCells(name: 'add' | 'multiply', a: AnswerValue | null, b: AnswerValue | null): AnswerValue | null {
  if (a?.kind !== 'expression' || b?.kind !== 'expression') return null;
  return { kind: 'expression', expression: call(name, a.expression, b.expression) };
}

function isMatrixBegin(token: Token | undefined): boolean {
  return token?.kind === 'command' && /^begin (?:[pbvBV]?matrix|array|smallmatrix)$/.test(token.text);
}

/** One matrix and nothing else; rows end with a double backslash, columns with an ampersand. */
function readOneMatrix(tokens: readonly Token[], depth: number): Matrix | null {
  const [first] = tokens;
  const last = tokens.at(-1);
  if (first?.kind !== 'command' || !isMatrixBegin(first)) return null;
  if (last?.kind !== 'command' || last.text !== first.text.replace('begin', 'end')) return null;
  const rows = splitAt(tokens.slice(1, -1), (token) => isSign(token, '\\\\'))
    .filter((row) => row.length > 0)
    .map((row) => splitAt(row, (token) => isSign(token, '&')).map((cell) => read(cell, depth + 1)));
  if (rows.some((row) => row.includes(null))) return null;
  return rows.map((row) => row.filter((cell) => cell !== null));
}

const RELATIONS = ['=', '<', '>', '≤', '≥', '≠', '≈', '∈'];

function readRelation(tokens: readonly Token[], depth: number): AnswerValue | null | undefined {
  const places = topLevel(tokens).filter((at) => RELATIONS.some((sign) => isSign(tokens[at], sign)));
  const signs = places.map((at) => tokens[at]?.text ?? '');
  if (signs.length === 0) return undefined;
  const sides = [...places, tokens.length].map((end, i) => tokens.slice(i === 0 ? 0 : (places[i - 1] ?? 0) + 1, end));
  const [left = []] = sides;
  // What is rounded says less than what it was rounded from.
  const exact = signs.indexOf('≈') > 0 ? sides.slice(0, signs.indexOf('≈') + 1) : sides;
  const right = exact.at(-1) ?? [];
  const isAssignment = signs.slice(0, exact.length - 1).every((sign) => sign === '=' || sign === '≈');
  if (isAssignment && isLabel(left)) {
    const value = read(right, depth + 1);
    return value && { kind: 'labelled', label: spell(left), subject: parseExpression(left), sign: '=', value };
  }
  if (signs.length === 1 && signs[0] === '∈' && isLabel(left)) {
    const value = read(right, depth + 1);
    return value && { kind: 'labelled', label: spell(left), subject: null, sign: '∈', value };
  }
  const parsed = sides.map((side) => parseExpression(side));
  if (signs.some((sign) => sign === '∈' || sign === '≈') || parsed.includes(null)) return null;
  return { kind: 'relation', sides: parsed.filter((side) => side !== null), signs };
}

/**
 * Whether a left side only names the value: letters, their quotients and products, `f(x)`, `|AB|`, `A : B`, `(p, q)`; a formula with
 * numbers or sums says something of its own.
 */
function isLabel(tokens: readonly Token[]): boolean {
  const named = tokens.some((token) => token.kind === 'symbol' || token.kind === 'word');
  return (
    tokens.length <= 24 &&
    named &&
    tokens.every(
      (token) =>
        token.kind === 'symbol' ||
        token.kind === 'word' ||
        (token.kind === 'command' && (token.text === 'frac' || token.text === 'angle' || token.text === 'triangle')) ||
        (token.kind === 'sign' && ['(', ')', '{', '}', '|', ':', '/', ',', "'"].includes(token.text)),
    )
  );
}

function readUnion(tokens: readonly Token[], depth: number): AnswerValue | null | undefined {
  const parts = splitAt(tokens, (token) => isSign(token, '∪'));
  if (parts.length < 2) return undefined;
  const read_ = parts.map((part) => read(part, depth + 1));
  return read_.includes(null) ? null : { kind: 'union', parts: read_.filter((part) => part !== null) };
}

/** `(a, b)`, `[a, b)`: brackets around the whole with commas inside. */
function readBracketed(tokens: readonly Token[], depth: number): AnswerValue | null | undefined {
  const [first] = tokens;
  const last = tokens.at(-1);
  const open = isSign(first, '(') ? '(' : isSign(first, '[') ? '[' : null;
  const close = isSign(last, ')') ? ')' : isSign(last, ']') ? ']' : null;
  if (open === null || close === null || !isClosedByLast(tokens)) return undefined;
  const parts = splitAt(tokens.slice(1, -1), (token) => isSign(token, ','));
  if (parts.length < 2) return undefined;
  if (parts.length > MAX_ITEMS) return null;
  const items = parts.map((part) => read(part, depth + 1));
  return items.includes(null) ? null : { kind: 'tuple', open, close, items: items.filter((item) => item !== null) };
}

/** `11 : 21` is a quotient. */
function readRatio(tokens: readonly Token[]): AnswerValue | null | undefined {
  const parts = splitAt(tokens, (token) => isSign(token, ':'));
  const [left, right] = parts.map((part) => parseExpression(part));
  if (parts.length !== 2) return undefined;
  if (!left || !right) return null;
  return { kind: 'expression', expression: { kind: 'call', name: 'divide', args: [left, right] } };
}

function readPlain(tokens: readonly Token[]): AnswerValue | null {
  const expression = parseExpression(tokens);
  if (expression === null)
    return tokens.every((token) => token.kind === 'word') ? { kind: 'words', text: spell(tokens) } : null;
  if (!tokens.some((token) => isSign(token, '±'))) return { kind: 'expression', expression };
  const other = parseExpression(tokens, -1);
  if (other === null) return null;
  return {
    kind: 'list',
    isSet: false,
    items: [expression, other].map((each) => ({ kind: 'expression', expression: each })),
  };
}

/** Without full stops at the end and empty signs at the beginning. */
function trim(tokens: readonly Token[]): readonly Token[] {
  let [from, to] = [0, tokens.length];
  const isEmpty = (token: Token | undefined) => ['.', ',', ';', ':', '\\\\', '?'].some((sign) => isSign(token, sign));
  while (to > from && isEmpty(tokens[to - 1])) to--;
  while (from < to && isEmpty(tokens[from])) from++;
  return tokens.slice(from, to);
}

function isSign(token: Token | undefined, sign: string): boolean {
  return token?.kind === 'sign' && token.text === sign;
}

const OPENING = ['(', '[', '{', '⦃'];
const CLOSING = [')', ']', '}', '⦄'];

/** Places that are in no bracket and no matrix; half-open intervals close each other. */
function topLevel(tokens: readonly Token[]): number[] {
  const places: number[] = [];
  let depth = 0;
  for (const [at, token] of tokens.entries()) {
    const opens =
      (token.kind === 'sign' && OPENING.includes(token.text)) ||
      (token.kind === 'command' && token.text.startsWith('begin '));
    const closes =
      (token.kind === 'sign' && CLOSING.includes(token.text)) ||
      (token.kind === 'command' && token.text.startsWith('end '));
    if (closes) depth--;
    if (depth === 0 && !opens && !closes) places.push(at);
    if (opens) depth++;
  }
  return places;
}

function splitAt(tokens: readonly Token[], isCut: (token: Token) => boolean): (readonly Token[])[] {
  const cuts = topLevel(tokens).filter((at) => {
    const token = tokens[at];
    return token !== undefined && isCut(token);
  });
  return [...cuts, tokens.length].map((end, i) => tokens.slice(i === 0 ? 0 : (cuts[i - 1] ?? 0) + 1, end));
}

function isEnclosed(tokens: readonly Token[], open: string, close: string): boolean {
  return isSign(tokens[0], open) && isSign(tokens.at(-1), close) && isClosedByLast(tokens);
}

/** Whether the bracket that opens first closes last. */
function isClosedByLast(tokens: readonly Token[]): boolean {
  return tokens.length > 2 && topLevel(tokens).length === 0 && countOuter(tokens) === 1;
}

function countOuter(tokens: readonly Token[]): number {
  let [depth, groups] = [0, 0];
  for (const token of tokens) {
    if (token.kind !== 'sign') continue;
    if (OPENING.includes(token.text) && depth++ === 0) groups++;
    else if (CLOSING.includes(token.text)) depth--;
  }
  return groups;
}

/** The signs as text without blanks; brackets that group are left out. */
function spell(tokens: readonly Token[]): string {
  return tokens
    .filter((token) => !(token.kind === 'sign' && (token.text === '{' || token.text === '}')))
    .map(({ text }) => text.toLowerCase().replace(/[{}\s]/g, ''))
    .join('');
}
