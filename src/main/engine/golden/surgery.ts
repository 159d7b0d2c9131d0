import { EMBEDDING, HEAD, listParameters } from '@core/models/decoder/parameters';
import { createRng } from '@core/random/rng';
import { listFixtures, readJsonFixture, readTensorFixture } from '@core/testing/fixtures';
import { loadTokenizer } from '@core/tokenizer/load-tokenizer';
import { planSurgery, rowSources, writeNewRows, type SurgeryPlan } from '@core/tokens/surgery';
import { createTrainer } from '@core/train/trainer';
import { createWasmAdamW } from '../adamw-wasm';
import type { LanguageModel } from '../language-model';
import { WeightStore } from '../weight-store';
import { compareTensors, largestDistance, Mismatches, Worst } from './compare';
import { encodeCases, type EncodeRow } from './encode-cases';
import { once, setOf, type GoldenSet, type Part } from './golden-set';
import { compareLogits, executor, follow, openGolden, readBatch, rowsOf } from './model-files';

interface SurgeryFile {
  readonly base: string;
  readonly tied: boolean;
  readonly old_tokenizer_length: number;
  readonly new_tokenizer_length: number;
  readonly old_rows: number;
  readonly new_rows: number;
  readonly rows_if_padded_to_64: number;
  readonly tokens: readonly {
    readonly open: string;
    readonly close: string;
    readonly open_id: number;
    readonly close_id: number;
    readonly description: string;
    readonly description_ids: readonly number[];
  }[];
  readonly spelling_ids: Readonly<Record<string, readonly number[]>>;
  readonly cases: readonly EncodeRow[];
}

/** Models that transformers gave new tokens. */
export function listSurgerySets(): GoldenSet[] {
  return listFixtures('surgery', 'expected/surgery.json').map((name) => {
    const path = `surgery/${name}`;
    return setOf(path, surgeryParts(path));
  });
}

