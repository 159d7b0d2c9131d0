import type { Evaluation } from '@contracts/evaluations';
import { texts } from './texts/en';

/** A short name for each entry, told apart where checkpoints share theirs. */
export function entryNames(
  entries: readonly { readonly evaluation: Evaluation; readonly seed: number | null }[],
): string[] {
  const names = entries.map(({ evaluation }) => evaluation.checkpointName);
  return entries.map(({ evaluation, seed }, i) => {
    const isShared = names.filter((name) => name === names[i]).length > 1;
    if (!isShared) return evaluation.checkpointName;
    const asked = evaluation.plainPrompt !== '' ? texts.withPrompt(evaluation.plainPrompt) : '';
    const with_ = [asked, seed === null ? '' : texts.seed(seed), `#${i + 1}`].filter(Boolean).join(', ');
    return `${evaluation.checkpointName} (${with_})`;
  });
}
