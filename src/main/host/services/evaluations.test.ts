import { afterEach, beforeEach, expect, it } from 'vitest';
import { EvaluationId } from '@contracts/ids';
import { JobSpec } from '@contracts/jobs';
import { makeTestFolder, TestHost } from '../testing/test-host';

let folder: ReturnType<typeof makeTestFolder>;
let host: TestHost;
beforeEach(() => {
  folder = makeTestFolder();
  host = new TestHost(folder.path);
});
afterEach(async () => {
  await host.host.close(0);
  folder.remove();
});

type Made = ReturnType<TestHost['makeProject']>;

/** An evaluation whose n-th question is right where `verdicts[n]` says so; numbered from `first`. */
async function evaluate(made: Made, verdicts: readonly boolean[], first = 0): Promise<EvaluationId> {
  const spec = JobSpec.parse({
    kind: 'evaluate',
    checkpointId: made.checkpointId,
    questionSetId: made.questionSetId,
    config: {},
  });
  const run = await host.client.runs.start({ projectId: made.projectId, spec });
  const engine = await host.engine();
  const right = verdicts.filter(Boolean).length;
  engine.commit(
    verdicts.map((isRight, i) => ({
      type: 'evaluationItem' as const,
      item: {
        questionId: `q${first + i}`,
        prompt: 'p',
        referenceAnswer: '1',
        response: 'r',
        answer: '1',
        isRight,
        why: 'equal as numbers',
        tokens: 3,
      },
    })),
  );
  const proportion = { value: right / verdicts.length, low: 0, high: 1, count: verdicts.length };
  engine.commit([
    {
      type: 'evaluation',
      mode: 'greedy',
      plainPrompt: '',
      accuracy: proportion,
      coverage: null,
      vote: null,
      budget: 1,
      tokensPerAnswer: 3,
      seconds: 1,
    },
  ]);
  engine.finish();
  await host.services.jobs.whenIdle();
  return EvaluationId.parse((await host.client.runs.get({ id: run.id })).outputs.evaluationId);
}

it('compares two evaluations question by question', async () => {
  const made = host.makeProject();
  // Of 20 questions: 4 right in both, 10 won, 1 lost, 5 wrong in both.
  const before = await evaluate(
    made,
    Array.from({ length: 20 }, (_, i) => i < 5),
  );
  const after = await evaluate(
    made,
    Array.from({ length: 20 }, (_, i) => i > 0 && i < 15),
  );
  const comparison = await host.client.evaluations.compare({ first: before, second: after });
  expect(comparison).toMatchObject({ sharedQuestions: 20, won: 10, lost: 1 });
  expect(comparison.difference.value).toBeCloseTo(9 / 20, 12);
  // Exact McNemar: 2 · (C(11,0) + C(11,1)) / 2^11 = 24 / 2048.
  expect(comparison.pValue).toBeCloseTo(24 / 2048, 12);
  expect(comparison.flips).toHaveLength(11);
  expect(comparison.flips[0]).toMatchObject({ questionId: 'q0', first: { isRight: true }, second: { isRight: false } });
  expect(comparison.difference.low).toBeGreaterThan(0);
});

it('compares on the questions they share alone, and says when there are none', async () => {
  const made = host.makeProject();
  const [first, shifted, apart] = [
    await evaluate(made, [true, true, false]),
    await evaluate(made, [true, true, true], 2),
    await evaluate(made, [true], 50),
  ];
  expect(await host.client.evaluations.compare({ first, second: shifted })).toMatchObject({
    sharedQuestions: 1,
    won: 1,
    lost: 0,
  });
  await expect(host.client.evaluations.compare({ first, second: apart })).rejects.toMatchObject({
    data: { facts: { code: 'nothing-shared' } },
  });
});

it('pages answers, right and wrong', async () => {
  const made = host.makeProject();
  const id = await evaluate(made, [true, false, true]);
  const page = async (filter: 'all' | 'right' | 'wrong') => {
    const { total, items } = await host.client.evaluations.items({ id, filter, offset: 0, limit: 2 });
    return [total, items.map((item) => item.questionId)];
  };
  expect([await page('all'), await page('right'), await page('wrong')]).toEqual([
    [3, ['q0', 'q1']],
    [2, ['q0', 'q2']],
    [1, ['q1']],
  ]);
  const [listed] = await host.client.evaluations.list({ projectId: made.projectId });
  expect(listed).toMatchObject({ id, checkpointName: 'base', questionSetName: 'three' });
});

