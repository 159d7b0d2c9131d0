import type { ErrorCode } from '../error-codes';
import { NumericError, ShapeError, WorkbenchError } from '../errors';
import type { ModelConfig } from '../models/model-config';
import { checkTokenIds } from '../models/token-range';
import type { DeviceTensor, Tensors, TensorView } from '../ports';
import { sizeOf } from '../tensor/dims';
import {
  feedJudging,
  feedLoss,
  feedTokens,
  feedTraining,
  scalar,
  scatterLogProbs,
  type RowPlaces,
} from './batch-feeds';
import { LOSS_BUILDERS, lossNameOf, type TrainingLoss } from './loss';
import { planMicroBatches, type MicroBatch, type TokenRow, type TrainingRow } from './micro-batches';
import type { AccumulateResult, TrainerStats } from './trainer';
import { gradientOfStep } from './train-graph';
import type { RunnableGraph, TrainerGraphs } from './trainer-graphs';

export interface TrainerPassesOptions {
  readonly config: ModelConfig;
  readonly graphs: TrainerGraphs;
  readonly maxTokensPerMicroBatch: number;
  readonly packing: boolean;
  readonly places: RowPlaces | null;
  /** Whatever lasts over runs, by the name of a graph's input: weights, adapters, gradients gathered so far. */
  readonly tensors: ReadonlyMap<string, TensorView | DeviceTensor>;
  /** The gradients again, by the name of a graph's output. */
  readonly gradients: Tensors;
  /** Random numbers that the training graph reads for these rows. */
  readonly draws: (rows: readonly TokenRow[], batch: MicroBatch) => Tensors;
  /** The error for a number that is not finite. */
  readonly refuse: (message: string, code: ErrorCode, where: string) => NumericError;
}

/** Rows through the graphs of a trainer, wherever its tensors lie: cut into micro-batches, run, put together again. */
export class TrainerPasses {
  readonly #options: TrainerPassesOptions;
  readonly #stats = { tokens: 0, positions: 0, microBatches: 0 };

  constructor(options: TrainerPassesOptions) {
    this.#options = options;
  }

  get stats(): TrainerStats {
    return { ...this.#stats };
  }

  /** Adds the gradient of the loss to the one gathered so far. @throws {NumericError} when the loss is not finite */
  async accumulate(rows: readonly TrainingRow[], loss: TrainingLoss): Promise<AccumulateResult> {
    const totalNames = LOSS_BUILDERS[lossNameOf(loss)].totals;
    const totals: Record<string, number> = {};
    const logProbs = rows.map((row) => new Float32Array(row.ids.length));
    for (const batch of this.#planBatches(rows)) {
      const { places, gradients, draws, graphs } = this.#options;
      const compiled = await graphs.train(lossNameOf(loss), batch.isPacked, batch.length);
      const size = batch.lines * batch.length;
      const onlyScored = compiled.inputs.includes('scored');
      if (loss.kind === 'value' && !onlyScored) throw noJudging();
      const { feeds, scored } = onlyScored
        ? loss.kind === 'value'
          ? feedJudging(loss, rows, batch, places)
          : feedTraining(loss, rows, batch, places)
        : { feeds: { ...feedTokens(rows, batch, places), ...feedLoss(loss, rows, batch) }, scored: null };
      const found = view(feeds['scored']?.dims ?? [size]);
      const sums = Object.fromEntries(totalNames.map((name) => [name, scalar(0)]));
      // Steps first: where results are copied out, the last one of a memory stays.
      const outputs = { ...stepsInto(compiled, gradients), ...gradients, ...sums, logProbs: found };
      await this.#run(compiled, { ...feeds, ...draws(rows, batch) }, outputs);
      const flat = scored ? new Float32Array(size) : found.data;
      scored?.forEach((position, index) => (flat[position] = found.data[index] ?? 0));
      for (const name of totalNames) totals[name] = (totals[name] ?? 0) + Number(sums[name]?.data[0]);
      scatterLogProbs(flat, rows, batch, logProbs);
      this.#count(rows, batch);
      if (!Number.isFinite(totals['loss']))
        throw this.#options.refuse(`The loss is ${totals['loss']}.`, 'loss-not-finite', 'the loss');
    }
    // A device computes all positions; the result is the same wherever it was computed.
    rows.forEach(({ weights }, row) => {
      for (let at = 0; at < weights.length; at++) if (weights[at] === 0) logProbs[row]?.fill(0, at, at + 1);
    });
    const tokens = Math.max(1, totals['tokens'] ?? 1);
    const mean = (name: string) => (totals[name] ?? 0) / tokens;
    const policy =
      loss.kind === 'policy' ? { clippedFraction: mean('clippedTokens'), kl: mean('kl'), ratio: mean('ratio') } : null;
    return { loss: totals['loss'] ?? 0, logProbs, policy };
  }

  async logProbs(
    rows: readonly TokenRow[],
    { temperature = 1 }: { readonly temperature?: number } = {},
  ): Promise<readonly Float32Array[]> {
    const logProbs = rows.map((row) => new Float32Array(row.ids.length));
    for (const batch of this.#planBatches(rows)) {
      const flat = view([batch.lines * batch.length]);
      const compiled = await this.#options.graphs.logProbs(batch.isPacked, batch.length);
      const feeds = feedTokens(rows, batch, null);
      await this.#run(compiled, { ...feeds, inverseTemperature: scalar(1 / temperature) }, { logProbs: flat });
      scatterLogProbs(flat.data, rows, batch, logProbs);
      this.#count(rows, batch);
    }
    return logProbs;
  }

  /** How good every beginning of the rows looks, in [0, 1]: `[i]` after `ids[i − 1]`; `[0]` is 0. */
  async values(rows: readonly TokenRow[]): Promise<readonly Float32Array[]> {
    const values = rows.map((row) => new Float32Array(row.ids.length));
    for (const batch of this.#planBatches(rows)) {
      const flat = view([batch.lines * batch.length]);
      const compiled = await this.#options.graphs.logProbs(batch.isPacked, batch.length, true);
      const feeds = feedTokens(rows, batch, null);
      const good = { dtype: 'int64' as const, dims: [batch.lines, batch.length] };
      const data = new BigInt64Array(batch.lines * batch.length).fill(1n);
      await this.#run(
        compiled,
        { ...feeds, targets: { ...good, data }, inverseTemperature: scalar(1) },
        { logProbs: flat },
      );
      scatterLogProbs(flat.data, rows, batch, values);
      this.#count(rows, batch);
    }
    for (const row of values) for (let at = 1; at < row.length; at++) row[at] = Math.exp(row[at] ?? 0);
    return values;
  }

