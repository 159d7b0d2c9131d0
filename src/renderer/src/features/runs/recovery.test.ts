import { expect, it } from 'vitest';
import { DETECTOR_NAMES } from '@core/train/guard/detector';
import { RlConfigSchema } from '@core/train/rl/rl-config';
import { SftConfigSchema } from '@core/train/sft-config';
import { recoverFrom } from './recovery';

it.each(DETECTOR_NAMES)('after %s proposes settings that exist and are allowed, in words', (detector) => {
  for (const schema of [RlConfigSchema, SftConfigSchema]) {
    const config = schema.parse({});
    const { changes, words } = recoverFrom(detector, config);
    expect(words.length).toBeGreaterThan(10);
    expect(schema.safeParse({ ...config, ...changes }).success).toBe(true);
    for (const [name, value] of Object.entries(changes)) {
      expect(Object.keys(config)).toContain(name);
      expect(value).not.toBe((config as Record<string, unknown>)[name]);
    }
  }
});

it('goes slower and closer after the model ran away', () => {
  const config = RlConfigSchema.parse({ learningRate: 3e-3, klCoefficient: 0 });
  expect(recoverFrom('kl-explosion', config).changes).toEqual({ learningRate: 1e-3, klCoefficient: 0.01 });
});
