import { FUNCTIONAL_TOKENS, type FunctionalToken } from '@core/tokens/functional-tokens';
import { knownTokens } from './known-tokens';

/** A piece of a model's response: a tagged step, or text outside of any. */
export interface ResponseBlock {
  /** Name of the functional token; null for plain text. */
  readonly token: string | null;
  readonly text: string;
  /** The closing token is missing: the response was cut inside this step. */
  readonly isOpenEnded: boolean;
}

interface Tags {
  readonly anyOpen: RegExp;
  readonly ofOpen: ReadonlyMap<string, { readonly name: string; readonly close: string }>;
}

/** Tags by the tokens that they were made for: the eight, and those that the open project has beside them. */
const made = new WeakMap<ReadonlyMap<string, FunctionalToken>, Tags>();

function tagsOf(own: ReadonlyMap<string, FunctionalToken>): Tags {
  const tokens = [...FUNCTIONAL_TOKENS, ...own.values()].filter(({ open, close }) => open !== '' && close !== '');
  const opens = [...new Set(tokens.map(({ open }) => open))].sort((a, b) => b.length - a.length);
  const tags = made.get(own) ?? {
    anyOpen: new RegExp(opens.map(escape).join('|'), 'g'),
    ofOpen: new Map(tokens.map(({ open, close, name }) => [open, { name, close }])),
  };
  made.set(own, tags);
  return tags;
}

/** Splits what a model wrote into blocks for display; never fails, whatever it wrote. */
export function parseResponse(text: string): readonly ResponseBlock[] {
  const { anyOpen, ofOpen } = tagsOf(knownTokens());
  const blocks: ResponseBlock[] = [];
  let at = 0;
  const addPlain = (end: number) => {
    const plain = text.slice(at, end).trim();
    if (plain !== '') blocks.push({ token: null, text: plain, isOpenEnded: false });
  };
  for (;;) {
    anyOpen.lastIndex = at;
    const open = anyOpen.exec(text);
    const facts = open && ofOpen.get(open[0]);
    if (!open || !facts) break;
    addPlain(open.index);
    const start = open.index + open[0].length;
    const close = text.indexOf(facts.close, start);
    anyOpen.lastIndex = start;
    const next = anyOpen.exec(text);
    // A step that was never closed ends where the next one opens.
    const isOpenEnded = close === -1 || (next !== null && next.index < close);
    const end = isOpenEnded ? (next?.index ?? text.length) : close;
    blocks.push({ token: facts.name, text: text.slice(start, end).trim(), isOpenEnded });
    at = isOpenEnded ? end : close + facts.close.length;
  }
  addPlain(text.length);
  return blocks;
}

function escape(literal: string): string {
  return literal.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
