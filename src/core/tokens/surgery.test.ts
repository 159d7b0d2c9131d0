import { describe, expect, it } from 'vitest';
import { EMBEDDING, HEAD, listParameters } from '../models/decoder/parameters';
import type { ModelConfig, Parameter } from '../models/model-config';
import { readModelConfig } from '../models/registry';
import { createRng } from '../random/rng';
import { hasFixtures, readJsonFixture, readTensorFixture } from '../testing/fixtures';
import { loadTokenizer } from '../tokenizer/load-tokenizer';
import { byteTokenizerFiles } from '../tokenizer/testing/byte-tokenizer';
import type { Tokenizer } from '../tokenizer/tokenizer';
import { FUNCTIONAL_SURFACES } from './functional-tokens';
import { planSurgery, startingTextBy, writeNewRows, type SurgeryPlan } from './surgery';

/** Weights of the grown model; the old ones in place, the rest NaN so that a row forgotten shows. */
function grow(plan: SurgeryPlan, old: (name: string) => Float32Array | undefined): { get(name: string): Parameter } {
  const weights = new Map(
    listParameters(plan.config).map(({ name, dims }): [string, Parameter] => {
      const data = new Float32Array(dims.reduce((a, b) => a * b, 1)).fill(Number.NaN);
      data.set(old(name) ?? []);
      return [name, { name, dims, data }];
    }),
  );
  return {
    get(name) {
      const found = weights.get(name);
      if (!found) throw new Error(`no weight ${name}`);
      return found;
    },
  };
}

function largestDifference(a: Float32Array, b: Float32Array | undefined): number {
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - (b?.[i] ?? Number.NaN))), 0);
}

const WIDTH = 8;
const small = (vocabSize: number, tieWordEmbeddings = true): { tokenizer: Tokenizer; config: ModelConfig } => ({
  tokenizer: loadTokenizer(byteTokenizerFiles()),
  config: {
    architecture: 'llama',
    hiddenSize: WIDTH,
    numLayers: 1,
    numHeads: 2,
    numKvHeads: 1,
    headDim: 4,
    intermediateSize: 8,
    vocabSize,
    rmsNormEps: 1e-5,
    ropeTheta: 10_000,
    ropeScaling: null,
    tieWordEmbeddings,
    qkvBias: false,
    qkNorm: false,
    activation: 'silu',
    normOffset: 0,
    scaledEmbeddings: false,
    slidingWindow: null,
    maxPositions: 64,
  },
});

/** Old rows of both ends: row r of the embedding is r + i / 8, of the head its negative. */
const oldRows = (rows: number) => (name: string) => {
  const sign = name === EMBEDDING ? 1 : name === HEAD ? -1 : 0;
  return sign === 0 ? undefined : Float32Array.from({ length: rows * WIDTH }, (_, i) => (sign * i) / WIDTH);
};
const rowOf = (weights: { get(name: string): Parameter }, end: string, row: number) =>
  weights.get(end).data.slice(row * WIDTH, (row + 1) * WIDTH);

