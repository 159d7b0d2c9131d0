import type { GenerationStats } from '@core/generation/generator';
import type { LogWords } from '@core/log-codes';
import { leaves, treeFigures, type SearchTree } from '@core/search/tree';
import type { TreeSums } from './forest';

export function sumsOfTree(tree: SearchTree): TreeSums {
  const { isSolved, wrongLeaves, nodeCount, newTokens, leafCount } = treeFigures(tree);
  const truncated = leaves(tree).filter((leaf) => tree.isTruncated[leaf]).length;
  return {
    solved: isSolved ? 1 : 0,
    mixed: isSolved && wrongLeaves > 0 ? 1 : 0,
    nodes: nodeCount,
    tokens: newTokens,
    leaves: leafCount,
    truncated,
    stuck: leafCount > 0 && truncated === leafCount ? 1 : 0,
  };
}

/** Sums over trees; a question that could not be searched counts as `leftOut` alone. */
export function sumsOf(list: readonly (TreeSums | null)[]): Record<string, number> {
  const sums: Record<string, number> = {
    trees: 0,
    solved: 0,
    mixed: 0,
    nodes: 0,
    tokens: 0,
    leaves: 0,
    truncated: 0,
    stuck: 0,
  };
  for (const each of list) {
    if (each === null) continue;
    sums['trees']! += 1;
    for (const [name, value] of Object.entries(each)) sums[name]! += value;
  }
  const leftOut = list.filter((each) => each === null).length;
  return leftOut === 0 ? sums : { ...sums, leftOut };
}

/** Trees that did not fit the memory for keys and values, in words; null where they did. */
export function memoryWarning({ prefilledTokens, droppedTokens = 0, kvBound }: GenerationStats): string | null {
  if (droppedTokens === 0 || kvBound === undefined) return null;
  const gigabytes = (kvBound.bytes / 1e9).toFixed(2);
  return (
    `The trees were larger than the memory for keys and values, ${gigabytes} GB or ${kvBound.tokens} tokens: ${droppedTokens} tokens were dropped, and ` +
    `${prefilledTokens} beginnings and repetitions computed. No tree lost anything, but time was: fewer trees at once, shorter paths, or more free memory at the start would save it.`
  );
}

/** Half of the paths being cut is a sign of a wrong limit or of a model that does not know how to end. */
const MANY_CUT = 0.5;

/** What a finished search should be told about, with numbers and a way out. */
export function warningsOf(sums: Readonly<Record<string, number>>, questions: number): readonly SearchWarning[] {
  const { solved = 0, mixed = 0, leaves: paths = 0, truncated = 0, stuck = 0, leftOut = 0 } = sums;
  const warnings: SearchWarning[] = [];
  if (leftOut > 0)
    warnings.push({
      message: `${leftOut} of ${questions} questions could not be searched; the log names each. The trees of the others are kept.`,
      words: { code: 'questions-left-out', values: { count: leftOut, of: questions } },
    });
  if (paths > 0 && truncated / paths > MANY_CUT)
    warnings.push({
      message:
        `${truncated} of ${paths} paths were cut before an answer: the model seldom ends a step. ` +
        'Allow longer steps or paths, or fine-tune the model on steps with their closing tokens first.',
      words: { code: 'cut-paths', values: { count: truncated, of: paths } },
    });
  else if (stuck > 0)
    warnings.push({
      message:
        `${stuck} of ${questions} trees ${stuck === 1 ? 'has' : 'have'} no path that came to an end by itself. ` +
        'Their questions may be longer than the model reads, or need longer steps; look at them in the list of trees.',
      words: { code: 'stuck-trees', values: { count: stuck, of: questions } },
    });
  if (mixed === 0)
    warnings.push({
      message:
        `No usable pair: of ${questions} trees ${solved} have a right answer and none has right and wrong ones. ` +
        (solved === 0
          ? 'Try easier questions, more simulations, or a stronger model.'
          : 'Try harder questions, more simulations, or a higher temperature.') +
        ' All trees are kept.',
      words: { code: 'no-pairs', values: { of: questions, solved } },
    });
  return warnings;
}

/** A warning for the log, and its name. */
interface SearchWarning {
  readonly message: string;
  readonly words: LogWords;
}
