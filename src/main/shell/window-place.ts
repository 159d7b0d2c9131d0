import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where a window stood, in the screen's own points. */
export interface WindowPlace {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly isMaximized: boolean;
}

interface Area {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const FILE = 'window.json';
/** So much of a window must lie on a screen for it to be found: the width of its buttons, the height of its title. */
const REACHABLE = { width: 120, height: 40 };

/** Where the window stood when it was last closed; null where nothing usable was kept. */
export function readPlace(folder: string): WindowPlace | null {
  try {
    return parsePlace(JSON.parse(readFileSync(join(folder, FILE), 'utf8')));
  } catch {
    // No file yet, or a damaged one: the window opens as it does the first time.
    return null;
  }
}

/** Keeps it; a disk that is full or gone must not keep a window from closing. */
export function writePlace(folder: string, place: WindowPlace): void {
  try {
    writeFileSync(join(folder, FILE), JSON.stringify(place));
  } catch (error) {
    process.stderr.write(`[workbench] the window's place was not kept: ${String(error)}\n`);
  }
}

export function parsePlace(value: unknown): WindowPlace | null {
  if (typeof value !== 'object' || value === null) return null;
  const given = value as Readonly<Record<string, unknown>>;
  const numbers = ['x', 'y', 'width', 'height'].map((name) => given[name]);
  if (!numbers.every((number) => typeof number === 'number' && Number.isFinite(number))) return null;
  const [x = 0, y = 0, width = 0, height = 0] = numbers as number[]; // checked just above
  return { x, y, width, height, isMaximized: given['isMaximized'] === true };
}

/** The place, if a person could still reach a window there: screens come and go. */
export function fitPlace(place: WindowPlace | null, screens: readonly Area[]): WindowPlace | null {
  if (place === null) return null;
  const isReachable = screens.some((screen) => {
    const width = Math.min(place.x + place.width, screen.x + screen.width) - Math.max(place.x, screen.x);
    const isTitleOn = place.y >= screen.y && place.y + REACHABLE.height <= screen.y + screen.height;
    return width >= REACHABLE.width && isTitleOn;
  });
  return isReachable ? place : null;
}
