import { join } from 'node:path';
import { createRng } from '@core/random/rng';
import { FIXTURES, listFixtures, readJsonFixture, readTensorFixture } from '@core/testing/fixtures';
import { loraScaling } from '@core/train/lora';
import { mergeAdapter } from '@core/train/merge-adapter';
import type { Trainer, TrainerState } from '@core/train/trainer';
import { readAdapterFolder } from '../files/adapter-folder';
import type { LanguageModel } from '../language-model';
import { runAdamW, scaleTolerance, stepOptionsOf, type AdamWFile } from './adamw-run';
import { compareTensors, countDifferences, largestDistance, relativeDistance, type Tensors } from './compare';
import { once, setOf, type GoldenSet, type Part } from './golden-set';
import { compareLogits, countWeights, executor, follow, openGolden, readBatch, rowsOf } from './model-files';

/** PEFT folders on models of the fixtures. */
export function listLoraSets(): GoldenSet[] {
  return listFixtures('lora', 'adapter_config.json').map((name) => {
    const path = `lora/${name}`;
    return setOf(path, adapterParts(path));
  });
}

/** Name of a module's whole tensor. */
const WEIGHT_OF: Readonly<Record<string, string>> = {
  embed_tokens: 'model.embed_tokens.weight',
  lm_head: 'lm_head.weight',
};

/** The base with the adapter's trainer on it, the adapter loaded. */
async function openAdapter(path: string): Promise<{ trainer: Trainer; model: LanguageModel }> {
  const { config, tensors } = await readAdapterFolder(join(FIXTURES, path));
  const model = await openGolden(baseOf(path));
  const rows = Object.values(config.trainableTokenIndices ?? {});
  const trainer = await model.createTrainer({
    mode: {
      kind: 'lora',
      rank: config.rank,
      alpha: config.alpha,
      rankStabilised: config.rankStabilised,
      targets: config.targetModules,
      rng: createRng(1),
      trainableRows: rows[0] ?? [],
      wholeWeights: (config.modulesToSave ?? []).map((module) => WEIGHT_OF[module] ?? module),
    },
    maxTokensPerMicroBatch: 4096,
  });
  await trainer.loadAdapter(tensors);
  return { trainer, model };
}

function baseOf(path: string): string {
  const { base_model_name_or_path: link } = readJsonFixture<{ base_model_name_or_path: string }>(
    path,
    'adapter_config.json',
  );
  return follow(path, link);
}

