import { join } from 'node:path';
import { createRng } from '@core/random/rng';
import { listParameters } from '@core/models/decoder/parameters';
import { checkTokenSet, describeTokenSetProblem, isUsable, vocabularyView } from '@core/tokens/check-token-set';
import { needsCues, planSurgery, rowSources, writeNewRows } from '@core/tokens/surgery';
import { functionalTokenIds } from '@core/tokens/token-ids';
import { compileTokenSet, RFTT_TOKENS, type TokenSet } from '@core/tokens/token-set';
import { MAX_TEXT_LOSS_CHANGE } from '@core/tokens/tokens-config';
import { WorkbenchError } from '@core/errors';
import type { ModelConfig, ParameterStore } from '@core/models/model-config';
import { createGenerator } from '@core/generation/generate';
import { createTrainer } from '@core/train/trainer';
import type { Tokenizer } from '@core/tokenizer/tokenizer';
import { createWasmAdamW } from '../adamw-wasm';
import { openModel } from '../files/open-model';
import { writeModelFolder } from '../files/write-model-folder';
import type { JobContext, RunnerOutcome } from '../job-context';
import type { GraphExecutor } from '@core/ports';
import { openExecutor } from './open-executor';
import { WeightStore } from '../weight-store';
import { checkpointRecord } from './checkpoint-record';
import { loadPromptSet } from './prompt-folder';

/** Text on which the grown model must be as good as before; any language model knows how to go on here. */
const PROBE_TEXT =
  'There are 3 boxes with 4 pens in each box. How many pens are there? There are 3 times 4, so 12 pens.';

/** Adds the functional tokens to a model's vocabulary, tests the result, and writes it as a checkpoint. */
export async function runTokens(context: JobContext<'tokens'>): Promise<RunnerOutcome> {
  const { config } = context.spec;
  const origin = context.job.model;
  if (origin === null)
    throw new WorkbenchError('internal', 'This job was started without a model.', { code: 'model-missing' });
  const source = await openModel(origin.path);
  const set = wantedSet(context, source.tokenizer);
  const cues = needsCues(config.initialisation, set)
    ? loadPromptSet(context.job.promptsFolder, config.promptSet).manifest.cues
    : {};
  const plan = planSurgery(source, rowSources(config.initialisation, cues, set), {
    set,
    padToMultiple: config.padToMultiple,
  });
  if (plan.rows.length === 0) {
    throw new WorkbenchError('precondition', `"${origin.name}" has the functional tokens already.`, {
      code: 'tokens-there',
      wayOut: 'Go on to the next stage.',
    });
  }
  const weights = new WeightStore(listParameters(plan.config));
  await source.loadInto(
    (name, dims) =>
      weights.get(name).data.subarray(
        0,
        dims.reduce((a, b) => a * b, 1),
      ),
    {
      cancel: context.cancel,
      onProgress: (done, total) => context.progress({ phase: 'reading weights', done, total, unit: 'numbers' }),
    },
  );
  // A few rows of text: a device would have to be told more than it could save.
  if (context.job.device !== 'cpu')
    context.log('info', 'This kind of run computes on the processor: it is short.', { code: 'short-run', values: {} });
  const executor = await openExecutor(context);
  const lossBefore = await textLoss({
    config: plan.config,
    weights,
    tokenizer: source.tokenizer,
    executor,
    rows: plan.oldTokens,
  });
  writeNewRows(plan, weights, { rng: createRng(config.seed), relativeNoise: config.relativeNoise });
  const lossAfter = await textLoss({
    config: plan.config,
    weights,
    tokenizer: source.tokenizer,
    executor,
    rows: plan.config.vocabSize,
  });
  const probabilities = await openProbabilities(plan.config, weights, plan.tokenizer, executor);
  const least = Math.min(...Object.values(probabilities));
  const lossChange = lossAfter - lossBefore;
  if (Math.abs(lossChange) > MAX_TEXT_LOSS_CHANGE) {
    context.log(
      'warning',
      `The loss on ordinary text changed by ${lossChange.toFixed(4)} nats per token; up to ${MAX_TEXT_LOSS_CHANGE} is expected. Choose another first value for the new rows.`,
      { code: 'loss-changed', values: { nats: lossChange, most: MAX_TEXT_LOSS_CHANGE } },
    );
  }
  if (!(least > 0))
    context.log('warning', 'A functional token has probability zero: it could never be sampled.', {
      code: 'zero-probability',
      values: {},
    });

  const folder = join(context.outputFolder, 'model');
  const facts = { promptSet: origin.promptSet, plainPrompts: origin.plainPrompts };
  await writeModelFolder(
    folder,
    {
      ...source,
      config: plan.config,
      tokenizer: plan.tokenizer,
      weights,
      extraFiles: { 'workbench.json': `${JSON.stringify(facts, null, 2)}\n` },
    },
    { replace: true },
  );
  await context.commit([
    checkpointRecord({
      name: `${origin.name} with functional tokens`,
      step: 0,
      path: folder,
      adapterPath: null,
      isFinal: true,
      config: plan.config,
      tokenizer: plan.tokenizer,
      origin: facts,
    }),
  ]);
  return {
    outcome: 'finished',
    result: {
      newTokens: plan.rows.length,
      rowsBefore: plan.oldRows,
      rowsAfter: plan.config.vocabSize,
      spareRowsUsed: plan.rows.filter(({ id }) => id < plan.oldRows).length,
      isTied: plan.config.tieWordEmbeddings,
      textLossBefore: lossBefore,
      textLossAfter: lossAfter,
      smallestProbability: least,
      ...Object.fromEntries(Object.entries(probabilities).map(([name, value]) => [`p_${name}`, value])),
    },
  };
}

