import { applyOperation } from '../problem';
import type { OperationKind } from '../wordings';

/** Reads the changes out of a story without using the generator's own fields. */
export function readStory(story: string): { start: number; changes: { kind: OperationKind; operand: number }[] } {
  const start = Number(/has (\d+)/.exec(story)?.[1]);
  const changes = story
    .split('. ')
    .slice(1, -1)
    .map((sentence) => {
      const operand = /halves|doubles/.test(sentence)
        ? 2
        : sentence.includes('triples')
          ? 3
          : Number(/\d+/.exec(sentence)?.[0]);
      const kind = SIGN_OF_WORD.find(([word]) => sentence.includes(word))?.[1];
      if (!kind) throw new Error(`No operation in "${sentence}"`);
      return { kind, operand };
    });
  return { start, changes };
}

const SIGN_OF_WORD: readonly (readonly [string, OperationKind])[] = [
  ['more', '+'],
  ['away', '-'],
  ['loses', '-'],
  ['sells', '-'],
  ['times', '*'],
  ['copies', '*'],
  ['doubles', '*'],
  ['triples', '*'],
  ['parts', '/'],
  ['piles', '/'],
  ['halves', '/'],
];

/** The answer of a story, worked out from its text alone. */
export function solveStory(story: string): number {
  const { start, changes } = readStory(story);
  return changes.reduce((value, change) => applyOperation(value, change.kind, change.operand), start);
}

/** The signs of a story's changes, e.g. `+-*`. */
export function sequenceOfStory(story: string): string {
  return readStory(story)
    .changes.map((change) => change.kind)
    .join('');
}
