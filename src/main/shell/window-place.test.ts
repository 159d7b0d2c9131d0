import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { fitPlace, parsePlace, readPlace, writePlace } from './window-place';

const PLACE = { x: 100, y: 50, width: 1200, height: 800, isMaximized: false };
const LAPTOP = { x: 0, y: 0, width: 1440, height: 900 };

it('a window opens where it was closed', () => {
  const folder = mkdtempSync(join(tmpdir(), 'place-'));
  expect(readPlace(folder)).toBeNull();
  writePlace(folder, PLACE);
  expect(readPlace(folder)).toEqual(PLACE);
  writeFileSync(join(folder, 'window.json'), '{"x": 1');
  expect(readPlace(folder)).toBeNull();
  rmSync(folder, { recursive: true });
});

it('not on a screen that is gone', () => {
  expect(fitPlace(PLACE, [LAPTOP])).toEqual(PLACE);
  expect(fitPlace({ ...PLACE, x: 1500 }, [LAPTOP])).toBeNull();
  expect(fitPlace({ ...PLACE, x: 1500 }, [LAPTOP, { ...LAPTOP, x: 1440 }])).not.toBeNull();
  expect(fitPlace({ ...PLACE, y: -300 }, [LAPTOP])).toBeNull();
});

it('what is no place is none', () => {
  for (const value of [null, 3, {}, { ...PLACE, x: '100' }, { ...PLACE, width: null }])
    expect(parsePlace(value)).toBeNull();
});