interface LossProbe {
  readonly config: ModelConfig;
  readonly weights: ParameterStore;
  readonly tokenizer: Tokenizer;
  readonly executor: GraphExecutor;
  /** Rows of the vocabulary that compete; later ones are left out of the softmax. */
  readonly rows: number;
}

/** The token set of the job, held against the vocabulary. @throws WorkbenchError `token-set-unfit` */
function wantedSet({ spec }: JobContext<'tokens'>, tokenizer: Tokenizer): TokenSet {
  if (spec.tokenSet === null) return RFTT_TOKENS;
  const set = compileTokenSet(spec.tokenSet);
  const problems = checkTokenSet(set, vocabularyView(tokenizer));
  if (isUsable(problems)) return set;
  throw new WorkbenchError('validation', problems[0] ? describeTokenSetProblem(problems[0]) : set.name, {
    code: 'token-set-unfit',
    where: set.name,
    kept: 'The model and the token set.',
    wayOut: 'Mend the token set and start again.',
  });
}

/** Mean negative log-probability of ordinary text, nats per token. */
async function textLoss({ config, weights, tokenizer, executor, rows }: LossProbe): Promise<number> {
  const ids = tokenizer.encode(PROBE_TEXT, { addBos: true });
  const trainer = await createTrainer({
    config,
    parameters: weights,
    executor,
    kernel: createWasmAdamW(),
    mode: { kind: 'frozen' },
    maxTokensPerMicroBatch: ids.length,
  });
  try {
    const [logits] = await trainer.forwardLogits([ids]);
    if (!logits) throw new WorkbenchError('internal', 'The model gave no logits.', { code: 'no-logits' });
    let sum = 0;
    for (let at = 0; at + 1 < ids.length; at++)
      sum +=
        logSumExp(logits.subarray(at * config.vocabSize, at * config.vocabSize + rows)) -
        logits[at * config.vocabSize + ids[at + 1]!]!;
    return sum / (ids.length - 1);
  } finally {
    await trainer.dispose();
  }
}

function logSumExp(values: Float32Array): number {
  const largest = values.reduce((a, b) => Math.max(a, b), -Infinity);
  return largest + Math.log(values.reduce((sum, value) => sum + Math.exp(value - largest), 0));
}

/** Probability of each open token right after a question, by name. */
async function openProbabilities(
  config: ModelConfig,
  weights: ParameterStore,
  tokenizer: Tokenizer,
  executor: GraphExecutor,
): Promise<Record<string, number>> {
  const generator = createGenerator({ config, parameters: weights, executor, tokenizer, maxBatch: 1 });
  try {
    const tokens = functionalTokenIds(tokenizer);
    const { names } = tokens.set;
    const probeIds = names.map((name) => tokens.open[name]!);
    const prefixIds = tokenizer.encodeChat([{ role: 'user', content: PROBE_TEXT }], { addGenerationPrompt: true });
    const { probeLogProbs } = await generator.generate({
      prefixIds,
      maxNewTokens: 0,
      temperature: 0,
      stopIds: [],
      probeIds,
    });
    return Object.fromEntries(names.map((name, i) => [name, Math.exp(probeLogProbs?.[i] ?? -Infinity)]));
  } finally {
    await generator.dispose();
  }
}