describe('planSurgery', () => {
  it('takes unused rows first', () => {
    // The tokenizer knows 263 tokens; 16 more need 279 rows.
    const plan = planSurgery(small(300), startingTextBy('spelling'), { padToMultiple: 64 });
    expect([plan.config.vocabSize, plan.oldRows, plan.oldTokens, plan.tokenizer.size]).toEqual([300, 300, 263, 279]);
    expect(plan.rows.map(({ surface }) => surface)).toEqual(FUNCTIONAL_SURFACES);
    expect(plan.rows.map(({ id }) => id)).toEqual(Array.from({ length: 16 }, (_, i) => 263 + i));
  });

  it('grows to a multiple only when it must', () => {
    expect(planSurgery(small(279), startingTextBy('mean'), { padToMultiple: 64 }).config.vocabSize).toBe(279);
    expect(planSurgery(small(278), startingTextBy('mean'), { padToMultiple: 64 }).config.vocabSize).toBe(320);
    expect(planSurgery(small(263), startingTextBy('mean')).config.vocabSize).toBe(279);
  });

  it('does nothing to a vocabulary that has the tokens', () => {
    const once = planSurgery(small(300), startingTextBy('spelling'));
    const twice = planSurgery(once, startingTextBy('spelling'));
    expect([twice.rows, twice.config]).toEqual([[], once.config]);
  });

  it('begins as the pieces of the text asked for', () => {
    const sourcesBy = (...options: Parameters<typeof startingTextBy>) => {
      const { rows, tokenizer } = planSurgery(small(300), startingTextBy(...options));
      return new Map(rows.map(({ surface, sourceIds }) => [surface, sourceIds && tokenizer.decode(sourceIds)]));
    };
    expect(sourcesBy('spelling').get('</verify>')).toBe('</verify>');
    expect(sourcesBy('description').get('<verify>')).toBe(sourcesBy('description').get('</verify>'));
    expect(sourcesBy('mean').get('<verify>')).toBeNull();
    const cued = sourcesBy('cue', { verify: 'Check :' });
    expect([cued.get('<verify>'), cued.get('</verify>')]).toEqual(['Check :', '\n']);
  });
});

describe('writeNewRows', () => {
  it('writes means at both ends, the mean of all into padding, and leaves old rows alone', () => {
    const plan = planSurgery(small(263, false), (surface) => (surface === '<verify>' ? 'ab' : null), {
      padToMultiple: 64,
    });
    const old = oldRows(263);
    const weights = grow(plan, old);
    writeNewRows(plan, weights, { rng: createRng(1), relativeNoise: 0 });
    const verify = plan.rows.find(({ surface }) => surface === '<verify>')?.id ?? -1;
    for (const [end, sign] of [
      [EMBEDDING, 1],
      [HEAD, -1],
    ] as const) {
      // "a" and "b" are the bytes 97 and 98; all tokens are 0 to 262.
      expect([...rowOf(weights, end, verify)]).toEqual(
        Array.from({ length: WIDTH }, (_, i) => sign * (97.5 + i / WIDTH)),
      );
      const mean = Array.from({ length: WIDTH }, (_, i) => sign * (131 + i / WIDTH));
      for (const row of [263, 278, 279, 319].filter((other) => other !== verify))
        expect([...rowOf(weights, end, row)]).toEqual(mean);
      expect(weights.get(end).data.subarray(0, 263 * WIDTH)).toEqual(old(end));
    }
  });

  it('leaves unused rows that were there already as they are', () => {
    const plan = planSurgery(small(300), startingTextBy('mean'));
    const weights = grow(plan, oldRows(300));
    writeNewRows(plan, weights, { rng: createRng(1), relativeNoise: 0 });
    // Rows 279 to 299 are nobody's; the mean is over the 263 tokens, not over 300 rows.
    expect(weights.get(EMBEDDING).data.subarray(279 * WIDTH)).toEqual(oldRows(300)(EMBEDDING)?.subarray(279 * WIDTH));
    expect(rowOf(weights, EMBEDDING, 263)[0]).toBe(131);
  });

  it('adds noise of the length asked for, the same for the same seed, other for each token', () => {
    const wide = { ...small(300), config: { ...small(300).config, hiddenSize: 512 } };
    const plan = planSurgery(wide, startingTextBy('mean'));
    const rowsWith = (seed: number, relativeNoise: number) => {
      const weights = grow(plan, (name) => (name === EMBEDDING ? new Float32Array(300 * 512).fill(1) : undefined));
      writeNewRows(plan, weights, { rng: createRng(seed), relativeNoise });
      return plan.rows.map(({ id }) => weights.get(EMBEDDING).data.slice(id * 512, (id + 1) * 512));
    };
    const noisy = rowsWith(1, 0.05);
    expect(rowsWith(1, 0.05)).toEqual(noisy);
    expect(rowsWith(2, 0.05)).not.toEqual(noisy);
    expect(new Set(noisy.map((row) => row[0])).size).toBe(16);
    // The length of 512 normal numbers is within an eighth of its expectation (4 standard deviations).
    for (const row of noisy) {
      const ratio = Math.hypot(...row.map((value) => value - 1)) / Math.sqrt(512);
      expect(Math.abs(ratio / 0.05 - 1)).toBeLessThan(1 / 8);
    }
  });
});

