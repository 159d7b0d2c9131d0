import { afterAll, describe, expect, it } from 'vitest';
import { hasFixtures } from '@core/testing/fixtures';
import { listFamily, type GoldenFamily } from '../families';
import { skippedSet } from '../golden-set';

/** The cases of a family as tests; visible skips without the fixtures. The same table as `npm run test:fixtures` runs. */
export function describeGolden(family: GoldenFamily): void {
  const sets = hasFixtures ? listFamily(family) : [skippedSet(family, 'there are no fixtures')];
  describe.each(sets)('the golden numbers of $name', ({ cases, skipped, dispose }) => {
    afterAll(async () => dispose?.());

    it.each(cases)('$name', async ({ measure }) => {
      const { error, tolerance, where } = await measure();
      expect(error, where).toBeLessThanOrEqual(tolerance);
    });

    it.skipIf(true).each(skipped.map((reason) => ({ reason })))('$reason', () => undefined);
  });
}
