import { diffWordsWithSpace } from 'diff';
import { parseResponse, type ResponseBlock } from '../../tokens/parse-response';

export interface DiffPart {
  readonly text: string;
  readonly change: 'same' | 'added' | 'removed';
}

/** A step of the later response with what changed in it; a step that only the earlier one has is all removed. */
export interface DiffBlock extends Omit<ResponseBlock, 'text'> {
  readonly parts: readonly DiffPart[];
}

/** Blocks longer than this are not compared word by word. */
const MAX_WORDS = 20_000;

/**
 * Two responses to the same question, step by step. Steps are matched in order by their token, so that a step that was put in between does not
 * make all that follow look new.
 */
export function diffResponses(before: string, after: string): readonly DiffBlock[] {
  const [old, fresh] = [parseResponse(before), parseResponse(after)];
  const blocks: DiffBlock[] = [];
  let [i, j] = [0, 0];
  for (const [a, b] of matchBlocks(old, fresh)) {
    for (; i < a; i++) blocks.push(whole(old[i]!, 'removed'));
    for (; j < b; j++) blocks.push(whole(fresh[j]!, 'added'));
    if (a < old.length && b < fresh.length) {
      blocks.push({ ...facts(fresh[b]!), parts: diffTexts(old[a]!.text, fresh[b]!.text) });
      i = a + 1;
      j = b + 1;
    }
  }
  return blocks;
}

/** Longest common sequence of tokens, as pairs of places in order, closed by the pair of both ends. */
function matchBlocks(old: readonly ResponseBlock[], fresh: readonly ResponseBlock[]): [number, number][] {
  const [n, m] = [old.length, fresh.length];
  const best = Array.from({ length: n + 1 }, () => new Int32Array(m + 1));
  for (let i = n - 1; i >= 0; i--) {
    for (let j = m - 1; j >= 0; j--) {
      const skipped = Math.max(best[i + 1]![j]!, best[i]![j + 1]!);
      best[i]![j] = old[i]!.token === fresh[j]!.token ? Math.max(skipped, best[i + 1]![j + 1]! + 1) : skipped;
    }
  }
  const pairs: [number, number][] = [];
  for (let i = 0, j = 0; i < n && j < m;) {
    if (old[i]!.token === fresh[j]!.token && best[i]![j] === best[i + 1]![j + 1]! + 1) pairs.push([i++, j++]);
    else if (best[i + 1]![j]! >= best[i]![j + 1]!) i++;
    else j++;
  }
  return [...pairs, [n, m]];
}

function diffTexts(before: string, after: string): DiffPart[] {
  if (before.length + after.length > MAX_WORDS)
    return [
      { text: before, change: 'removed' },
      { text: after, change: 'added' },
    ];
  return diffWordsWithSpace(before, after).map(({ value, added, removed }) => ({
    text: value,
    change: added ? 'added' : removed ? 'removed' : 'same',
  }));
}

function whole(block: ResponseBlock, change: DiffPart['change']): DiffBlock {
  return { ...facts(block), parts: [{ text: block.text, change }] };
}

function facts({ token, isOpenEnded }: ResponseBlock): Omit<ResponseBlock, 'text'> {
  return { token, isOpenEnded };
}
