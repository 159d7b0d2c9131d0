import { ShapeError } from '../errors';
import { Graph, type Value } from '../graph/graph';
import { equalDims, numericFactor, type Dim, type Dims } from '../tensor/dims';
import type { EmitContext, Program, Target, Var } from './program';

/** TensorProto.DataType of float32. */
const FLOAT_ELEMENT = 1;

/** The program as an ONNX graph without dead nodes. Inputs that no output needs are dropped too. */
export function lowerProgram(program: Program, target: Target = 'cpu'): Graph {
  const graph = new Graph(program.name);
  const values = new Map<Var, Value>();
  for (const { name, variable } of program.inputs)
    values.set(variable, graph.input(name, variable.dtype, variable.dims));
  const valueOf = (variable: Var): Value => {
    const value = values.get(variable);
    if (!value) throw new ShapeError(`The program "${program.name}" uses a value before it is made.`);
    return value;
  };

  const context: EmitContext = {
    graph,
    target,
    size: (dim) => emitSize(graph, dim),
    reshape: (value, dims) => emitReshape(graph, value, dims),
    comparable: (value) =>
      target === 'cpu'
        ? value
        : graph.single('Cast', [value], value.dims, { dtype: 'float32', attributes: { to: FLOAT_ELEMENT } }),
  };
  for (const { op, inputs, outputs } of program.steps) {
    const emitted = op.emit(context, inputs.map(valueOf), outputs);
    outputs.forEach((variable, index) => {
      const value = emitted[index];
      if (!value || value.dtype !== variable.dtype)
        throw new ShapeError(`${op.name} emitted no fitting value for output ${index}.`);
      values.set(variable, value);
    });
  }
  for (const { name, variable } of program.outputs) graph.output(name, valueOf(variable));
  graph.prune();
  return graph;
}

/** Reads each symbol from the first input that has it as an axis of its own, and multiplies. */
function emitSize(graph: Graph, dim: Dim): Value {
  if (typeof dim === 'number') return graph.int64([dim]);
  return dim
    .split('*')
    .map((factor) => (Number.isNaN(Number(factor)) ? readSymbol(graph, factor) : graph.int64([Number(factor)])))
    .reduce((product, factor) => graph.single('Mul', [product, factor], [1]));
}

/** From an input that has the symbol as an axis, alone or times a number. */
function readSymbol(graph: Graph, symbol: string): Value {
  for (const input of graph.inputs) {
    for (const [axis, dim] of input.dims.entries()) {
      const factor = numericFactor(dim, symbol);
      if (factor === null) continue;
      const size = graph.single('Shape', [input], [1], { dtype: 'int64', attributes: { start: axis, end: axis + 1 } });
      return factor === 1 ? size : graph.single('Div', [size, graph.int64([factor])], [1]);
    }
  }
  throw new ShapeError(`No input of "${graph.name}" has an axis "${symbol}".`);
}

function emitReshape(graph: Graph, value: Value, dims: Dims): Value {
  if (equalDims(value.dims, dims)) return value;
  // 0 copies the axis of the input at the same place, -1 is inferred: enough unless two symbols move at once.
  const literal = dims.map((dim, axis) => (typeof dim === 'number' ? dim : dim === value.dims[axis] ? 0 : -1));
  const unknown = literal.filter((dim) => dim === -1).length;
  const shape =
    unknown <= 1
      ? graph.int64(literal)
      : graph.single(
          'Concat',
          dims.map((dim) => emitSize(graph, dim)),
          [dims.length],
          { attributes: { axis: 0 } },
        );
  return graph.single('Reshape', [value, shape], dims);
}
