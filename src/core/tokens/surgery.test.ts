import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readSafetensors } from '../formats/safetensors';
import { listParameters } from '../models/decoder/parameters';
import type { ModelConfig, Parameter } from '../models/model-config';
import { readModelConfig } from '../models/registry';
import { createRng } from '../random/rng';
import { loadTokenizer } from '../tokenizer/load-tokenizer';
import type { Tokenizer } from '../tokenizer/tokenizer';
import { FUNCTIONAL_SURFACES } from './functional-tokens';
import { planSurgery, startingTextBy, writeNewRows, type SurgeryPlan } from './surgery';

const FIXTURES = process.env['WORKBENCH_FIXTURES'] ?? '../shared/fixtures';
const NAMES = ['tiny-llama', 'tiny-llama-rope3', 'tiny-qwen2'];

interface Golden {
  readonly old_tokenizer_length: number;
  readonly new_tokenizer_length: number;
  readonly old_rows: number;
  readonly new_rows: number;
  readonly rows_if_padded_to_64: number;
  readonly tokens: readonly {
    readonly open: string;
    readonly close: string;
    readonly description: string;
    readonly open_id: number;
  }[];
  readonly spelling_ids: Readonly<Record<string, readonly number[]>>;
}

const readJson = <T>(path: string): T => JSON.parse(readFileSync(join(FIXTURES, path), 'utf8')) as T;
const readTensors = (path: string) => readSafetensors(new Uint8Array(readFileSync(join(FIXTURES, path))), path);

function loadModel(name: string): { tokenizer: Tokenizer; config: ModelConfig } {
  const text = (file: string) => readFileSync(join(FIXTURES, 'models', name, file), 'utf8');
  const config = readModelConfig(JSON.parse(text('config.json')));
  const optional = existsSync(join(FIXTURES, 'models', name, 'generation_config.json'))
    ? { 'generation_config.json': text('generation_config.json') }
    : {};
  return {
    config,
    tokenizer: loadTokenizer({
      'tokenizer.json': text('tokenizer.json'),
      'tokenizer_config.json': text('tokenizer_config.json'),
      ...optional,
    }),
  };
}

/** Weights of the grown model with the old ones in place. */
function grow(name: string, plan: SurgeryPlan): Map<string, Parameter> {
  const old = readTensors(`models/${name}/model.safetensors`);
  return new Map(
    listParameters(plan.config).map(({ name: key, dims }) => {
      const data = new Float32Array(dims.reduce((a, b) => a * b, 1));
      data.set(old.get(key)?.data ?? []);
      return [key, { name: key, dims, data }];
    }),
  );
}
const storeOf = (weights: ReadonlyMap<string, Parameter>) => ({
  get(name: string): Parameter {
    const found = weights.get(name);
    if (!found) throw new Error(name);
    return found;
  },
});

