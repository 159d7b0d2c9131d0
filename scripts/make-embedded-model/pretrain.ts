import type { Rng } from '@core/ports';
import { countUpdates, pretrainingRate, rowsOfUpdate, type PretrainingPhase } from '@core/tasks/embedded/pretraining';
import type { Trainer } from '@core/train/trainer';
import { resumeBuild, saveBuild } from './build-state';

const SAVE_EVERY_MS = 180_000;
const REPORT_EVERY = 50;

/** Runs a phase to its end, from the last saved state where there is one. */
export async function pretrain(
  trainer: Trainer,
  phase: PretrainingPhase,
  rng: Rng,
  options: { readonly key: string; readonly report: (line: string) => void },
): Promise<void> {
  const updates = countUpdates(phase);
  const first = await resumeBuild(trainer, phase.name, options.key);
  if (first > 0) options.report(`goes on from update ${first}`);
  const tokensPerUpdate = phase.rowsPerUpdate * phase.rowLength;
  const startMs = performance.now();
  let savedMs = startMs;
  let lossSum = 0;
  for (let update = first; update < updates; update++) {
    const rows = rowsOfUpdate(rng, phase, update);
    const normaliser = rows.reduce((sum, row) => sum + row.weights.reduce((total, weight) => total + weight, 0), 0);
    const { loss } = await trainer.accumulate(rows, { kind: 'nll', normaliser });
    const learningRate = pretrainingRate(phase, update);
    const { beta1, beta2, eps, weightDecay, clipNorm } = phase;
    await trainer.step({ learningRate, beta1, beta2, eps, weightDecay, decay: 'matrices', clipNorm });
    lossSum += loss;
    const done = update + 1;
    const nowMs = performance.now();
    if (done % REPORT_EVERY === 0 || done === updates) {
      const perSecond = ((done - first) * tokensPerUpdate * 1000) / (nowMs - startMs);
      const leftMin = ((updates - done) * tokensPerUpdate) / perSecond / 60;
      const mean = lossSum / (done % REPORT_EVERY || Math.min(REPORT_EVERY, done - first));
      options.report(
        `update ${done}/${updates}  loss ${mean.toFixed(4)}  rate ${learningRate.toExponential(2)}  ${perSecond.toFixed(0)} tokens/s  ${leftMin.toFixed(1)} min left`,
      );
      lossSum = 0;
    }
    if (nowMs - savedMs > SAVE_EVERY_MS || done === updates) {
      await saveBuild(trainer, phase.name, options.key);
      savedMs = nowMs;
    }
  }
}
