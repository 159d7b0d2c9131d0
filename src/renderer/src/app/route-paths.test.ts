import fc from 'fast-check';
import { expect, test } from 'vitest';
import { href, matchRoute } from './route-paths';

test('an address leads back to its page and parameters, whatever the ids contain', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), fc.string({ minLength: 1 }), (projectId, treeId) => {
      fc.pre(treeId !== 'new');
      const match = matchRoute(href('tree', { projectId, treeId }));
      expect(match?.id).toBe('tree');
      expect(match?.params).toEqual({ projectId, treeId });
    }),
  );
});

test('a fixed segment wins over a parameter', () => {
  expect(matchRoute('#/p/1/trees/new')?.id).toBe('searchNew');
  expect(matchRoute('#/p/1/trees/7')?.id).toBe('tree');
});

test('an empty fragment is the start page, an unknown one is none', () => {
  expect(matchRoute('')?.id).toBe('start');
  expect(matchRoute('#/p/1/nowhere')).toBeNull();
});

test('query entries without a value are left out', () => {
  expect(href('evaluateNew', { projectId: '1' }, { checkpoint: 'c 2', other: null })).toBe(
    '#/p/1/compare/new?checkpoint=c+2',
  );
  expect(matchRoute('#/p/1/compare/new?checkpoint=c+2')?.query.get('checkpoint')).toBe('c 2');
});
