import type { FunctionalToken, FunctionalTokenName } from './functional-tokens';
import { MAX_TOKENS, type TokenSet } from './token-set';
import { type TokenRole } from './token-roles';

/** What can be wrong with a token set. Those before the line keep it from being used; the others only limit what can be done with it. */
export const TOKEN_SET_PROBLEMS = [
  'too-many',
  'name-form',
  'name-twice',
  'tag-form',
  'tag-twice',
  'tag-inside-tag',
  'tag-taken',
  'glyph-missing',
  'copy-unknown',
  'follower-unknown',
  'no-output',
  'no-start',
  'output-goes-on',
  'unreachable',
  'dead-end',
  // ——— from here on: it can be used
  'no-work',
  'no-check',
  'correction-alone',
  'check-not-reached',
  'no-way-round',
  'meaning-missing',
] as const;
export type TokenSetProblemKind = (typeof TOKEN_SET_PROBLEMS)[number];

const FIRST_HINT = TOKEN_SET_PROBLEMS.indexOf('no-work');

export interface TokenSetProblem {
  readonly kind: TokenSetProblemKind;
  /** Name of the token that it is about; null for the set as a whole. */
  readonly token: FunctionalTokenName | null;
  /** What it is about: a tag, another token, a number. */
  readonly detail: string;
  /** The set cannot be used like this. */
  readonly isBlocking: boolean;
}

/** What a vocabulary says of a text that is to become a token. */
export interface VocabularyView {
  /** Whether a token of the vocabulary has this surface already. */
  readonly isTaken: (surface: string) => boolean;
  /** Tokens that a text is cut into; 1 for what can be copied. */
  readonly countPieces: (text: string) => number;
}

/** Names are written into grammars, charts and files; `question` is what trees call their root. */
const NAME = /^[a-z][a-z0-9_]{0,31}$/;
const RESERVED: ReadonlySet<string> = new Set(['question', 'none']);

/**
 * Everything that is wrong with a token set, the worst first. A set without a blocking problem always lets a response begin, lets every token
 * be reached, and lets every response end.
 * @param vocabulary of the model that the tokens are to enter, where it is known
 */
export function checkTokenSet(set: TokenSet, vocabulary?: VocabularyView): readonly TokenSetProblem[] {
  const problems: TokenSetProblem[] = [];
  const report = (kind: TokenSetProblemKind, token: string | null = null, detail = ''): void => {
    problems.push({ kind, token, detail, isBlocking: TOKEN_SET_PROBLEMS.indexOf(kind) < FIRST_HINT });
  };
  if (set.tokens.length > MAX_TOKENS) report('too-many', null, String(MAX_TOKENS));
  checkNames(set, report);
  checkTags(set, vocabulary, report);
  checkGrammar(set, report);
  checkRoles(set, report);
  return problems.sort((a, b) => TOKEN_SET_PROBLEMS.indexOf(a.kind) - TOKEN_SET_PROBLEMS.indexOf(b.kind));
}

/** Whether a set may enter a vocabulary. */
export function isUsable(problems: readonly TokenSetProblem[]): boolean {
  return problems.every(({ isBlocking }) => !isBlocking);
}

type Report = (kind: TokenSetProblemKind, token?: string | null, detail?: string) => void;

function checkNames({ tokens }: TokenSet, report: Report): void {
  const seen = new Set<string>();
  for (const { name, glyph, meaning } of tokens) {
    if (!NAME.test(name) || RESERVED.has(name)) report('name-form', name, name);
    if (seen.has(name)) report('name-twice', name, name);
    seen.add(name);
    if (glyph.trim() === '') report('glyph-missing', name);
    if (meaning.trim() === '') report('meaning-missing', name);
  }
}

function checkTags({ tokens }: TokenSet, vocabulary: VocabularyView | undefined, report: Report): void {
  const all = tokens.flatMap(({ name, open, close }) => [
    { name, tag: open },
    { name, tag: close },
  ]);
  const seen = new Set<string>();
  for (const { name, tag } of all) {
    // White space would be eaten by whoever strips a text; one letter would turn up in every word.
    if (tag.length < 2 || /\s/.test(tag)) {
      report('tag-form', name, tag);
      continue;
    }
    if (seen.has(tag)) report('tag-twice', name, tag);
    seen.add(tag);
    const inner = all.find((other) => other.tag !== tag && other.tag !== '' && tag.includes(other.tag));
    if (inner) report('tag-inside-tag', name, `${inner.tag} ${tag}`);
    if (vocabulary?.isTaken(tag)) report('tag-taken', name, tag);
  }
  for (const { name, start } of tokens)
    if (vocabulary && start?.kind === 'copy' && vocabulary.countPieces(start.of) !== 1)
      report('copy-unknown', name, start.of);
}

function checkGrammar(set: TokenSet, report: Report): void {
  const { tokens } = set;
  for (const { name, followedBy } of tokens) {
    const unknown = followedBy.find((each) => !set.find(each));
    if (unknown !== undefined) report('follower-unknown', name, unknown);
    if (set.isTerminal(name) && followedBy.length > 0) report('output-goes-on', name);
  }
  const starts = tokens.filter(({ startsResponse }) => startsResponse).map(({ name }) => name);
  if (starts.length === 0) report('no-start');
  if (set.withRole('output').length === 0) {
    report('no-output');
    return;
  }
  // Where training data is made, a response may begin with a whole answer.
  const reached = closure([...starts, ...set.withRole('direct_answer')], (name) => followers(set, name));
  const ending = closure(set.withRole('output'), (name) =>
    tokens.filter(({ followedBy }) => followedBy.includes(name)).map((token) => token.name),
  );
  for (const { name } of tokens) {
    if (starts.length > 0 && !reached.has(name)) report('unreachable', name);
    if (!ending.has(name)) report('dead-end', name);
  }
}

