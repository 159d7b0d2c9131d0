import type { ErrorCode } from '../error-codes';
import { WorkbenchError } from '../errors';
import { float16Table, floatToBfloat16, floatToFloat16 } from './number-formats';
import { findRepeatedKey } from './json';
import { decodeUtf8, encodeUtf8 } from './utf8';

/**
 * The safetensors format: 8 bytes header length (little-endian), a JSON header, then the tensors without gaps.
 * Every check of the reference implementation is made, so a file accepted here loads elsewhere too.
 * @see https://github.com/huggingface/safetensors#format
 */

/** Bytes an element takes, by dtype; a dtype that is not listed is refused. */
const DTYPE_BYTES = {
  BOOL: 1,
  U8: 1,
  I8: 1,
  F8_E5M2: 1,
  F8_E4M3: 1,
  I16: 2,
  U16: 2,
  F16: 2,
  BF16: 2,
  I32: 4,
  U32: 4,
  F32: 4,
  F64: 8,
  I64: 8,
  U64: 8,
} as const;

export type SafetensorsDtype = keyof typeof DTYPE_BYTES;

/** The dtypes that `decodeFloats` reads. */
export type FloatDtype = 'F64' | 'F32' | 'F16' | 'BF16';

/** The dtypes that weights are written in. */
export type WritableDtype = 'F32' | 'F16' | 'BF16';

/** One tensor of a file; `begin` and `end` are byte positions counted from the start of the file. */
export interface SafetensorsEntry {
  readonly name: string;
  readonly dtype: SafetensorsDtype;
  readonly dims: readonly number[];
  readonly begin: number;
  readonly end: number;
}

/** What the head of a file says. */
export interface SafetensorsHeader {
  /** In the order of their bytes. */
  readonly tensors: readonly SafetensorsEntry[];
  readonly metadata: Readonly<Record<string, string>>;
  /** Where the tensors begin, counted from the start of the file. */
  readonly dataBegin: number;
}

/** The bytes before the header. */
export const SAFETENSORS_PREFIX_BYTES = 8;

/** Limit of the reference implementation; a longer header is a damaged length field. */
const MAX_HEADER_BYTES = 100_000_000;

/**
 * Length of the JSON header.
 * @param prefix    the first 8 bytes of the file
 * @param fileBytes size of the whole file
 * @throws WorkbenchError `safetensors-truncated`, `safetensors-header`
 */
export function readHeaderLength(prefix: Uint8Array, fileBytes: number, fileName: string): number {
  if (prefix.length < SAFETENSORS_PREFIX_BYTES) {
    throw truncated(fileName, `at least ${SAFETENSORS_PREFIX_BYTES} bytes`, `${prefix.length} bytes`);
  }
  const view = new DataView(prefix.buffer, prefix.byteOffset, SAFETENSORS_PREFIX_BYTES);
  const length = view.getUint32(0, true) + view.getUint32(4, true) * 2 ** 32;
  if (length > MAX_HEADER_BYTES) {
    throw badHeader(
      fileName,
      `its header claims ${length} bytes, more than any model has; this is not a safetensors file`,
    );
  }
  if (SAFETENSORS_PREFIX_BYTES + length > fileBytes) {
    throw truncated(fileName, `a header of ${length} bytes`, `${fileBytes} bytes in all`);
  }
  return length;
}

/**
 * The tensors that a header lists, checked against each other and the size of the file.
 * @param json      the header bytes, `readHeaderLength` of them
 * @param fileBytes size of the whole file
 * @throws WorkbenchError `safetensors-header`, `safetensors-dtype`, `safetensors-tensor`, `safetensors-truncated`,
 * `safetensors-overlap`, `safetensors-repeated`
 */
export function parseSafetensorsHeader(json: Uint8Array, fileBytes: number, fileName: string): SafetensorsHeader {
  const dataBegin = SAFETENSORS_PREFIX_BYTES + json.length;
  const listed = parseJsonObject(json, fileName);
  const tensors: SafetensorsEntry[] = [];
  let metadata: Record<string, string> = {};
  for (const [name, value] of Object.entries(listed)) {
    if (name === '__metadata__') metadata = readMetadata(value, fileName);
    else tensors.push(readEntry(name, value, dataBegin, fileName));
  }
  tensors.sort((a, b) => a.begin - b.begin || a.end - b.end);
  checkCoverage(tensors, dataBegin, fileBytes, fileName);
  return { tensors, metadata, dataBegin };
}

/** Header of a file that is in memory as a whole. @throws as `readHeaderLength` and `parseSafetensorsHeader` */
export function parseSafetensors(bytes: Uint8Array, fileName: string): SafetensorsHeader {
  const length = readHeaderLength(bytes.subarray(0, SAFETENSORS_PREFIX_BYTES), bytes.length, fileName);
  const json = bytes.subarray(SAFETENSORS_PREFIX_BYTES, SAFETENSORS_PREFIX_BYTES + length);
  return parseSafetensorsHeader(json, bytes.length, fileName);
}

