import { ShapeError } from '../errors';
import { bindDim, equalDims, numericFactor, showDims, type Dim, type DimBindings } from '../tensor/dims';
import type { Tensor64 } from '../tensor/tensor64';
import type { Program, Var } from './program';

/**
 * Runs a program in float64, step by step: the numbers that the fast executor is compared with.
 * @param feeds every input of the program by name
 * @returns the program's outputs by name
 */
export function evaluateProgram(program: Program, feeds: Readonly<Record<string, Tensor64>>): Record<string, Tensor64> {
  const values = new Map<Var, Tensor64>();
  const bindings: Record<string, number> = {};
  for (const { name, variable } of program.inputs) {
    const tensor = feeds[name];
    if (!tensor) throw new ShapeError(`The reference executor misses the input "${name}".`);
    values.set(variable, tensor);
    variable.dims.forEach((dim, axis) => bindSymbol(bindings, dim, tensor.dims[axis] ?? 1));
  }
  for (const { name, variable } of program.inputs)
    checkShape(name, variable, values.get(variable)?.dims ?? [], bindings);
  const valueOf = (variable: Var): Tensor64 => {
    const value = values.get(variable);
    if (!value) throw new ShapeError(`The program "${program.name}" uses a value before it is made.`);
    return value;
  };
  for (const { op, inputs, outputs } of program.steps) {
    const results = op.evaluate(inputs.map(valueOf), bindings);
    outputs.forEach((variable, index) => {
      const result = results[index];
      if (!result) throw new ShapeError(`${op.name} evaluated to no output ${index}.`);
      values.set(variable, result);
    });
  }
  return Object.fromEntries(program.outputs.map(({ name, variable }) => [name, valueOf(variable)]));
}

/** Learns a symbol from an axis that is the symbol, alone or times a number. */
function bindSymbol(bindings: Record<string, number>, dim: Dim, size: number): void {
  const symbol = typeof dim === 'number' ? undefined : dim.split('*').find((factor) => Number.isNaN(Number(factor)));
  const factor = symbol === undefined ? null : numericFactor(dim, symbol);
  if (symbol !== undefined && factor !== null) bindings[symbol] ??= size / factor;
}

function checkShape(name: string, variable: Var, dims: readonly number[], bindings: DimBindings): void {
  const expected = variable.dims.map((dim) => bindDim(dim, bindings));
  if (!equalDims(expected, dims))
    throw new ShapeError(
      `The input "${name}" has the shape ${showDims(dims)} where ${showDims(variable.dims)} was expected.`,
    );
}