describe('planSurgery and writeNewRows', () => {
  it.each(NAMES)('%s: the folder that transformers saved, from the descriptions', (name) => {
    const golden = readJson<Golden>(`surgery/${name}/expected/surgery.json`);
    const surfaces = golden.tokens.flatMap(({ open, close }) => [open, close]);
    const describeSurface = (surface: string) =>
      golden.tokens.find(({ open, close }) => surface === open || surface === close)?.description ?? null;
    const plan = planSurgery(loadModel(name), describeSurface, { surfaces });
    expect(plan.tokenizer.size).toBe(golden.new_tokenizer_length);
    expect([plan.oldTokens, plan.oldRows, plan.config.vocabSize]).toEqual([
      golden.old_tokenizer_length,
      golden.old_rows,
      golden.new_rows,
    ]);
    expect(plan.rows.map(({ id }) => id)).toEqual(surfaces.map((_, i) => golden.old_tokenizer_length + i));
    const weights = grow(name, plan);
    writeNewRows(plan, storeOf(weights), { rng: createRng(1), relativeNoise: 0 });
    for (const [key, { dims, data }] of readTensors(`surgery/${name}/model.safetensors`)) {
      const mine = weights.get(key);
      expect([key, mine?.dims]).toEqual([key, dims]);
      const worst = data.reduce((most, value, i) => Math.max(most, Math.abs(value - (mine?.data[i] ?? Number.NaN))), 0);
      expect([key, worst < 1e-6]).toEqual([key, true]);
    }
  });

  it.each(NAMES)('%s: the mean of all tokens, unused rows left out', (name) => {
    const golden = readJson<Golden>(`surgery/${name}/expected/surgery.json`);
    const plan = planSurgery(loadModel(name), startingTextBy('mean'));
    const weights = grow(name, plan);
    writeNewRows(plan, storeOf(weights), { rng: createRng(1), relativeNoise: 0 });
    const rows = readTensors(`surgery/${name}/expected/rows.safetensors`);
    const ends = [...rows.keys()].filter((key) => key.startsWith('mean/'));
    expect(ends).toHaveLength(plan.config.tieWordEmbeddings ? 1 : 2);
    for (const key of ends) {
      const want = rows.get(key)?.data ?? new Float32Array();
      const got = weights
        .get(key.slice('mean/'.length))
        ?.data.subarray(golden.old_tokenizer_length * 64, golden.new_tokenizer_length * 64);
      expect(
        want.reduce((most, value, i) => Math.max(most, Math.abs(value - (got?.[i] ?? Number.NaN))), 0),
      ).toBeLessThan(1e-6);
    }
  });

  it.each(NAMES)('%s: pads only when it must grow, and pads with the mean', (name) => {
    const golden = readJson<Golden>(`surgery/${name}/expected/surgery.json`);
    const plan = planSurgery(loadModel(name), startingTextBy('spelling'), { padToMultiple: 64 });
    const grows = golden.new_rows > golden.old_rows;
    expect(plan.config.vocabSize).toBe(grows ? golden.rows_if_padded_to_64 : golden.old_rows);
    for (const { surface, sourceIds } of plan.rows)
      expect([surface, sourceIds]).toEqual([surface, golden.spelling_ids[surface]]);
    if (plan.config.vocabSize === plan.tokenizer.size || !grows) return;
    const weights = grow(name, plan);
    writeNewRows(plan, storeOf(weights), { rng: createRng(1), relativeNoise: 0 });
    const mean =
      readTensors(`surgery/${name}/expected/rows.safetensors`)
        .get('mean/model.embed_tokens.weight')
        ?.data.subarray(0, 64) ?? new Float32Array();
    const last =
      weights.get('model.embed_tokens.weight')?.data.subarray((plan.config.vocabSize - 1) * 64) ?? new Float32Array();
    expect(mean.reduce((most, value, i) => Math.max(most, Math.abs(value - (last[i] ?? Number.NaN))), 0)).toBeLessThan(
      1e-6,
    );
  });

  it('adds noise of the length asked for, the same for the same seed', () => {
    const plan = planSurgery(loadModel('tiny-qwen2'), startingTextBy('spelling'));
    const rowsWith = (seed: number, relativeNoise: number) => {
      const weights = grow('tiny-qwen2', plan);
      writeNewRows(plan, storeOf(weights), { rng: createRng(seed), relativeNoise });
      return plan.rows.map(
        ({ id }) => weights.get('model.embed_tokens.weight')?.data.slice(id * 64, (id + 1) * 64) ?? new Float32Array(),
      );
    };
    const length = (values: Float32Array) => Math.hypot(...values);
    const [bare, noisy] = [rowsWith(1, 0), rowsWith(1, 0.05)];
    expect(rowsWith(1, 0.05)).toEqual(noisy);
    expect(rowsWith(2, 0.05)).not.toEqual(noisy);
    // 64 normal numbers: the length of the noise is within a third of its expectation (4 standard deviations).
    for (const [i, row] of noisy.entries()) {
      const start = bare[i] ?? new Float32Array();
      const ratio = length(row.map((value, j) => value - (start[j] ?? 0))) / length(start);
      expect(ratio).toBeGreaterThan(0.05 * 0.66);
      expect(ratio).toBeLessThan(0.05 * 1.35);
    }
  });

  it('does nothing to a vocabulary that has the tokens', () => {
    const model = loadModel('tiny-qwen2');
    const once = planSurgery(model, startingTextBy('spelling'));
    const twice = planSurgery({ tokenizer: once.tokenizer, config: once.config }, startingTextBy('spelling'));
    expect(twice.rows).toEqual([]);
    expect(twice.config).toEqual(once.config);
    expect(once.rows.map(({ surface }) => surface)).toEqual(FUNCTIONAL_SURFACES);
  });

  it('begins close tokens as the end of a line and open ones as their cue', () => {
    const text = startingTextBy('cue', { verify: 'Check :' });
    expect([text('<verify>'), text('</verify>')]).toEqual(['Check :', '\n']);
  });
});
