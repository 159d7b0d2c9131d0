import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import type { DetectorName } from './detector';
import { NEW_GUARD, observe, type GuardState } from './guard';
import { KEPT_FIRST, KEPT_LAST, withRow, EMPTY_HISTORY, type GuardRow } from './history';
import { DETECTORS } from './registry';

const rows = (count: number, values: (step: number) => Record<string, number>): GuardRow[] =>
  Array.from({ length: count }, (_, i) => ({ step: i + 1, values: values(i + 1) }));

function detectorsThatSpeak(kind: 'sft' | 'rl', all: readonly GuardRow[]): [DetectorName, number][] {
  let state: GuardState = NEW_GUARD;
  return all.flatMap((row) => {
    const seen = observe(kind, state, row);
    state = seen.state;
    return seen.alarms.map(({ detector, step }): [DetectorName, number] => [detector, step]);
  });
}

const sound = { kl: 0.05, settledShare: 0.3, accuracy: 0.5, length: 120, steps: 6, truncatedShare: 0 };

describe('a guard', () => {
  it('says the same thing once while it lasts, and again when it comes back later', () => {
    const exploding = (step: number) => (step >= 10 && step < 20) || step >= 40;
    const said = detectorsThatSpeak(
      'rl',
      rows(60, (step) => ({ ...sound, kl: exploding(step) ? 2 : 0.05 })),
    );
    // Two of the last three are needed: steps 11 and 41.
    expect(said).toEqual([
      ['kl-explosion', 11],
      ['kl-explosion', 41],
    ]);
  });

  it('finds a figure that is no number, names it, and keeps nothing of it', () => {
    const { alarms, state } = observe('sft', NEW_GUARD, { step: 7, values: { loss: Number.NaN, gradNorm: 1 } });
    expect(alarms).toEqual([
      {
        detector: 'not-finite',
        step: 7,
        figures: [{ metric: 'loss', before: null, now: Number.NaN }],
        words: 'Not a finite number any more: loss.',
      },
    ]);
    expect(JSON.parse(JSON.stringify(state))).toEqual(state);
  });

  it('goes on where it was after a resume from an earlier step', () => {
    const all = rows(30, (step) => ({ ...sound, kl: step >= 12 ? 3 : 0.05 }));
    let state: GuardState = NEW_GUARD;
    let saved = state;
    for (const row of all.slice(0, 14)) {
      state = observe('rl', state, row).state;
      if (row.step === 10) saved = state;
    }
    const again = all.slice(10, 14).flatMap((row) => {
      const seen = observe('rl', saved, row);
      saved = seen.state;
      return seen.alarms.map(({ step }) => step);
    });
    expect(again).toEqual([13]);
    expect(saved).toEqual(state);
  });
});

describe('what is remembered', () => {
  it('is bounded, ascending, and holds the beginning and the end', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 200 }), { maxLength: 120 }), (steps) => {
        const history = steps.reduce((now, step) => withRow(now, { step, values: { x: step } }), EMPTY_HISTORY);
        const kept = [...history.first, ...history.last].map(({ step }) => step);
        expect(kept).toEqual([...new Set(kept)].sort((a, b) => a - b));
        expect(history.first.length).toBeLessThanOrEqual(KEPT_FIRST);
        expect(history.last.length).toBeLessThanOrEqual(KEPT_LAST);
        if (steps.length > 0) expect(kept.at(-1)).toBe(steps.at(-1));
      }),
    );
  });
});

/** One made-up run for each way of going wrong: the least that it takes, derived from the thresholds. */
const CASES: readonly [DetectorName, 'sft' | 'rl', (step: number) => Record<string, number>][] = [
  ['loss-explosion', 'sft', (step) => ({ loss: step < 10 ? 2 / step : 5 })],
  ['kl-explosion', 'rl', (step) => ({ ...sound, kl: step < 10 ? 0.1 : 0.6 })],
  ['no-signal', 'rl', () => ({ ...sound, settledShare: 0.85 })],
  ['length-collapse', 'rl', (step) => ({ ...sound, length: step < 10 ? 120 : 60, accuracy: step < 10 ? 0.5 : 0.1 })],
  ['runaway-length', 'rl', (step) => ({ ...sound, truncatedShare: step < 10 ? 0.05 : 0.6 })],
  [
    'verbosity',
    'rl',
    (step) => ({ ...sound, steps: step < 10 ? 6 : 12, 'reward.process': step < 10 ? 2 : 5, 'reward.answer': 0.5 }),
  ],
  [
    'token-collapse',
    'rl',
    (step) => ({
      ...sound,
      'use.next_step': 4,
      'use.verify': step < 10 ? 2 : 0,
      'use.refine': step < 10 ? 1 : 0,
      'use.output': 1,
      'use.analysis': 1,
      'use.clarify': 0,
      'use.subquestion': 0,
      'use.direct_answer': 0,
      tokenEntropy: step < 10 ? 0.7 : 0.4,
    }),
  ],
  // Of 100 questions: three standard errors at 60 % and 35 % pooled are 0.21.
  ['accuracy-drop', 'rl', (step) => ({ heldOutQuestions: 100, heldOutAccuracy: step < 10 ? 0.6 : 0.35 })],
];

test.each(CASES)('%s is seen, and only after it began', (name, kind, values) => {
  const said = detectorsThatSpeak(kind, rows(24, values));
  expect(said.map(([detector]) => detector)).toEqual([name]);
  if (name !== 'no-signal') expect(said[0]![1]).toBeGreaterThanOrEqual(10);
});

test('nothing is said of a run whose figures only scatter', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1e6 }), (seed) => {
      const noise = (step: number, at: number) => ((Math.sin(seed + 97 * step + 13 * at) + 1) / 2) * 0.2 - 0.1;
      const said = detectorsThatSpeak(
        'rl',
        rows(60, (step) => ({
          ...sound,
          accuracy: 0.5 + noise(step, 1),
          length: 120 * (1 + noise(step, 2)),
          steps: 6 * (1 + noise(step, 3)),
          kl: 0.1 * (1 + noise(step, 4)),
          'reward.process': noise(step, 5),
          'reward.answer': 0.5,
        })),
      );
      expect(said).toEqual([]);
    }),
  );
});

test('every detector is in the table under its own name', () => {
  for (const [name, detector] of Object.entries(DETECTORS)) expect(detector.name).toBe(name);
});
