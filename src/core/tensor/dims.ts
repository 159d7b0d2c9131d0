import { ShapeError } from '../errors';

/**
 * One axis of a shape: a size, or a symbol known only when the graph runs (`B` rows, `T` positions).
 * Products of symbols are written canonically, e.g. `4*B*T`, so equal sizes have equal text.
 */
export type Dim = number | string;
export type Dims = readonly Dim[];

/** Values of the symbols in one run. */
export type DimBindings = Readonly<Record<string, number>>;

/** Product of axes in canonical form; the empty product is 1. */
export function multiplyDims(...dims: Dims): Dim {
  let size = 1;
  const symbols: string[] = [];
  for (const dim of dims) {
    for (const factor of typeof dim === 'number' ? [dim] : dim.split('*')) {
      const value = Number(factor);
      if (Number.isNaN(value)) symbols.push(String(factor));
      else size *= value;
    }
  }
  if (symbols.length === 0 || size === 0) return size;
  return [...(size === 1 ? [] : [size]), ...symbols.sort()].join('*');
}

/** The axis cut into `parts`, or null when that is not a product of its factors. */
export function divideDim(dim: Dim, parts: number): Dim | null {
  const factors = String(dim).split('*');
  const size = factors.reduce((product, factor) => product * (Number.isNaN(Number(factor)) ? 1 : Number(factor)), 1);
  if (size % parts !== 0) return null;
  return multiplyDims(size / parts, ...factors.filter((factor) => Number.isNaN(Number(factor))));
}

/** n where `dim` is n times the symbol, null where it is anything else. */
export function numericFactor(dim: Dim, symbol: string): number | null {
  if (dim === symbol) return 1;
  const [factor, ...rest] = String(dim).split('*');
  const size = Number(factor);
  return rest.length === 1 && rest[0] === symbol && !Number.isNaN(size) ? size : null;
}

/** Size of an axis once its symbols are known. */
export function bindDim(dim: Dim, bindings: DimBindings): number {
  if (typeof dim === 'number') return dim;
  let size = 1;
  for (const factor of dim.split('*')) {
    const value = Number.isNaN(Number(factor)) ? bindings[factor] : Number(factor);
    if (value === undefined) throw new ShapeError(`The size "${factor}" of "${dim}" is not known in this run.`);
    size *= value;
  }
  return size;
}

export function equalDims(a: Dims, b: Dims): boolean {
  return a.length === b.length && a.every((dim, axis) => dim === b[axis]);
}

/** Number of elements of a concrete shape. */
export function sizeOf(dims: readonly number[]): number {
  return dims.reduce((product, dim) => product * dim, 1);
}

/**
 * The shape that two shapes have in common under NumPy broadcasting.
 * @throws {ShapeError} when an axis differs and neither side is 1
 */
export function broadcastDims(a: Dims, b: Dims, where: string): Dim[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const left = a[axis - rank + a.length] ?? 1;
    const right = b[axis - rank + b.length] ?? 1;
    if (left !== right && left !== 1 && right !== 1) {
      throw new ShapeError(`${where}: shapes ${showDims(a)} and ${showDims(b)} do not broadcast.`);
    }
    return left === 1 ? right : left;
  });
}

/** `[B, T, 64]` for messages. */
export function showDims(dims: Dims): string {
  return `[${dims.join(', ')}]`;
}
