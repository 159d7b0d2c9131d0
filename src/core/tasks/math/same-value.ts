import type { AnswerValue } from './answer-value';
import { minus, modulus, over, type Complex } from './complex';
import { evaluateAt, isIrrational, roundingOf, sizeOfExpression, variablesOf, type Expression } from './expression';

/** How strict a comparison is. */
export interface ComparisonRules {
  /** Answers of a list may come in any order. */
  readonly anyOrder: boolean;
  /** A reference given as a set of numbers may be answered by inequalities. */
  readonly setByRelation: boolean;
}

export const USUAL_RULES: ComparisonRules = { anyOrder: true, setByRelation: true };

/** Nodes of all formulas together that one comparison evaluates before it gives up and says "not the same". */
const MAX_WORK = 400_000;

/** Share by which two values of a formula may differ for being computed in different ways. */
const TOLERANCE = 1e-9;

/** Points at which formulas are compared: one is enough for almost all, several leave no doubt. */
const POINTS = 4;

/**
 * Whether two answers mean the same: formulas by their values at random complex points, lists as multisets, relations up to a factor,
 * inequalities in one variable by the numbers that fulfil them. Stops after a bounded amount of work.
 */
export function isSameValue(
  answer: AnswerValue,
  reference: AnswerValue,
  rules: ComparisonRules = USUAL_RULES,
): boolean {
  return new Comparison(rules).same(answer, reference);
}

class Comparison {
  readonly #rules: ComparisonRules;
  #work = 0;

  constructor(rules: ComparisonRules) {
    this.#rules = rules;
  }

