import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { FIXTURES, readJsonFixture, readTensorFixture } from '@core/testing/fixtures';
import { compareTensors, relativeDistance } from './compare';
import { once, setOf, type GoldenSet, type Part } from './golden-set';
import { countWeights, follow, readBatch, rowsOf } from './model-files';
import { gradientsOf, withTrainer } from './models';
import { lossGraphParts } from './rl-graph';
import { lossParts, type LossesFile } from './rl-losses';

/** Policy losses on small arrays, and through a model; told apart by what a file holds. */
export function listRlSets(): GoldenSet[] {
  const folder = join(FIXTURES, 'rl');
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.json')) : [];
  return names.map((name) => {
    const path = `rl/${name}`;
    const content = readJsonFixture<LossesFile | ThroughModelFile>(path);
    return setOf(
      path.replace(/\.json$/, ''),
      'cases' in content ? [...lossParts(content), ...lossGraphParts(content)] : throughModelParts(name, content),
    );
  });
}

/** PPO-clip with k3 to a reference, averaged over tokens. Position t of each array belongs to token t + 1. */
interface ThroughModelFile {
  readonly base: string;
  readonly mask: number[][];
  readonly clip: number;
  readonly beta: number;
  readonly logp_old: number[][];
  readonly logp_ref: number[][];
  readonly advantages: number[][];
  readonly loss_f64: number;
}

function throughModelParts(name: string, file: ThroughModelFile): Part[] {
  const base = follow('rl', file.base);
  const gradients = `rl/${name.replace(/\.json$/, '.grads.f64.safetensors')}`;
  const needs = [`${base}/expected/batch.json`, gradients];
  return [4096, 32].flatMap((maxTokens) => {
    const run = once(() =>
      withTrainer(base, { maxTokensPerMicroBatch: maxTokens }, async (trainer) => {
        const shift = (values: number[][]) => values.map((row) => [0, ...row]);
        const rows = rowsOf(readBatch(base)).map(({ ids }, row) => ({
          ids,
          weights: Float32Array.from([0, ...(file.mask[row] ?? [])].slice(0, ids.length)),
        }));
        const { loss } = await trainer.accumulate(rows, {
          kind: 'policy',
          normaliser: countWeights(rows),
          oldLogProbs: shift(file.logp_old),
          refLogProbs: shift(file.logp_ref),
          advantages: shift(file.advantages),
          clipLow: file.clip,
          clipHigh: file.clip,
          klCoefficient: file.beta,
          klEstimator: 'k3',
        });
        return { loss, gradients: await gradientsOf(trainer) };
      }),
    );
    const way = maxTokens < 4096 ? ', one row at a time' : '';
    return [
      {
        name: `loss${way}`,
        needs,
        measure: async () => ({ error: Math.abs((await run()).loss - file.loss_f64), tolerance: 1e-5 }),
      },
      {
        name: `gradients${way}`,
        needs,
        measure: async () =>
          compareTensors((await run()).gradients, readTensorFixture(gradients), relativeDistance, 2e-5),
      },
    ];
  });
}
