import type { Attribute, Constant, ConstantData, Graph, GraphDType, GraphNode, Value } from './graph';
import { ProtobufWriter } from './protobuf';

/**
 * Name of the extra output of type sequence(tensor). Asking onnxruntime-node 1.30.0 for it makes the binding stop before it copies every
 * output once more; the executor knows when that is safe. It costs nothing when nobody asks.
 */
export const POISON_OUTPUT = '__poison';

/** TensorProto.DataType of onnx.proto. */
const ELEMENT_TYPE: Readonly<Record<GraphDType, number>> = {
  float32: 1,
  uint8: 2,
  int8: 3,
  int32: 6,
  int64: 7,
  bool: 9,
};

const ELEMENT_BYTES: Readonly<Record<GraphDType, number>> = {
  float32: 4,
  uint8: 1,
  int8: 1,
  int32: 4,
  int64: 8,
  bool: 1,
};

/**
 * Operators whose results onnxruntime cannot give a shape where axes have names. Buffers of unknown shape are never used again, and looking through
 * all of them for every new one makes its planning quadratic in the nodes: a third of a second for a prefill graph of 30 layers.
 */
const SHAPE_IS_STATED: ReadonlySet<string> = new Set(['Reshape', 'Slice', 'Concat']);

const IR_VERSION = 10;
/** ai.onnx operator set; 18 brought Split with `num_outputs` and reductions with axes as input. */
const OPSET = 21;

/**
 * The graph as an ONNX file (onnx.proto of IR version 10).
 * @param options.poison add `POISON_OUTPUT` as the first output; leave it out of files that others will read
 */
export function encodeGraph(graph: Graph, options: { readonly poison?: boolean } = {}): Uint8Array {
  const { poison = true } = options;
  const { names, aliases } = nameOutputs(graph);
  const nameOf = (value: Value | null): string => (value === null ? '' : (names.get(value.name) ?? value.name));
  const body = new ProtobufWriter();
  for (const node of graph.nodes) body.message(1, encodeNode(node, nameOf));
  for (const { name, value } of aliases)
    body.message(1, nodeMessage('Identity', '', `output ${name}`, [nameOf(value)], [name], {}));
  if (poison)
    body.message(
      1,
      nodeMessage('SequenceEmpty', '', POISON_OUTPUT, [], [POISON_OUTPUT], { dtype: ELEMENT_TYPE.float32 }),
    );
  body.text(2, graph.name);
  for (const constant of graph.constants) body.message(5, encodeConstant(constant));
  for (const input of graph.inputs) body.message(11, encodeValueInfo(input.name, input));
  if (poison) body.message(12, encodeSequenceInfo(POISON_OUTPUT));
  for (const { name, value } of graph.outputs) body.message(12, encodeValueInfo(name, value));
  for (const { opType, outputs } of graph.nodes) {
    if (!SHAPE_IS_STATED.has(opType)) continue;
    for (const value of outputs) if (!names.has(value.name)) body.message(13, encodeValueInfo(value.name, value));
  }

  const model = new ProtobufWriter().integer(1, IR_VERSION).text(2, 'rftt-workbench').message(7, body);
  model.message(8, new ProtobufWriter().text(1, '').integer(2, OPSET));
  model.message(8, new ProtobufWriter().text(1, 'com.microsoft').integer(2, 1));
  return model.finish();
}

/**
 * Names under which values are written. The node that makes a result writes it under the result's own name; an Identity node, which copies,
 * is needed only for a result that is an input, a constant, or already a result under another name.
 */
function nameOutputs(graph: Graph): { names: Map<string, string>; aliases: Graph['outputs'] } {
  const made = new Set(graph.nodes.flatMap((node) => node.outputs.map((output) => output.name)));
  const names = new Map<string, string>();
  const aliases = graph.outputs.filter(({ name, value }) => {
    if (!made.has(value.name) || names.has(value.name)) return true;
    names.set(value.name, name);
    return false;
  });
  return { names, aliases };
}

function encodeNode(node: GraphNode, nameOf: (value: Value | null) => string): ProtobufWriter {
  return nodeMessage(
    node.opType,
    node.domain,
    node.name,
    node.inputs.map(nameOf),
    node.outputs.map(nameOf),
    node.attributes,
  );
}

function nodeMessage(
  opType: string,
  domain: string,
  name: string,
  inputs: readonly string[],
  outputs: readonly string[],
  attributes: Readonly<Record<string, Attribute>>,
): ProtobufWriter {
  const message = new ProtobufWriter();
  for (const input of inputs) message.text(1, input);
  for (const output of outputs) message.text(2, output);
  message.text(3, name).text(4, opType);
  for (const [key, value] of Object.entries(attributes)) message.message(5, encodeAttribute(key, value));
  return message.text(7, domain);
}

/** AttributeProto: type 1 float, 2 int, 3 string, 6 floats, 7 ints. */
function encodeAttribute(name: string, value: Attribute): ProtobufWriter {
  const message = new ProtobufWriter().text(1, name);
  if (typeof value === 'number') return message.integer(3, value).integer(20, 2);
  if (typeof value === 'string') return message.text(4, value).integer(20, 3);
  if ('float' in value) return message.float(2, value.float).integer(20, 1);
  if ('floats' in value) {
    for (const element of value.floats) message.float(7, element);
    return message.integer(20, 6);
  }
  for (const element of value) message.integer(8, element);
  return message.integer(20, 7);
}

function encodeConstant({ value, data }: Constant): ProtobufWriter {
  const message = new ProtobufWriter();
  for (const dim of value.dims) message.integer(1, Number(dim));
  message.integer(2, ELEMENT_TYPE[value.dtype]).text(8, value.name);
  const bytesOf = (made: ConstantData) => new Uint8Array(made.buffer, made.byteOffset, made.byteLength);
  if (typeof data !== 'function') return message.bytes(9, bytesOf(data));
  const length = value.dims.reduce<number>((product, dim) => product * Number(dim), ELEMENT_BYTES[value.dtype]);
  return message.lazyBytes(9, length, () => bytesOf(data()));
}

function encodeValueInfo(name: string, value: Value): ProtobufWriter {
  const shape = new ProtobufWriter();
  for (const dim of value.dims) {
    const axis = new ProtobufWriter();
    shape.message(1, typeof dim === 'number' ? axis.integer(1, dim) : axis.text(2, dim));
  }
  const tensor = new ProtobufWriter().integer(1, ELEMENT_TYPE[value.dtype]).message(2, shape);
  return new ProtobufWriter().text(1, name).message(2, new ProtobufWriter().message(1, tensor));
}

function encodeSequenceInfo(name: string): ProtobufWriter {
  const element = new ProtobufWriter().message(1, new ProtobufWriter().integer(1, ELEMENT_TYPE.float32));
  const sequence = new ProtobufWriter().message(1, element);
  return new ProtobufWriter().text(1, name).message(2, new ProtobufWriter().message(4, sequence));
}
