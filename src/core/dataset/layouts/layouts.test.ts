import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FUNCTIONAL_TOKEN_NAMES } from '../../tokens/functional-tokens';
import { ERROR_CLASSES } from '../error-classes';
import { EXAMPLE_KINDS, STEP_ROLES } from '../example';
import { completeExample } from './complete-example';
import { guessColumns } from './layout';
import { LAYOUT_NAMES, type LayoutName } from './layout-names';
import { REVIEW_VERDICTS, type PortableExample } from './portable-example';
import { cellReader, detectLayout, EXAMPLE_LAYOUTS } from './registry';

/** Text as a step holds it: stripped, not empty, free of tags; line breaks, quotes and signs of other layouts inside. */
const text = fc
  .string({ unit: fc.constantFrom('a', '7', ' ', '\n', '"', '\\', '+', '<', '>', 'é', '😀', ':'), maxLength: 12 })
  .map((raw) => `x${raw}`.trim());

const id = fc.option(text, { nil: null });
const example: fc.Arbitrary<PortableExample> = fc
  .array(
    fc.record({
      token: fc.constantFrom(...FUNCTIONAL_TOKEN_NAMES),
      text,
      isTrained: fc.boolean(),
      role: fc.constantFrom(...STEP_ROLES),
      nodeIndex: fc.option(fc.nat(99), { nil: null }),
    }),
    { minLength: 1, maxLength: 5 },
  )
  .chain((steps) =>
    fc.record({
      key: text,
      questionId: text,
      prompt: text,
      referenceAnswer: fc.oneof(text, fc.constant('')),
      kind: fc.constantFrom(...EXAMPLE_KINDS),
      steps: fc.constant(steps),
      nodePath: fc.array(fc.nat(99), { maxLength: 4 }),
      problems: fc.array(text, { maxLength: 2 }),
      tokenCount: fc.nat(5000),
      verdict: fc.constantFrom(...REVIEW_VERDICTS),
      isEdited: fc.boolean(),
      note: fc.oneof(text, fc.constant('')),
      errorClasses: fc.subarray([...ERROR_CLASSES]),
      tags: fc.uniqueArray(text, { maxLength: 2 }),
      stepMarks: fc.oneof(
        fc.constant([]),
        fc.array(fc.record({ verdict: fc.constantFrom('right', 'wrong', null), note: fc.constant('') }), {
          minLength: steps.length,
          maxLength: steps.length,
        }),
      ),
      lineage: fc.record({ datasetId: id, treeId: id, searchRunId: id, checkpointId: id, questionSetId: id }),
    }),
  );

/** Out and in again, as a line of JSON. */
function throughLayout(name: LayoutName, original: PortableExample) {
  const layout = EXAMPLE_LAYOUTS[name];
  const written = layout.write(original);
  if (!('row' in written)) return written;
  const cells = JSON.parse(JSON.stringify(written.row)) as Record<string, unknown>;
  const columns = guessColumns(layout, Object.keys(cells));
  expect(Object.keys(cells)).toEqual(layout.columns.map((column) => column.name));
  return { cells, read: layout.read(cellReader(cells, columns)) };
}

function readBack(name: LayoutName, original: PortableExample) {
  const through = throughLayout(name, original);
  if (!('read' in through) || !('example' in through.read)) throw new Error(JSON.stringify(through));
  return completeExample(through.read.example, { key: 'line 1', countTokens: () => 0 });
}

describe('layouts of examples', () => {
  it('the own layout gives back everything that it was given', () => {
    fc.assert(
      fc.property(example, (original) => {
        expect(readBack('workbench', original)).toEqual(original);
      }),
    );
  });

  it.each(['trl-prompt-completion', 'messages', 'sharegpt', 'alpaca', 'openrlhf'] as const)(
    'the layout %s gives back question, tokens and texts',
    (name) => {
      fc.assert(
        fc.property(example, (original) => {
          const back = readBack(name, original);
          expect(back.prompt).toBe(original.prompt);
          expect(back.steps.map(({ token, text: content }) => [token, content])).toEqual(
            original.steps.map(({ token, text: content }) => [token, content]),
          );
        }),
      );
    },
  );

  it.each(['trl-stepwise', 'math-shepherd'] as const)(
    'the layout %s gives back the labels of the steps up to the first that nobody judged, and makes none up',
    (name) => {
      fc.assert(
        fc.property(example, (original) => {
          const through = throughLayout(name, original);
          const until = original.stepMarks.findIndex(({ verdict }) => verdict === null);
          const judged = until < 0 ? original.stepMarks : original.stepMarks.slice(0, until);
          if ('omitted' in through) {
            expect(judged).toHaveLength(0);
            return;
          }
          if (!('example' in through.read)) throw new Error(through.read.problem);
          expect(through.read.example.stepMarks?.map(({ verdict }) => verdict)).toEqual(
            judged.map(({ verdict }) => verdict),
          );
          expect(through.read.example.steps.map((step) => step.text)).toEqual(
            original.steps.slice(0, judged.length).map((step) => step.text),
          );
        }),
      );
    },
  );

  it('every layout is told from the others by its own first row', () => {
    const original: PortableExample = {
      ...fc.sample(example, { seed: 7, numRuns: 1 })[0]!,
      steps: [{ token: 'output', text: '4', isTrained: true, role: 'output', nodeIndex: null }],
      stepMarks: [{ verdict: 'right', note: '' }],
    };
    for (const name of LAYOUT_NAMES) {
      const through = throughLayout(name, original);
      if (!('cells' in through)) throw new Error(name);
      expect(detectLayout(Object.keys(through.cells), through.cells)).toBe(name);
    }
  });
});

