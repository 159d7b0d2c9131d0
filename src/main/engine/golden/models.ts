import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { decodeFloats, encodeFloats } from '@core/formats/safetensors';
import type { GraphExecutor } from '@core/ports';
import { FIXTURES, listFixtures, readJsonFixture, readTensorFixture } from '@core/testing/fixtures';
import type { Trainer } from '@core/train/trainer';
import type { LanguageModel, TrainerSettings } from '../language-model';
import { compareStates, runAdamW, scaleTolerance, stepOptionsOf, type AdamWFile } from './adamw-run';
import {
  compareTensors,
  countDifferences,
  distance,
  largestDistance,
  Mismatches,
  normOf,
  quantileDistance,
  relativeDistance,
  Worst,
  type Tensors,
} from './compare';
import { encodeCases, type EncodeFile } from './encode-cases';
import { generationParts } from './generation-cases';
import { once, setOf, type Finding, type GoldenSet, type Part } from './golden-set';
import {
  batchFolderOf,
  compareLogits,
  countWeights,
  EXECUTORS_BY_PATH,
  isCopy,
  openGolden,
  readBatch,
  rowsOf,
} from './model-files';

/** Whole models: what they compute, learn, write and read. */
export function listModelSets(): GoldenSet[] {
  return listFixtures('models', 'config.json').map((name) => {
    const path = `models/${name}`;
    const model = once(() => openGolden(path));
    return setOf(path, [
      ...weightParts(path, model),
      ...forwardParts(path),
      ...lossParts(path),
      ...gradientParts(path),
      ...stepParts(path),
      ...accumulationParts(path),
      ...generationParts(path, model),
      ...encodeParts(path),
    ]);
  });
}

/** Opens a model of its own, so that a step is seen by nobody else, and a trainer on it. */
export async function withTrainer<T>(
  path: string,
  settings: Partial<TrainerSettings>,
  body: (trainer: Trainer, model: LanguageModel) => Promise<T>,
  on?: GraphExecutor,
): Promise<T> {
  const model = await openGolden(path, on);
  const trainer = await model.createTrainer({ mode: { kind: 'full' }, maxTokensPerMicroBatch: 4096, ...settings });
  try {
    return await body(trainer, model);
  } finally {
    await trainer.dispose();
  }
}

/** Gradients by name, their padding rows cut off. */
export async function gradientsOf(
  trainer: Trainer,
  nameOf: (tensor: string) => string = (name) => name,
): Promise<Tensors> {
  return new Map((await trainer.gradients()).map(({ name, data }) => [nameOf(name), { data }]));
}

const files = (path: string, ...names: string[]) => names.map((name) => `${path}/expected/${name}`);

function weightParts(path: string, model: () => Promise<LanguageModel>): Part[] {
  const stored = () =>
    readdirSync(join(FIXTURES, path))
      .filter((file) => file.endsWith('.safetensors'))
      .flatMap((file) => [...readTensorFixture(path, file)]);
  const source = isCopy(path) ? batchFolderOf(path) : null;
  return [
    {
      name: 'weights as they lie in the files',
      measure: async () => {
        const { parameters } = await model();
        const own = new Map(parameters.names.map((name) => [name, parameters.get(name)]));
        return compareTensors(own, new Map(stored()), countDifferences, 0);
      },
    },
    ...(source === null
      ? []
      : [
          {
            name: `weights of ${source} rounded to bfloat16`,
            measure: () => {
              const full = readTensorFixture(source, 'model.safetensors');
              const rounded = [...full].map(([name, { data }]) => {
                const out = new Float32Array(data.length);
                decodeFloats('BF16', encodeFloats('BF16', data), out);
                return [name, { data: out }] as const;
              });
              return compareTensors(new Map(stored()), new Map(rounded), countDifferences, 0);
            },
          },
        ]),
  ];
}

function forwardParts(path: string): Part[] {
  const batch = batchFolderOf(path) ?? path;
  const needs = [...files(batch, 'batch.json'), ...files(path, 'logits.safetensors')];
  const logits = once(() =>
    withTrainer(path, { mode: { kind: 'frozen' } }, (trainer) =>
      trainer.forwardLogits(rowsOf(readBatch(batch)).map((row) => row.ids)),
    ),
  );
  const file = `${path}/expected/logits.safetensors`;
  return [
    { name: 'logits', needs, measure: async () => compareLogits(await logits(), file, 'right.f64', 1e-4) },
    ...(batch === path
      ? [
          {
            name: 'logits of the left layout',
            needs,
            measure: async () => compareLogits(await logits(), file, 'left.f32', 1e-4, 'left'),
          },
        ]
      : []),
  ];
}

