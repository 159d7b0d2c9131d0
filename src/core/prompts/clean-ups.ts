/**
 * Ways to tidy what a model wrote to a prompt. Every rule takes whole labels and marks, never sets of characters: the paper's code strips
 * characters and turns "By symmetry" into "mmetry".
 */
export const CLEAN_UPS = {
  /** Removes one of the labels at the start, with its colon and emphasis; `#` stands for a number. */
  'drop-label': (text: string, ...labels: readonly string[]): string => {
    const start = text.trimStart();
    for (const label of labels) {
      const match = new RegExp(`^[*_#\\s]*${escapePattern(label).replace('#', '\\d+')}[*_]*\\s*:[*_]*\\s*`, 'i').exec(
        start,
      );
      if (match) return start.slice(match[0].length);
    }
    return text;
  },
  /** Cuts the text before the first of the marks. */
  before: (text: string, ...marks: readonly string[]): string =>
    marks.reduce((rest, mark) => {
      const at = rest.indexOf(mark);
      return at < 0 ? rest : rest.slice(0, at);
    }, text),
  /** Keeps the first so many sentences. */
  sentences: (text: string, count = '1'): string => splitSentences(text).slice(0, Number(count)).join(' '),
  /** Keeps the first line that is not empty. */
  'first-line': (text: string): string => text.trimStart().split('\n', 1)[0]!,
  /** Removes quotation marks around the whole text. */
  unquote: (text: string): string => /^["“](.*)["”]$/s.exec(text.trim())?.[1] ?? text,
} as const satisfies Readonly<Record<string, (text: string, ...args: readonly string[]) => string>>;

export type CleanUpName = keyof typeof CLEAN_UPS;
export const CLEAN_UP_NAMES = Object.keys(CLEAN_UPS) as [CleanUpName, ...CleanUpName[]];

/** A rule with its arguments, as the manifest of a prompt set has it: `["drop-label", "Next step", "First step"]`. */
export type CleanUp = readonly [CleanUpName, ...string[]];

/** Applies the rules in order and strips white space. */
export function applyCleanUps(text: string, cleanUps: readonly CleanUp[]): string {
  return cleanUps
    .reduce(
      (rest, [name, ...args]) =>
        (CLEAN_UPS[name] as (text: string, ...args: readonly string[]) => string)(rest, ...args),
      text,
    )
    .trim();
}

/** Sentences end at a stop, question or exclamation mark before white space and a capital, a digit or the end; "3.5" and "e.g. x" do not end one. */
export function splitSentences(text: string): string[] {
  return text
    .trim()
    .split(/(?<=[.!?]["”)]?)\s+(?=[A-Z0-9"“(\\$])/)
    .filter((sentence) => sentence !== '');
}

function escapePattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
