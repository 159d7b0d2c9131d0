import type { Step } from '../../tokens/render';
import type { JudgedResponse } from './judged-steps';

/** What a reviewer said of an example; `verdict` is null where nothing was said. */
export interface ReviewedExample {
  readonly questionId: string;
  readonly prompt: string;
  readonly steps: readonly Step[];
  readonly stepMarks: readonly { readonly verdict: 'right' | 'wrong' | null }[];
}

/** The marked steps of an example as labels: right 1, wrong 0. Null when no step is marked. */
export function labelsOfReview({ questionId, prompt, steps, stepMarks }: ReviewedExample): JudgedResponse | null {
  const labels = steps.map((_, k) => {
    const verdict = stepMarks[k]?.verdict ?? null;
    return verdict === null ? null : Number(verdict === 'right');
  });
  if (labels.every((label) => label === null)) return null;
  return { questionId, prompt, steps, labels: [null, ...labels], weights: [0, ...steps.map(() => 1)] };
}
