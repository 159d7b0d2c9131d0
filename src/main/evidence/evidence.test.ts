import { describe, expect, test } from 'vitest';
import type { EvaluationItem } from '@contracts/evaluations';
import { CheckpointId, QuestionSetId } from '@contracts/ids';
import { wilsonInterval } from '@core/eval/wilson';
import { createRng } from '@core/random/rng';
import { RlConfigSchema } from '@core/train/rl/rl-config';
import { parseEvidenceArguments } from './arguments';
import { keyOf } from './lab';
import { countMending, isCalculationRight } from './mending';
import { writeDocument } from './report/document';
import { reading } from './report/tables';
import { comparePairs, pooled } from './statistics';
import { REAL_STUDIES, STUDIES, TRANSFER_STUDIES } from './studies';
import type { AnswerResult, RungOutcome, SeedResult } from './study';

const checkpointId = CheckpointId.parse('checkpoint_1');
const questionSetId = QuestionSetId.parse('set_1');

describe('the same work has the same key', () => {
  const spec = { kind: 'rl' as const, checkpointId, questionSetId };
  test('whatever the order of the settings and whichever defaults were written out', () => {
    const key = keyOf({ ...spec, config: { iterations: 7, seed: 2 } });
    expect(keyOf({ ...spec, config: { seed: 2, iterations: 7 } })).toBe(key);
    expect(keyOf({ ...spec, config: RlConfigSchema.parse({ iterations: 7, seed: 2 }) })).toBe(key);
  });
  test('and other work another one', () => {
    const keys = [
      keyOf({ ...spec, config: {} }),
      keyOf({ ...spec, config: { seed: 2 } }),
      keyOf({ ...spec, checkpointId: CheckpointId.parse('checkpoint_2'), config: {} }),
      keyOf({ kind: 'evaluate', checkpointId, questionSetId, config: {} }),
    ];
    expect(new Set(keys).size).toBe(keys.length);
  });
});

test.each([
  ['collects 66 more : 37 + 66 = 103 .', true],
  ['3 7 + 6 6', null],
  ['37 + 66 = 93 .', false],
  ['8 * 7 = 56 , then 56 / 7 = 9 .', false],
  ['The answer is 12 .', null],
])('%s', (text, expected) => expect(isCalculationRight(text)).toBe(expected));

test('a wrong step that is checked and corrected is mended, a right one can be spoiled', () => {
  const step = (token: string, text: string) => `<${token}>\n${text}\n</${token}>\n`;
  const response = [
    step('next_step', '3 + 4 = 8 .'),
    step('verify', 'That is wrong .'),
    step('refine', '3 + 4 = 7 .'),
    step('next_step', '7 * 2 = 14 .'),
    step('verify', 'That is wrong .'),
    step('refine', '7 * 2 = 15 .'),
    step('output', 'The answer is 15 .'),
  ].join('');
  expect(countMending([{ response }, { response: step('output', '1') }])).toEqual({
    answers: 2,
    withCheck: 1,
    withRefine: 1,
    steps: 4,
    wrongSteps: 2,
    wrongChecked: 1,
    wrongRefined: 1,
    mended: 1,
    rightChecked: 1,
    rightRefined: 1,
    spoiled: 1,
  });
});

function answer(right: readonly number[], count = 20): AnswerResult {
  const items = Array.from({ length: count }, (_, i): EvaluationItem => ({
    questionId: `q${i}`,
    prompt: '',
    referenceAnswer: '',
    response: '',
    answer: null,
    isRight: right.includes(i),
    why: '',
    tokens: 1,
  }));
  const value = right.length / count;
  return {
    items,
    evaluation: { accuracy: { value, low: 0, high: 1, count }, tokensPerAnswer: 10 },
    run: { result: {} },
    metrics: [],
  } as unknown as AnswerResult;
}

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

test('seeds are pooled, and pairs counted question by question', () => {
  expect(pooled([answer(range(0, 10)), answer(range(0, 20))])).toMatchObject({ value: 0.75, count: 40 });
  const result = comparePairs([
    [answer(range(0, 5)), answer(range(0, 15))],
    [answer(range(0, 5)), answer(range(2, 8))],
  ])!;
  // Questions 5 to 14 gain in one seed or both, 0 and 1 lose in the second.
  expect(result).toMatchObject({ seeds: 2, won: 10, lost: 2, up: 1, down: 0 });
  expect(result.difference).toBeCloseTo((0.5 + 0.05) / 2, 12);
  expect(result.pValue).toBeCloseTo(79 / 2048, 12);
  expect(comparePairs([])).toBeNull();
});

describe('more seeds', () => {
  const one = pooled([answer(range(0, 12))]);
  test('that answer alike make nothing surer', () => {
    const same = pooled(Array.from({ length: 5 }, () => answer(range(0, 12))));
    expect(same.count).toBe(100);
    expect(same.low).toBeCloseTo(one.low, 12);
    expect(same.high).toBeCloseTo(one.high, 12);
    expect(one).toEqual(wilsonInterval(12, 20));
    const pair = [answer(range(0, 5)), answer(range(0, 12))] as const;
    expect(comparePairs(Array.from({ length: 5 }, () => pair))?.pValue).toBe(comparePairs([pair])?.pValue);
  });
  test('that answer differently make it surer, but not beyond their number', () => {
    const rng = createRng('pooled');
    const seeds = Array.from({ length: 5 }, () => answer(range(0, 20).filter(() => rng.next() < 0.6)));
    const many = pooled(seeds);
    const independent = wilsonInterval(many.value * many.count, many.count);
    expect(many.high - many.low).toBeLessThan(0.75 * (one.high - one.low));
    expect(many.high - many.low).toBeGreaterThanOrEqual(independent.high - independent.low - 1e-12);
  });
  test('all right, or none', () => {
    expect(pooled([answer([]), answer([])])).toMatchObject({ value: 0, low: 0, count: 40 });
    expect(pooled([answer(range(0, 20)), answer(range(0, 20))])).toMatchObject({ value: 1, high: 1, count: 40 });
    expect(pooled([])).toMatchObject({ count: 0, low: 0, high: 1 });
  });
});