  same(answer: AnswerValue, reference: AnswerValue): boolean {
    if (this.#work > MAX_WORK) return false;
    if (answer.kind === 'labelled' || reference.kind === 'labelled') return this.#sameLabelled(answer, reference);
    if (answer.kind === 'list' || reference.kind === 'list') return this.#sameList(answer, reference);
    const sets = this.#sameNumbers(answer, reference);
    if (sets !== null) return sets;
    if (answer.kind === 'expression' && reference.kind === 'expression')
      return this.#sameExpression(answer.expression, reference.expression);
    if (answer.kind === 'tuple' && reference.kind === 'tuple')
      return (
        answer.open === reference.open &&
        answer.close === reference.close &&
        this.#sameInOrder(answer.items, reference.items)
      );
    if (answer.kind === 'matrix' && reference.kind === 'matrix')
      return (
        answer.rows.length === reference.rows.length &&
        answer.rows.every((row, i) => this.#sameInOrder(row, reference.rows[i] ?? []))
      );
    if (answer.kind === 'relation' && reference.kind === 'relation') return this.#sameRelation(answer, reference);
    if (answer.kind === 'words' && reference.kind === 'words') return answer.text === reference.text;
    return false;
  }

  /** `y = 2x` beside another equation is an equation itself. */
  #sameEquation(answer: AnswerValue, reference: AnswerValue): boolean {
    const [left, right] = [equationOf(answer), equationOf(reference)];
    return left !== null && right !== null && this.#sameRelation(left, right);
  }

  /** Names count where both sides have one; `x ∈` before a set says no more than the set. */
  #sameLabelled(answer: AnswerValue, reference: AnswerValue): boolean {
    const bare = (value: AnswerValue) => (value.kind === 'labelled' ? value.value : value);
    if (answer.kind === 'labelled' && reference.kind === 'labelled') {
      const isNamed = answer.sign === '=' && reference.sign === '=';
      if (isNamed && answer.label !== reference.label) return this.#sameEquation(answer, reference);
    }
    if (answer.kind === 'relation' || reference.kind === 'relation') {
      if (this.#sameEquation(answer, reference)) return true;
    }
    const isSetOfRelation = answer.kind === 'relation' && reference.kind === 'labelled' && reference.sign === '∈';
    if (isSetOfRelation && !this.#rules.setByRelation) return false;
    return this.same(bare(answer), bare(reference));
  }

  #sameList(answer: AnswerValue, reference: AnswerValue): boolean {
    const [left, right] = [itemsOf(answer), itemsOf(reference)];
    if (left === null || right === null) return false;
    const bothSets = answer.kind === 'list' && reference.kind === 'list' && (answer.isSet || reference.isSet);
    // A point beside a list: its order counts.
    const inOrder = answer.kind === 'tuple' || reference.kind === 'tuple' || !(this.#rules.anyOrder || bothSets);
    if (inOrder) return this.#sameInOrder(left, right);
    // What is said twice counts once.
    const [ours, theirs] = [this.#distinct(left), this.#distinct(right)];
    return ours.length === theirs.length && ours.every((item) => theirs.some((other) => this.same(item, other)));
  }

  #distinct(items: readonly AnswerValue[]): readonly AnswerValue[] {
    return items.filter((item, i) => !items.slice(0, i).some((before) => this.same(item, before)));
  }

  #sameInOrder(left: readonly AnswerValue[], right: readonly AnswerValue[]): boolean {
    return (
      left.length === right.length &&
      left.every((item, i) => {
        const other = right[i];
        return other !== undefined && this.same(item, other);
      })
    );
  }

  #sameExpression(left: Expression, right: Expression): boolean {
    const names = variablesOf(left);
    const others = variablesOf(right);
    // One written decimal number beside a formula may be its rounding.
    const rounding = Math.max(roundingOf(left), roundingOf(right));
    const tolerance =
      isIrrational(left) !== isIrrational(right) || rounding > 0
        ? Math.max(TOLERANCE, isIrrational(left) || isIrrational(right) ? rounding : 0)
        : TOLERANCE;
    const all = [...new Set([...names, ...others])];
    let compared = 0;
    for (let point = 0; point < POINTS; point++) {
      const values = new Map(all.map((name) => [name, pointFor(name, point)]));
      const [a, b] = [this.#value(left, values), this.#value(right, values)];
      if (a === null || b === null) return false;
      if (!isFinitePoint(a) || !isFinitePoint(b)) {
        if (all.length === 0) return a.re === b.re && a.im === b.im;
        continue;
      }
      // Whole numbers are exact, however large.
      const areWhole = [a, b].every(({ re, im }) => im === 0 && Number.isSafeInteger(re));
      if (areWhole ? a.re !== b.re : !isNear(a, b, tolerance)) return false;
      compared++;
    }
    return compared > 0;
  }

  /** Equations and inequalities in several variables: the difference of the sides is the same up to a factor. */
  #sameRelation(
    answer: Extract<AnswerValue, { kind: 'relation' }>,
    reference: Extract<AnswerValue, { kind: 'relation' }>,
  ): boolean {
    if (answer.signs.length !== 1 || reference.signs.length !== 1) {
      return (
        answer.signs.join() === reference.signs.join() &&
        answer.sides.every((side, i) => {
          const other = reference.sides[i];
          return other !== undefined && this.#sameExpression(side, other);
        })
      );
    }
    const [ofAnswer = '', ofReference = ''] = [answer.signs[0], reference.signs[0]];
    const [left, right] = [differenceOf(answer.sides), differenceOf(reference.sides)];
    const names = [...new Set([...variablesOf(left), ...variablesOf(right)])];
    let factor: Complex | null = null;
    for (let point = 0; point < POINTS; point++) {
      const values = new Map(names.map((name) => [name, pointFor(name, point)]));
      const [a, b] = [this.#value(left, values), this.#value(right, values)];
      if (a === null || b === null || !isFinitePoint(a) || !isFinitePoint(b)) return false;
      const quotient = over(a, b);
      if (!isFinitePoint(quotient) || modulus(quotient) === 0) return false;
      if (factor !== null && !isNear(quotient, factor, 1e-7)) return false;
      factor = quotient;
    }
    if (factor === null) return false;
    if (ofAnswer === ofReference && (ofAnswer === '=' || ofAnswer === '≠')) return true;
    if (Math.abs(factor.im) > 1e-7 * Math.abs(factor.re)) return false;
    return factor.re > 0 ? ofAnswer === ofReference : ofAnswer === TURNED[ofReference];
  }

  /** Sets of real numbers, however they are given; null where one of the two is none. */
  #sameNumbers(answer: AnswerValue, reference: AnswerValue): boolean | null {
    if (answer.kind === 'tuple' && reference.kind === 'tuple') return null;
    const [left, right] = [this.#numbersOf(answer), this.#numbersOf(reference)];
    if (left === null || right === null) return null;
    const edges = [...new Set([...left.edges, ...right.edges])].filter(Number.isFinite).sort((a, b) => a - b);
    const probes = edges.flatMap((edge) => [
      edge,
      edge - 1e-6 * Math.max(1, Math.abs(edge)),
      edge + 1e-6 * Math.max(1, Math.abs(edge)),
    ]);
    const between = edges.map((edge, i) => (edge + (edges[i + 1] ?? edge + 2)) / 2);
    const far = [-1e6, -1000.5, -1.37, 0.123, 0, 1.91, 1000.5, 1e6];
    return [...probes, ...between, ...far].every((x) => left.has(x) === right.has(x));
  }

  #numbersOf(value: AnswerValue): NumberSet | null {
    if (value.kind === 'union') {
      const parts = value.parts.map((part) => this.#numbersOf(part));
      if (parts.includes(null)) return null;
      const sound = parts.filter((part) => part !== null);
      return { edges: sound.flatMap(({ edges }) => edges), has: (x) => sound.some((part) => part.has(x)) };
    }
    if (value.kind === 'tuple') return this.#interval(value);
    return value.kind === 'relation' ? this.#solutions(value) : null;
  }

  #interval({ open, close, items }: Extract<AnswerValue, { kind: 'tuple' }>): NumberSet | null {
    if (items.length !== 2) return null;
    const bounds = items.map((item) => (item.kind === 'expression' ? this.#realValue(item.expression) : null));
    const [low, high] = bounds;
    if (low === null || high === null || low === undefined || high === undefined) return null;
    return {
      edges: [low, high],
      has: (x) => (x > low || (open === '[' && x === low)) && (x < high || (close === ']' && x === high)),
    };
  }

  /** Inequalities in one variable. */
  #solutions({ sides, signs }: Extract<AnswerValue, { kind: 'relation' }>): NumberSet | null {
    if (!signs.every((sign) => Object.hasOwn(HOLDS, sign) && sign !== '=')) return null;
    const names = new Set(sides.flatMap((side) => [...variablesOf(side)]));
    const [name] = names;
    if (names.size !== 1 || name === undefined) return null;
    const numbers = sides.flatMap((side) => this.#realValue(side) ?? []);
    return {
      // An absolute value turns a bound into two.
      edges: numbers.flatMap((number) => [number, -number]),
      has: (x) => {
        const at = new Map([[name, { re: x, im: 0 }]]);
        const values = sides.map((side) => this.#value(side, at));
        return signs.every((sign, i) => {
          const [a, b] = [values[i], values[i + 1]];
          return !!a && !!b && (HOLDS[sign]?.(a.re, b.re) ?? false);
        });
      },
    };
  }

  #realValue(expression: Expression): number | null {
    const value = this.#value(expression, new Map());
    return value && value.im === 0 && !Number.isNaN(value.re) ? value.re : null;
  }

  #value(expression: Expression, values: ReadonlyMap<string, Complex>): Complex | null {
    this.#work += sizeOfExpression(expression);
    return this.#work > MAX_WORK ? null : evaluateAt(expression, values);
  }
}

interface NumberSet {
  /** Where membership may change. */
  readonly edges: readonly number[];
  readonly has: (x: number) => boolean;
}

const HOLDS: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  '=': (a, b) => a === b,
  '≠': (a, b) => a !== b,
  '<': (a, b) => a < b,
  '>': (a, b) => a > b,
  '≤': (a, b) => a <= b,
  '≥': (a, b) => a >= b,
};

