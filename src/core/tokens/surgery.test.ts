import { describe, expect, it } from 'vitest';
import { EMBEDDING, HEAD, listParameters } from '../models/decoder/parameters';
import type { ModelConfig, Parameter } from '../models/model-config';
import { createRng } from '../random/rng';
import { loadTokenizer } from '../tokenizer/load-tokenizer';
import { byteTokenizerFiles } from '../tokenizer/testing/byte-tokenizer';
import type { Tokenizer } from '../tokenizer/tokenizer';
import { FOUR_TOKENS } from '../testing/own-tokens';
import { FUNCTIONAL_SURFACES } from './functional-tokens';
import { planSurgery, rowSources, writeNewRows, type SurgeryPlan } from './surgery';
import { functionalTokenIds, tokenSetOf } from './token-ids';
import { compileTokenSet } from './token-set';

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
    const plan = planSurgery(small(300), rowSources('spelling'), { padToMultiple: 64 });
    expect([plan.config.vocabSize, plan.oldRows, plan.oldTokens, plan.tokenizer.size]).toEqual([300, 300, 263, 279]);
    expect(plan.rows.map(({ surface }) => surface)).toEqual(FUNCTIONAL_SURFACES);
    expect(plan.rows.map(({ id }) => id)).toEqual(Array.from({ length: 16 }, (_, i) => 263 + i));
  });

  it('grows to a multiple only when it must', () => {
    expect(planSurgery(small(279), rowSources('mean'), { padToMultiple: 64 }).config.vocabSize).toBe(279);
    expect(planSurgery(small(278), rowSources('mean'), { padToMultiple: 64 }).config.vocabSize).toBe(320);
    expect(planSurgery(small(263), rowSources('mean')).config.vocabSize).toBe(279);
  });

  it('does nothing to a vocabulary that has the tokens', () => {
    const once = planSurgery(small(300), rowSources('spelling'));
    const twice = planSurgery(once, rowSources('spelling'));
    expect([twice.rows, twice.config]).toEqual([[], once.config]);
  });

  it('begins as the pieces of the text asked for', () => {
    const sourcesBy = (...options: Parameters<typeof rowSources>) => {
      const { rows, tokenizer } = planSurgery(small(300), rowSources(...options));
      return new Map(rows.map(({ surface, sourceIds }) => [surface, sourceIds && tokenizer.decode(sourceIds)]));
    };
    expect(sourcesBy('spelling').get('</verify>')).toBe('</verify>');
    expect(sourcesBy('description').get('<verify>')).toBe(sourcesBy('description').get('</verify>'));
    expect(sourcesBy('mean').get('<verify>')).toBeNull();
    const cued = sourcesBy('cue', { verify: 'Check :' });
    expect([cued.get('<verify>'), cued.get('</verify>')]).toEqual(['Check :', '\n']);
  });

  it('begins as each token says for itself, whatever the setting', () => {
    const starts = [
      { kind: 'copy', of: 'x' },
      { kind: 'description', text: 'ab' },
      { kind: 'noise' },
      { kind: 'mean' },
    ] as const;
    const set = compileTokenSet({
      name: 'own',
      tokens: FOUR_TOKENS.tokens.map((token, at) => ({ ...token, start: starts[at]! })),
    });
    const { rows, tokenizer } = planSurgery(small(300), rowSources('spelling', {}, set), { set });
    const at = (surface: string) => rows.find((row) => row.surface === surface)!;
    expect(rows).toHaveLength(8);
    expect(at('[work]').sourceIds).toEqual([tokenizer.idOf('x')]);
    expect(tokenizer.decode(at('</check>').sourceIds!)).toBe('ab');
    expect(at('<mend>')).toMatchObject({ sourceIds: null, isNoise: true });
    expect(at('<answer>')).toMatchObject({ sourceIds: null, isNoise: false });
    expect(tokenSetOf(tokenizer).name).toBe('own');
    expect(functionalTokenIds(tokenizer).all).toHaveLength(8);
  });

  it('copies one token or none', () => {
    expect(() => planSurgery(small(300), () => ({ copyOf: 'two' }))).toThrow(/is 3 tokens of this vocabulary, not one/);
  });
});

describe('writeNewRows', () => {
  it('writes noise as long as a row is on average', () => {
    const wide = { ...small(300), config: { ...small(300).config, hiddenSize: 512 } };
    const plan = planSurgery(wide, () => ({ noise: true }));
    const weights = grow(plan, (name) => (name === EMBEDDING ? new Float32Array(300 * 512).fill(2) : undefined));
    writeNewRows(plan, weights, { rng: createRng(1), relativeNoise: 0 });
    const lengthOf = (id: number) => Math.hypot(...weights.get(EMBEDDING).data.slice(id * 512, (id + 1) * 512));
    for (const { id } of plan.rows) expect(lengthOf(id) / lengthOf(0)).toBeCloseTo(1, 0);
    const dot = (a: number, b: number) =>
      weights
        .get(EMBEDDING)
        .data.slice(a * 512, (a + 1) * 512)
        .reduce((sum, value, i) => sum + value * weights.get(EMBEDDING).data[b * 512 + i]!, 0);
    const [first, second] = plan.rows;
    expect(Math.abs(dot(first!.id, second!.id)) / (lengthOf(first!.id) * lengthOf(second!.id))).toBeLessThan(0.2);
  });

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
    const plan = planSurgery(small(300), rowSources('mean'));
    const weights = grow(plan, oldRows(300));
    writeNewRows(plan, weights, { rng: createRng(1), relativeNoise: 0 });
    // Rows 279 to 299 are nobody's; the mean is over the 263 tokens, not over 300 rows.
    expect(weights.get(EMBEDDING).data.subarray(279 * WIDTH)).toEqual(oldRows(300)(EMBEDDING)?.subarray(279 * WIDTH));
    expect(rowOf(weights, EMBEDDING, 263)[0]).toBe(131);
  });

  it('adds noise of the length asked for, the same for the same seed, other for each token', () => {
    const wide = { ...small(300), config: { ...small(300).config, hiddenSize: 512 } };
    const plan = planSurgery(wide, rowSources('mean'));
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
