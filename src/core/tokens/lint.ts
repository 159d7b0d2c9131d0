import type { FunctionalTokenName } from './functional-tokens';
import { GRAMMAR_START, type Grammar } from './grammar';
import type { ParsedResponse } from './parse';
import type { Step } from './render';

/** Everything wrong with a list of steps, as sentences; empty when it is a complete legal response. */
export function lintSteps(steps: readonly Step[], grammar: Grammar): string[] {
  const problems: string[] = [];
  if (steps.length === 0) return ['There are no steps.'];
  const { set } = grammar;
  let state = GRAMMAR_START;
  const seen = new Map<string, number>();
  steps.forEach((step, index) => {
    const where = `Step ${index + 1} (${step.token})`;
    if (!grammar.isLegal(state, step.token)) problems.push(`${where} may not come ${describe(state.last)}.`);
    if (step.text.trim() === '') problems.push(`${where} has no text.`);
    if (set.holdsTag(step.text)) problems.push(`${where} has the spelling of a functional token in its text.`);
    const key = `${set.isTerminal(step.token) ? 'output' : 'step'}:${normaliseStepText(step.text)}`;
    const earlier = seen.get(key);
    if (earlier !== undefined) problems.push(`${where} repeats step ${earlier + 1}.`);
    seen.set(key, index);
    state = grammar.after(state, step.token);
  });
  const last = steps.at(-1)!;
  if (!set.isTerminal(last.token))
    problems.push(`The response ends with ${last.token} and not with ${set.withRole('output').join(' or ')}.`);
  return problems;
}

/** Whether a response that a model wrote keeps to the form: parses cleanly, every step legal, ends as the set says. */
export function isWellFormed(response: ParsedResponse, grammar: Grammar): boolean {
  if (response.problems.length > 0 || response.steps.length === 0) return false;
  let state = GRAMMAR_START;
  for (const step of response.steps) {
    if (!step.isClosed || !grammar.isLegal(state, step.token)) return false;
    state = grammar.after(state, step.token);
  }
  return grammar.set.isTerminal(response.steps.at(-1)!.token);
}

/** The form in which two texts count as the same step: lower case, single spaces, no thousands separators, no final stop. */
export function normaliseStepText(text: string): string {
  return text
    .toLowerCase()
    .replace(/(\d),(?=\d{3}\b)/g, '$1')
    .replace(/\s+/g, ' ')
    .replace(/[\s.]+$/, '')
    .trim();
}

function describe(last: FunctionalTokenName | null): string {
  return last === null ? 'first' : `after ${last}`;
}