  async forwardLogits(rows: readonly ArrayLike<number>[]): Promise<readonly Float32Array[]> {
    const { config } = this.#options;
    const compiled = await this.#options.graphs.logits();
    const results: Float32Array[] = [];
    for (const [row, ids] of rows.entries()) {
      checkTokenIds(ids, config.vocabSize, `row ${row}`);
      const logits = view([ids.length, config.vocabSize]);
      const data = BigInt64Array.from(ids, BigInt);
      await this.#run(compiled, { ids: { dtype: 'int64', dims: [1, ids.length], data } }, { logits });
      results.push(logits.data);
    }
    return results;
  }

  #planBatches(rows: readonly { readonly ids: ArrayLike<number> }[]): readonly MicroBatch[] {
    const { maxTokensPerMicroBatch: maxTokens, config, packing } = this.#options;
    rows.forEach(({ ids }, row) => checkTokenIds(ids, config.vocabSize, `row ${row}`));
    return planMicroBatches(
      rows.map((row) => row.ids.length),
      { maxTokens, maxPositions: config.maxPositions, packing },
    );
  }

  async #run({ graph, inputs }: RunnableGraph, feeds: Tensors, outputs: Tensors): Promise<void> {
    const all: Record<string, Tensors[string]> = {};
    for (const name of inputs) {
      const tensor = feeds[name] ?? this.#options.tensors.get(name);
      if (!tensor) throw new ShapeError(`The trainer has no value for the graph input "${name}".`);
      all[name] = tensor;
    }
    await graph.run(all, outputs);
  }

  #count(rows: readonly TokenRow[], batch: MicroBatch): void {
    this.#stats.microBatches++;
    this.#stats.positions += batch.lines * batch.length;
    for (const { row } of batch.placements) this.#stats.tokens += (rows[row]?.ids.length ?? 1) - 1;
  }
}

/** Memory for what a graph gathers on the way to a gradient: the gradient's own. */
function stepsInto({ outputs }: RunnableGraph, gradients: Tensors): Record<string, Tensors[string]> {
  const steps: Record<string, Tensors[string]> = {};
  for (const name of outputs) {
    const gradient = gradients[gradientOfStep(name) ?? ''];
    if (gradient) steps[name] = gradient;
  }
  return steps;
}

function noJudging(): WorkbenchError {
  return new WorkbenchError('unsupported', 'Judging is learned on the processor alone.', {
    code: 'value-on-device',
    wayOut: 'Choose the processor in the settings and start again.',
  });
}

/** Float32 values as a tensor; zeros unless told. */
export function view(
  dims: readonly number[],
  data: Float32Array = new Float32Array(sizeOf(dims)),
): TensorView & { readonly data: Float32Array } {
  return { dtype: 'float32', dims, data };
}
