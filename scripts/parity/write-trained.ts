/**
 * Trains golden models for two steps of LoRA, with learning token rows and in other ways that the settings offer, and writes adapter, merged model and our own logits, for
 * `check_exports.py`: `node scripts/run.mjs scripts/parity/write-trained.ts FOLDER`, after write-exports.ts with the same folder.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { writeSafetensors } from '@core/formats/safetensors';
import { createRng } from '@core/random/rng';
import { functionalTokenIds } from '@core/tokens/token-ids';
import { SftConfigSchema } from '@core/train/sft-config';
import { embeddingLearningOf, loraTargetsOf, trainingModeOf } from '@core/train/training-mode';
import { writeAdapterFolder } from '../../src/main/engine/files/adapter-folder';
import { writeModelFolder } from '../../src/main/engine/files/write-model-folder';
import { openLanguageModel } from '../../src/main/engine/language-model';
import { OrtExecutor } from '../../src/main/engine/ort-executor';

const MODELS = ['tiny-llama', 'tiny-llama-rope3', 'tiny-qwen2', 'tiny-qwen3'];
const WAYS = [
  { way: 'trained', settings: {} },
  {
    way: 'chosen',
    settings: { loraTargets: 'custom', loraLayers: 'q_proj, down_proj', loraRankStabilised: true, loraDropout: 0.1 },
  },
  { way: 'whole', settings: { loraTargets: 'attention', embeddings: 'whole' } },
] as const;
const RANK = 4;
const ALPHA = 8;
const TEXT = '<analysis>\nAdd first.\n</analysis>\n<next_step>\n12 + 7 = 19\n</next_step>\n<output>\n19\n</output>\n';

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error('Give the folder that write-exports.ts wrote to.');
const out = resolve(folder);
const executor = new OrtExecutor({ threads: 1 });
for (const name of MODELS) for (const way of WAYS) await trainAndWrite(name, way);
const facts = JSON.parse(await readFile(join(out, 'facts.json'), 'utf8')) as object;
await writeFile(
  join(out, 'facts.json'),
  JSON.stringify({ ...facts, trained: MODELS.flatMap((base) => WAYS.map(({ way }) => ({ base, way }))) }),
);

async function trainAndWrite(name: string, { way, settings: own }: (typeof WAYS)[number]): Promise<void> {
  const base = join(out, `${name}-grown`);
  const model = await openLanguageModel(base, { executor });
  const settings = SftConfigSchema.parse({ method: 'lora', loraRank: RANK, loraAlpha: ALPHA, ...own });
  const rows = [...functionalTokenIds(model.tokenizer).all];
  const trainer = await model.createTrainer({
    mode: trainingModeOf(settings, model.config, rows, createRng(name)),
    maxTokensPerMicroBatch: 512,
  });
  const ids = model.tokenizer.encode(TEXT, { specials: 'recognise' });
  for (let step = 0; step < 2; step++) {
    await trainer.accumulate([{ ids, weights: new Float32Array(ids.length).fill(1, 1) }], {
      kind: 'nll',
      normaliser: ids.length - 1,
    });
    await trainer.step({
      learningRate: 0.02,
      beta1: 0.9,
      beta2: 0.95,
      eps: 1e-8,
      weightDecay: 0,
      decay: 'matrices',
      clipNorm: 1,
    });
  }
  const [logits = new Float32Array()] = await trainer.forwardLogits([ids]);
  const ends = model.config.tieWordEmbeddings ? ['embed_tokens'] : ['embed_tokens', 'lm_head'];
  const learning = embeddingLearningOf(settings);
  const config = {
    rank: RANK,
    alpha: ALPHA,
    rankStabilised: settings.loraRankStabilised,
    dropout: settings.loraDropout,
    targetModules: loraTargetsOf(settings),
    layers: null,
    trainableTokenIndices: learning === 'new-rows' ? Object.fromEntries(ends.map((end) => [end, rows])) : null,
    modulesToSave: learning === 'whole' ? ends : null,
    tiesSavedModules: learning === 'whole' && model.config.tieWordEmbeddings,
    baseModelPath: base,
  };
  await writeAdapterFolder(
    join(out, `${name}-${way}-adapter`),
    { config, tensors: await trainer.adapter() },
    { replace: true },
  );
  await writeModelFolder(join(out, `${name}-${way}`), await model.toWrite(), { replace: true });
  const tensors = [
    { name: 'ids', dims: [ids.length], data: Float32Array.from(ids) },
    { name: 'logits', dims: [ids.length, logits.length / ids.length], data: logits },
  ];
  await writeFile(join(out, `${name}-${way}.safetensors`), writeSafetensors(tensors));
  await trainer.dispose();
}