/** What the method needs to make data of a set: work that can be searched, and checks that can be merged in. */
function checkRoles(set: TokenSet, report: Report): void {
  const work = [...set.withRole('next_step'), ...set.withRole('direct_answer')];
  if (work.length === 0) report('no-work');
  const [checks, corrections] = [set.withRole('verify'), set.withRole('refine')];
  if (checks.length === 0) {
    report(corrections.length === 0 ? 'no-check' : 'correction-alone', corrections[0] ?? null);
    return;
  }
  if (corrections.length === 0) {
    report('correction-alone', checks[0] ?? null);
    return;
  }
  const [check, correction] = [checks[0]!, corrections[0]!];
  if (!work.some((name) => followers(set, name).includes(check))) report('check-not-reached', check);
  if (!followers(set, check).includes(correction)) report('no-way-round', check, correction);
}

function followers(set: TokenSet, name: FunctionalTokenName): readonly FunctionalTokenName[] {
  return set.find(name)?.followedBy ?? [];
}

function closure(
  from: readonly FunctionalTokenName[],
  next: (name: FunctionalTokenName) => readonly FunctionalTokenName[],
): ReadonlySet<FunctionalTokenName> {
  const found = new Set<FunctionalTokenName>();
  const open = [...from];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (found.has(name)) continue;
    found.add(name);
    open.push(...next(name));
  }
  return found;
}

const SENTENCES: Readonly<Record<TokenSetProblemKind, (token: string, detail: string) => string>> = {
  'too-many': (_token, most) => `There are more than ${most} tokens.`,
  'name-form': (_token, name) =>
    `“${name}” cannot be a name: small letters, digits and “_”, beginning with a letter, up to 32; “question” and “none” are taken.`,
  'name-twice': (token) => `Two tokens are called ${token}.`,
  'tag-form': (token, tag) => `The tag “${tag}” of ${token} needs two characters or more and no space.`,
  'tag-twice': (token, tag) => `The tag ${tag} of ${token} is used twice.`,
  'tag-inside-tag': (token, tags) =>
    `In ${token} the tag ${tags.split(' ')[0]} would be found inside ${tags.split(' ')[1]}.`,
  'tag-taken': (token, tag) => `${tag} (${token}) is a token of this vocabulary already.`,
  'glyph-missing': (token) => `${token} has no sign.`,
  'copy-unknown': (token, text) => `${token} is to copy “${text}”, which is not one token of this vocabulary.`,
  'follower-unknown': (token, other) => `${token} may be followed by ${other}, which is not there.`,
  'no-output': () => 'No token ends a response: one needs the role “output”.',
  'no-start': () => 'No token may begin a response.',
  'output-goes-on': (token) => `${token} ends a response, so nothing may follow it.`,
  unreachable: (token) => `${token} can never be written: no way from the question leads to it.`,
  'dead-end': (token) => `After ${token} no way leads to the end of a response.`,
  'no-work': () =>
    'No token works towards the answer (roles “next_step” and “direct_answer”): no trees can be grown by prompts.',
  'no-check': () =>
    'No token checks and none corrects: examples hold right paths only, without mistakes that are mended.',
  'correction-alone': (token) => `${token} stands alone: checks and corrections are merged in pairs, or not at all.`,
  'check-not-reached': (token) => `${token} may follow no step of work, so no check can be merged in.`,
  'no-way-round': (token, other) => `${token} may not be followed by ${other}, so no correction can be merged in.`,
  'meaning-missing': (token) => `${token} has no meaning in words.`,
};

/** A problem as a sentence. */
export function describeTokenSetProblem({ kind, token, detail }: TokenSetProblem): string {
  return SENTENCES[kind](token ?? '', detail);
}

/** Roles that a stage needs and a set lacks; empty when the stage can work with it. Of several alternatives one is enough. */
export function missingRoles(
  set: TokenSet,
  needed: readonly (TokenRole | readonly TokenRole[])[],
): readonly TokenRole[] {
  return needed.flatMap((each) => {
    const alternatives = typeof each === 'string' ? [each] : each;
    return alternatives.some((role) => set.withRole(role).length > 0) ? [] : alternatives.slice(0, 1);
  });
}

/** The view of a vocabulary that `checkTokenSet` asks. */
export function vocabularyView(tokenizer: {
  encode(text: string): ArrayLike<number>;
  idOf(surface: string): number | null;
}): VocabularyView {
  return {
    isTaken: (surface) => tokenizer.idOf(surface) !== null,
    countPieces: (text) => (tokenizer.idOf(text) !== null ? 1 : tokenizer.encode(text).length),
  };
}

/** A token of a role as an editor begins it. */
export function freshToken(
  role: TokenRole,
  looks: Pick<FunctionalToken, 'glyph' | 'colour'>,
  name: string,
): FunctionalToken {
  return {
    name,
    role,
    open: `<${name}>`,
    close: `</${name}>`,
    meaning: '',
    ...looks,
    startsResponse: false,
    followedBy: [],
    start: null,
  };
}
