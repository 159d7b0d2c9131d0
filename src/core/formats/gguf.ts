import { WorkbenchError } from '../errors';
import { BLOCK_FORMATS, type BlockFormat } from './ggml-blocks';
import { decodeUtf8Lossy } from './utf8';

/** A value of GGUF metadata; 64-bit integers beyond 2^53 lose their last digits, which no key we read has. */
export type GgufValue = string | number | boolean | readonly GgufValue[];

/** One tensor of a GGUF file. */
export interface GgufTensor {
  readonly name: string;
  readonly format: BlockFormat;
  /** Slowest dimension first, as in Hugging Face files (GGUF itself writes them the other way round). */
  readonly dims: readonly number[];
  /** Byte positions counted from the start of the file. */
  readonly begin: number;
  readonly end: number;
}

/** What the head of a GGUF file says. */
export interface GgufHeader {
  readonly version: number;
  readonly metadata: ReadonlyMap<string, GgufValue>;
  readonly tensors: ReadonlyMap<string, GgufTensor>;
  readonly dataBegin: number;
}

/** Bytes an element of a metadata array takes at least, by value type; also the list of types there are. */
const VALUE_BYTES: Readonly<Record<number, number>> = {
  0: 1,
  1: 1,
  2: 2,
  3: 2,
  4: 4,
  5: 4,
  6: 4,
  7: 1,
  8: 8,
  9: 12,
  10: 8,
  11: 8,
  12: 8,
};

const ARRAY = 9;
const MAX_DIMS = 4;
/** More than any model has; a larger count is a damaged one, and a file of gigabytes would have room for it. */
const MAX_TEXT_BYTES = 1 << 26;
const MAX_LIST_ELEMENTS = 1 << 24;
const MAX_ENTRIES = 1 << 20;
const MAX_NESTING = 3;
/** A tensor's entry takes at least this: name length, one character, dimension count, one dimension, type, offset. */
const MIN_TENSOR_BYTES = 8 + 1 + 4 + 8 + 4 + 8;
const MIN_ENTRY_BYTES = 8 + 4 + 1;

/**
 * Reads the head of a GGUF file, version 2 or 3, little-endian.
 * @param head      the first bytes of the file, as many as the caller has
 * @param fileBytes size of the whole file
 * @returns null when the head goes on beyond `head`: call again with more of the file
 * @throws WorkbenchError `gguf-header`, `gguf-version`, `gguf-truncated`, `gguf-tensor`, `gguf-type`
 */
export function parseGguf(head: Uint8Array, fileBytes: number, fileName: string): GgufHeader | null {
  const reader = new HeadReader(head, fileBytes, fileName);
  try {
    return readHeader(reader, fileBytes, fileName);
  } catch (reason) {
    if (reason === MORE_WANTED) return null;
    throw reason;
  }
}

function readHeader(reader: HeadReader, fileBytes: number, fileName: string): GgufHeader {
  if (reader.u32() !== 0x46554747) throw broken(fileName, 'it does not begin with "GGUF"');
  const version = reader.u32();
  if (version !== 2 && version !== 3) {
    const what =
      version > 0xffff ? 'is written for big-endian machines' : `is of version ${version}; the workbench reads 2 and 3`;
    throw new WorkbenchError('unsupported', `${fileName} ${what}.`, {
      code: 'gguf-version',
      where: fileName,
      wayOut: 'Choose a newer copy of the model, or convert it with llama.cpp.',
    });
  }
  const tensorCount = reader.count(MIN_TENSOR_BYTES, 'tensors', MAX_ENTRIES);
  const entryCount = reader.count(MIN_ENTRY_BYTES, 'metadata entries', MAX_ENTRIES);
  const metadata = new Map<string, GgufValue>();
  for (let i = 0; i < entryCount; i++) {
    const key = reader.string();
    if (metadata.has(key)) throw broken(fileName, `the key "${key}" occurs twice`);
    metadata.set(key, reader.value(reader.u32(), 0));
  }
  const listed = Array.from({ length: tensorCount }, () => readTensorEntry(reader, fileName));
  const alignment = metadata.get('general.alignment') ?? 32;
  if (
    typeof alignment !== 'number' ||
    !Number.isInteger(alignment) ||
    alignment < 8 ||
    alignment > 1 << 20 ||
    alignment % 8 !== 0
  )
    throw broken(fileName, `its alignment is ${String(alignment)}`);
  const dataBegin = Math.ceil(reader.at / alignment) * alignment;
  return { version, metadata, tensors: placeTensors(listed, { dataBegin, alignment, fileBytes, fileName }), dataBegin };
}

