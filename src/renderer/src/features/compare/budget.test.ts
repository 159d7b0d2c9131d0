import { expect, it } from 'vitest';
import type { Evaluation } from '@contracts/evaluations';
import { CheckpointId, EvaluationId, ProjectId, QuestionSetId, RunId } from '@contracts/ids';
import { budgetLines } from './budget';

const evaluation: Evaluation = {
  id: EvaluationId.parse('e'),
  projectId: ProjectId.parse('p'),
  runId: RunId.parse('r'),
  checkpointId: CheckpointId.parse('c'),
  checkpointName: 'tuned',
  questionSetId: QuestionSetId.parse('q'),
  questionSetName: 'test',
  mode: 'search',
  plainPrompt: '',
  accuracy: { value: 0.5, low: 0.4, high: 0.6, count: 100 },
  coverage: { value: 0.7, low: 0.6, high: 0.8, count: 100 },
  vote: null,
  budget: 4,
  tokensPerAnswer: 200,
  seconds: 40,
  createdAtMs: 1,
};

it('draws a line for each choice, over tokens and over seconds', () => {
  const lines = budgetLines(
    evaluation,
    [
      { name: 'tokensPerAnswer', steps: [1, 2, 4], values: [60, 110, 200] },
      { name: 'vote', steps: [1, 2, 4], values: [0.3, 0.4, 0.5] },
      { name: 'coverage', steps: [1, 2, 4], values: [0.3, 0.5, 0.7] },
    ],
    'tuned',
  );
  expect(lines.map(({ choice }) => choice)).toEqual(['vote', 'coverage']);
  // 40 s for 100 questions of 200 tokens: 2 ms a token.
  expect(lines[0]?.points[0]).toEqual({ budget: 1, tokens: 60, seconds: expect.closeTo(0.12, 12), share: 0.3 });
});

it('has a point where there is no curve', () => {
  expect(
    budgetLines(evaluation, [], 'tuned').map(({ choice, points }) => [choice, points.length, points[0]?.share]),
  ).toEqual([
    ['search', 1, 0.5],
    ['coverage', 1, 0.7],
  ]);
});
