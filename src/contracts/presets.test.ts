import { describe, expect, test } from 'vitest';
import { STAGE_CONFIGS, STAGE_PRESETS } from './jobs';
import { MODEL_SIZES, modelSizeOf, PRESET_NAMES, startingSettings, type StagePresets } from '@core/presets';

const STAGES = Object.keys(STAGE_CONFIGS) as (keyof typeof STAGE_CONFIGS)[];

describe.each(STAGES)('presets of %s', (stage) => {
  const presets = STAGE_PRESETS[stage] as StagePresets<Record<string, unknown>>;
  const schema = STAGE_CONFIGS[stage];
  const defaults: Record<string, unknown> = schema.parse({});

  test('name settings of the stage alone', () => {
    const known = new Set(Object.keys(schema.shape));
    const named = [...Object.values(presets.bySize), ...Object.values(presets.presets)].flatMap(Object.keys);
    expect(named.filter((name) => !known.has(name))).toEqual([]);
  });

  test.each(MODEL_SIZES.flatMap((size) => PRESET_NAMES.map((name) => [size, name] as const)))(
    '%s, %s: can be run as they are',
    (size, name) => {
      expect(schema.safeParse(startingSettings(presets, defaults, size, name)).error).toBeUndefined();
    },
  );
});

test('a preset lies over what fits the model', () => {
  const table: StagePresets<{ a: number; b: number; c: number }> = {
    bySize: { tiny: { a: 2, b: 2 }, small: {}, large: {} },
    presets: { quick: { b: 3 } },
  };
  const defaults = { a: 1, b: 1, c: 1 };
  expect(startingSettings(table, defaults, 'tiny', 'quick')).toEqual({ a: 2, b: 3, c: 1 });
  expect(startingSettings(table, defaults, 'tiny', 'balanced')).toEqual({ a: 2, b: 2, c: 1 });
  expect(startingSettings(table, defaults, null, 'thorough')).toEqual(defaults);
});

test('sizes follow the number of weights', () => {
  expect([2e6, 135e6, 7e9].map(modelSizeOf)).toEqual(['tiny', 'small', 'large']);
});
