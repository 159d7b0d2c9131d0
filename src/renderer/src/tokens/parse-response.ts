import { FUNCTIONAL_TOKENS } from '@core/tokens/functional-tokens';

/** A piece of a model's response: a tagged step, or text outside of any. */
export interface ResponseBlock {
  /** Name of the functional token; null for plain text. */
  readonly token: string | null;
  readonly text: string;
  /** The closing token is missing: the response was cut inside this step. */
  readonly isOpenEnded: boolean;
}

const ANY_OPEN = new RegExp(FUNCTIONAL_TOKENS.map(({ open }) => escape(open)).join('|'), 'g');
const NAME_OF_OPEN: ReadonlyMap<string, { name: string; close: string }> = new Map(
  FUNCTIONAL_TOKENS.map(({ open, close, name }) => [open, { name, close }]),
);

/** Splits what a model wrote into blocks for display; never fails, whatever it wrote. */
export function parseResponse(text: string): readonly ResponseBlock[] {
  const blocks: ResponseBlock[] = [];
  let at = 0;
  const addPlain = (end: number) => {
    const plain = text.slice(at, end).trim();
    if (plain !== '') blocks.push({ token: null, text: plain, isOpenEnded: false });
  };
  for (;;) {
    ANY_OPEN.lastIndex = at;
    const open = ANY_OPEN.exec(text);
    const facts = open && NAME_OF_OPEN.get(open[0]);
    if (!open || !facts) break;
    addPlain(open.index);
    const start = open.index + open[0].length;
    const close = text.indexOf(facts.close, start);
    ANY_OPEN.lastIndex = start;
    const next = ANY_OPEN.exec(text);
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
