/**
 * Makes the embedded model from nothing: questions, tokenizer, pretraining with our own engine, examination.
 *
 *   npm run make-embedded-model                     the whole build; goes on from the last saved state
 *   npm run make-embedded-model -- --seed 2         another seed
 *   npm run make-embedded-model -- --share 0.1      a tenth of the tokens of each phase
 *   npm run make-embedded-model -- --files          questions, tokenizer and configuration alone
 *   npm run make-embedded-model -- --examine        examine the weights that are there
 *
 * The weights are written even when a gate is missed; the exit code is 1 then.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readSafetensors, writeSafetensors } from '@core/formats/safetensors';
import { createGenerator } from '@core/generation/generate';
import { listParameters } from '@core/models/decoder/parameters';
import { readModelConfig } from '@core/models/registry';
import { createRng } from '@core/random/rng';
import { missedGates } from '@core/tasks/embedded/gates';
import { initialiseWeights, PRETRAINING } from '@core/tasks/embedded/pretraining';
import { configJson, tokenizerConfigJson, tokenizerJson } from '@core/tasks/embedded/tokenizer-files';
import { loadTokenizer } from '@core/tokenizer/load-tokenizer';
import { createTrainer } from '@core/train/trainer';
import { createWasmAdamW } from '../src/main/engine/adamw-wasm';
import { OrtExecutor } from '../src/main/engine/ort-executor';
import { WeightStore } from '../src/main/engine/weight-store';
import { examinePlainPrompts, examineSkills } from './make-embedded-model/examine';
import { MODEL_FOLDER } from './make-embedded-model/paths';
import { pretrain } from './make-embedded-model/pretrain';
import { writeModelFiles, writeQuestionFiles } from './make-embedded-model/write-files';

const MICRO_BATCH_TOKENS = 1536;

const { values: args } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    share: { type: 'string', default: '1' },
    out: { type: 'string', default: MODEL_FOLDER },
    files: { type: 'boolean', default: false },
    examine: { type: 'boolean', default: false },
    // Validation problems of each skill and prompt.
    cases: { type: 'string', default: '300' },
  },
});
const seed = Number(args.seed);
const phases = PRETRAINING.map((phase) => ({ ...phase, tokens: phase.tokens * Number(args.share) }));
const weightsFile = join(args.out, 'model.safetensors');
const report = (line: string) => process.stdout.write(`${line}\n`);

const config = readModelConfig(JSON.parse(configJson()));
const store = new WeightStore(listParameters(config));
const executor = new OrtExecutor();

if (!args.examine) {
  writeQuestionFiles(seed);
  writeModelFiles(args.out);
}
if (args.examine) loadWeights();
else if (!args.files) await makeWeights();
if (!args.files) process.exitCode = (await examine()) ? 0 : 1;

async function makeWeights(): Promise<void> {
  const rng = createRng(seed);
  initialiseWeights(rng, config, (name) => store.get(name).data);
  for (const [i, phase] of phases.entries()) {
    const trainer = await createTrainer({
      config,
      parameters: store,
      executor,
      kernel: createWasmAdamW(),
      mode: { kind: 'full' },
      maxTokensPerMicroBatch: MICRO_BATCH_TOKENS,
    });
    // A phase depends on all before it.
    const key = JSON.stringify({ seed, phases: phases.slice(0, i + 1), config });
    await pretrain(trainer, phase, rng, { key, report });
    await trainer.dispose();
  }
  mkdirSync(args.out, { recursive: true });
  writeFileSync(weightsFile, writeSafetensors(store.names.map((name) => store.get(name))));
  report(`weights written to ${weightsFile}`);
}

function loadWeights(): void {
  for (const [name, { data }] of readSafetensors(readFileSync(weightsFile), weightsFile))
    store.get(name).data.set(data);
  store.markChanged();
}

/** Prints the figures; true when every gate holds. */
async function examine(): Promise<boolean> {
  const tokenizer = loadTokenizer({
    'tokenizer.json': tokenizerJson(),
    'tokenizer_config.json': tokenizerConfigJson(),
    'config.json': configJson(),
  });
  const generator = createGenerator({ config, parameters: store, executor, tokenizer });
  const skills = await examineSkills({ generator, tokenizer }, Number(args.cases));
  for (const [name, value] of Object.entries(skills)) report(`${name.padEnd(20)} ${value.toFixed(3)}`);
  for (const figures of await examinePlainPrompts({ generator, tokenizer }, 'validation', Number(args.cases))) {
    report(
      `plain prompt ${JSON.stringify(figures.prompt).padEnd(13)} ${(100 * figures.accuracy).toFixed(1)} % right, ` +
        `${(100 * figures.checks).toFixed(1)} % with a check, ${figures.tokensPerAnswer.toFixed(0)} tokens`,
    );
  }
  await generator.dispose();
  const missed = missedGates(skills);
  report(missed.length === 0 ? 'every gate holds' : `gates missed: ${missed.join('; ')}`);
  return missed.length === 0;
}
