import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { FIXTURES } from '@core/testing/fixtures';

/** What comparing with golden numbers found. */
export interface Finding {
  /** In the measure of the tolerance; for what must be exact, the number of things that differ. */
  readonly error: number;
  /** The largest error that passes. */
  readonly tolerance: number;
  /** What was furthest off, e.g. the name of a tensor. */
  readonly where?: string | undefined;
}

/** One thing to compare. */
export interface GoldenCase {
  readonly name: string;
  readonly measure: () => Finding | Promise<Finding>;
}

/** Everything that is compared about one model, adapter or file. */
export interface GoldenSet {
  /** Folder or file within the fixtures, e.g. `models/tiny-llama`. */
  readonly name: string;
  readonly cases: readonly GoldenCase[];
  /** What could be compared and is not there: a sentence each. */
  readonly skipped: readonly string[];
  /** Lets go of what the cases share. */
  readonly dispose?: () => Promise<void>;
}

/** A case that wants files; without them it is skipped, visibly. */
export interface Part extends GoldenCase {
  /** Below the fixtures' folder. */
  readonly needs?: readonly string[];
}

/** The set of those parts whose files are there. */
export function setOf(name: string, parts: readonly Part[], dispose?: () => Promise<void>): GoldenSet {
  const cases: GoldenCase[] = [];
  const skipped: string[] = [];
  for (const { needs = [], ...part } of parts) {
    const missing = needs.find((file) => !existsSync(join(FIXTURES, file)));
    if (missing === undefined) cases.push(part);
    else skipped.push(`${part.name}: there is no ${missing}`);
  }
  return { name, cases, skipped, ...(dispose && { dispose }) };
}

/** A set of which nothing can be compared. */
export function skippedSet(name: string, reason: string): GoldenSet {
  return { name, cases: [], skipped: [reason] };
}

/** Computes a value at the first call; cases of one set share it. */
export function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | null = null;
  return () => (made ??= { value: make() }).value;
}