interface Golden {
  readonly old_tokenizer_length: number;
  readonly new_tokenizer_length: number;
  readonly old_rows: number;
  readonly new_rows: number;
  readonly rows_if_padded_to_64: number;
  readonly tokens: readonly { readonly open: string; readonly close: string; readonly description: string }[];
  readonly spelling_ids: Readonly<Record<string, readonly number[]>>;
}

describe.runIf(hasFixtures).each(['tiny-llama', 'tiny-llama-rope3', 'tiny-qwen2'])(
  'surgery by transformers on %s',
  (name) => {
    const file = (json: string) => JSON.stringify(readJsonFixture('models', name, json));
    const model = () => ({
      config: readModelConfig(readJsonFixture('models', name, 'config.json')),
      tokenizer: loadTokenizer({
        'tokenizer.json': file('tokenizer.json'),
        'tokenizer_config.json': file('tokenizer_config.json'),
      }),
    });
    const golden = () => readJsonFixture<Golden>('surgery', name, 'expected/surgery.json');
    const oldWeights = () => {
      const tensors = readTensorFixture('models', name, 'model.safetensors');
      return (tensor: string) => tensors.get(tensor)?.data;
    };

    it('gives the folder that it saved, from the descriptions', () => {
      const { tokens, ...want } = golden();
      const surfaces = tokens.flatMap(({ open, close }) => [open, close]);
      const plan = planSurgery(
        model(),
        (surface) => tokens.find(({ open, close }) => surface === open || surface === close)?.description ?? null,
        { surfaces },
      );
      expect([plan.oldTokens, plan.tokenizer.size, plan.oldRows, plan.config.vocabSize]).toEqual([
        want.old_tokenizer_length,
        want.new_tokenizer_length,
        want.old_rows,
        want.new_rows,
      ]);
      const weights = grow(plan, oldWeights());
      writeNewRows(plan, weights, { rng: createRng(1), relativeNoise: 0 });
      for (const { name: key, dims, data } of readTensorFixture('surgery', name, 'model.safetensors').values()) {
        expect(weights.get(key).dims).toEqual(dims);
        expect([key, largestDifference(data, weights.get(key).data) < 1e-6]).toEqual([key, true]);
      }
    });

    it('takes the mean over the old tokens, and pads as it would', () => {
      const want = golden();
      const plan = planSurgery(model(), startingTextBy('mean'), { padToMultiple: 64 });
      expect(plan.config.vocabSize).toBe(want.new_rows > want.old_rows ? want.rows_if_padded_to_64 : want.old_rows);
      const weights = grow(plan, oldWeights());
      writeNewRows(plan, weights, { rng: createRng(1), relativeNoise: 0 });
      const rows = readTensorFixture('surgery', name, 'expected/rows.safetensors');
      for (const end of plan.config.tieWordEmbeddings ? [EMBEDDING] : [EMBEDDING, HEAD]) {
        const mine = weights.get(end).data.subarray(want.old_tokenizer_length * 64, want.new_tokenizer_length * 64);
        expect(largestDifference(rows.get(`mean/${end}`)?.data ?? new Float32Array(), mine)).toBeLessThan(1e-6);
        expect(weights.get(end).data.every(Number.isFinite)).toBe(true);
      }
    });

    it('spells the tokens with the same pieces', () => {
      const { spelling_ids: spelled } = golden();
      for (const { surface, sourceIds } of planSurgery(model(), startingTextBy('spelling')).rows)
        expect([surface, sourceIds]).toEqual([surface, spelled[surface]]);
    });
  },
);