/** Answers of one evaluation: text and verdict for each question. */
async function evaluateAnswers(made: Made, answers: readonly (readonly [string, boolean])[]): Promise<EvaluationId> {
  const spec = JobSpec.parse({
    kind: 'evaluate',
    checkpointId: made.checkpointId,
    questionSetId: made.questionSetId,
    config: {},
  });
  const run = await host.client.runs.start({ projectId: made.projectId, spec });
  const engine = await host.engine();
  engine.commit(
    answers.map(([answer, isRight], i) => ({
      type: 'evaluationItem' as const,
      item: {
        questionId: `q${i}`,
        prompt: 'p',
        referenceAnswer: '0.5',
        response: answer,
        answer,
        isRight,
        why: 'as the checker says',
        tokens: 3,
      },
    })),
  );
  const right = answers.filter(([, isRight]) => isRight).length;
  engine.commit([
    {
      type: 'evaluation',
      mode: 'greedy',
      plainPrompt: '',
      accuracy: { value: right / answers.length, low: 0, high: 1, count: answers.length },
      coverage: null,
      vote: null,
      budget: 1,
      tokensPerAnswer: 3,
      seconds: 1,
    },
  ]);
  engine.finish();
  await host.services.jobs.whenIdle();
  return EvaluationId.parse((await host.client.runs.get({ id: run.id })).outputs.evaluationId);
}

it('takes a correction for every evaluation that gave the answer, later ones too, and takes it back', async () => {
  const made = host.makeProject();
  const first = await evaluateAnswers(made, [
    ['a half', false],
    ['0.5', true],
  ]);
  const second = await evaluateAnswers(made, [
    ['A half', false],
    ['0.6', false],
  ]);
  const listed = async () =>
    Object.fromEntries(
      (await host.client.evaluations.list({ projectId: made.projectId })).map(({ id, accuracy, corrected }) => [
        id,
        [accuracy.value, corrected?.count ?? 0],
      ]),
    );
  // "a half" and "A half" are the same answer, as in a vote.
  expect(await host.client.evaluations.correct({ id: first, questionId: 'q0', isRight: true })).toEqual({ changed: 2 });
  const third = await evaluateAnswers(made, [['a half', false]]);
  expect(await listed()).toEqual({ [first]: [1, 1], [second]: [0.5, 1], [third]: [1, 1] });
  const { items } = await host.client.evaluations.items({ id: second, filter: 'right', offset: 0, limit: 5 });
  expect(items).toMatchObject([{ questionId: 'q0', isRight: true, isCorrected: true }]);

  await host.client.evaluations.correct({ id: third, questionId: 'q0', isRight: null });
  expect(await listed()).toEqual({ [first]: [0.5, 0], [second]: [0, 0], [third]: [0, 0] });
  // What was said and taken back stays in the journal.
  expect(await host.client.evaluations.corrections({ projectId: made.projectId })).toMatchObject([
    { questionId: 'q0', isRight: true, undoneAtMs: expect.any(Number) },
  ]);
});

it('a correction that agrees with the checker changes nothing', async () => {
  const made = host.makeProject();
  const id = await evaluateAnswers(made, [['0.5', true]]);
  expect(await host.client.evaluations.correct({ id, questionId: 'q0', isRight: true })).toEqual({ changed: 0 });
  const [listed] = await host.client.evaluations.list({ projectId: made.projectId });
  expect(listed?.corrected).toBeUndefined();
});

it('compares any number of evaluations, the corrected verdicts counted', async () => {
  const made = host.makeProject();
  const ids = [
    await evaluateAnswers(made, [
      ['1', false],
      ['0.5', true],
      ['x', false],
    ]),
    await evaluateAnswers(made, [
      ['1', false],
      ['0.5', true],
      ['y', false],
    ]),
    await evaluateAnswers(made, [
      ['0.5', true],
      ['0.5', true],
    ]),
  ];
  await host.client.evaluations.correct({ id: ids[0]!, questionId: 'q0', isRight: true });
  const compared = await host.client.evaluations.compareMany({ ids });
  expect(compared.sharedQuestions).toBe(2);
  expect(compared.entries.map(({ accuracy, against }) => [accuracy.value, against?.won ?? null])).toEqual([
    [1, null],
    [1, 0],
    [1, 0],
  ]);
  expect(compared.flips).toEqual([]);
  // The same checkpoint three times: they differ in nothing, and are no seeds of each other.
  expect(new Set(compared.entries.map(({ group }) => group)).size).toBe(1);
  expect(compared.groups).toEqual([]);
  expect(compared.differences).toEqual([]);
});
