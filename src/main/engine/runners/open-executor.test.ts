import { expect, it } from 'vitest';
import { STAGE_CONFIGS } from '@contracts/jobs';
import { whyProcessorAlone } from './open-executor';

type Kind = keyof typeof STAGE_CONFIGS;
const KINDS = Object.keys(STAGE_CONFIGS) as Kind[];

it.each(KINDS)('%s runs on a graphics card with the settings that nobody changed', (kind) => {
  expect(whyProcessorAlone(STAGE_CONFIGS[kind].parse({}))).toBeNull();
});

it.each<readonly [Kind, Record<string, unknown>, RegExp]>([
  ['sft', { moments: 'int8' }, /one byte/],
  ['sft', { averageDecay: 0.99 }, /average/],
  ['rl', { averageDecay: 0.99 }, /average/],
  ['search', { decodePrecision: 'int8' }, /quantised/],
  ['evaluate', { decodePrecision: 'int4' }, /quantised/],
])('%s with %o stays on the processor and says why', (kind, change, words) => {
  expect(whyProcessorAlone(STAGE_CONFIGS[kind].parse(change))).toMatch(words);
});
