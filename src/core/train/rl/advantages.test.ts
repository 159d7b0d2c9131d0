import { expect, it } from 'vitest';
import { byGroup, GROUP_RULES, type GroupRuleName } from './advantages';

it.each(Object.keys(GROUP_RULES) as GroupRuleName[])('gives a single path of a question no advantage: %s', (rule) => {
  expect(byGroup([1], ['q'], rule)).toEqual([0]);
});