describe('a reading says no more than its numbers', () => {
  const base = { seeds: 3, difference: 0.1, lowest: 0.05, highest: 0.2, won: 40, lost: 10, up: 2, down: 0 };
  test.each([
    [{ ...base, pValue: 0.2 }, 'no effect shown'],
    [{ ...base, pValue: 0.001 }, 'better on every seed; 2 of 3 show it by themselves'],
    [{ ...base, pValue: 0.001, lowest: -0.01 }, 'better on the whole; seeds disagree'],
    [
      { ...base, pValue: 0.001, difference: -0.1, lowest: -0.2, highest: -0.01, down: 3 },
      'worse on every seed; 3 of 3 show it by themselves',
    ],
    [{ ...base, pValue: 0.001, seeds: 1 }, 'better, on one seed'],
  ])('%o', (result, words) => expect(reading(result)).toBe(words));
});

describe('the document', () => {
  const facts = { seeds: [1, 2], isQuick: false, versions: { program: '0.1.0' }, plotFolder: 'evidence' };
  const missing: SeedResult = { seed: 1, bestPrompt: null, rungs: new Map() };

  test('of nothing says so everywhere', () => {
    const { markdown } = writeDocument(
      STUDIES.map((study) => ({ study, seeds: [missing] })),
      facts,
    );
    expect(markdown.match(/Not run yet\./g)).toHaveLength(STUDIES.length);
    expect(markdown).not.toMatch(/NaN|undefined|Infinity/);
  });

  test('holds what was measured, names what failed, and is the same for the same results', () => {
    const study = STUDIES[0]!;
    const made = (right: number): RungOutcome => ({
      kind: 'made',
      result: {
        state: { checkpointId, searchRunId: null, datasetId: null, judgeId: null, runs: [] },
        answers: new Map([['test', answer(range(0, right))]]),
        metrics: [],
      },
    });
    const failed = {
      kind: 'failed',
      run: { status: 'failed', error: { message: 'The loss is not finite.' } },
    } as never;
    const seeds: SeedResult[] = [1, 2].map((seed) => ({
      seed,
      bestPrompt: 'Next :',
      rungs: new Map<string, RungOutcome>([
        ['base', made(5 + seed)],
        ['rl-tree', made(15)],
        ['rl-base', failed],
      ]),
    }));
    const document = writeDocument([{ study, seeds }], facts);
    expect(document.markdown).toContain('| base, best plain prompt | 32.5 % (');
    expect(document.markdown).toContain('seed 2: The loss is not finite.');
    expect(document.markdown).toContain('+42.5 points');
    expect(document.markdown).toContain('| 1 | 30.0 % | +45.0 points, 9 : 0, p 0.0039 |');
    // Nothing was judged, so nothing stands under that heading.
    expect(document.markdown).not.toContain('Process reward models, on questions');
    // Asked nothing but the test questions, a rung is still open.
    expect(document.markdown).toContain(
      'Still open: base, best plain prompt (every seed); SFT on answers only (every seed)',
    );
    expect([...document.plots.keys()]).toEqual(['ladder-0.svg']);
    expect(document.plots.get('ladder-0.svg')).toMatch(/^<svg[^]*<\/svg>\n$/);
    expect(writeDocument([{ study, seeds }], facts)).toEqual(document);
  });
});

test('studies name rungs and answers that exist', () => {
  for (const study of [...STUDIES, ...TRANSFER_STUDIES, ...REAL_STUDIES]) {
    const ids = study.rungs.map(({ id }) => id);
    expect(new Set(ids).size, study.id).toBe(ids.length);
    for (const rung of study.rungs) if (rung.from !== null) expect(ids, rung.id).toContain(rung.from);
    for (const place of study.comparisons.flatMap(({ first, second }) => [first, second])) {
      const answers = study.rungs.find(({ id }) => id === place.rung)?.answers.map(({ id }) => id);
      expect(answers, `${study.id} ${place.rung}`).toContain(place.answer);
    }
  }
});

test.each([
  [['--seeds', '1,1'], /different/],
  [['--seeds', '1.5'], /different whole numbers/],
  [['--only', 'magic'], /no study "magic"/],
  [['--hours', '0'], /number of hours/],
  [['--threads', '0.5'], /number of threads/],
  [['--rungs', 'base,magic'], /no rung "magic"/],
  [['--only', 'ladder', '--rungs', 'c-8'], /no rung "c-8"/],
  [['--sedes', '1'], /sedes/],
])('arguments %j are refused', (args, message) => {
  expect(() => parseEvidenceArguments(args, STUDIES)).toThrow(message);
});