function surgeryParts(path: string): Part[] {
  const file = once(() => readJsonFixture<SurgeryFile>(path, 'expected', 'surgery.json'));
  const base = once(() => openGolden(follow(path, file().base)));
  const saved = once(() => openGolden(path));
  const surfaces = () => file().tokens.flatMap(({ open, close }) => [open, close]);
  const described = (surface: string) =>
    file().tokens.find(({ open, close }) => surface === open || surface === close)?.description ?? null;
  const plan = once(async () => planSurgery(await base(), described, { surfaces: surfaces() }));
  const grown = once(async () => grow(await base(), await plan()));
  const needs = [`${path}/expected/surgery.json`];
  const withLogits = [...needs, `${path}/expected/batch.json`, `${path}/expected/logits.safetensors`];
  const tokenizers = {
    'saved: ': async () => (await saved()).tokenizer,
    'grown: ': async () => (await plan()).tokenizer,
    'grown and written: ': async () => loadTokenizer({ 'tokenizer.json': '', ...(await plan()).tokenizer.toFiles() }),
  };
  return [
    {
      name: 'lengths and rows',
      needs,
      measure: async () => {
        const found = new Mismatches();
        const { oldTokens, oldRows, tokenizer, config } = await plan();
        const want = file();
        found.note(oldTokens, want.old_tokenizer_length, 'tokens before');
        found.note(tokenizer.size, want.new_tokenizer_length, 'tokens after');
        found.note(oldRows, want.old_rows, 'rows before');
        found.note(config.vocabSize, want.new_rows, 'rows after');
        const padded = planSurgery(await base(), described, { surfaces: surfaces(), padToMultiple: 64 });
        const wanted = want.new_rows > want.old_rows ? want.rows_if_padded_to_64 : want.old_rows;
        found.note(padded.config.vocabSize, wanted, 'rows padded to 64');
        return found.finding();
      },
    },
    {
      name: 'ids of the new tokens and of their descriptions',
      needs,
      measure: async () => {
        const found = new Mismatches();
        const { rows, tokenizer } = await plan();
        const bySurface = new Map(rows.map((row) => [row.surface, row]));
        for (const { open, close, open_id, close_id, description_ids: ids } of file().tokens) {
          found.note([tokenizer.idOf(open), tokenizer.idOf(close)], [open_id, close_id], open);
          for (const surface of [open, close]) found.note(bySurface.get(surface)?.sourceIds, ids, surface);
        }
        const spelled = planSurgery(await base(), rowSources('spelling'), { surfaces: surfaces() });
        for (const { surface, sourceIds } of spelled.rows)
          found.note(sourceIds, file().spelling_ids[surface], `spelling of ${surface}`);
        return found.finding();
      },
    },
    {
      name: 'weights, rows from the descriptions',
      needs: [...needs, `${path}/model.safetensors`],
      measure: async () =>
        compareTensors(tensorsOf(await grown()), readTensorFixture(path, 'model.safetensors'), largestDistance, 1e-6),
    },
    ...(['description', 'mean'] as const).map((kind) => ({
      name: `new rows, ${kind}`,
      needs: [...needs, `${path}/expected/rows.safetensors`],
      measure: async () => {
        const model = await base();
        const text = kind === 'mean' ? rowSources('mean') : described;
        const weights = await grow(model, planSurgery(model, text, { surfaces: surfaces() }));
        const golden = readTensorFixture(path, 'expected', 'rows.safetensors');
        const worst = new Worst();
        for (const end of file().tied ? [EMBEDDING] : [EMBEDDING, HEAD]) {
          const width = model.config.hiddenSize;
          const { old_tokenizer_length: first, new_tokenizer_length: last } = file();
          const own = weights.get(end).data.subarray(first * width, last * width);
          worst.note(largestDistance(own, golden.get(`${kind}/${end}`)?.data ?? []), end);
        }
        return worst.finding(1e-6);
      },
    })),
    {
      name: 'logits of the saved model',
      needs: withLogits,
      measure: async () => {
        const { config, parameters } = await saved();
        return compareLogits(
          await logitsOf(config, parameters, path),
          `${path}/expected/logits.safetensors`,
          'right.f64',
          1e-4,
        );
      },
    },
    {
      name: 'logits of the grown model',
      needs: withLogits,
      measure: async () => {
        const logits = await logitsOf((await plan()).config, await grown(), path);
        return compareLogits(logits, `${path}/expected/logits.safetensors`, 'right.f64', 1e-4);
      },
    },
    {
      name: 'a chat by the grown tokenizer as by the saved one',
      needs,
      measure: async () => {
        const found = new Mismatches();
        const chat = surfaces().map((content) => ({ role: 'user', content }) as const);
        const expected = [...(await saved()).tokenizer.encodeChat(chat, { addGenerationPrompt: true })];
        for (const [prefix, tokenizer] of Object.entries(tokenizers))
          found.note([...(await tokenizer()).encodeChat(chat, { addGenerationPrompt: true })], expected, prefix);
        return found.finding();
      },
    },
    ...Object.entries(tokenizers).flatMap(([prefix, tokenizer]) =>
      encodeCases(tokenizer, () => ({ vocabulary: file().new_tokenizer_length, cases: file().cases }), prefix)
        .filter(({ name }) => !name.includes('chats') && !name.includes('post-processor'))
        .map((each) => ({ ...each, needs })),
    ),
  ];
}

/** A copy of the model's weights with the new rows written. */
async function grow({ parameters }: LanguageModel, plan: SurgeryPlan): Promise<WeightStore> {
  const weights = new WeightStore(listParameters(plan.config));
  for (const name of parameters.names) weights.get(name).data.set(parameters.get(name).data);
  writeNewRows(plan, weights, { rng: createRng(1), relativeNoise: 0 });
  return weights;
}

const tensorsOf = (weights: WeightStore) => new Map(weights.names.map((name) => [name, weights.get(name)]));

async function logitsOf(config: LanguageModel['config'], parameters: WeightStore, path: string) {
  const trainer = await createTrainer({
    config,
    parameters,
    executor,
    kernel: createWasmAdamW(),
    mode: { kind: 'frozen' },
    maxTokensPerMicroBatch: 4096,
  });
  const logits = await trainer.forwardLogits(rowsOf(readBatch(path)).map((row) => row.ids));
  await trainer.dispose();
  return logits;
}
