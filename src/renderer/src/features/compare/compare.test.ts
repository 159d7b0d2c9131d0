import { describe, expect, it } from 'vitest';
import { CheckpointId, EvaluationId, ProjectId, QuestionSetId, RunId } from '@contracts/ids';
import type { Evaluation } from '@contracts/evaluations';
import { completePair } from './complete-pair';

const proportion = { value: 0.5, low: 0.4, high: 0.6, count: 100 };
const evaluation = (id: string, set: string, createdAtMs: number, mode: Evaluation['mode'] = 'greedy'): Evaluation => ({
  id: EvaluationId.parse(id),
  projectId: ProjectId.parse('p'),
  runId: RunId.parse('r'),
  checkpointId: CheckpointId.parse('c'),
  checkpointName: id,
  questionSetId: QuestionSetId.parse(set),
  questionSetName: set,
  mode,
  plainPrompt: '',
  accuracy: proportion,
  coverage: null,
  vote: null,
  budget: 1,
  tokensPerAnswer: 1,
  seconds: 1,
  createdAtMs,
});

describe('completePair', () => {
  const newestFirst = [
    evaluation('after', 'test', 3),
    evaluation('side', 'validation', 2),
    evaluation('before', 'test', 1),
  ];

  it('compares the newest with the oldest on the same questions', () => {
    expect(completePair(newestFirst, { first: null, second: null })).toEqual({ first: 'before', second: 'after' });
  });

  it('keeps what a person picked', () => {
    expect(
      completePair(newestFirst, { first: EvaluationId.parse('side'), second: EvaluationId.parse('before') }),
    ).toEqual({ first: 'side', second: 'before' });
  });

  it('has no partner when nothing else was asked the same questions', () => {
    expect(completePair([evaluation('alone', 'test', 1)], { first: null, second: null })).toEqual({
      first: null,
      second: 'alone',
    });
  });
});
