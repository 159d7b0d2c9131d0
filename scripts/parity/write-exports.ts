/**
 * Writes every golden model as this program exports it, with what our tokenizer says of some texts, for `check_exports.py` to compare
 * with transformers and PEFT: `node scripts/run.mjs scripts/parity/write-exports.ts FOLDER`. The golden files lie in `WORKBENCH_FIXTURES`.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { listParameters } from '@core/models/decoder/parameters';
import { createRng } from '@core/random/rng';
import { planSurgery, rowSources, writeNewRows } from '@core/tokens/surgery';
import { readAdapterFolder, writeAdapterFolder } from '../../src/main/engine/files/adapter-folder';
import { openModel } from '../../src/main/engine/files/open-model';
import { writeModelFolder } from '../../src/main/engine/files/write-model-folder';
import { WeightStore } from '../../src/main/engine/weight-store';

const TEXTS = [
  'Hello world',
  '12 + 7 = 19',
  ' <verify>x</verify> y',
  'naïve café 🙂 数学',
  'a<|im_end|>b',
  '<next_step>\n3 + 4 = 7\n</next_step>\n',
];
const MODELS = ['tiny-llama', 'tiny-llama-rope3', 'tiny-qwen2', 'tiny-qwen3'];
const ADAPTERS = ['tiny-llama', 'new-tokens', 'new-tokens-2', 'saved-modules'];

const fixtures = resolve(process.env['WORKBENCH_FIXTURES'] ?? '../shared/fixtures');
const [out] = process.argv.slice(2);
if (out === undefined) throw new Error('Give the folder to write to.');

interface Export {
  readonly name: string;
  readonly from: string;
  /** Adds the sixteen functional tokens. */
  readonly grown: boolean;
  readonly dtype: 'F32' | 'BF16';
  /** Model of `WORKBENCH_FIXTURES/models` with the same logits for the old tokens; null when there is none. */
  readonly sameAs: string | null;
}

const EXPORTS: readonly Export[] = [
  ...MODELS.flatMap((name): Export[] => [
    { name: `${name}-same`, from: `models/${name}`, grown: false, dtype: 'F32', sameAs: name },
    { name: `${name}-grown`, from: `models/${name}`, grown: true, dtype: 'F32', sameAs: name },
    { name: `${name}-gguf`, from: `gguf/${name}.f32.gguf`, grown: false, dtype: 'F32', sameAs: name },
  ]),
  { name: 'rope3-bf16', from: 'models/tiny-llama-rope3-bf16', grown: false, dtype: 'BF16', sameAs: null },
  {
    name: 'smollm2-grown',
    from: '../models/smollm2-135m-instruct/SmolLM2-135M-Instruct.Q4_1.gguf',
    grown: true,
    dtype: 'BF16',
    sameAs: null,
  },
];

await mkdir(out, { recursive: true });
const facts: unknown[] = [];
for (const item of EXPORTS) facts.push(await writeExport(item, out));
for (const name of ADAPTERS) {
  const adapter = await readAdapterFolder(join(fixtures, 'lora', name));
  await writeAdapterFolder(join(out, `lora-${name}`), adapter, { replace: true });
}
await writeFile(join(out, 'facts.json'), JSON.stringify({ models: facts, adapters: ADAPTERS }));

async function writeExport({ name, from, grown, dtype, sameAs }: Export, folder: string): Promise<object> {
  const source = await openModel(join(fixtures, from));
  const plan = planSurgery(source, rowSources('spelling'), { padToMultiple: 64, ...(!grown && { surfaces: [] }) });
  const weights = new WeightStore(listParameters(plan.config));
  await source.loadInto((tensor) => weights.get(tensor).data);
  writeNewRows(plan, weights, { rng: createRng(1), relativeNoise: 1e-3 });
  const { config, tokenizer } = plan;
  await writeModelFolder(
    join(folder, name),
    { ...source, config, tokenizer, weights, dtype, maxShardBytes: grown ? 150_000 : 5e9 },
    { replace: true },
  );
  const texts = TEXTS.map((text) => {
    const ids = tokenizer.encode(text, { specials: 'recognise' });
    return { text, ids: [...ids], spelled: [...tokenizer.encode(text)], decoded: tokenizer.decode(ids) };
  });
  const chat = [...tokenizer.encodeChat([{ role: 'user', content: 'What is 2 + 3?' }], { addGenerationPrompt: true })];
  return { name, sameAs, tokens: tokenizer.size, oldTokens: plan.oldTokens, rows: config.vocabSize, texts, chat };
}
