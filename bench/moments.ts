import { parseArgs } from 'node:util';
import { createRng } from '@core/random/rng';
import { initialiseWeights, PRETRAINING, rowsOfUpdate, type PretrainingPhase } from '@core/tasks/embedded/pretraining';
import type { MomentKindName } from '@core/train/moments';
import type { TrainingRow } from '@core/train/micro-batches';
import { createTrainer } from '@core/train/trainer';
import { listParameters } from '@core/models/decoder/parameters';
import { createWasmAdamW } from '../src/main/engine/adamw-wasm';
import { OrtExecutor } from '../src/main/engine/ort-executor';
import { WeightStore } from '../src/main/engine/weight-store';
import { SHAPES } from './models';

/**
 * Loss curves with moments of four bytes and of one, from fresh weights of the embedded model's shape on its corpus; for a scale, also with
 * four bytes and first weights that differ by a part in a million.
 *
 *     node scripts/with-node.mjs scripts/run.mjs bench/moments.ts --updates 200 --seeds 1,2,3 --rows 2
 */
const MEAN_OVER = 50;
const CONDITIONS: readonly { readonly name: string; readonly moments: MomentKindName; readonly stir: number }[] = [
  { name: 'float32', moments: 'float32', stir: 0 },
  { name: 'float32, weights stirred by 1e-6', moments: 'float32', stir: 1e-6 },
  { name: 'int8', moments: 'int8', stir: 0 },
];

const { values } = parseArgs({
  options: {
    updates: { type: 'string', default: '240' },
    seeds: { type: 'string', default: '1,2,3' },
    rows: { type: 'string', default: '6' },
  },
});
const updates = Number(values.updates);
const config = SHAPES['tiny 1.8M'];
const executor = new OrtExecutor();
const [first] = PRETRAINING;

interface Curve {
  readonly last: number;
  readonly held: number;
  readonly losses: readonly number[];
}

async function train(
  own: PretrainingPhase,
  seed: number,
  { moments, stir }: (typeof CONDITIONS)[number],
): Promise<Curve> {
  const rng = createRng(seed);
  const store = new WeightStore(listParameters(config));
  initialiseWeights(rng, config, (name) => store.get(name).data);
  const stirring = createRng('stir');
  for (const { data } of store.names.map((name) => store.get(name)))
    data.forEach((value, index) => (data[index] = value * (1 + stir * stirring.normal())));
  const trainer = await createTrainer({
    config,
    parameters: store,
    executor,
    kernel: createWasmAdamW(),
    mode: { kind: 'full' },
    moments,
    maxTokensPerMicroBatch: 1920,
  });
  const losses: number[] = [];
  for (let update = 0; update < updates; update++) {
    const rows = rowsOfUpdate(rng, own, update);
    losses.push((await trainer.accumulate(rows, { kind: 'nll', normaliser: weightOf(rows) })).loss);
    const { beta1, beta2, eps, weightDecay, clipNorm, learningRate } = own;
    const rate = learningRate * Math.min(1, (update + 1) / own.warmupUpdates);
    await trainer.step({ learningRate: rate, beta1, beta2, eps, weightDecay, decay: 'matrices', clipNorm });
  }
  const heldRows = [0, 1, 2, 3].flatMap((update) => rowsOfUpdate(createRng('held out'), own, update));
  const { loss: held } = await trainer.accumulate(heldRows, { kind: 'nll', normaliser: weightOf(heldRows) });
  await trainer.dispose();
  const tail = losses.slice(-MEAN_OVER);
  return { last: tail.reduce((a, b) => a + b, 0) / tail.length, held, losses };
}

function weightOf(rows: readonly TrainingRow[]): number {
  return rows.reduce((sum, { weights }) => sum + Array.from(weights).reduce((a, b) => a + b, 0), 0);
}

if (!first) throw new Error('The embedded model has no phase.');
const phase = { ...first, rowsPerUpdate: Number(values.rows) };
const seeds = values.seeds.split(',').map(Number);
const [firstSeed] = seeds;
for (const seed of seeds) {
  const curves = new Map<string, Curve>();
  for (const condition of CONDITIONS) {
    // How far chance alone goes is asked once.
    if (condition.stir > 0 && seed !== firstSeed) continue;
    const begin = performance.now();
    const curve = await train(phase, seed, condition);
    curves.set(condition.name, curve);
    const plain = curves.get('float32') ?? curve;
    const relative = (value: number, other: number) => `${(100 * (value / other - 1)).toFixed(2)} %`;
    const every40 = curve.losses.filter((_, update) => update % 40 === 39).map((loss) => loss.toFixed(3));
    console.log(
      [
        `seed ${seed}`,
        condition.name,
        `last ${MEAN_OVER}: ${curve.last.toFixed(4)} (${relative(curve.last, plain.last)})`,
        `held out: ${curve.held.toFixed(4)} (${relative(curve.held, plain.held)})`,
        `every 40th: ${every40.join(' ')}`,
        `${((performance.now() - begin) / 1000).toFixed(0)} s`,
      ].join(' | '),
    );
  }
}