interface LossFile {
  readonly f64: { readonly mean: number; readonly token_losses: readonly (readonly number[])[] };
}

function lossParts(path: string): Part[] {
  if (isCopy(path)) return [];
  const needs = files(path, 'batch.json', 'loss.json');
  const read = () => readJsonFixture<LossFile>(path, 'expected', 'loss.json').f64;
  const compareTokens = (logProbs: readonly Float32Array[]): Finding => {
    const { token_losses: losses } = read();
    const worst = new Worst();
    for (const [row, { ids, weights }] of rowsOf(readBatch(path)).entries()) {
      for (let token = 1; token < ids.length; token++) {
        if (weights[token] === 0) continue;
        const error = (logProbs[row]?.[token] ?? Number.NaN) + (losses[row]?.[token - 1] ?? Number.NaN);
        worst.note(Math.abs(error), `row ${row}, token ${token}`);
      }
    }
    return worst.finding(5e-5);
  };
  const trained = once(() =>
    withTrainer(path, {}, (trainer) => {
      const rows = rowsOf(readBatch(path));
      return trainer.accumulate(rows, { kind: 'nll', normaliser: countWeights(rows) });
    }),
  );
  return [
    {
      name: 'loss',
      needs,
      measure: async () => ({ error: Math.abs((await trained()).loss - read().mean), tolerance: 1e-5 }),
    },
    { name: 'loss of each token', needs, measure: async () => compareTokens((await trained()).logProbs) },
    {
      name: 'log-probabilities, scoring graph',
      needs,
      measure: () =>
        withTrainer(path, { mode: { kind: 'frozen' } }, async (trainer) =>
          compareTokens(await trainer.logProbs(rowsOf(readBatch(path)))),
        ),
    },
  ];
}

/** The same gradient as it is, recomputed, gathered row by row, and with each way in which results may come out. */
const GRADIENT_WAYS: readonly {
  readonly name: string;
  readonly settings: Partial<TrainerSettings>;
  readonly on?: GraphExecutor;
}[] = [
  { name: 'gradients', settings: {} },
  { name: 'gradients, checkpointed', settings: { checkpointing: true } },
  { name: 'gradients, one row at a time', settings: { maxTokensPerMicroBatch: 32 } },
  ...EXECUTORS_BY_PATH.map(({ path, executor }) => ({
    name: `gradients, one row at a time, results ${path}`,
    settings: { maxTokensPerMicroBatch: 32 },
    on: executor,
  })),
];

function gradientParts(path: string): Part[] {
  if (isCopy(path)) return [];
  return GRADIENT_WAYS.map(({ name, settings, on }) => ({
    name,
    needs: files(path, 'batch.json', 'grads.f64.safetensors'),
    measure: () => compareGradients(path, settings, on),
  }));
}

function compareGradients(path: string, settings: Partial<TrainerSettings>, on?: GraphExecutor): Promise<Finding> {
  return withTrainer(
    path,
    settings,
    async (trainer) => {
      const rows = rowsOf(readBatch(path));
      await trainer.accumulate(rows, { kind: 'nll', normaliser: countWeights(rows) });
      const expected = readTensorFixture(path, 'expected', 'grads.f64.safetensors');
      return compareTensors(await gradientsOf(trainer), expected, relativeDistance, 2e-5);
    },
    on,
  );
}

