import type { Page } from '@playwright/test';
import type { WritableDb } from '../../src/main/host/store/sql';
import type { Measurement } from '../row';

/** The built program in a Chromium of this machine, on a data folder that the case filled. */
export interface BenchWindow {
  readonly page: Page;
  /** Where the built window lies; for figures of files. */
  readonly rendererFolder: string;
  /** Goes to an address of the window, e.g. `#/p/<project>/runs`, and waits until its heading shows. */
  open(hash: string): Promise<void>;
  /**
   * Frame times while `work` runs, ms: the gaps between what the window painted, as requestAnimationFrame tells them.
   * @param label what is measured, for the log
   */
  frames(label: string, work: () => Promise<void>): Promise<readonly number[]>;
}

/** A row or a few of `npm run bench -- --ui`. A case has a host, a store and a window of its own. */
export interface UiCase {
  /** Fills the empty store before the host opens it. */
  readonly seed?: (db: WritableDb) => Promise<void> | void;
  readonly measure: (window: BenchWindow, log: (line: string) => void) => Promise<Measurement[]>;
}
