import type { CheckpointId, DatasetId, ProjectId } from '@contracts/ids';
import type { BatchTokenUse, FirstBatch } from '@contracts/previews';
import { exampleRow, type ExampleRow } from '@core/dataset/to-rows';
import { WorkbenchError } from '@core/errors';
import { functionalTokenIds } from '@core/tokens/token-ids';
import type { Tokenizer } from '@core/tokenizer/tokenizer';
import { planMicroBatches } from '@core/train/micro-batches';
import { planSft } from '@core/train/sft';
import type { SftConfig } from '@core/train/sft-config';
import { countTrainable, eachTrainable } from '../store/repositories/examples';
import { checkJob } from './check-job';
import type { ServiceContext } from './context';
import { forecastMemory } from './estimate-memory';
import { requirePresent } from './models';

/** Which examples come first depends on all of them; more than this would keep a window waiting. */
const MOST_EXAMPLES = 20_000;
/** Where nobody can say how long a pass may be: the model's configuration is unreadable. */
const USUAL_PASS_TOKENS = 2048;

/**
 * The first update of a fine-tuning: the same examples in the same order, cut into the same passes, as the run will make them.
 * @throws WorkbenchError as the start of the run would, and `too-many-to-preview`
 */
export async function previewFirstBatch(
  context: ServiceContext,
  wanted: { projectId: ProjectId; checkpointId: CheckpointId; datasetId: DatasetId; config: SftConfig },
): Promise<FirstBatch> {
  const { projectId, checkpointId, datasetId, config } = wanted;
  const spec = { kind: 'sft' as const, checkpointId, datasetId, config };
  checkJob(context, projectId, spec);
  const count = countTrainable(context.db, datasetId);
  if (count > MOST_EXAMPLES) throw tooMany(count);
  const tokenizer = await context.models.tokenizer(requirePresent(context, checkpointId).path);
  const tokens = functionalTokenIds(tokenizer);
  const examples = [...eachTrainable(context.db, datasetId)];
  const rows = examples.map(({ prompt, steps }) => exampleRow(prompt, steps, tokenizer, tokens));
  const plan = planSft(
    examples.map(({ questionId }, at) => ({ questionId, tokens: rows[at]?.ids.length ?? 0 })),
    config,
  );
  const model = await context.models.config(requirePresent(context, checkpointId).path);
  const maxTokens = config.microBatchTokens ?? (await forecastMemory(context, spec))?.passTokens ?? USUAL_PASS_TOKENS;
  const batch = plan.batch(0).flatMap((index) => {
    const [example, row] = [examples[index], rows[index]];
    return example && row ? [{ questionId: example.questionId, row }] : [];
  });
  const passes = planMicroBatches(
    batch.map(({ row }) => row.ids.length),
    { maxTokens, maxPositions: model?.maxPositions ?? Number.MAX_SAFE_INTEGER, packing: config.packing },
  );
  const padding = paddingOf(
    batch.map(({ row }) => row.ids.length),
    passes,
  );
  const shown = batch.map(({ questionId, row }, at) => ({
    questionId,
    tokens: describeTokens(row, tokenizer),
    padding: padding[at] ?? 0,
  }));
  const counts = { question: 0, functional: 0, text: 0, masked: 0, padding: 0 };
  for (const row of shown) {
    counts.padding += row.padding;
    for (const { use } of row.tokens) counts[use] += 1;
  }
  return {
    rows: shown,
    counts,
    passes: passes.length,
    totalUpdates: plan.totalUpdates,
    trainExamples: plan.train.length,
    heldOutExamples: plan.validation.length,
    leftOutExamples: plan.leftOut.length,
  };
}

function describeTokens(row: ExampleRow, tokenizer: Tokenizer): FirstBatch['rows'][number]['tokens'] {
  return Array.from(row.ids, (id, at) => {
    const plain = tokenizer.decode([id], { skipSpecials: true });
    return { surface: plain === '' ? (tokenizer.surfaceOf(id) ?? '') : plain, use: useOf(row, at) };
  });
}

function useOf({ promptLength, weights, functional }: ExampleRow, at: number): BatchTokenUse {
  if (at < promptLength) return 'question';
  if (weights[at] === 0) return 'masked';
  return functional[at] === 1 ? 'functional' : 'text';
}

/** Positions behind each row in its line; in a line of several rows the last one has them. A row of n tokens takes n − 1. */
function paddingOf(lengths: readonly number[], passes: ReturnType<typeof planMicroBatches>): number[] {
  const padding = lengths.map(() => 0);
  for (const { placements, length } of passes) {
    for (const { row, line, offset } of placements) {
      const end = offset + (lengths[row] ?? 1) - 1;
      const next = placements
        .filter((other) => other.line === line && other.offset > offset)
        .reduce((first, other) => Math.min(first, other.offset), length);
      padding[row] = Math.max(0, next - end);
    }
  }
  return padding;
}

function tooMany(count: number): WorkbenchError {
  return new WorkbenchError('unsupported', `The data set has ${count.toLocaleString('en')} examples to choose from.`, {
    code: 'too-many-to-preview',
    kept: 'Your settings.',
    wayOut: `The first batch is shown for up to ${MOST_EXAMPLES.toLocaleString('en')}; the run itself takes any number.`,
  });
}
