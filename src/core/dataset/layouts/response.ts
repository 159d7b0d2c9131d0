import { extractAnswer } from '../../tasks/answer';
import { FUNCTIONAL_SURFACES } from '../../tokens/functional-tokens';
import { parseText } from '../../tokens/parse';
import type { Step } from '../../tokens/render';
import type { ExampleKind, ExampleStep, StepRole } from '../example';

export type ReadSteps = { readonly steps: readonly ExampleStep[] } | { readonly problem: string };

/**
 * The steps of a response that came as text. One with functional tokens is taken apart by them and must hold nothing outside of them. One
 * without becomes a direct answer and, where its end can be told, an output with that answer.
 */
export function readResponse(text: string): ReadSteps {
  if (text.trim() === '') return { problem: 'The response is empty.' };
  if (!holdsToken(text)) return { steps: plainSteps(text.trim()) };
  const { steps, problems } = parseText(text);
  const [first] = problems;
  if (first) return { problem: `${first.message} (character ${first.at + 1} of the response)` };
  return { steps: withRoles(steps.map(({ token, text: content }) => ({ token, text: content }))) };
}

/** Whether a text spells a functional token anywhere. */
export function holdsToken(text: string): boolean {
  return FUNCTIONAL_SURFACES.some((surface) => text.includes(surface));
}

/** The kind of an example as its steps show it. */
export function kindOf(steps: readonly Pick<ExampleStep, 'token' | 'role'>[]): ExampleKind {
  if (steps.some(({ token, role }) => token === 'refine' || role === 'wrong')) return 'merged';
  return steps.some(({ token }) => token === 'verify') ? 'clean-verified' : 'clean';
}

/**
 * Steps whose file says nothing of roles and masks: a step right before a check that a correction follows is the wrong one; all are taught,
 * as every program does that knows no mask for steps.
 */
export function withRoles(steps: readonly Step[]): ExampleStep[] {
  const firstTurn = steps.findIndex((_, at) => isWrong(steps, at));
  return steps.map((step, at) => ({ ...step, isTrained: true, role: roleOf(steps, at, firstTurn), nodeIndex: null }));
}

function roleOf(steps: readonly Step[], at: number, firstTurn: number): StepRole {
  const { token } = steps[at]!;
  if (token === 'verify' || token === 'refine' || token === 'output') return token;
  if (isWrong(steps, at)) return 'wrong';
  return at < firstTurn ? 'shared' : 'right';
}

function isWrong(steps: readonly Step[], at: number): boolean {
  return steps[at + 1]?.token === 'verify' && steps[at + 2]?.token === 'refine';
}

function plainSteps(text: string): ExampleStep[] {
  const answer = extractAnswer(text)?.text ?? '';
  const work: ExampleStep = { token: 'direct_answer', text, isTrained: true, role: 'right', nodeIndex: null };
  if (answer === '') return [work];
  return [work, { token: 'output', text: answer, isTrained: true, role: 'output', nodeIndex: null }];
}