/** Every float tensor of a file in memory, by name, as float32; for small files and tests. */
export function readSafetensors(
  bytes: Uint8Array,
  fileName: string,
): Map<string, { readonly dims: readonly number[]; readonly data: Float32Array }> {
  const found = new Map<string, { dims: readonly number[]; data: Float32Array }>();
  for (const entry of parseSafetensors(bytes, fileName).tensors) {
    const data = new Float32Array(elementCount(entry.dims));
    decodeFloats(requireFloat(entry, fileName), bytes.subarray(entry.begin, entry.end), data);
    found.set(entry.name, { dims: entry.dims, data });
  }
  return found;
}

/** The entry's dtype where it is a float one. @throws WorkbenchError `safetensors-dtype` */
export function requireFloat(entry: SafetensorsEntry, fileName: string): FloatDtype {
  const { dtype } = entry;
  if (dtype === 'F32' || dtype === 'F16' || dtype === 'BF16' || dtype === 'F64') return dtype;
  throw new WorkbenchError(
    'unsupported',
    `${fileName}: tensor "${entry.name}" is stored as ${dtype}; weights are read as F32, F16, BF16 or F64.`,
    {
      code: 'safetensors-dtype',
      where: `${fileName}, tensor ${entry.name}`,
      wayOut: 'Choose a copy of the model that is not quantised, or its GGUF file.',
    },
  );
}

/** Bytes of one element. */
export function dtypeBytes(dtype: SafetensorsDtype): number {
  return DTYPE_BYTES[dtype];
}

/** Product of the dimensions; 1 for a scalar. */
export function elementCount(dims: readonly number[]): number {
  return dims.reduce((product, dim) => product * dim, 1);
}

/**
 * Little-endian elements to float32, from `bytes` into `into` starting at element `at`; may be called piece by piece.
 * F64 is rounded to the nearest float32.
 * @param bytes a whole number of elements; any alignment
 */
export function decodeFloats(dtype: FloatDtype, bytes: Uint8Array, into: Float32Array, at = 0): void {
  const count = bytes.length / DTYPE_BYTES[dtype];
  if (dtype === 'F32') {
    // Little-endian hosts only, as all of Electron's are: bytes are bytes.
    new Uint8Array(into.buffer, into.byteOffset + at * 4, bytes.length).set(bytes);
    return;
  }
  if (dtype === 'F64') {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    for (let i = 0; i < count; i++) into[at + i] = view.getFloat64(i * 8, true);
    return;
  }
  const halves = alignedHalves(bytes);
  if (dtype === 'F16') {
    const table = float16Table();
    for (let i = 0; i < count; i++) into[at + i] = table[halves[i]!]!;
    return;
  }
  const bits = new Uint32Array(into.buffer, into.byteOffset + at * 4, count);
  for (let i = 0; i < count; i++) bits[i] = halves[i]! << 16;
}

function alignedHalves(bytes: Uint8Array): Uint16Array {
  const aligned = bytes.byteOffset % 2 === 0 ? bytes : bytes.slice();
  return new Uint16Array(aligned.buffer, aligned.byteOffset, bytes.length >>> 1);
}

/** float32 to little-endian elements of `dtype`, rounded to nearest even; for F32 a view, no copy. */
export function encodeFloats(dtype: WritableDtype, values: Float32Array): Uint8Array {
  if (dtype === 'F32') return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  const round = dtype === 'F16' ? floatToFloat16 : floatToBfloat16;
  const halves = new Uint16Array(values.length);
  for (let i = 0; i < values.length; i++) halves[i] = round(values[i]!);
  return new Uint8Array(halves.buffer);
}

/** A tensor about to be written. */
export interface SafetensorsPlan {
  readonly name: string;
  readonly dtype: SafetensorsDtype;
  readonly dims: readonly number[];
}

/**
 * The bytes that come before the tensors: length and JSON, padded with spaces so that the data begins on a multiple of 8.
 * The tensors' bytes follow in the order of `plan`, without gaps.
 */
export function buildSafetensorsHeader(
  plan: readonly SafetensorsPlan[],
  metadata: Readonly<Record<string, string>> = { format: 'pt' },
): Uint8Array<ArrayBuffer> {
  const listed: [name: string, entry: unknown][] = [['__metadata__', metadata]];
  let at = 0;
  for (const { name, dtype, dims } of plan) {
    const end = at + elementCount(dims) * DTYPE_BYTES[dtype];
    listed.push([name, { dtype, shape: dims, data_offsets: [at, end] }]);
    at = end;
  }
  const json = encodeUtf8(JSON.stringify(Object.fromEntries(listed)));
  const padded = Math.ceil(json.length / 8) * 8;
  const bytes = new Uint8Array(SAFETENSORS_PREFIX_BYTES + padded).fill(0x20);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(padded), true);
  bytes.set(json, SAFETENSORS_PREFIX_BYTES);
  return bytes;
}

