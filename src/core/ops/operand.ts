import { ShapeError } from '../errors';

/** The operand at `index`. @throws {ShapeError} when an op was given fewer operands than it needs */
export function operand<T>(list: readonly (T | null)[], index: number): T {
  const value = list[index];
  if (value === null || value === undefined) throw new ShapeError(`An op was given no operand ${index}.`);
  return value;
}
