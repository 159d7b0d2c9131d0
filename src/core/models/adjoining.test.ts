import { expect, it } from 'vitest';
import { joinedName, viewOf } from './adjoining';
import type { Parameter, ParameterStore } from './model-config';

/** Matrices [rows, columns] at places of one memory, numbered by their place in it. */
function storeOf(places: Readonly<Record<string, { at: number; dims: readonly [number, number] }>>): ParameterStore {
  const memory = Float32Array.from({ length: 64 }, (_, index) => index);
  const parameters = new Map<string, Parameter>(
    Object.entries(places).map(([name, { at, dims }]) => {
      const data = new Float32Array(memory.buffer, 4 * at, dims[0] * dims[1]);
      return [name, { name, dims, data }];
    }),
  );
  const get = (name: string) => {
    const parameter = parameters.get(name);
    if (!parameter) throw new Error(`no ${name}`);
    return parameter;
  };
  return { names: [...parameters.keys()], version: 0, get, has: (name) => parameters.has(name), markChanged: () => {} };
}

const join = (...names: string[]) => joinedName(names);

it('reads matrices behind each other as one, in the same memory', () => {
  const store = storeOf({ q: { at: 4, dims: [2, 4] }, k: { at: 12, dims: [1, 4] }, v: { at: 16, dims: [1, 4] } });
  const view = viewOf(store, join('q', 'k', 'v'));
  expect(view?.dims).toEqual([4, 4]);
  expect(view?.data).toEqual(Float32Array.from({ length: 16 }, (_, index) => 4 + index));
  expect(view?.data.buffer).toBe(store.get('q').data.buffer);
});

it('is a tensor itself under its own name', () => {
  const store = storeOf({ q: { at: 4, dims: [2, 4] } });
  expect(viewOf(store, 'q')?.data).toBe(store.get('q').data);
});

it.each([
  ['a gap', { q: { at: 0, dims: [2, 4] }, k: { at: 12, dims: [1, 4] } }],
  ['another order', { q: { at: 4, dims: [2, 4] }, k: { at: 0, dims: [1, 4] } }],
  ['another number of columns', { q: { at: 0, dims: [2, 4] }, k: { at: 8, dims: [2, 2] } }],
] as const)('refuses %s', (_, places) => {
  expect(viewOf(storeOf(places), join('q', 'k'))).toBeNull();
});
