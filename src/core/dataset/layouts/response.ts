import { extractAnswer } from '../../tasks/answer';
import { parseText } from '../../tokens/parse';
import type { Step } from '../../tokens/render';
import type { TokenRole } from '../../tokens/token-roles';
import { RFTT_TOKENS, type TokenSet } from '../../tokens/token-set';
import type { ExampleKind, ExampleStep, StepRole } from '../example';

export type ReadSteps = { readonly steps: readonly ExampleStep[] } | { readonly problem: string };

/**
 * The steps of a response that came as text. One with functional tokens is taken apart by them and must hold nothing outside of them. One
 * without becomes a direct answer and, where its end can be told, an output with that answer.
 */
export function readResponse(text: string, set: TokenSet = RFTT_TOKENS): ReadSteps {
  if (text.trim() === '') return { problem: 'The response is empty.' };
  if (!set.holdsTag(text)) return { steps: plainSteps(text.trim(), set) };
  const { steps, problems } = parseText(text, set);
  const [first] = problems;
  if (first) return { problem: `${first.message} (character ${first.at + 1} of the response)` };
  return {
    steps: withRoles(
      steps.map(({ token, text: content }) => ({ token, text: content })),
      set,
    ),
  };
}

/** The kind of an example as its steps show it. */
export function kindOf(
  steps: readonly Pick<ExampleStep, 'token' | 'role'>[],
  set: TokenSet = RFTT_TOKENS,
): ExampleKind {
  if (steps.some(({ token, role }) => set.roleOf(token) === 'refine' || role === 'wrong')) return 'merged';
  return steps.some(({ token }) => set.roleOf(token) === 'verify') ? 'clean-verified' : 'clean';
}

/**
 * Steps whose file says nothing of roles and masks: a step right before a check that a correction follows is the wrong one; all are taught,
 * as every program does that knows no mask for steps.
 */
export function withRoles(steps: readonly Step[], set: TokenSet = RFTT_TOKENS): ExampleStep[] {
  const roles = steps.map(({ token }) => set.roleOf(token));
  const firstTurn = steps.findIndex((_, at) => isWrong(roles, at));
  return steps.map((step, at) => ({ ...step, isTrained: true, role: roleOf(roles, at, firstTurn), nodeIndex: null }));
}

function roleOf(roles: readonly (TokenRole | null)[], at: number, firstTurn: number): StepRole {
  const role = roles[at];
  if (role === 'verify' || role === 'refine' || role === 'output') return role;
  if (isWrong(roles, at)) return 'wrong';
  return at < firstTurn ? 'shared' : 'right';
}

function isWrong(roles: readonly (TokenRole | null)[], at: number): boolean {
  return roles[at + 1] === 'verify' && roles[at + 2] === 'refine';
}

function plainSteps(text: string, set: TokenSet): ExampleStep[] {
  const [whole = 'direct_answer'] = [...set.withRole('direct_answer'), ...set.withRole('next_step')];
  const answer = extractAnswer(text)?.text ?? '';
  const work: ExampleStep = { token: whole, text, isTrained: true, role: 'right', nodeIndex: null };
  if (answer === '') return [work];
  return [
    work,
    { token: set.withRole('output')[0] ?? 'output', text: answer, isTrained: true, role: 'output', nodeIndex: null },
  ];
}