describe('rows from elsewhere', () => {
  const read = (name: LayoutName, cells: Record<string, unknown>) => {
    const layout = EXAMPLE_LAYOUTS[name];
    return layout.read(cellReader(cells, guessColumns(layout, Object.keys(cells))));
  };

  it('a response without functional tokens becomes a direct answer and its answer', () => {
    expect(read('alpaca', { instruction: 'Add 1 and', input: '2', output: '1 + 2 = 3. The answer is 3.' })).toEqual({
      example: {
        prompt: 'Add 1 and\n\n2',
        referenceAnswer: '',
        kind: 'clean',
        steps: [
          {
            token: 'direct_answer',
            text: '1 + 2 = 3. The answer is 3.',
            isTrained: true,
            role: 'right',
            nodeIndex: null,
          },
          { token: 'output', text: '3', isTrained: true, role: 'output', nodeIndex: null },
        ],
      },
    });
  });

  it('a system turn stands before the question, and the wrong step of a correction is known as such', () => {
    const response = '<next_step>1+1=3</next_step><verify>No, 2.</verify><refine>1+1=2</refine><output>2</output>';
    const conversations = [
      { from: 'system', value: 'Be brief.' },
      { from: 'human', value: '1+1?' },
      { from: 'gpt', value: response },
    ];
    const row = read('sharegpt', { conversations });
    if (!('example' in row)) throw new Error(row.problem);
    expect(row.example.prompt).toBe('Be brief.\n\n1+1?');
    expect(row.example.kind).toBe('merged');
    expect(row.example.steps.map(({ role }) => role)).toEqual(['wrong', 'verify', 'refine', 'output']);
  });

  it.each([
    ['messages', { messages: 'hello' }, 'This is no list of messages.'],
    ['messages', { messages: [{ role: 'user', content: 'a' }] }, /1 questions and 0 responses/],
    ['messages', { messages: [{ role: 'tool', content: 'a' }] }, /from “tool”/],
    ['messages', { messages: [{ role: 'user', content: 3 }] }, 'Message 1 has no text in “content”.'],
    ['alpaca', { instruction: '', output: 'a' }, 'The question is empty.'],
    ['alpaca', { instruction: 'a <verify> b', output: 'a' }, /spells a functional token/],
    ['alpaca', { instruction: 'a', output: '<verify>never closed' }, /not closed/],
    ['alpaca', { instruction: 'a', output: 'before <output>1</output>' }, /text outside/],
    ['workbench', { prompt: 'a', steps: [{ token: 3, text: 'b' }] }, /steps\.0\.token/],
    [
      'workbench',
      { prompt: 'a', steps: [{ token: 'dance', text: 'b', isTrained: true, role: 'right', nodeIndex: null }] },
      /“dance” is no functional token of the set “RFTT”/,
    ],
    ['workbench', { prompt: 'a', steps: '[not json' }, /“steps”/],
    ['trl-stepwise', { prompt: 'a', completions: ['b'], labels: [true, false] }, '2 labels for 1 steps'],
    ['trl-stepwise', { prompt: 'a', completions: ['b'], labels: ['maybe'] }, /neither true nor false/],
    ['math-shepherd', { input: 'a Step 1: b ки', label: 'a Step 1: b ?' }, /neither \+ nor -/],
  ] as const)('%s says what is wrong with %j', (name, cells, reason) => {
    const row = read(name, cells);
    expect('problem' in row ? row.problem : '').toMatch(reason);
  });

  const shepherd = join(process.env['WORKBENCH_DATA'] ?? '../shared/data', 'prm/math_shepherd_sample.jsonl');
  it.skipIf(!existsSync(shepherd))(
    'reads every row of the published sample of Math-Shepherd as its authors label it',
    () => {
      for (const line of readFileSync(shepherd, 'utf8').trim().split('\n')) {
        const cells = JSON.parse(line) as { input: string; label: string };
        expect(detectLayout(Object.keys(cells), cells)).toBe('math-shepherd');
        const row = read('math-shepherd', cells);
        if (!('example' in row)) throw new Error(row.problem);
        const signs = [...cells.label.matchAll(/ ([+-])(?=\n|$)/g)].map(([, sign]) =>
          sign === '+' ? 'right' : 'wrong',
        );
        expect(row.example.stepMarks?.map(({ verdict }) => verdict)).toEqual(signs);
        expect(cells.input.startsWith(row.example.prompt)).toBe(true);
      }
    },
  );
});
