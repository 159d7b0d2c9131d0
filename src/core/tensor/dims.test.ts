import fc from 'fast-check';
import { expect, it } from 'vitest';
import { bindDim, broadcastDims, multiplyDims } from './dims';

it('writes a product of axes the same way whatever the order', () => {
  const dim = fc.oneof(fc.integer({ min: 1, max: 9 }), fc.constantFrom('B', 'T', '4*B'));
  fc.assert(
    fc.property(fc.array(dim, { maxLength: 5 }), (dims) => {
      const product = multiplyDims(...dims);
      expect(multiplyDims(...dims.toReversed())).toBe(product);
      const bindings = { B: 3, T: 5 };
      expect(bindDim(product, bindings)).toBe(dims.reduce<number>((total, each) => total * bindDim(each, bindings), 1));
    }),
  );
});

it('broadcasts as NumPy does and names the place where it cannot', () => {
  expect(broadcastDims(['B', 1, 4], [3, 1], 'add')).toEqual(['B', 3, 4]);
  expect(() => broadcastDims([2], [3], 'layer 1 add')).toThrow('layer 1 add: shapes [2] and [3] do not broadcast');
});
