import type { JobKind } from '@contracts/stages';
import type { Dataset } from '@contracts/examples';
import type { Checkpoint } from '@contracts/models';
import type { QuestionSet } from '@contracts/questions';
import type { Run } from '@contracts/runs';
import { writerOf, type Material } from './material';
import type { StageKind } from './suggestions';
import { texts } from './texts/en';
import type { PickName, WizardDraft } from './wizard-draft';

/** What each kind of pick is. */
export interface PickTypes {
  readonly checkpoint: Checkpoint;
  readonly questionSet: QuestionSet;
  readonly searchRun: Run;
  readonly dataset: Dataset;
  /** Process reward model; a run does without one unless a person wants it. */
  readonly judge: Checkpoint;
  /** Examples whose steps a reviewer has marked, for a judge to learn from as well. */
  readonly marks: Dataset;
}

/** What a run will start from; null where nothing fits or is chosen. */
export type Picked = { readonly [P in PickName]: PickTypes[P] | null };

/** How a stage chooses its beginning: what it needs, what fits, and what it prefers. */
export interface PickRules {
  readonly picks: readonly PickName[];
  /** Why a checkpoint cannot be used here; null when it can. */
  readonly refuseCheckpoint: (checkpoint: Checkpoint) => string | null;
  /** Writers of checkpoints from most to least wanted; what is not listed comes last. `null` is an imported model. */
  readonly writers: readonly (JobKind | null)[];
  readonly roles: readonly QuestionSet['role'][];
}

const needsTokens = (checkpoint: Checkpoint): string | null =>
  checkpoint.hasFunctionalTokens ? null : texts.pick.needsTokens;
const takesAny = (): null => null;

export const PICK_RULES: Readonly<Record<StageKind, PickRules>> = {
  tokens: {
    picks: ['checkpoint'],
    refuseCheckpoint: (checkpoint) => (checkpoint.hasFunctionalTokens ? texts.pick.hasTokens : null),
    writers: [null],
    roles: [],
  },
  search: {
    picks: ['checkpoint', 'questionSet', 'judge'],
    refuseCheckpoint: takesAny,
    writers: ['tokens', null],
    roles: ['train'],
  },
  // The model is the one that grew the trees; see `resolvePicks`.
  examples: { picks: ['searchRun'], refuseCheckpoint: takesAny, writers: [], roles: [] },
  sft: { picks: ['checkpoint', 'dataset'], refuseCheckpoint: needsTokens, writers: ['tokens', 'import'], roles: [] },
  // As with examples, the model is the one that grew the trees.
  prm: { picks: ['searchRun', 'marks'], refuseCheckpoint: needsTokens, writers: [], roles: [] },
  rl: {
    picks: ['checkpoint', 'questionSet', 'judge'],
    refuseCheckpoint: needsTokens,
    writers: ['sft', 'rl', 'import', 'tokens'],
    roles: ['train'],
  },
  evaluate: {
    picks: ['checkpoint', 'questionSet', 'judge'],
    refuseCheckpoint: takesAny,
    writers: ['rl', 'sft'],
    roles: ['test', 'validation'],
  },
  export: { picks: ['checkpoint'], refuseCheckpoint: takesAny, writers: ['rl', 'sft'], roles: [] },
};

/** Alternatives of a pick, the best first. */
export function candidatesOf<P extends PickName>(
  pick: P,
  rules: PickRules,
  material: Material,
): readonly PickTypes[P][] {
  return LISTS[pick](rules, material);
}

/** What a run would start from: what the person chose, where it still exists and fits, else the best candidate. */
export function resolvePicks(rules: PickRules, chosen: WizardDraft['picks'], material: Material): Picked {
  const pickOne = <P extends PickName>(pick: P): PickTypes[P] | null => {
    if (!rules.picks.includes(pick)) return null;
    const candidates = candidatesOf(pick, rules, material);
    const usable = (one: PickTypes[P]): boolean => refusalOf(pick, one, rules) === null;
    return candidates.find((one) => one.id === chosen[pick] && usable(one)) ?? candidates.find(usable) ?? null;
  };
  const searchRun = pickOne('searchRun');
  const checkpoint = searchRun
    ? (material.checkpoints.find((one) => one.id === searchRun.parents.checkpointId) ?? null)
    : pickOne('checkpoint');
  const judge = rules.picks.includes('judge')
    ? (candidatesOf('judge', rules, material).find((one) => one.id === chosen.judge && !one.isMissing) ?? null)
    : null;
  const marks = rules.picks.includes('marks')
    ? (material.datasets.find(({ id }) => id === chosen.marks) ?? null)
    : null;
  return { checkpoint, questionSet: pickOne('questionSet'), searchRun, dataset: pickOne('dataset'), judge, marks };
}

/** Why a candidate cannot be used; null when it can. */
export function refusalOf<P extends PickName>(pick: P, one: PickTypes[P], rules: PickRules): string | null {
  if (pick === 'judge') return (one as Checkpoint).isMissing ? texts.pick.missing : null;
  if (pick !== 'checkpoint') return null;
  // Holds because the pick `checkpoint` has candidates of type Checkpoint (PickTypes).
  const checkpoint = one as Checkpoint;
  return checkpoint.isMissing ? texts.pick.missing : rules.refuseCheckpoint(checkpoint);
}

const LISTS: { readonly [P in PickName]: (rules: PickRules, material: Material) => readonly PickTypes[P][] } = {
  checkpoint: (rules, material) => {
    const rank = (checkpoint: Checkpoint): number =>
      rankIn(rules.writers, writerOf(material, checkpoint)) + (checkpoint.isFinal ? 0 : 100);
    return stableSort(material.checkpoints, rank);
  },
  questionSet: (rules, material) => stableSort(material.questionSets, (set) => rankIn(rules.roles, set.role)),
  searchRun: (_rules, material) => material.runs.filter((run) => run.kind === 'search' && run.outputs.treeCount > 0),
  dataset: (_rules, material) => material.datasets,
  marks: (_rules, material) => material.datasets,
  judge: (_rules, material) => material.checkpoints.filter((one) => writerOf(material, one) === 'prm'),
};

function rankIn<T>(wanted: readonly T[], one: T): number {
  const at = wanted.indexOf(one);
  return at < 0 ? wanted.length : at;
}

function stableSort<T>(list: readonly T[], rank: (one: T) => number): readonly T[] {
  return [...list].sort((a, b) => rank(a) - rank(b));
}
