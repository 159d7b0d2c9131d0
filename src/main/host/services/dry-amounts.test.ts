import { expect, test } from 'vitest';
import type { DryMeasure } from '@contracts/dry-step';
import { JobSpec } from '@contracts/jobs';
import { planSft } from '@core/train/sft';
import { SftConfigSchema } from '@core/train/sft-config';
import { amountsOf, reckonDry, type Stock } from './dry-amounts';

const measure: DryMeasure = {
  openSeconds: 2,
  parts: [],
  memoryBytes: 1,
  stateBytes: 0,
  responsesPerTree: 5,
  inputBytes: 0,
  seconds: 9,
};
const stock: Stock = { questions: 30, examples: 100, trees: 20, heldOut: 50 };
const ids = { checkpointId: 'c', questionSetId: 'q', datasetId: 'd', searchRunId: 'r' };

test('a job takes its opening and every part as often as it does it', () => {
  const parts: DryMeasure['parts'] = [
    { name: 'walks', amount: 4, seconds: 8, deviation: 0.5 },
    { name: 'saves', amount: 1, seconds: 3, deviation: 0 },
  ];
  // 2 s to open, 10 walks of 2 s; saves were measured and are not done.
  const { seconds, deviation } = reckonDry({ ...measure, parts }, { walks: 10 });
  expect(seconds).toBe(22);
  // 20 of the 22 seconds are uncertain by half.
  expect(deviation).toBeCloseTo(10 / 22, 9);
});

test('a search walks through the questions that it takes', () => {
  const spec = JobSpec.parse({ kind: 'search', ...ids, config: { maxQuestions: 12, numSimulations: 8 } });
  expect(amountsOf(spec, stock, measure)).toEqual({ walks: 96 });
  const all = JobSpec.parse({ kind: 'search', ...ids, config: { maxQuestions: null, numSimulations: 8 } });
  expect(amountsOf(all, stock, measure)).toEqual({ walks: 240 });
});

test.each([
  ['greedy', { answers: 30 }],
  ['search', { tries: 240 }],
  ['both', { answers: 30, tries: 240 }],
  ['samples', { tries: 240 }],
] as const)('an evaluation by %s', (mode, wanted) => {
  const config = { mode, numSimulations: 8, maxQuestions: null };
  expect(amountsOf(JobSpec.parse({ kind: 'evaluate', ...ids, config }), stock, measure)).toEqual(wanted);
});

test('a fine-tuning does the updates that its plan makes', () => {
  const config = SftConfigSchema.parse({ epochs: 3, batchSize: 16, minUpdates: 0, validationShare: 0.1 });
  const spec = JobSpec.parse({ kind: 'sft', ...ids, config });
  const plan = planSft(
    Array.from({ length: stock.examples }, (_, i) => ({ questionId: `q${i}`, tokens: 20 })),
    config,
  );
  const rows = Array.from({ length: plan.totalUpdates }, (_, i) => plan.batch(i).length).reduce((a, b) => a + b, 0);
  const looks = 1 + Math.ceil(plan.totalUpdates / config.validateEvery);
  expect(amountsOf(spec, stock, measure)).toEqual({
    updates: plan.totalUpdates,
    trainRows: rows,
    readRows: looks * plan.validation.length,
    answers: looks * 4,
    saves: Math.ceil(plan.totalUpdates / config.checkpointEvery),
  });
});

test('a judge learns from the responses of the trees', () => {
  const config = { epochs: 2, batchSize: 10, minUpdates: 0, validationShare: 0.1 };
  const spec = JobSpec.parse({ kind: 'prm', ...ids, config });
  // 20 trees of 5 responses, 10 of the 100 held out: 180 rows in 18 updates.
  expect(amountsOf(spec, stock, measure)).toMatchObject({ updates: 18, trainRows: 180 });
});

test('exploring writes, reads and trains on every path', () => {
  const config = {
    iterations: 10,
    questionsPerIteration: 8,
    pathsPerQuestion: 4,
    pathsPerUpdate: 16,
    evaluateEvery: 5,
    evaluateQuestions: 20,
  };
  const spec = JobSpec.parse({ kind: 'rl', ...ids, config });
  expect(amountsOf(spec, stock, measure)).toMatchObject({
    paths: 320,
    trainRows: 320,
    readRows: 320,
    updates: 20,
    answers: 60,
  });
});
