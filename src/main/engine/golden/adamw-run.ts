import { DECAY_GROUPS, DECAYED } from '@core/train/decay-groups';
import type { TrainingRow } from '@core/train/micro-batches';
import type { StepOptions, Trainer } from '@core/train/trainer';
import { normOf, relativeDifference, Worst } from './compare';
import { countWeights } from './model-files';

/** `adamw*.json`: hyperparameters, and what each step must show. */
export interface AdamWFile {
  readonly hyperparameters: {
    readonly lr: number;
    readonly betas: readonly [number, number];
    readonly eps: number;
    readonly weight_decay: number;
    readonly max_grad_norm: number | null;
  };
  /** Tensors without weight decay. */
  readonly no_decay?: readonly string[];
  readonly steps: {
    readonly f64: readonly { readonly loss: number; readonly grad_norm: number; readonly clip_scale: number }[];
  };
  readonly loss_after_last_step_f64?: number;
  readonly state_norms_f64?: Readonly<Record<string, { readonly exp_avg: number; readonly exp_avg_sq: number }>>;
}

/** How our trainer is told to do the file's steps. @param isMatrix whether a tensor has two dimensions */
export function stepOptionsOf(
  { hyperparameters, no_decay: without = [] }: AdamWFile,
  names: readonly string[],
  isMatrix: (name: string) => boolean,
): StepOptions {
  const { lr, betas, eps, weight_decay: weightDecay, max_grad_norm: norm } = hyperparameters;
  const spared = new Set(without);
  const group = DECAY_GROUPS.find((each) =>
    names.every((name) => spared.has(name) !== DECAYED[each]({ name, isMatrix: isMatrix(name) })),
  );
  const decay = group ?? ((name: string) => !spared.has(name));
  const [beta1, beta2] = betas;
  return { learningRate: lr, beta1, beta2, eps, weightDecay, decay, clipNorm: norm ?? Infinity };
}

/**
 * Steps on the same rows, compared with the file after each.
 * @param between called after every step but the last; gives the trainer that goes on
 */
export async function runAdamW(
  trainer: Trainer,
  rows: readonly TrainingRow[],
  file: AdamWFile,
  options: StepOptions,
  between: (trainer: Trainer) => Promise<Trainer> = (same) => Promise.resolve(same),
) {
  const [losses, norms, scales] = [new Worst(), new Worst(), new Worst()];
  let current = trainer;
  for (const [step, expected] of file.steps.f64.entries()) {
    if (step > 0) current = await between(current);
    const { loss } = await current.accumulate(rows, { kind: 'nll', normaliser: countWeights(rows) });
    const { gradNorm, clipScale } = await current.step(options);
    losses.note(Math.abs(loss - expected.loss), `step ${step + 1}`);
    norms.note(relativeDifference(gradNorm, expected.grad_norm), `step ${step + 1}`);
    scales.note(relativeDifference(clipScale, expected.clip_scale), `step ${step + 1}`);
  }
  return { trainer: current, losses: losses.finding(1e-5), norms: norms.finding(1e-5), scales: scales.finding(1e-5) };
}

/** A parameter may move by the learning rate in a step, so what is tolerated of it grows with the rate; the golden one is 1e-3. */
export function scaleTolerance(tolerance: number, { hyperparameters }: AdamWFile): number {
  return tolerance * Math.max(1, hyperparameters.lr / 1e-3);
}

/**
 * Of the norm of a moment, relative. Gradients may be off by 2e-5, and those of later steps follow parameters that may be off in single entries.
 */
const MOMENT_TOLERANCE = 5e-5;

/** Norm of each state tensor against the file's. @param names trainer's name of a tensor of the file */
export async function compareStates(trainer: Trainer, expected: NonNullable<AdamWFile['state_norms_f64']>) {
  const own = new Map((await trainer.save()).tensors.map(({ name, data }) => [name, normOf(data)]));
  const worst = new Worst();
  for (const [name, { exp_avg: first, exp_avg_sq: second }] of Object.entries(expected)) {
    worst.note(relativeDifference(own.get(`moment1/${name}`) ?? Number.NaN, first), `${name}, first moment`);
    // Of squares: an error of the gradient counts twice there, so roots are compared.
    const [root, expectedRoot] = [Math.sqrt(own.get(`moment2/${name}`) ?? Number.NaN), Math.sqrt(second)];
    worst.note(relativeDifference(root, expectedRoot), `${name}, second moment`);
  }
  return worst.finding(MOMENT_TOLERANCE);
}
