import { expect, test } from 'vitest';
import { EMBEDDING, HEAD } from '../models/decoder/parameters';
import { DECAYED } from './decay-groups';

const tensors = [EMBEDDING, `${EMBEDDING}#rows`, HEAD, 'model.layers.0.mlp.up_proj.weight', 'model.norm.weight'];
const decayed = (group: keyof typeof DECAYED) =>
  tensors.filter((name) => DECAYED[group]({ name, isMatrix: !name.includes('norm') }));

test('the groups of weight decay', () => {
  expect(decayed('all')).toEqual(tensors);
  expect(decayed('matrices')).toEqual(tensors.slice(0, -1));
  expect(decayed('linear-layers')).toEqual(['model.layers.0.mlp.up_proj.weight']);
});
