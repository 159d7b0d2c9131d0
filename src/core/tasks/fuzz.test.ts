import { expect, it } from 'vitest';
import { fuzz, FUZZ_TIMEOUT, mutateText } from '../testing/mutants';
import { readQuestionLines } from './readers';

const LINES = [
  '{"id": "a", "question": "One and one?", "answer": "2"}\n{"id": "b", "question": "Half of 7?", "answer": "It is 7/2.\\n#### 3.5"}\r\n\n{"id": 3, "question": "x", "answer": "\\\\boxed{4}"}',
  '{"input": "Add 3 and 4.", "target": 7}\n{"input": "Add 30 and 4.", "target": [34]}\n',
  '{"problem": "p", "solution": "so \\\\boxed{\\\\frac{1}{2}}."}\n["no", "object"]\n{"problem": "",',
];

it(
  'damaged JSON lines are read, or reported by their line, and nothing else happens',
  () => {
    const outcome = fuzz('questions', {
      mutate: (rng) => mutateText(LINES, rng),
      sizeOf: (text) => text.length,
      parse(text) {
        const { questions, rejected } = readQuestionLines(text, 'x.jsonl');
        const lines = text.split(/\r?\n/).length;
        if (questions.length + rejected.length > lines || rejected.some(({ line }) => line < 1 || line > lines))
          throw new RangeError('rows that the file does not have');
      },
    });
    expect(outcome.refused).toBeLessThan(1);
    expect(outcome.worstAllocation).toBeLessThanOrEqual(1);
  },
  FUZZ_TIMEOUT,
);
