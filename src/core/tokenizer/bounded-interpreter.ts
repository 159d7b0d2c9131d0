import { Interpreter } from '@huggingface/jinja';

/**
 * Work that one rendering may do, in evaluated expressions; released templates need some dozens for each message. A template comes with a
 * model from anywhere, and one that counts to a thousand million would stop the program.
 */
const MAX_WORK = 2_000_000;

/** Characters or items of a value that count like one expression: whoever makes or walks it takes about as long. */
const UNITS_PER_WORK = 16;

/** Longest text or list that an expression may give. */
const MAX_LENGTH = 4_000_000;

/** Longest list that `range` gives. */
const MAX_RANGE = 10_000;

type Evaluate = Interpreter['evaluate'];

/** Jinja's interpreter with a bound on its work and on the size of every value. */
export class BoundedInterpreter extends Interpreter {
  #work = 0;

  /** @throws Error when the rendering does more than it may */
  override evaluate(...[statement, environment]: Parameters<Evaluate>): ReturnType<Evaluate> {
    this.#spend(1);
    const result = super.evaluate(statement, environment);
    const { value } = result;
    const length = typeof value === 'string' || Array.isArray(value) ? value.length : 0;
    if (length > MAX_LENGTH) throw new Error(`it makes a text or list of more than ${MAX_LENGTH} parts.`);
    this.#spend(length / UNITS_PER_WORK);
    return result;
  }

  #spend(work: number): void {
    this.#work += work;
    if (this.#work > MAX_WORK) throw new Error(`it takes more than ${MAX_WORK} steps.`);
  }
}

/** `range` of a template. @throws Error for a longer list than any conversation needs */
export function countUp(start: number, stop: number, step: number): number[] {
  const length = Math.max(0, Math.ceil((stop - start) / step));
  if (!(length <= MAX_RANGE)) throw new Error(`range(${start}, ${stop}, ${step}) is longer than ${MAX_RANGE}.`);
  return Array.from({ length }, (_, i) => start + i * step);
}
