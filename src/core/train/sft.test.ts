import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { planSft } from './sft';
import { SftConfigSchema } from './sft-config';

const examples = (count: number, perQuestion = 3) =>
  Array.from({ length: count }, (_, i) => ({ questionId: `q${Math.floor(i / perQuestion)}`, tokens: 50 + (i % 40) }));
const config = (options: object) => SftConfigSchema.parse(options);

describe('planSft', () => {
  test('holds questions out, not examples', () => {
    const all = examples(90);
    const plan = planSft(all, config({ validationShare: 0.2 }));
    const questionsOf = (indices: readonly number[]) => new Set(indices.map((i) => all[i]!.questionId));
    expect(questionsOf(plan.validation).size).toBe(6);
    expect([...questionsOf(plan.validation)].some((id) => questionsOf(plan.train).has(id))).toBe(false);
    expect(plan.train.length + plan.validation.length).toBe(90);
  });

  test('every example is seen once per epoch, whatever the batch', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 40 }),
        (count, epochs, batchSize) => {
          const plan = planSft(examples(count), config({ epochs, batchSize, validationShare: 0 }));
          const seen = Array.from({ length: plan.totalUpdates }, (_, update) => plan.batch(update)).flat();
          expect(seen).toHaveLength(epochs * count);
          for (let epoch = 0; epoch < epochs; epoch++)
            expect(new Set(seen.slice(epoch * count, (epoch + 1) * count)).size).toBe(count);
          expect(plan.epochs).toBeCloseTo(epochs, 12);
        },
      ),
    );
  });

  test('adds passes up to the smallest number of updates and stops at the largest', () => {
    const more = planSft(examples(20), config({ epochs: 1, batchSize: 10, minUpdates: 7, validationShare: 0 }));
    expect(more.totalUpdates).toBe(7);
    expect(Array.from({ length: 7 }, (_, update) => more.batch(update).length)).toEqual([10, 10, 10, 10, 10, 10, 10]);
    expect(more.epochs).toBe(3.5);
    expect(
      planSft(examples(20), config({ epochs: 9, batchSize: 10, maxUpdates: 3, validationShare: 0 })).totalUpdates,
    ).toBe(3);
  });

  test('leaves out what is too long, and plans nothing for nothing', () => {
    const plan = planSft(
      [
        { questionId: 'a', tokens: 99 },
        { questionId: 'b', tokens: 100 },
        { questionId: 'c', tokens: 101 },
      ],
      config({ maxTokens: 100, validationShare: 0 }),
    );
    expect(plan.leftOut).toEqual([2]);
    expect(planSft([], config({}))).toMatchObject({ totalUpdates: 0, train: [], epochs: 0 });
    expect(planSft(examples(1), config({ validationShare: 0.5 })).train).toHaveLength(1);
  });

  test('is the same for the same seed, batch by batch', () => {
    const [a, b, c] = [1, 1, 2].map((seed) => planSft(examples(50), config({ seed, batchSize: 4 })));
    expect(a!.batch(7)).toEqual(b!.batch(7));
    expect(a!.batch(7)).not.toEqual(c!.batch(7));
  });

  test('groups examples by length without losing any, in an order of lengths that is random', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 90 }),
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 9 }),
        (count, epochs, batchSize) => {
          const options = { epochs, batchSize, validationShare: 0 };
          const [plain, grouped] = [{}, { grouping: 'by-length' }].map((grouping) =>
            planSft(examples(count), config({ ...options, ...grouping })),
          );
          const updates = Array.from({ length: plain!.totalUpdates }, (_, update) => update);
          const drawn = (plan: typeof plain) => updates.flatMap((update) => plan!.batch(update)).sort((a, b) => a - b);
          expect(drawn(grouped)).toEqual(drawn(plain));
          for (const update of updates) expect(grouped!.batch(update)).toHaveLength(plain!.batch(update).length);
        },
      ),
      { seed: 1, numRuns: 50 },
    );
    const all = examples(640);
    const plan = planSft(all, config({ batchSize: 8, epochs: 1, validationShare: 0, grouping: 'by-length' }));
    const lengths = Array.from({ length: 80 }, (_, update) => plan.batch(update).map((i) => all[i]!.tokens));
    const spread = lengths.map((own) => Math.max(...own) - Math.min(...own));
    expect(spread.reduce((a, b) => a + b, 0) / 80).toBeLessThan(6);
    const longest = lengths.map((own) => own[0]!);
    const rises = longest.slice(1).filter((length, i) => length > longest[i]!).length;
    expect(rises).toBeGreaterThan(20);
    expect(rises).toBeLessThan(60);
  });

  test('warms up over updates or a share of them, whichever is longer', () => {
    const peak = (options: object) => {
      const plan = planSft(
        examples(400),
        config({ epochs: 1, batchSize: 4, validationShare: 0, schedule: 'linear', ...options }),
      );
      const rates = Array.from({ length: plan.totalUpdates }, (_, update) => plan.learningRate(update));
      return rates.indexOf(Math.max(...rates));
    };
    expect([peak({ warmupUpdates: 10 }), peak({ warmupUpdates: 10, warmupShare: 0.3 })]).toEqual([9, 29]);
  });

  test('new rows learn faster at first', () => {
    const plan = planSft(examples(50), config({ newRowRate: 5, newRowUpdates: 3, batchSize: 4 }));
    expect([0, 2, 3].map((update) => plan.newRowFactor(update))).toEqual([5, 5, 1]);
    expect(plan.learningRate(0)).toBeLessThan(plan.learningRate(9));
  });
});