/** A tensor's name in the adapter file. */
function fileName(tensor: string): string {
  const module = tensor.replace(/(\.weight)?(#.*)?$/, '');
  if (tensor.endsWith('#A')) return `base_model.model.${module}.lora_A.weight`;
  if (tensor.endsWith('#B')) return `base_model.model.${module}.lora_B.weight`;
  if (tensor.endsWith('#rows')) return `base_model.model.${module}.token_adapter.trainable_tokens_delta`;
  return `base_model.model.${tensor}`;
}

const byName = (tensors: readonly { readonly name: string; readonly data: ArrayLike<number> }[]): Tensors =>
  new Map(tensors.map((tensor) => [tensor.name, tensor]));

function adapterParts(path: string): Part[] {
  const base = baseOf(path);
  const needs = (...names: string[]) => [
    `${base}/expected/batch.json`,
    ...names.map((name) => `${path}/expected/${name}`),
  ];
  const expected = (name: string) => readTensorFixture(path, 'expected', name);
  const rows = once(() => rowsOf(readBatch(base)));

  const forward = once(async () => {
    const { trainer, model } = await openAdapter(path);
    const ids = rows().map((row) => row.ids);
    const given = byName((await trainer.adapter()).map(({ name, data }) => ({ name, data: data.slice() })));
    const adapted = await trainer.forwardLogits(ids);
    await trainer.merge();
    const plain = await model.createTrainer({ mode: { kind: 'frozen' }, maxTokensPerMicroBatch: 4096 });
    const merged = await plain.forwardLogits(ids);
    await plain.dispose();
    return { given, adapted, merged, weights: model.parameters };
  });
  const gradients = once(async () => {
    const { trainer } = await openAdapter(path);
    await trainer.accumulate(rows(), { kind: 'nll', normaliser: countWeights(rows()) });
    const found = await trainer.gradients();
    await trainer.dispose();
    return found;
  });
  const steps = once(async () => {
    const file = readJsonFixture<AdamWFile>(path, 'expected', 'adamw.json');
    const { trainer } = await openAdapter(path);
    const options = stepOptionsOf(file, [], () => true);
    const run = await runAdamW(trainer, rows(), file, options, async (before) => {
      const state = copyOf(await before.save());
      await before.dispose();
      const { trainer: resumed } = await openAdapter(path);
      await resumed.restore(state);
      return resumed;
    });
    const after = byName((await run.trainer.adapter()).map(({ name, data }) => ({ name, data: data.slice() })));
    await run.trainer.dispose();
    return { ...run, file, after };
  });

  return [
    {
      name: 'tensors as they lie in the file',
      needs: needs(),
      measure: async () =>
        compareTensors(
          (await forward()).given,
          readTensorFixture(path, 'adapter_model.safetensors'),
          countDifferences,
          0,
        ),
    },
    {
      name: 'logits',
      needs: needs('logits.safetensors'),
      measure: async () =>
        compareLogits((await forward()).adapted, `${path}/expected/logits.safetensors`, 'adapter.f64', 2e-4),
    },
    {
      name: 'logits after merging',
      needs: needs('logits.safetensors'),
      measure: async () =>
        compareLogits((await forward()).merged, `${path}/expected/logits.safetensors`, 'merged.f32', 2e-4),
    },
    {
      name: 'merged weights',
      needs: needs('merged.safetensors'),
      measure: async () => {
        const { weights } = await forward();
        const own = new Map(weights.names.map((name) => [name, weights.get(name)]));
        return compareTensors(own, expected('merged.safetensors'), largestDistance, 5e-7);
      },
    },
    {
      name: 'merged weights, as an import lays them',
      needs: needs('merged.safetensors'),
      measure: async () => {
        const { config, tensors } = await readAdapterFolder(join(FIXTURES, path));
        const model = await openGolden(base);
        await mergeAdapter(
          { tensors, scaling: loraScaling(config), rows: config.trainableTokenIndices },
          model.parameters,
          executor,
        );
        const own = new Map(model.parameters.names.map((name) => [name, model.parameters.get(name)]));
        return compareTensors(own, expected('merged.safetensors'), largestDistance, 5e-7);
      },
    },
    {
      name: 'gradients',
      needs: needs('grads.f64.safetensors'),
      measure: async () => {
        const golden = expected('grads.f64.safetensors');
        // Learning rows have one waste row at the end.
        const own = (await gradients()).map(({ name, data }) => ({
          name: fileName(name),
          data: name.endsWith('#rows') ? data.subarray(0, golden.get(fileName(name))?.data.length ?? 0) : data,
        }));
        return compareTensors(byName(own), golden, relativeDistance, 3e-5);
      },
    },
    { name: 'adamw, losses', needs: needs('adamw.json'), measure: async () => (await steps()).losses },
    { name: 'adamw, gradient norms', needs: needs('adamw.json'), measure: async () => (await steps()).norms },
    { name: 'adamw, clip scales', needs: needs('adamw.json'), measure: async () => (await steps()).scales },
    {
      name: 'adamw, tensors, resumed from a saved state',
      needs: needs('adamw.json', 'adamw.f64.safetensors'),
      measure: async () => {
        const { after, file } = await steps();
        return compareTensors(after, expected('adamw.f64.safetensors'), largestDistance, scaleTolerance(1e-4, file));
      },
    },
  ];
}

function copyOf({ step, tensors }: TrainerState): TrainerState {
  return { step, tensors: tensors.map((tensor) => ({ ...tensor, data: tensor.data.slice() })) };
}