const TURNED: Readonly<Record<string, string>> = { '<': '>', '>': '<', '≤': '≥', '≥': '≤', '=': '=', '≠': '≠' };

function itemsOf(value: AnswerValue): readonly AnswerValue[] | null {
  if (value.kind === 'list' || value.kind === 'tuple') return value.items;
  return value.kind === 'union' ? null : [value];
}

type Relation = Extract<AnswerValue, { kind: 'relation' }>;

/** A relation, or a name with a formula as the equation that it is; a name with a number says no more than the number. */
function equationOf(value: AnswerValue): Relation | null {
  if (value.kind === 'relation') return value;
  if (value.kind !== 'labelled' || value.subject === null || value.value.kind !== 'expression') return null;
  if (variablesOf(value.value.expression).size === 0) return null;
  return { kind: 'relation', sides: [value.subject, value.value.expression], signs: ['='] };
}

function differenceOf([left, right]: readonly Expression[]): Expression {
  const zero: Expression = { kind: 'number', value: 0, decimals: 0 };
  return { kind: 'call', name: 'subtract', args: [left ?? zero, right ?? zero] };
}

/** A point for a variable that depends on its name alone: away from the axes, where most formulas have values. */
function pointFor(name: string, point: number): Complex {
  let hash = 2_166_136_261 ^ point;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 16_777_619);
  const unit = (shift: number) => ((Math.imul(hash ^ (hash >>> 15), 2_246_822_519) >>> shift) & 0xffff) / 0x10000;
  return { re: 0.4 + unit(0), im: 0.3 + unit(13) };
}

function isFinitePoint({ re, im }: Complex): boolean {
  return Number.isFinite(re) && Number.isFinite(im);
}

function isNear(a: Complex, b: Complex, tolerance: number): boolean {
  return modulus(minus(a, b)) <= tolerance * Math.max(modulus(a), modulus(b)) + 1e-13;
}
