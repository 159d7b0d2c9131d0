import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import type { DetectorName } from './detector';
import { GuardState, NEW_GUARD, observe, type Alarm } from './guard';

/** Trainings of the embedded model as they went; each file says by which command. */
const FOLDER = join(import.meta.dirname, 'recordings');
const Recording = z.object({
  name: z.string(),
  kind: z.enum(['sft', 'rl']),
  command: z.string(),
  seed: z.number().int(),
  failure: z.string().nullable(),
  rows: z.array(z.object({ step: z.number(), values: z.record(z.string(), z.number()) })),
});
const RECORDINGS = readdirSync(FOLDER).map((file) =>
  Recording.parse(JSON.parse(readFileSync(join(FOLDER, file), 'utf8'))),
);

/** What must be said of each recording, with the step at which it is said first; nothing else may be said. */
const EXPECTED: Readonly<Record<string, Partial<Record<DetectorName, number>>>> = {
  'sound-shaped': {},
  'sound-gentle': {},
  'sound-grpo': {},
  'sound-sft': {},
  'rate-times-ten': {
    'kl-explosion': 4,
    'accuracy-drop': 4,
    'runaway-length': 7,
    'length-collapse': 15,
    'no-signal': 14,
    'token-collapse': 16,
  },
  'paid-for-length': { 'accuracy-drop': 4, 'runaway-length': 9, verbosity: 15 },
  'punished-for-length': { 'accuracy-drop': 8, 'length-collapse': 8, 'no-signal': 15 },
  'all-alike': { 'no-signal': 5 },
  'sft-rate-times-hundred': { 'loss-explosion': 4 },
};

/** The rows as a runner hands them over: accuracy on held-out questions comes after the rest of its step. */
function replay({ kind, rows }: z.infer<typeof Recording>): Alarm[] {
  let state: GuardState = NEW_GUARD;
  const said: Alarm[] = [];
  for (const { step, values } of rows) {
    const measured = Object.entries(values).filter(
      ([name]) => name.startsWith('heldOut') || name.startsWith('validation'),
    );
    const others = Object.entries(values).filter((entry) => !measured.some(([name]) => name === entry[0]));
    for (const part of [others, measured]) {
      if (part.length === 0) continue;
      const seen = observe(kind, state, { step, values: Object.fromEntries(part) });
      // What is kept between steps is plain JSON, as it comes back after a kill.
      state = GuardState.parse(JSON.parse(JSON.stringify(seen.state)));
      said.push(...seen.alarms);
    }
  }
  return said;
}

test('every recording is expected, and every expectation has its recording', () => {
  expect(RECORDINGS.map(({ name }) => name).sort()).toEqual(Object.keys(EXPECTED).sort());
});

test.each(RECORDINGS.map((recording) => [recording.name, recording] as const))('%s', (name, recording) => {
  const said = replay(recording);
  const first = new Map<DetectorName, number>();
  for (const { detector, step } of said) if (!first.has(detector)) first.set(detector, step);
  expect(Object.fromEntries(first), said.map(({ words }) => words).join('\n')).toEqual(EXPECTED[name]);
  for (const { words, figures } of said) {
    expect(words).toMatch(/^[A-Z0-9a-z].*\.$/);
    expect(figures.length).toBeGreaterThan(0);
  }
});
