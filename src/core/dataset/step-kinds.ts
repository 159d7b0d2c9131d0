import type { SearchTree } from '../search/tree';
import type { TokenRole } from '../tokens/token-roles';
import { RFTT_TOKENS, type TokenSet } from '../tokens/token-set';
import type { ExamplesConfig } from './examples-config';
import type { SelectedPath } from './select-paths';

const PLANNING: readonly TokenRole[] = ['clarify', 'analysis', 'subquestion'];

/** Roles of steps that are left out, by the setting. Checks and corrections are left out by making no merged examples. */
const LEFT_OUT: Readonly<Record<ExamplesConfig['stepKinds'], readonly TokenRole[]>> = {
  all: [],
  work: PLANNING,
  steps: PLANNING,
};

/** Whether wrong turns, checks and corrections have a place in the examples. */
export function hasChecks({ content, stepKinds }: Pick<ExamplesConfig, 'content' | 'stepKinds'>): boolean {
  return content === 'merged' && stepKinds !== 'steps';
}

/** A path and its wrong turns without the kinds of steps that the settings leave out; a turn with no step left is gone. */
export function keepKinds(
  tree: SearchTree,
  selected: SelectedPath,
  { stepKinds }: Pick<ExamplesConfig, 'stepKinds'>,
  set: TokenSet = RFTT_TOKENS,
): SelectedPath {
  const leftOut = new Set<TokenRole | null>(LEFT_OUT[stepKinds]);
  if (leftOut.size === 0) return selected;
  const isKept = (node: number) => !leftOut.has(set.roleOf(tree.kind[node]!));
  const { nodes } = selected.path;
  return {
    path: { ...selected.path, nodes: nodes.filter(isKept) },
    turns: selected.turns.flatMap(({ position, nodes: wrong }) => {
      const kept = wrong.filter(isKept);
      const right = nodes[position];
      if (kept.length === 0 || right === undefined || !isKept(right)) return [];
      return [{ position: nodes.slice(0, position).filter(isKept).length, nodes: kept }];
    }),
  };
}
