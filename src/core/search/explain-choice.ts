import type { SearchConfig } from './search-config';
import { EXPLORATION_WEIGHTS, scoreChildren, type ScoredTree } from './select';
import { ROOT_INDEX, type SimulationRecord } from './tree';
import type { TreeNodeRow } from './tree-rows';

/** The settings that decide where a walk goes. */
export type SelectionConfig = Pick<
  SearchConfig,
  'selectionRule' | 'explorationWeight' | 'explorationSchedule' | 'numSimulations' | 'avoidDirectAnswer'
>;

/** What a stored tree tells about its search. */
export interface RecordedTree {
  readonly nodes: readonly Pick<
    TreeNodeRow,
    'index' | 'parent' | 'kind' | 'prior' | 'isTerminal' | 'createdAtSimulation'
  >[];
  readonly simulations: readonly SimulationRecord[];
}

/**
 * How a branch stood at a choice. `exhausted`: nothing new was left below it. `avoided`: an answer at once, left for the end.
 * `open`: it could have been taken.
 */
export type CandidateStatus = 'chosen' | 'open' | 'exhausted' | 'avoided';

/** A branch at the moment of a choice. */
export interface Candidate {
  readonly node: number;
  readonly status: CandidateStatus;
  /** Before the walk. */
  readonly visits: number;
  /** Mean value before the walk. */
  readonly value: number;
  /** Exploration term; infinite before the first visit. */
  readonly bonus: number;
}

/**
 * Why a walk took a branch. `untried`: it had not been walked before, and such branches come first. `highest`: the largest value plus bonus.
 * `only`: nothing else was left.
 */
export type ChoiceReason = 'untried' | 'highest' | 'only';

export interface ExplainedChoice {
  /** Position of the walk among the recorded ones, from 0. */
  readonly simulation: number;
  readonly parent: number;
  readonly chosen: number;
  readonly reason: ChoiceReason;
  /** With the walk itself, which stands there. */
  readonly parentVisits: number;
  /** c of the rule at that walk. */
  readonly weight: number;
  /** Every branch that existed, in order of creation. */
  readonly candidates: readonly Candidate[];
}

/**
 * Recomputes a choice of the search from what was recorded: the terms of every branch below `parent` as they stood before the walk.
 *
 * Which branches were exhausted is not stored. Of a branch that ends there it is certain; any other one that would have won must have been,
 * because the search takes the highest open branch. Exact for walks that go one at a time; where several of a tree go at once, the visits
 * that others had announced are not in the record and the terms are those of the finished walks. PUCT over branches without priors gives each
 * an equal share of those open, so there a branch called exhausted may have been open.
 * @param isAnswer whether a kind of step is a whole answer
 * @returns null where that walk did not go through `parent`, or ended there
 */
export function explainChoice(
  tree: RecordedTree,
  config: SelectionConfig,
  simulation: number,
  parent: number,
  isAnswer: (kind: string) => boolean = (kind) => kind === 'direct_answer',
): ExplainedChoice | null {
  const path = tree.simulations[simulation]?.path ?? [];
  const chosen = path[path.indexOf(parent) + 1];
  if (!path.includes(parent) || chosen === undefined) return null;
  const standing = standingBefore(tree, simulation);
  const weight = EXPLORATION_WEIGHTS[config.explorationSchedule](
    config.explorationWeight,
    simulation,
    config.numSimulations,
  );
  const branches = tree.nodes.filter(
    (node) => node.parent === parent && (node.createdAtSimulation < simulation || node.index === chosen),
  );
  const isUntried = standing.visits[chosen] === 0;
  const isDirect = (node: number) => isAnswer(tree.nodes[node]?.kind ?? '');
  const isAvoided = (node: number) => config.avoidDirectAnswer && isDirect(node) && !isDirect(chosen);
  const isOver = (node: number) => tree.nodes[node]?.isTerminal === true && standing.visits[node]! > 0;

  let open = branches
    .map(({ index }) => index)
    .filter((node) => node === chosen || (!isOver(node) && !isAvoided(node)));
  // A walk announces itself on every step that it takes, so it counts itself where it stands; at the question it has taken none.
  const own = new Map(parent === ROOT_INDEX ? [] : [[parent, 1]]);
  const score = (nodes: readonly number[]) => scoreChildren(standing, parent, nodes, config.selectionRule, weight, own);
  if (!isUntried) {
    // The share of a branch without a prior depends on how many are open, so what fell out changes the others.
    for (let before = -1; before !== open.length;) {
      before = open.length;
      const scored = score(open);
      const taken = scored.find(({ child }) => child === chosen)!;
      open = scored
        .filter(({ child, value, bonus }, at) => {
          const difference = value + bonus - (taken.value + taken.bonus);
          return child === chosen || difference < 0 || (difference === 0 && at > scored.indexOf(taken));
        })
        .map(({ child }) => child);
    }
  }
  const terms = new Map(
    [...score(open), ...score(branches.map(({ index }) => index).filter((node) => !open.includes(node)))].map(
      (each) => [each.child, each],
    ),
  );
  const statusOf = (node: number): CandidateStatus =>
    node === chosen
      ? 'chosen'
      : open.includes(node)
        ? 'open'
        : isAvoided(node) && !isOver(node)
          ? 'avoided'
          : 'exhausted';
  return {
    simulation,
    parent,
    chosen,
    reason: isUntried ? 'untried' : open.length === 1 ? 'only' : 'highest',
    parentVisits: standing.visits[parent]! + (own.get(parent) ?? 0),
    weight,
    candidates: branches.map(({ index }) => ({
      node: index,
      status: statusOf(index),
      visits: standing.visits[index]!,
      value: terms.get(index)!.value,
      bonus: terms.get(index)!.bonus,
    })),
  };
}

/** Positions of the walks that went through a node, ascending. */
export function walksThrough(simulations: readonly SimulationRecord[], node: number): number[] {
  return simulations.flatMap(({ path }, position) => (path.includes(node) ? [position] : []));
}

/** Visits and values after the walks before `simulation`: [N]. */
function standingBefore({ nodes, simulations }: RecordedTree, simulation: number): ScoredTree {
  const visits = nodes.map(() => 0);
  const valueSum = nodes.map(() => 0);
  for (const { path, value } of simulations.slice(0, simulation)) {
    for (const node of path) {
      visits[node]! += 1;
      valueSum[node]! += value;
    }
  }
  return { visits, valueSum, prior: nodes.map((node) => node.prior) };
}