interface TensorEntry {
  readonly name: string;
  readonly format: BlockFormat;
  readonly dims: readonly number[];
  readonly offset: number;
  readonly sizeBytes: number;
}

function readTensorEntry(reader: HeadReader, fileName: string): TensorEntry {
  const name = reader.string();
  const rank = reader.u32();
  if (rank < 1 || rank > MAX_DIMS) throw badTensor(fileName, name, `it has ${rank} dimensions`);
  const reversed = Array.from({ length: rank }, () => reader.u64());
  const type = reader.u32();
  const offset = reader.u64();
  const format = Object.hasOwn(BLOCK_FORMATS, type) ? BLOCK_FORMATS[type] : undefined;
  if (!format) {
    throw new WorkbenchError(
      'unsupported',
      `${fileName}: tensor "${name}" is stored in a format (GGML type ${type}) that the workbench does not read.`,
      {
        code: 'gguf-type',
        where: `${fileName}, tensor ${name}`,
        wayOut: 'Choose the same model as F16, Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, or one of the K formats.',
      },
    );
  }
  const elements = reversed.reduce((product, dim) => product * dim, 1);
  const [row = 0] = reversed;
  if (elements < 1 || !Number.isSafeInteger(elements))
    throw badTensor(fileName, name, `its shape is [${reversed.join(', ')}]`);
  if (row % format.elements !== 0)
    throw badTensor(fileName, name, `its rows of ${row} are not whole blocks of ${format.elements} (${format.name})`);
  return { name, format, dims: reversed.reverse(), offset, sizeBytes: (elements / format.elements) * format.bytes };
}

interface TensorPlace {
  readonly dataBegin: number;
  readonly alignment: number;
  readonly fileBytes: number;
  readonly fileName: string;
}

function placeTensors(
  listed: readonly TensorEntry[],
  { dataBegin, alignment, fileBytes, fileName }: TensorPlace,
): ReadonlyMap<string, GgufTensor> {
  const tensors = new Map<string, GgufTensor>();
  let lastEnd = dataBegin;
  for (const { name, format, dims, offset, sizeBytes } of [...listed].sort((a, b) => a.offset - b.offset)) {
    if (tensors.has(name)) throw badTensor(fileName, name, 'it occurs twice');
    if (offset % alignment !== 0)
      throw badTensor(fileName, name, `its data begins at ${offset}, which is no multiple of ${alignment}`);
    const begin = dataBegin + offset;
    const end = begin + sizeBytes;
    if (begin < lastEnd) throw badTensor(fileName, name, `it overlaps the one before it by ${lastEnd - begin} bytes`);
    if (end > fileBytes) throw truncated(fileName, `byte ${end}, the end of tensor "${name}"`, fileBytes);
    tensors.set(name, { name, format, dims, begin, end });
    lastEnd = end;
  }
  return tensors;
}

/** Thrown inside the parser alone: the head is longer than the bytes at hand, though not than the file. */
const MORE_WANTED = Symbol('more of the file wanted');

/** Reads little-endian values one after the other; every length is checked against the file before memory is taken for it. */
class HeadReader {
  at = 0;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #fileBytes: number;
  readonly #fileName: string;

