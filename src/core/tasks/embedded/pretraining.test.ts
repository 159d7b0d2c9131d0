import { describe, expect, it } from 'vitest';
import { createRng } from '../../random/rng';
import { readModelConfig } from '../../models/registry';
import { countUpdates, initialiseWeights, PRETRAINING, pretrainingRate, rowsOfUpdate } from './pretraining';
import { configJson } from './tokenizer-files';

describe.each(PRETRAINING)('pretraining phase "$name"', (phase) => {
  it('warms up, holds the rate, and falls in a line to its last share', () => {
    const updates = countUpdates(phase);
    expect(pretrainingRate(phase, 0)).toBeCloseTo(phase.learningRate / phase.warmupUpdates, 12);
    expect(pretrainingRate(phase, phase.warmupUpdates)).toBe(phase.learningRate);
    const middleOfFall = Math.round(updates * (1 - phase.decayShare / 2));
    expect(pretrainingRate(phase, middleOfFall) / phase.learningRate).toBeCloseTo((1 + phase.finalRateShare) / 2, 2);
    expect(pretrainingRate(phase, updates) / phase.learningRate).toBeCloseTo(phase.finalRateShare, 9);
  });

  it('shows update i the same rows however often the build was resumed, and other rows at other updates', () => {
    const [first, again] = [rowsOfUpdate(createRng(1), phase, 7), rowsOfUpdate(createRng(1), phase, 7)];
    expect(first).toEqual(again);
    expect(rowsOfUpdate(createRng(1), phase, 8)[0]?.ids).not.toEqual(first[0]?.ids);
  });
});

describe('first weights', () => {
  it('have the spread of their fan-in, norms of one, and are under 16 MB', () => {
    const config = readModelConfig(JSON.parse(configJson()));
    const tensors: { name: string; fanIn: number; data: Float32Array }[] = [];
    initialiseWeights(createRng(1), config, (name, dims) => {
      const data = new Float32Array(dims.reduce((a, b) => a * b, 1));
      tensors.push({ name, fanIn: dims[1] ?? 1, data });
      return data;
    });
    for (const { name, fanIn, data } of tensors) {
      const deviation = Math.sqrt(data.reduce((sum, value) => sum + value * value, 0) / data.length);
      const expected = name.includes('norm') ? 1 : name.includes('embed') ? 0.02 : 0.5 / Math.sqrt(fanIn);
      expect(deviation / expected).toBeCloseTo(1, 1);
    }
    const count = tensors.reduce((sum, { data }) => sum + data.length, 0);
    expect(count * Float32Array.BYTES_PER_ELEMENT).toBeLessThan(16 * 2 ** 20);
  });
});
