import type { Question } from '../tasks/question';
import { FUNCTIONAL_SURFACES } from '../tokens/functional-tokens';
import { createToyGenerator, type ToyPolicy } from './toy-generator';
import { createToyTokenizer } from './toy-tokenizer';

/** A question "start 5 + 3 + 4 end" with its answer. */
export function toyQuestion(start: number, ...added: readonly number[]): Question {
  const answer = added.reduce((sum, value) => sum + value, start);
  return {
    id: `toy-${[start, ...added].join('-')}`,
    prompt: `start ${[start, ...added].join(' + ')} end`,
    referenceAnswer: String(answer),
    source: 'toy',
  };
}

/** How often the toy model is right. */
export interface ToySkill {
  readonly step: number;
  readonly direct: number;
  readonly check: number;
}

/**
 * A model that adds numbers one at a time and errs by one now and then. It reads the cues of the prompt set `workbook` and the functional tokens.
 */
export function toyArithmetic(skill: ToySkill = { step: 0.6, direct: 0.3, check: 0.9 }): ToyPolicy {
  return {
    continuations(prefix) {
      const { plan, done, value } = read(prefix);
      const next = plan[done + 1];
      const kind = /(?:<(\w+)>|(Restate|Idea|Ask|Next|Answer|Check|Fix|Result) :)$/.exec(
        prefix.replaceAll(' <', '<').replaceAll('< ', '<').replaceAll(' >', '>').trimEnd(),
      );
      switch (kind?.[1] ?? kind?.[2]) {
        case 'clarify':
        case 'Restate':
          return [[`start ${plan.join(' then ')} .`, 1]];
        case 'analysis':
        case 'Idea':
          return [
            ['add them one by one .', 0.5],
            ['add from the left .', 0.5],
          ];
        case 'subquestion':
        case 'Ask':
          return [[`find what ${done + 1} steps give .`, 1]];
        case 'direct_answer':
        case 'Answer': {
          const sum = plan.slice(done + 1).reduce((total, each) => total + each, value);
          return [
            [`The answer is ${sum} .`, skill.direct],
            [`The answer is ${sum + 1} .`, 1 - skill.direct],
          ];
        }
        case 'verify':
        case 'Check': {
          const { have, find } = lastStep(prefix);
          const verdict = have === find ? 'right' : 'wrong';
          const text = (say: string) => `have ${have} , find ${find} . That is ${say} .`;
          return [
            [text(verdict), skill.check],
            [text(verdict === 'right' ? 'wrong' : 'right'), 1 - skill.check],
          ];
        }
        case 'output':
        case 'Result':
          return [[`The answer is ${value} .`, 1]];
        default:
          if (next === undefined) return [[`The answer is ${value} .`, 1]];
          return [
            [`${value} + ${next} = ${value + next} .`, skill.step],
            [`${value} + ${next} = ${value + next + 1} .`, 1 - skill.step],
          ];
      }
    },
    probe(prefix, surface) {
      const { plan, done } = read(prefix);
      const isDone = done + 1 >= plan.length;
      if (surface === '<output>') return isDone ? 0.6 : 0.01;
      if (surface === '<next_step>') return isDone ? 0.01 : 0.5;
      return 0.05;
    },
  };
}

/** Tokenizer with the functional tokens and generator of the toy model. */
export function createToyModel(skill?: ToySkill) {
  const tokenizer = createToyTokenizer(FUNCTIONAL_SURFACES);
  return { tokenizer, generator: createToyGenerator(tokenizer, toyArithmetic(skill)) };
}

function read(prefix: string): { plan: number[]; done: number; value: number } {
  const plan = (/start ([\d+\s]+) end/.exec(prefix)?.[1] ?? '0').split('+').map((part) => Number(part));
  const results = [...prefix.matchAll(/= (\d+)/g)].map((match) => Number(match[1]));
  return { plan, done: results.length, value: results.at(-1) ?? plan[0]! };
}

function lastStep(prefix: string): { have: number; find: number } {
  const [, a, b, c] = [...prefix.matchAll(/(\d+) \+ (\d+) = (\d+)/g)].at(-1)?.map(Number) ?? [0, 0, 0, 0];
  return { have: c!, find: a! + b! };
}