  constructor(bytes: Uint8Array, fileBytes: number, fileName: string) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#fileBytes = fileBytes;
    this.#fileName = fileName;
  }

  u32(): number {
    return this.#view.getUint32(this.#take(4), true);
  }

  u64(): number {
    const value = Number(this.#view.getBigUint64(this.#take(8), true));
    if (!Number.isSafeInteger(value)) throw broken(this.#fileName, `it holds the impossible length ${value}`);
    return value;
  }

  /** A number of things that take at least `eachBytes` each, at most `most`. */
  count(eachBytes: number, what: string, most: number): number {
    const count = this.u64();
    if (count * eachBytes > this.#fileBytes - this.at)
      throw truncated(this.#fileName, `${count} ${what}`, this.#fileBytes);
    if (count > most) throw broken(this.#fileName, `it claims ${count} ${what} at byte ${this.at - 8}`);
    return count;
  }

  string(): string {
    const length = this.count(1, 'characters', MAX_TEXT_BYTES);
    const from = this.#take(length);
    return decodeUtf8Lossy(this.#bytes.subarray(from, from + length));
  }

  value(type: number, depth: number): GgufValue {
    const read = Object.hasOwn(SCALARS, type) ? SCALARS[type] : undefined;
    if (read) return read(this, this.#view);
    if (type !== ARRAY || depth > MAX_NESTING)
      throw broken(this.#fileName, `it holds a value of the unknown type ${type}`);
    const inner = this.u32();
    const eachBytes = VALUE_BYTES[inner];
    if (eachBytes === undefined) throw broken(this.#fileName, `it holds a list of the unknown type ${inner}`);
    const count = this.count(eachBytes, 'list elements', MAX_LIST_ELEMENTS);
    const values: GgufValue[] = [];
    for (let i = 0; i < count; i++) values.push(this.value(inner, depth + 1));
    return values;
  }

  take(length: number): number {
    return this.#take(length);
  }

  #take(length: number): number {
    const from = this.at;
    const end = from + length;
    if (end > this.#fileBytes) throw truncated(this.#fileName, `at least ${end} bytes`, this.#fileBytes);
    if (end > this.#bytes.length) throw MORE_WANTED;
    this.at = end;
    return from;
  }
}

/** Single values by type. */
const SCALARS: Readonly<Record<number, (reader: HeadReader, view: DataView) => GgufValue>> = {
  0: (reader, view) => view.getUint8(reader.take(1)),
  1: (reader, view) => view.getInt8(reader.take(1)),
  2: (reader, view) => view.getUint16(reader.take(2), true),
  3: (reader, view) => view.getInt16(reader.take(2), true),
  4: (reader) => reader.u32(),
  5: (reader, view) => view.getInt32(reader.take(4), true),
  6: (reader, view) => view.getFloat32(reader.take(4), true),
  7: (reader, view) => view.getUint8(reader.take(1)) !== 0,
  8: (reader) => reader.string(),
  10: (reader, view) => Number(view.getBigUint64(reader.take(8), true)),
  11: (reader, view) => Number(view.getBigInt64(reader.take(8), true)),
  12: (reader, view) => view.getFloat64(reader.take(8), true),
};

const WAY_OUT = 'Download or copy the file again; compare its size with the original.';

function broken(fileName: string, what: string): WorkbenchError {
  return new WorkbenchError('validation', `${fileName} is not a sound GGUF file: ${what}.`, {
    code: 'gguf-header',
    where: fileName,
    wayOut: WAY_OUT,
  });
}

function truncated(fileName: string, expected: string, fileBytes: number): WorkbenchError {
  return new WorkbenchError(
    'validation',
    `${fileName} is cut short: expected ${expected}, but it has ${fileBytes} bytes.`,
    {
      code: 'gguf-truncated',
      where: fileName,
      wayOut: WAY_OUT,
    },
  );
}

function badTensor(fileName: string, tensor: string, what: string): WorkbenchError {
  return new WorkbenchError('validation', `${fileName}: tensor "${tensor}": ${what}.`, {
    code: 'gguf-tensor',
    where: `${fileName}, tensor ${tensor}`,
    wayOut: WAY_OUT,
  });
}
