import { formatCount, formatFixed } from '../lib/format';
import { hostPhrases as phrases, hostWords } from './texts/host.en';

/** What a pattern of the host's English means in the window's language. */
const PATTERNS: readonly { readonly pattern: RegExp; readonly say: (parts: readonly string[]) => string }[] = [
  { pattern: /^Measured on the last (\d+) runs/, say: ([runs = '']) => phrases.measuredOn(runs) },
  {
    pattern: /^Measured by a dry step on this machine; the last run took ([\d.]+) times/,
    say: ([times = '']) => phrases.dryStepAfterOne(formatFixed(Number(times), 2)),
  },
  {
    pattern: /^Measured by a dry step on this machine; the last (\d+) runs took ([\d.]+) times/,
    say: ([runs = '', times = '']) => phrases.dryStepAfter(runs, formatFixed(Number(times), 2)),
  },
  {
    pattern: /^Steps take up to (\d+) tokens at once; blocks are (kept|recomputed)/,
    say: ([tokens = '', blocks]) => phrases.passes(tokens, blocks === 'kept' ? phrases.kept : phrases.recomputed),
  },
  {
    pattern: /^(fine-tuned|explored|exported), (\d+) runs$/,
    say: ([done = '', runs = '']) => phrases.doneRuns(inWindowWords(done), runs),
  },
  { pattern: /^(\d+) tokens added$/, say: ([count = '']) => phrases.tokensAdded(count) },
  {
    pattern: /^about (\d+) (seconds?|minutes?|hours?) left$/,
    say: ([n = '', unit = '']) => phrases.left(phrases.about(duration(n, unit))),
  },
  {
    pattern: /^(\d+) to (\d+) (seconds?|minutes?|hours?) left$/,
    say: ([from = '', to = '', unit = '']) => phrases.left(phrases.range(from, duration(to, unit))),
  },
  {
    pattern: /^(\d+) of (\d+) (\w+)$/,
    say: ([done = '', total = '', unit = '']) => phrases.of(done, total, inWindowWords(unit)),
  },
  {
    pattern: /^([\d,]+) (checkpoint|tree|example)s?$/,
    say: ([count = '', noun = '']) => formatCount(Number(count.replaceAll(',', '')), noun),
  },
];

/** A sentence of the host in the window's language; English, and whatever is not known here, stays as it is. */
export function inWindowWords(text: string): string {
  const known = hostWords[text];
  if (known !== undefined) return known;
  for (const { pattern, say } of PATTERNS) {
    const match = pattern.exec(text);
    if (match) return say(match.slice(1));
  }
  return text;
}

function duration(count: string, unit: string): string {
  const words: Readonly<Record<string, string>> = phrases as unknown as Readonly<Record<string, string>>; // units are plain words
  return `${count} ${words[unit] ?? unit}`;
}
