import type { JsonCursor } from '../formats/json';
import { decodeUtf8 } from '../formats/utf8';
import { fromByteAlphabet } from './byte-alphabet';
import { readPattern } from './regex';

/** One step from token surfaces to text; the results of the last step are joined without anything between. */
type DecodeStep = (tokens: readonly string[]) => readonly string[];

/** By the `type` in tokenizer.json. */
const DECODERS: Readonly<Record<string, (node: JsonCursor) => DecodeStep>> = {
  ByteLevel: () => (tokens) => [fromByteAlphabet(tokens)],
  Sequence: (node) => {
    const steps = node.at('decoders').list().map(readStep);
    return (tokens) => steps.reduce((current, step) => step(current), tokens);
  },
  // The clean-up of spaces before punctuation is not done: the embedded model turns it off.
  WordPiece: (node) => {
    const prefix = node.at('prefix').text('##');
    return (tokens) =>
      tokens.map((token, i) => {
        if (i === 0) return token;
        return token.startsWith(prefix) ? token.slice(prefix.length) : ` ${token}`;
      });
  },
  Fuse: () => (tokens) => [tokens.join('')],
  Replace: (node) => {
    const pattern = readPattern(node.at('pattern'));
    const content = node.at('content').text();
    return (tokens) => tokens.map((token) => token.replace(pattern, () => content));
  },
  ByteFallback: () => decodeByteTokens,
  Strip: (node) => {
    const content = node.at('content').text();
    const [start, stop] = [node.at('start').integer(), node.at('stop').integer()];
    return (tokens) => tokens.map((token) => stripEnds(token, content, start, stop));
  },
  Metaspace: (node) => {
    const replacement = node.at('replacement').text('▁');
    const prepends = node.at('prepend_scheme').text('always') !== 'never';
    return (tokens) =>
      tokens.map((token, i) => {
        const text = token.replaceAll(replacement, ' ');
        return i === 0 && prepends && text.startsWith(' ') ? text.slice(1) : text;
      });
  },
};

/** The `decoder` of tokenizer.json; without one, tokens are joined with spaces. @throws WorkbenchError `json-unsupported` */
export function readDecoder(node: JsonCursor): (tokens: readonly string[]) => string {
  if (node.isAbsent) return (tokens) => tokens.join(' ');
  const step = readStep(node);
  return (tokens) => step(tokens).join('');
}

function readStep(node: JsonCursor): DecodeStep {
  const type = node.at('type').text();
  const read = Object.hasOwn(DECODERS, type) ? DECODERS[type] : undefined;
  if (!read) throw node.unsupported(`the decoder "${type}" is not supported`);
  return read(node);
}

/** Runs of `<0xE2>`-like tokens become the text of their bytes, or one U+FFFD a byte where they are not UTF-8. */
function decodeByteTokens(tokens: readonly string[]): readonly string[] {
  const out: string[] = [];
  let bytes: number[] = [];
  const flush = () => {
    if (bytes.length === 0) return;
    const text = decodeUtf8(Uint8Array.from(bytes));
    out.push(...(text === null ? bytes.map(() => '\uFFFD') : [text]));
    bytes = [];
  };
  for (const token of tokens) {
    const hex = /^<0x([0-9A-Fa-f]{2})>$/.exec(token)?.[1];
    if (hex !== undefined) bytes.push(Number.parseInt(hex, 16));
    else {
      flush();
      out.push(token);
    }
  }
  flush();
  return out;
}

/** Takes up to `start` copies of the character from the front and `stop` from the back. */
function stripEnds(token: string, content: string, start: number, stop: number): string {
  let text = token;
  for (let i = 0; i < start && content !== '' && text.startsWith(content); i++) text = text.slice(content.length);
  for (let i = 0; i < stop && content !== '' && text.endsWith(content); i++) text = text.slice(0, -content.length);
  return text;
}
