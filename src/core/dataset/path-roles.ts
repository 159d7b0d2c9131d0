import type { SearchTree } from '../search/tree';
import { sharedSteps, type ReasoningPath } from './reasoning-path';

/** What the published script picks out of the paths of one question; null where there is none. */
export interface PathRoles {
  /** The first right path with a wrong one near enough to merge. */
  readonly pair: { readonly right: ReasoningPath; readonly wrong: ReasoningPath } | null;
  /** A right path that shares no step with the wrong one of the pair. */
  readonly apart: ReasoningPath | null;
  /** Two right paths that share no step: two ways to the answer. */
  readonly ways: readonly [ReasoningPath, ReasoningPath] | null;
  /** Where there is no pair. */
  readonly best: ReasoningPath | null;
}

/**
 * The roles of the published script (arXiv 2502.13389, an older state of its code): paths sorted by few repeats, then length, then a short last
 * step, then the process score, which is the last tie-break there and counts upwards for right paths and downwards for wrong ones. Its loop over
 * two right paths never advanced; this one does.
 */
export function rolesOf(
  tree: SearchTree,
  paths: { readonly right: readonly ReasoningPath[]; readonly wrong: readonly ReasoningPath[] },
  isPair: (right: ReasoningPath, wrong: ReasoningPath) => boolean,
): PathRoles {
  const order = (sign: number) => (a: ReasoningPath, b: ReasoningPath) =>
    a.repeats - b.repeats ||
    b.nodes.length - a.nodes.length ||
    tree.text[a.leaf]!.length - tree.text[b.leaf]!.length ||
    sign * (a.processScore - b.processScore) ||
    a.leaf - b.leaf;
  const right = [...paths.right].sort(order(-1));
  const wrong = [...paths.wrong].sort(order(1));
  const pair = firstPair(right, wrong, isPair);
  return {
    pair,
    apart: pair === null ? null : (right.find((path) => isDisjoint(path, pair.wrong)) ?? null),
    ways: firstWays(right),
    best: right[0] ?? null,
  };
}

function firstPair(
  rights: readonly ReasoningPath[],
  wrongs: readonly ReasoningPath[],
  isPair: (right: ReasoningPath, wrong: ReasoningPath) => boolean,
): PathRoles['pair'] {
  for (const right of rights) {
    const wrong = wrongs.find((each) => isPair(right, each));
    if (wrong !== undefined) return { right, wrong };
  }
  return null;
}

function firstWays(rights: readonly ReasoningPath[]): PathRoles['ways'] {
  for (const [at, first] of rights.entries()) {
    const second = rights.slice(at + 1).find((each) => isDisjoint(first, each));
    if (second !== undefined) return [first, second];
  }
  return null;
}

function isDisjoint(a: ReasoningPath, b: ReasoningPath): boolean {
  return sharedSteps(a, b) === 0;
}
