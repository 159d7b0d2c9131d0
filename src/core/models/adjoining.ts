import type { TensorView } from '../ports';
import type { Parameter, ParameterStore } from './model-config';

const SEPARATOR = '+';

/** The name of several matrices that are read as one, one above the other. */
export function joinedName(names: readonly string[]): string {
  return names.join(SEPARATOR);
}

export function partsOf(name: string): readonly string[] {
  return name.split(SEPARATOR);
}

/**
 * A tensor of the store by its name, or several by a joined one, without a copy: [Σ rows, columns].
 * @returns null where they do not lie behind each other in one memory, or differ in columns
 */
export function viewOf(parameters: ParameterStore, name: string): TensorView | null {
  const [first, ...rest] = partsOf(name).map((part) => parameters.get(part));
  if (!first) return null;
  if (rest.length === 0) return { dtype: 'float32', dims: first.dims, data: first.data };
  let last: Parameter = first;
  let rows = first.dims[0] ?? 1;
  for (const next of rest) {
    const { buffer, byteOffset, byteLength } = last.data;
    if (next.data.buffer !== buffer || next.data.byteOffset !== byteOffset + byteLength) return null;
    if (next.dims.length !== 2 || next.dims[1] !== first.dims[1]) return null;
    rows += next.dims[0] ?? 1;
    last = next;
  }
  const columns = first.dims[1] ?? 1;
  return {
    dtype: 'float32',
    dims: [rows, columns],
    data: new Float32Array(first.data.buffer, first.data.byteOffset, rows * columns),
  };
}
