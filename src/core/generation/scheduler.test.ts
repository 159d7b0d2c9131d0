import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { WorkbenchError } from '../errors';
import { createRng } from '../random/rng';
import type { GenerationRequest, GenerationResult } from './generator';
import { hostSpans, kvBytesPerToken, KvRows, type KvLayout, type KvSpan } from './kv-rows';
import { REFERENCE_LOGITS_KERNEL } from './logits-kernel';
import { PrefixTrie } from './prefix-trie';
import { sampleToken } from './sampler';
import { Scheduler, type SchedulerOptions } from './scheduler';
import { Sequence } from './sequence';
import { historyDecoder, historyLogits } from './testing/history-decoder';

const LAYOUT: KvLayout = { layers: 2, kvHeads: 2, headDim: 2 };
const VOCAB = 11;
const MAX_CONTEXT = 96;
const NEVER = { accept: () => false };

function openScheduler(options: Partial<SchedulerOptions<KvSpan, KvRows>> = {}) {
  const decoder = historyDecoder(LAYOUT, VOCAB);
  const trie = new PrefixTrie(LAYOUT, hostSpans(LAYOUT));
  let weights = 0;
  const scheduler = new Scheduler({
    decoder,
    rows: new KvRows(LAYOUT),
    trie,
    vocabSize: VOCAB,
    maxRows: 4,
    maxContext: MAX_CONTEXT,
    kvBytes: 2 ** 20,
    weightsVersion: () => weights,
    pause: async () => {
      for (let turn = 0; turn < 8; turn++) await undefined;
    },
    ...options,
  });
  const generate = (request: GenerationRequest): Promise<GenerationResult> => {
    const sequence = new Sequence(request, NEVER, {
      maxContext: MAX_CONTEXT,
      vocabSize: Number.POSITIVE_INFINITY,
      logitsKernel: REFERENCE_LOGITS_KERNEL,
    });
    return sequence.isFinished ? Promise.resolve(sequence.result()) : scheduler.submit(sequence);
  };
  return { scheduler, decoder, trie, generate, changeWeights: () => void weights++ };
}

/** What one request must give, computed without batches or caches. */
function continueAlone({ prefixIds, maxNewTokens, temperature, rng }: GenerationRequest): number[] {
  const history = Array.from(prefixIds);
  const ids: number[] = [];
  while (ids.length < maxNewTokens && history.length < MAX_CONTEXT) {
    const { id } = sampleToken(historyLogits(history, VOCAB), { temperature, allowed: null, rng });
    history.push(id);
    ids.push(id);
  }
  return ids;
}

const requestOf = (seed: number, prefixIds: number[], maxNewTokens: number): GenerationRequest => ({
  prefixIds,
  maxNewTokens,
  temperature: seed % 3 === 0 ? 0 : 0.8,
  stopIds: [],
  rng: createRng(seed),
});

const ids = fc.integer({ min: 0, max: VOCAB - 1 });
/** Prefixes that often begin alike: cuts of a few long texts with an end of their own. */
const prefixes = fc
  .array(fc.array(ids, { minLength: 40, maxLength: 60 }), { minLength: 1, maxLength: 3 })
  .chain((texts) =>
    fc.tuple(fc.constantFrom(...texts), fc.integer({ min: 1, max: 60 }), fc.array(ids, { maxLength: 20 })),
  )
  .map(([text, cut, end]) => [...text.slice(0, cut), ...end]);