/** A whole small file in memory: header and tensors. */
export function writeSafetensors(
  tensors: Iterable<{ readonly name: string; readonly dims: readonly number[]; readonly data: Float32Array }>,
  options: { readonly dtype?: WritableDtype; readonly metadata?: Readonly<Record<string, string>> } = {},
): Uint8Array<ArrayBuffer> {
  const list = [...tensors];
  const dtype = options.dtype ?? 'F32';
  const header = buildSafetensorsHeader(
    list.map(({ name, dims }) => ({ name, dtype, dims })),
    options.metadata,
  );
  const parts = list.map(({ data }) => encodeFloats(dtype, data));
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, header.length));
  let at = 0;
  for (const part of [header, ...parts]) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function parseJsonObject(json: Uint8Array, fileName: string): Record<string, unknown> {
  const text = decodeUtf8(json);
  if (text === null) throw badHeader(fileName, 'its header is not UTF-8 text');
  if (!text.startsWith('{')) throw badHeader(fileName, 'its header does not begin with "{"');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw badHeader(fileName, 'its header is not valid JSON', cause);
  }
  if (!isRecord(value)) throw badHeader(fileName, 'its header is not a JSON object');
  const repeated = findRepeatedKey(text);
  if (repeated !== null) throw badTensor(fileName, repeated, 'it is listed twice', 'safetensors-repeated');
  return value;
}

function readMetadata(value: unknown, fileName: string): Record<string, string> {
  if (!isRecord(value)) throw badHeader(fileName, '"__metadata__" is not an object');
  const metadata: Record<string, string> = {};
  for (const [key, text] of Object.entries(value)) {
    if (typeof text !== 'string')
      throw badHeader(fileName, `"__metadata__" holds something that is not text under "${key}"`);
    metadata[key] = text;
  }
  return metadata;
}

function readEntry(name: string, value: unknown, dataBegin: number, fileName: string): SafetensorsEntry {
  if (!isRecord(value)) throw badTensor(fileName, name, 'its entry is not an object');
  const { dtype, shape, data_offsets: offsets } = value;
  if (typeof dtype !== 'string' || !isDtype(dtype)) {
    throw badTensor(
      fileName,
      name,
      `its dtype ${String(JSON.stringify(dtype)).slice(0, 80)} is unknown`,
      'safetensors-dtype',
    );
  }
  if (!isCountList(shape)) throw badTensor(fileName, name, 'its shape is not a list of whole numbers from 0');
  if (!isCountList(offsets) || offsets.length !== 2)
    throw badTensor(fileName, name, 'its data_offsets are not two whole numbers from 0');
  const [begin = 0, end = 0] = offsets;
  if (end < begin) throw badTensor(fileName, name, `its data ends (${end}) before it begins (${begin})`);
  const expected = elementCount(shape) * DTYPE_BYTES[dtype];
  if (end - begin !== expected) {
    throw badTensor(
      fileName,
      name,
      `[${shape.join(', ')}] of ${dtype} takes ${expected} bytes, but data_offsets give ${end - begin}`,
    );
  }
  return { name, dtype, dims: shape, begin: dataBegin + begin, end: dataBegin + end };
}

function checkCoverage(
  tensors: readonly SafetensorsEntry[],
  dataBegin: number,
  fileBytes: number,
  fileName: string,
): void {
  let at = dataBegin;
  for (const { name, begin, end } of tensors) {
    if (begin !== at) {
      const what =
        begin < at
          ? `overlaps the tensor before it by ${at - begin} bytes`
          : `leaves a gap of ${begin - at} bytes before it`;
      throw badTensor(fileName, name, what, 'safetensors-overlap');
    }
    if (end > fileBytes)
      throw truncated(fileName, `${end} bytes up to the end of tensor "${name}"`, `${fileBytes} bytes`);
    at = end;
  }
  if (at !== fileBytes) {
    throw badHeader(fileName, `its tensors end at byte ${at}, but the file has ${fileBytes}`);
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isDtype(value: string): value is SafetensorsDtype {
  return Object.hasOwn(DTYPE_BYTES, value);
}

function isCountList(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((item) => Number.isSafeInteger(item) && item >= 0);
}

const WAY_OUT = 'Download or copy the file again; compare its size with the original.';

function truncated(fileName: string, expected: string, actual: string): WorkbenchError {
  return new WorkbenchError('validation', `${fileName} is cut short: expected ${expected}, found ${actual}.`, {
    code: 'safetensors-truncated',
    where: fileName,
    wayOut: WAY_OUT,
  });
}

function badHeader(fileName: string, what: string, cause?: unknown): WorkbenchError {
  const facts = { code: 'safetensors-header' as const, where: fileName, wayOut: WAY_OUT };
  return new WorkbenchError('validation', `${fileName} cannot be read: ${what}.`, facts, { cause });
}

function badTensor(
  fileName: string,
  tensor: string,
  what: string,
  code: ErrorCode = 'safetensors-tensor',
): WorkbenchError {
  return new WorkbenchError('validation', `${fileName}: tensor "${tensor}": ${what}.`, {
    code,
    where: `${fileName}, tensor ${tensor}`,
    wayOut: WAY_OUT,
  });
}
