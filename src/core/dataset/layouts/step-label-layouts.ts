import { parseText } from '../../tokens/parse';
import { RFTT_TOKENS, type TokenSet } from '../../tokens/token-set';
import { renderStep, type Step } from '../../tokens/render';
import { listOf, textOf, type ExampleLayout, type ReadExample } from './layout';
import type { Omission } from './layout-names';
import type { PortableExample } from './portable-example';
import { kindOf, withRoles } from './response';

interface JudgedStep extends Step {
  readonly isRight: boolean;
}

/**
 * The steps of an example up to the first that nobody judged: a label that was never given is not made up. Steps after one that is wrong keep
 * their own labels.
 */
function judgedSteps({ steps, stepMarks }: PortableExample): readonly JudgedStep[] | Omission {
  if (stepMarks.every(({ verdict }) => verdict === null)) return 'no-step-judged';
  const judged: JudgedStep[] = [];
  for (const [at, { token, text }] of steps.entries()) {
    const verdict = stepMarks[at]?.verdict ?? null;
    if (verdict === null) break;
    judged.push({ token, text, isRight: verdict === 'right' });
  }
  return judged.length === 0 ? 'first-step-not-judged' : judged;
}

/** TRL's stepwise supervision: a prompt, its steps, and for each whether it is right. Steps keep their functional tokens. */
export const stepwiseLayout: ExampleLayout = {
  columns: [
    { name: 'prompt', type: 'string' },
    { name: 'completions', type: 'strings' },
    { name: 'labels', type: 'booleans' },
  ],
  write(example) {
    const judged = judgedSteps(example);
    if (typeof judged === 'string') return { omitted: judged };
    return {
      row: {
        prompt: example.prompt,
        completions: judged.map((step) => renderStep(step).trimEnd()),
        labels: judged.map(({ isRight }) => isRight),
      },
    };
  },
  fields: [
    { name: 'prompt', guesses: ['prompt', 'question'], isRequired: true },
    { name: 'completions', guesses: ['completions', 'steps'], isRequired: true },
    { name: 'labels', guesses: ['labels'], isRequired: true },
  ],
  read(cell, set = RFTT_TOKENS) {
    const texts = listOf(cell('completions'));
    const labels = listOf(cell('labels'));
    if (texts === null || !texts.every((text) => typeof text === 'string'))
      return { problem: 'The steps are no list of texts.' };
    if (labels === null) return { problem: 'The labels are no list.' };
    if (texts.length !== labels.length)
      return { problem: `There are ${labels.length} labels for ${texts.length} steps.` };
    const verdicts = labels.map(readLabel);
    const odd = verdicts.indexOf(null);
    if (odd >= 0) return { problem: `Label ${odd + 1} is neither true nor false.` };
    return readJudged(
      textOf(cell('prompt')),
      texts,
      verdicts.map((verdict) => verdict === true),
      set,
    );
  },
  fits: (columns) => columns.includes('completions') && columns.includes('labels'),
};

/** What stands at the end of a step whose label is to be read or told. */
const PLACE = 'ки';

/**
 * Math-Shepherd: question and numbered steps in one text, each step closed by the sign of a place in `input`, and by + or - in `label`. The
 * functional tokens have no place in it.
 */
export const mathShepherdLayout: ExampleLayout = {
  columns: [
    { name: 'input', type: 'string' },
    { name: 'label', type: 'string' },
    { name: 'task', type: 'string' },
  ],
  write(example) {
    const judged = judgedSteps(example);
    if (typeof judged === 'string') return { omitted: judged };
    // A reader would take it for a place that is to be judged.
    if ([example.prompt, ...judged.map(({ text: content }) => content)].some((content) => content.includes(PLACE)))
      return { omitted: 'spells-place' };
    const text = (sign: (step: JudgedStep) => string) =>
      `${example.prompt} ${judged.map((step, at) => `Step ${at + 1}: ${step.text} ${sign(step)}`).join('\n')}`;
    return {
      row: { input: text(() => PLACE), label: text(({ isRight }) => (isRight ? '+' : '-')), task: example.questionId },
    };
  },
  fields: [
    { name: 'input', guesses: ['input'], isRequired: true },
    { name: 'label', guesses: ['label'], isRequired: true },
  ],
  read(cell, set = RFTT_TOKENS) {
    const input = textOf(cell('input'));
    const label = textOf(cell('label'));
    const pieces = input.split(PLACE).slice(0, -1);
    if (pieces.length === 0) return { problem: `The text marks no step with “${PLACE}”.` };
    const beginning = /\s*Step 1:\s*/.exec(pieces[0] ?? '');
    if (!beginning) return { problem: 'The text has no “Step 1:”.' };
    const prompt = input.slice(0, beginning.index);
    const verdicts: boolean[] = [];
    // The label repeats the input with a sign in each place, so that it is followed piece by piece.
    let at = 0;
    for (const piece of pieces) {
      const sign = label.startsWith(piece, at) ? label[at + piece.length] : undefined;
      if (sign !== '+' && sign !== '-')
        return { problem: `The label of step ${verdicts.length + 1} is neither + nor -, or its text is another one.` };
      verdicts.push(sign === '+');
      at += piece.length + 1;
    }
    const texts = pieces.map((piece, step) =>
      (step === 0 ? piece.slice(beginning.index + beginning[0].length) : piece.replace(/^\s*Step \d+:\s*/, '')).trim(),
    );
    return readJudged(prompt, texts, verdicts, set);
  },
  fits: (columns, cell) =>
    columns.includes('input') && columns.includes('label') && textOf(cell('input')).includes(PLACE),
};

function readLabel(label: unknown): boolean | null {
  if (typeof label === 'boolean') return label;
  if (label === 1 || label === 1n || label === '+') return true;
  return label === 0 || label === 0n || label === -1 || label === '-' ? false : null;
}

function readJudged(prompt: string, texts: readonly string[], isRight: readonly boolean[], set: TokenSet): ReadExample {
  if (prompt.trim() === '') return { problem: 'The question is empty.' };
  if (texts.length === 0) return { problem: 'There are no steps.' };
  const steps: Step[] = [];
  for (const [at, text] of texts.entries()) {
    const step = readStep(text, set);
    if (typeof step === 'string') return { problem: `Step ${at + 1}: ${step}` };
    steps.push(step);
  }
  const roled = withRoles(steps, set);
  return {
    example: {
      prompt: prompt.trim(),
      steps: roled,
      kind: kindOf(roled, set),
      stepMarks: isRight.map((right) => ({ verdict: right ? 'right' : 'wrong', note: '' })),
    },
  };
}

/** A step with its functional token, or plain text as a next step; a sentence when it is neither. */
function readStep(text: string, set: TokenSet): Step | string {
  if (text.trim() === '') return 'there is no text.';
  const [work = 'next_step'] = set.withRole('next_step');
  if (!set.holdsTag(text)) return { token: work, text: text.trim() };
  const { steps, problems } = parseText(text, set);
  const [step] = steps;
  if (problems[0]) return problems[0].message;
  return steps.length === 1 && step ? { token: step.token, text: step.text } : 'it holds several functional tokens.';
}