/** Every `adamw_<variant>.json` of the folder. */
function stepParts(path: string): Part[] {
  if (isCopy(path)) return [];
  const folder = join(FIXTURES, path, 'expected');
  const variants = (existsSync(folder) ? readdirSync(folder) : []).flatMap((file) => {
    const [, variant] = /^(adamw.*)\.json$/.exec(file) ?? [];
    return variant === undefined ? [] : [variant];
  });
  return variants.flatMap((variant) => {
    const read = once(() => readJsonFixture<AdamWFile>(path, 'expected', `${variant}.json`));
    const run = once(() =>
      withTrainer(path, {}, async (trainer, { parameters }) => {
        const rows = rowsOf(readBatch(path));
        const options = stepOptionsOf(read(), parameters.names, (name) => parameters.get(name).dims.length === 2);
        const { losses, norms, scales } = await runAdamW(trainer, rows, read(), options);
        const { loss } = await trainer.accumulate(rows, { kind: 'nll', normaliser: countWeights(rows) });
        const after = new Map(parameters.names.map((name) => [name, parameters.get(name)]));
        const states = await compareStates(trainer, read().state_norms_f64 ?? {});
        return { losses, norms, scales, loss, after, states };
      }),
    );
    const needs = files(path, 'batch.json', `${variant}.f64.safetensors`);
    const expected = once(() => readTensorFixture(path, 'expected', `${variant}.f64.safetensors`));
    return [
      { name: `${variant}, losses`, needs, measure: async () => (await run()).losses },
      { name: `${variant}, gradient norms`, needs, measure: async () => (await run()).norms },
      { name: `${variant}, clip scales`, needs, measure: async () => (await run()).scales },
      { name: `${variant}, norms of the moments`, needs, measure: async () => (await run()).states },
      {
        name: `${variant}, loss afterwards`,
        needs,
        measure: async () => {
          const { loss } = await run();
          return { error: Math.abs(loss - (read().loss_after_last_step_f64 ?? loss)), tolerance: 1e-5 };
        },
      },
      {
        name: `${variant}, parameters, 99.9 %`,
        needs,
        measure: async () => ({
          error: quantileDistance((await run()).after, expected(), 0.999),
          tolerance: scaleTolerance(2e-6, read()),
        }),
      },
      {
        name: `${variant}, parameters, all`,
        needs,
        measure: async () =>
          compareTensors((await run()).after, expected(), largestDistance, scaleTolerance(3e-4, read())),
      },
    ];
  });
}

interface AccumulationFile {
  readonly token_count: number;
  readonly micro_batches: readonly {
    readonly rows: readonly number[];
    readonly loss_sum: number;
    readonly grad_norms: Readonly<Record<string, number>>;
  }[];
  readonly summed_loss: number;
  readonly full_batch_loss: number;
  readonly grad_norms: Readonly<Record<string, number>>;
}

function accumulationParts(path: string): Part[] {
  if (isCopy(path)) return [];
  const run = once(() =>
    withTrainer(path, {}, async (trainer) => {
      const file = readJsonFixture<AccumulationFile>(path, 'expected', 'accumulation.json');
      const rows = rowsOf(readBatch(path));
      const [losses, norms] = [new Worst(), new Worst()];
      const noteNorms = async (expected: Readonly<Record<string, number>>, where: string) => {
        const own = await gradientsOf(trainer);
        for (const [name, norm] of Object.entries(expected))
          norms.note(distance(normOf(own.get(name)?.data ?? [Number.NaN]), norm), `${name}, ${where}`);
      };
      const accumulate = async (of: readonly number[]) =>
        (
          await trainer.accumulate(
            of.map((row) => rows[row] ?? { ids: [], weights: [] }),
            { kind: 'nll', normaliser: file.token_count },
          )
        ).loss;
      for (const [index, { rows: of, loss_sum: sum, grad_norms: expected }] of file.micro_batches.entries()) {
        trainer.discard();
        losses.note(Math.abs((await accumulate(of)) - sum / file.token_count), `micro-batch ${index}`);
        await noteNorms(expected, `micro-batch ${index}`);
      }
      trainer.discard();
      let total = 0;
      for (const { rows: of } of file.micro_batches) total += await accumulate(of);
      losses.note(Math.abs(total - file.summed_loss), 'sum of the micro-batches');
      losses.note(Math.abs(total - file.full_batch_loss), 'whole batch');
      await noteNorms(file.grad_norms, 'whole batch');
      return { losses: losses.finding(1e-5), norms: norms.finding(1e-5) };
    }),
  );
  const needs = files(path, 'batch.json', 'accumulation.json');
  return [
    { name: 'accumulation, losses', needs, measure: async () => (await run()).losses },
    { name: 'accumulation, gradient norms', needs, measure: async () => (await run()).norms },
  ];
}

function encodeParts(path: string): Part[] {
  if (isCopy(path)) return [];
  const model = once(() => openGolden(path));
  const file = `${path}/expected/encode.json`;
  return [
    {
      name: 'ids of the batch',
      needs: files(path, 'batch.json'),
      measure: async () => {
        const { tokenizer } = await model();
        const found = new Mismatches();
        for (const { prompt, completion, ids, prompt_length: length } of readBatch(path).sequences) {
          const head = tokenizer.encode(prompt, { specials: 'recognise', addBos: true });
          found.note(head.length, length, `length of ${JSON.stringify(prompt)}`);
          found.note(
            [...head, ...tokenizer.encode(completion, { specials: 'recognise' })],
            ids,
            JSON.stringify(prompt),
          );
        }
        return found.finding();
      },
    },
    ...encodeCases(
      async () => (await model()).tokenizer,
      () => readJsonFixture<EncodeFile>(file),
    ).map((each) => ({ ...each, needs: [file] })),
  ];
}
