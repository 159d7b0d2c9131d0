import type { JsonCursor } from '../formats/json';
import { readPattern } from './regex';

/** Rewrites text before it is split. */
export type Normalizer = (text: string) => string;

const unicodeForm = (form: 'NFC' | 'NFD' | 'NFKC' | 'NFKD') => (): Normalizer => (text) => text.normalize(form);

/** By the `type` in tokenizer.json. */
const NORMALIZERS: Readonly<Record<string, (node: JsonCursor) => Normalizer>> = {
  NFC: unicodeForm('NFC'),
  NFD: unicodeForm('NFD'),
  NFKC: unicodeForm('NFKC'),
  NFKD: unicodeForm('NFKD'),
  Lowercase: () => (text) => text.toLowerCase(),
  Prepend: (node) => {
    const prefix = node.at('prepend').text();
    return (text) => (text === '' ? '' : prefix + text);
  },
  Replace: (node) => {
    const pattern = readPattern(node.at('pattern'));
    const content = node.at('content').text();
    return (text) => text.replace(pattern, () => content);
  },
  Strip: (node) => {
    const [left, right] = [node.at('strip_left').boolean(true), node.at('strip_right').boolean(true)];
    return (text) => (left ? (right ? text.trim() : text.trimStart()) : right ? text.trimEnd() : text);
  },
  Sequence: (node) => {
    const steps = node.at('normalizers').list().map(readNormalizer);
    return (text) => steps.reduce((current, step) => bounded(step(current), text, node), text);
  },
};

/** How much longer than its text a normalised text may be; the longest of Unicode's own forms is 18 times as long. */
const MAX_GROWTH = 32;

/** Replacements upon replacements could double a text with every step. @throws WorkbenchError `json-unsupported` */
function bounded(result: string, text: string, node: JsonCursor): string {
  if (result.length <= MAX_GROWTH * (text.length + MAX_GROWTH)) return result;
  throw node.unsupported(`these normalizers make ${text.length} characters ${result.length}`);
}

/** The `normalizer` of tokenizer.json; none leaves text as it is. @throws WorkbenchError `json-unsupported` */
export function readNormalizer(node: JsonCursor): Normalizer {
  if (node.isAbsent) return (text) => text;
  const type = node.at('type').text();
  const read = Object.hasOwn(NORMALIZERS, type) ? NORMALIZERS[type] : undefined;
  if (!read) throw node.unsupported(`the normalizer "${type}" is not supported`);
  return read(node);
}
