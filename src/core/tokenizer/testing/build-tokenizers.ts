import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bytesToAlphabet } from '../byte-alphabet';
import { loadTokenizer } from '../load-tokenizer';
import type { Tokenizer } from '../tokenizer';

const LLAMA3_PATTERN =
  "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

/** GPT-2's tokenizer from vocab.json and merges.txt. */
export function gpt2Tokenizer(folder: string): Tokenizer {
  const vocab: unknown = JSON.parse(readFileSync(join(folder, 'vocab.json'), 'utf8'));
  const merges = readFileSync(join(folder, 'merges.txt'), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#version'));
  const byteLevel = { type: 'ByteLevel', add_prefix_space: false, use_regex: true };
  return loadTokenizer({
    'tokenizer.json': JSON.stringify({
      pre_tokenizer: byteLevel,
      decoder: { type: 'ByteLevel' },
      model: { type: 'BPE', vocab, merges },
    }),
  });
}

/** Llama 3's tokenizer from its tiktoken file: each line a token in base64 and its rank; the merges follow from the ranks. */
export function llama3Tokenizer(path: string): Tokenizer {
  const ranked = readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.split(' '));
  const vocab = new Map<string, number>();
  for (const [token = '', rank] of ranked) vocab.set(bytesToAlphabet(Buffer.from(token, 'base64')), Number(rank));
  // A token of several characters is the merge of the two parts that lower-ranked merges leave of it.
  const merges: string[] = [];
  for (const [token, rank] of vocab) {
    const parts = splitBelow([...token], rank, vocab);
    if (parts.length === 2) merges.push(parts.join(' '));
  }
  const split = { type: 'Split', pattern: { Regex: LLAMA3_PATTERN }, behavior: 'Isolated', invert: false };
  const byteLevel = { type: 'ByteLevel', add_prefix_space: false, use_regex: false };
  return loadTokenizer({
    'tokenizer.json': JSON.stringify({
      pre_tokenizer: { type: 'Sequence', pretokenizers: [split, byteLevel] },
      decoder: { type: 'ByteLevel' },
      model: { type: 'BPE', vocab: Object.fromEntries(vocab), merges, ignore_merges: true },
    }),
  });
}

function splitBelow(parts: string[], limit: number, vocab: ReadonlyMap<string, number>): string[] {
  for (;;) {
    let best = limit;
    let at = -1;
    for (let i = 0; i + 1 < parts.length; i++) {
      const rank = vocab.get(`${parts[i]}${parts[i + 1]}`) ?? Infinity;
      if (rank < best) [best, at] = [rank, i];
    }
    if (at < 0) return parts;
    parts.splice(at, 2, `${parts[at]}${parts[at + 1]}`);
  }
}