describe('Scheduler', () => {
  it('gives every request what it would get alone, whatever the company, the order and the memory', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ prefix: prefixes, newTokens: fc.integer({ min: 1, max: 30 }), fork: fc.boolean() }), {
          minLength: 1,
          maxLength: 14,
        }),
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 400 }),
        async (plans, maxRows, kvTokens) => {
          const { generate } = openScheduler({ maxRows, kvBytes: kvTokens * kvBytesPerToken(LAYOUT) });
          await Promise.all(
            plans.map(async ({ prefix, newTokens, fork }, seed) => {
              const first = await generate(requestOf(seed, prefix, newTokens));
              expect([...first.ids]).toEqual(continueAlone(requestOf(seed, prefix, newTokens)));
              if (!fork) return;
              const longer = [...prefix, ...first.ids, 3].slice(0, MAX_CONTEXT);
              const forks = await Promise.all([1, 2].map((n) => generate(requestOf(seed + n, longer, newTokens))));
              forks.forEach(({ ids: found }, n) =>
                expect([...found]).toEqual(continueAlone(requestOf(seed + n + 1, longer, newTokens))),
              );
            }),
          );
        },
      ),
      { numRuns: 60 },
    );
  });

  it('lets the referee decide what rounding would, and only that', async () => {
    /** Logits on a coarse grid, so that the largest are often equal. */
    const onGrid = (history: readonly number[]) => historyLogits(history, VOCAB).map((x) => Math.round(x * 2) / 2);
    const write = async (noiseSeed: number, referee: boolean) => {
      const noise = createRng(noiseSeed);
      const decoder = historyDecoder(LAYOUT, VOCAB);
      const { decode } = decoder;
      decoder.decode = async (rows, tokens, past) => {
        const logits = await decode(rows, tokens, past);
        return logits.map((x) => Math.round(x * 2) / 2 + 5e-5 * (2 * noise.next() - 1));
      };
      const { generate, scheduler } = openScheduler({
        decoder,
        maxRows: 1 + (noiseSeed % 4),
        ...(referee && { referee: async (ids) => onGrid([...ids]) }),
      });
      const texts = await Promise.all(
        Array.from({ length: 12 }, (_, i) =>
          generate(requestOf(i, [i % 3, 1, 2], 20)).then(({ ids: found }) => [...found]),
        ),
      );
      return { texts, calls: scheduler.stats.closeCalls ?? 0 };
    };
    const runs = await Promise.all([1, 2, 3, 4].map((seed) => write(seed, true)));
    for (const { texts, calls } of runs) {
      expect(texts).toEqual(runs[0]?.texts);
      // A third of the texts is greedy.
      expect(calls).toBeGreaterThan(10);
      expect(calls).toBeLessThan(12 * 20);
    }
    const alone = await Promise.all([1, 2].map((seed) => write(seed, false)));
    expect(alone[0]?.texts).not.toEqual(alone[1]?.texts);
    expect(alone[0]?.calls).toBe(0);
  });

  it('computes what prefixes have in common once', async () => {
    const { generate, scheduler } = openScheduler({ maxRows: 8 });
    const question = Array.from({ length: 50 }, (_, i) => (i * 7) % VOCAB);
    await Promise.all(
      Array.from({ length: 24 }, (_, i) =>
        generate(requestOf(i, [...question, i % 3, ...Array.from({ length: 10 }, () => i % 3)], 5)),
      ),
    );
    // 50 shared and 11 for each of three ends, less the last token of each, which goes with a decoding step.
    expect(scheduler.stats.prefilledTokens).toBeLessThanOrEqual((50 + 3 * 10) * 1.1);
    expect(scheduler.stats.newTokens).toBe(24 * 5);
  });

  it('counts what it had to drop, and computes it again where it is needed', async () => {
    const { scheduler, generate } = openScheduler({ maxRows: 2, kvBytes: 120 * kvBytesPerToken(LAYOUT) });
    const texts = Array.from({ length: 6 }, (_, seed) =>
      Array.from({ length: 40 }, (_, i) => (i * seed + seed) % VOCAB),
    );
    for (const text of [...texts, ...texts])
      expect([...(await generate(requestOf(3, text, 4))).ids]).toEqual(continueAlone(requestOf(3, text, 4)));
    const { droppedTokens = 0, prefilledTokens } = scheduler.stats;
    expect(droppedTokens).toBeGreaterThan(150);
    expect(prefilledTokens).toBeGreaterThan(6 * 39 + 150);
  });

  it('keeps rows filled while requests come in', async () => {
    const { generate, scheduler } = openScheduler({ maxRows: 4 });
    await Promise.all(
      Array.from({ length: 4 }, async (_, line) => {
        for (let turn = 0; turn < 10; turn++) await generate(requestOf(line, [line, turn], 10));
      }),
    );
    // 400 tokens in four rows: 100 steps when none is ever empty.
    expect(scheduler.stats.decodeSteps).toBeLessThanOrEqual(104);
  });

  it('stops at the end of the context and says so', async () => {
    const { generate } = openScheduler();
    const result = await generate(
      requestOf(
        0,
        Array.from({ length: 90 }, () => 1),
        50,
      ),
    );
    expect([result.ids.length, result.stopReason]).toEqual([6, 'context']);
    const tooLong = await generate(
      requestOf(
        0,
        Array.from({ length: MAX_CONTEXT }, () => 1),
        50,
      ),
    );
    expect([tooLong.ids.length, tooLong.stopReason]).toEqual([0, 'context']);
  });

  it('ends cancelled requests, waiting and running, and finishes the others', async () => {
    const { generate } = openScheduler({ maxRows: 2 });
    const controller = new AbortController();
    const long = { ...requestOf(1, [1, 2, 3], 60), cancel: controller.signal };
    const first = generate(requestOf(2, [4, 5], 20));
    const outcomes = Promise.allSettled([generate(long), generate({ ...long, prefixIds: [9] })]);
    const other = await first.finally(() => controller.abort());
    expect(other.ids).toHaveLength(20);
    for (const outcome of await outcomes) {
      expect(outcome.status === 'rejected' && outcome.reason instanceof WorkbenchError && outcome.reason.kind).toBe(
        'cancelled',
      );
    }
  });

  it('fails what is in flight when a run fails, and goes on with what comes later', async () => {
    const { generate, decoder } = openScheduler();
    const working = decoder.decode;
    decoder.decode = () => Promise.reject(new Error('no memory'));
    await expect(generate(requestOf(0, [1], 3))).rejects.toThrow('no memory');
    decoder.decode = working;
    expect((await generate(requestOf(0, [1], 3))).ids).toHaveLength(3);
  });

  it('forgets cached prefixes when the weights change', async () => {
    const { generate, scheduler, changeWeights } = openScheduler();
    const prefix = Array.from({ length: 40 }, (_, i) => i % VOCAB);
    await generate(requestOf(0, prefix, 2));
    await generate(requestOf(1, prefix, 2));
    expect(scheduler.stats.reusedTokens).toBe(39);
    changeWeights();
    await generate(requestOf(2, prefix, 2));
    expect(scheduler.stats.reusedTokens).toBe(39);
  });

  it('makes the same batches after its cache was cleared as when it was new, also where memory limits the rows', async () => {
    const { generate, scheduler, decoder } = openScheduler({ maxRows: 4, kvBytes: 300 * kvBytesPerToken(LAYOUT) });
    const batches: string[] = [];
    const { prefill, decode } = decoder;
    decoder.prefill = (rows, first, tokens, past) => {
      batches.push(`prefill ${first}: ${tokens.map((row, i) => `${past[i]}+${row.length}`).join(' ')}`);
      return prefill(rows, first, tokens, past);
    };
    decoder.decode = (rows, tokens, past) => {
      batches.push(`decode ${past.join(' ')}`);
      return decode(rows, tokens, past);
    };
    /** One long sequence, and later others that find a row free only where rows are short. */
    const work = async () => {
      const others: Promise<GenerationResult>[] = [];
      const submitOthers = () =>
        others.push(
          ...[3, 7, 4].map((length, i) =>
            generate(
              requestOf(
                i,
                Array.from({ length }, (_, t) => (t * i) % VOCAB),
                8,
              ),
            ),
          ),
        );
      const allowed = (newIds: readonly number[]) => {
        if (newIds.length === 4) submitOthers();
        return null;
      };
      await generate({ ...requestOf(0, [1, 2, 3, 4, 5], 40), constraint: { allowed } });
      await Promise.all(others);
    };
    await work();
    const first = batches.splice(0);
    await generate(requestOf(9, [1, 2, 3], 90));
    batches.length = 0;
    scheduler.clearCache();
    await work();
    expect(batches).toEqual(first);
  });

  it('rejects what is left when it is closed', async () => {
    const { generate, scheduler } = openScheduler({ maxRows: 1 });
    const outcomes = Promise.allSettled([generate(requestOf(0, [1], 50)), generate(requestOf(1, [2], 50))]);
    await scheduler.dispose();
    expect((await outcomes).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await expect(generate(requestOf(2, [3], 1))).rejects.toThrow('closed');
  });
});
