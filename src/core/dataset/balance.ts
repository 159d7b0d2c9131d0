import type { Rng } from '../ports';
import { shuffled } from '../random/shuffle';
import { normaliseStepText } from '../tokens/lint';
import type { DraftExample } from './example';
import type { ExamplesConfig } from './examples-config';

export interface BalancedExamples<T extends DraftExample> {
  readonly examples: readonly T[];
  /** Equal to another example in question and steps. */
  readonly duplicates: number;
  /** Clean ones beyond the share that the settings ask for. */
  readonly surplus: number;
}

/**
 * Chooses among all candidates so that clean and merged examples stand in the share that the settings ask for, and confirmed ones among the
 * clean. Every merged example stays; of one path at most one clean version does; paths that gave no merged example come first. Without any
 * merged example all clean ones stay. The order of the candidates is kept.
 */
export function balanceExamples<T extends DraftExample>(
  candidates: readonly T[],
  config: Pick<ExamplesConfig, 'cleanShare' | 'confirmedShare'>,
  rng: Rng,
): BalancedExamples<T> {
  const distinct = [...new Map(candidates.map((example) => [contentKey(example), example])).values()];
  const merged = distinct.filter((example) => example.kind === 'merged');
  const byPath = new Map<string, T[]>();
  for (const example of distinct)
    if (example.kind !== 'merged') byPath.set(pathKey(example), [...(byPath.get(pathKey(example)) ?? []), example]);

  const mergedPaths = new Set(merged.map(pathKey));
  const paths = shuffled([...byPath.keys()], rng).sort(
    (a, b) => Number(mergedPaths.has(a)) - Number(mergedPaths.has(b)),
  );
  const wanted =
    merged.length === 0
      ? paths.length
      : Math.min(paths.length, Math.round((merged.length * config.cleanShare) / Math.max(1e-9, 1 - config.cleanShare)));

  const clean: T[] = [];
  let confirmed = 0;
  for (const path of paths.slice(0, wanted)) {
    const versions = byPath.get(path)!;
    const wantsConfirmed = confirmed < config.confirmedShare * (clean.length + 1);
    const kind = wantsConfirmed ? 'clean-verified' : 'clean';
    const chosen = versions.find((example) => example.kind === kind) ?? versions[0]!;
    if (chosen.kind === 'clean-verified') confirmed++;
    clean.push(chosen);
  }
  const kept = new Set<T>([...merged, ...clean]);
  return {
    examples: distinct.filter((example) => kept.has(example)),
    duplicates: candidates.length - distinct.length,
    surplus: distinct.length - kept.size,
  };
}

function contentKey(example: DraftExample): string {
  return JSON.stringify([example.prompt, example.steps.map((step) => [step.token, normaliseStepText(step.text)])]);
}

function pathKey(example: DraftExample): string {
  return JSON.stringify([example.questionId, example.nodePath]);
}
