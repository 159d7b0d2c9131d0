import type { TrainingMode } from '@core/train/learning-plan';
import { createTrainer } from '@core/train/trainer';
import { createRng } from '@core/random/rng';
import { createWasmAdamW } from '../src/main/engine/adamw-wasm';
import { OrtExecutor } from '../src/main/engine/ort-executor';
import { drawWeights, SHAPES, type MeasuredShape } from './models';
import { askPeer } from './peer';
import type { Measurement } from './row';

/** Rows and length of a step; LoRA of rank 16 on all linear layers where a rank is given. */
const CASES: Readonly<
  Record<
    MeasuredShape,
    {
      readonly rows: number;
      readonly length: number;
      readonly rank?: number;
      readonly maxTokensPerMicroBatch: number;
      readonly repetitions: number;
      readonly goal?: number;
    }
  >
> = {
  'tiny 1.8M': { rows: 16, length: 256, maxTokensPerMicroBatch: 1536, repetitions: 5, goal: 15_000 },
  '135M': { rows: 4, length: 256, rank: 16, maxTokensPerMicroBatch: 1024, repetitions: 2 },
};

/** Trained tokens per second, forward, backward and AdamW, and the most memory that the process held. */
export async function measureTraining(shape: MeasuredShape, log: (line: string) => void): Promise<Measurement[]> {
  const config = SHAPES[shape];
  const { rows, length, rank, maxTokensPerMicroBatch, repetitions, goal } = CASES[shape];
  const mode: TrainingMode =
    rank === undefined ? { kind: 'full' } : { kind: 'lora', rank, alpha: rank, rng: createRng('lora') };
  const trainer = await createTrainer({
    config,
    parameters: drawWeights(config),
    executor: new OrtExecutor(),
    kernel: createWasmAdamW(),
    mode,
    checkpointing: rank !== undefined,
    maxTokensPerMicroBatch,
  });
  const rng = createRng('train');
  const batch = Array.from({ length: rows }, () => ({
    ids: Int32Array.from({ length }, () => rng.integer(config.vocabSize)),
    weights: new Float32Array(length).fill(1),
  }));
  const samples: number[] = [];
  for (let repetition = 0; repetition <= repetitions; repetition++) {
    const begin = performance.now();
    await trainer.accumulate(batch, { kind: 'nll', normaliser: rows * (length - 1) });
    await trainer.step({
      learningRate: 1e-4,
      beta1: 0.9,
      beta2: 0.95,
      eps: 1e-8,
      weightDecay: 0,
      decay: 'matrices',
      clipNorm: 1,
    });
    if (repetition > 0) samples.push((rows * length * 1000) / (performance.now() - begin));
  }
  await trainer.dispose();
  const name = `${shape} ${rank === undefined ? 'full' : `LoRA r${rank}, checkpointing`}, ${rows} x ${length}`;
  const peerSamples = askPeer(
    { task: rank === undefined ? 'train' : 'train-lora', config, rows, length, rank: rank ?? 0, repetitions },
    log,
  );
  return [
    { case: `train ${name}`, unit: 'tok/s', samples, peerSamples, ...(goal !== undefined && { goal }) },
    {
      case: `train ${name}, peak memory`,
      unit: 'MB',
      samples: [process.resourceUsage().maxRSS / 1024],
      better: 'lower',
    },
  ];
}
