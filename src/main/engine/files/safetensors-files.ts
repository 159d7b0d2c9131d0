import { readdir, type FileHandle } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { WorkbenchError } from '@core/errors';
import { JsonCursor } from '@core/formats/json';
import { refuseWeightFile } from '@core/formats/sniff';
import {
  decodeFloats,
  dtypeBytes,
  parseSafetensorsHeader,
  readHeaderLength,
  requireFloat,
  SAFETENSORS_PREFIX_BYTES,
  type SafetensorsEntry,
} from '@core/formats/safetensors';
import {
  isMissing,
  openForReading,
  readChunks,
  readExactly,
  readSideBySide,
  readTextIfThere,
  sniffFile,
} from './read-file';

/** A tensor and the file it lies in. */
export interface LocatedTensor extends SafetensorsEntry {
  readonly path: string;
}

/** The weights of a folder: every tensor by name, from one file or from shards. */
export interface SafetensorsSet {
  readonly tensors: ReadonlyMap<string, LocatedTensor>;
  readonly sizeBytes: number;
}

const SINGLE = 'model.safetensors';
const INDEX = 'model.safetensors.index.json';

/**
 * The safetensors files of a model folder: those that the index lists, or `model.safetensors`, or the only one there is.
 * @throws WorkbenchError `weights-missing`, `pickle-refused`, `shard-missing`, `shard-index`, `shard-repeated` and those of the safetensors parser
 */
export async function readSafetensorsSet(folder: string): Promise<SafetensorsSet> {
  const names = await listFolder(folder);
  const index = names.includes(INDEX) ? await readTextIfThere(join(folder, INDEX)) : null;
  if (index === null) return joinFiles(folder, [await chooseSingle(folder, names)]);
  const placed = parseWeightMap(index);
  const files = [...new Set(placed.values())].sort();
  const missing = files.filter((file) => !names.includes(file));
  if (missing.length > 0) {
    throw new WorkbenchError(
      'not_found',
      `${missing.length} of ${files.length} weight files are missing in ${folder}: ${missing.slice(0, 3).join(', ')}.`,
      {
        code: 'shard-missing',
        where: join(folder, missing[0] ?? INDEX),
        wayOut: 'Download the missing files into the same folder.',
      },
    );
  }
  const set = await joinFiles(folder, files);
  for (const [tensor, file] of placed) {
    if (set.tensors.get(tensor)?.path === join(folder, file)) continue;
    throw new WorkbenchError('validation', `${INDEX} places tensor "${tensor}" in ${file}, which does not have it.`, {
      code: 'shard-index',
      where: join(folder, INDEX),
      wayOut: 'Download the index and the weight files again.',
    });
  }
  return set;
}

/** Header of one file. @throws as `readSafetensorsSet` */
export async function readSafetensorsFile(path: string): Promise<SafetensorsSet> {
  const refused = refuseWeightFile(await sniffFile(path), 'safetensors', path);
  const { file, sizeBytes } = await openForReading(path);
  try {
    const prefix = await readExactly(file, 0, Math.min(SAFETENSORS_PREFIX_BYTES, sizeBytes), path);
    // A file that is nothing known is most often a damaged safetensors file, and its parser says better what is wrong.
    if (refused && refused.code !== 'safetensors-kind') throw refused;
    const length = readHeaderLength(prefix, sizeBytes, path);
    const header = parseSafetensorsHeader(
      await readExactly(file, SAFETENSORS_PREFIX_BYTES, length, path),
      sizeBytes,
      path,
    );
    return { tensors: new Map(header.tensors.map((entry) => [entry.name, { ...entry, path }])), sizeBytes };
  } finally {
    await file.close();
  }
}

/** A tensor with the float32 memory that it is read into. */
export interface TensorToRead {
  readonly tensor: LocatedTensor;
  readonly data: Float32Array;
}

/**
 * Reads tensors as float32. Those of float32 that lie side by side come in one call of the system, straight into their memory; the next call is
 * under way while `take` looks at what came and while anything else holds this thread.
 * @param take called once for each tensor, in the order of the files
 * @throws WorkbenchError `safetensors-dtype`, `file-truncated`, `file-missing`; whatever `take` throws, after the last read has ended
 */
export async function readTensors(
  wanted: readonly TensorToRead[],
  take: (read: TensorToRead) => void = () => undefined,
): Promise<void> {
  const files = new OpenFiles();
  const underWay: { readonly span: Span; readonly read: Promise<PromiseSettledResult<void>[]> }[] = [];
  const finishFirst = async (): Promise<void> => {
    const first = underWay.shift();
    if (!first) return;
    const [outcome] = await first.read;
    if (outcome?.status === 'rejected') throw outcome.reason;
    for (const tensor of first.span.ends) take(tensor);
  };
  try {
    for (const span of spansOf(wanted)) {
      if (underWay.length >= SPANS_UNDER_WAY) await finishFirst();
      underWay.push({ span, read: Promise.allSettled([readSpan(span, files)]) });
    }
    while (underWay.length > 0) await finishFirst();
  } finally {
    await Promise.all(underWay.map(({ read }) => read));
    await files.close();
  }
}

/** Numbers of one slice of `readRows`: few enough that looking at them holds nobody up. */
const SLICE_NUMBERS = 1 << 17;

/**
 * Reads a matrix slice by slice, so that it is never in memory as a whole.
 * @param take gets the first row of each slice and its numbers, [rows, width]; the memory is used again
 * @throws WorkbenchError `safetensors-dtype`, `file-truncated`, `file-missing`
 */
export async function readRows(
  tensor: LocatedTensor,
  take: (first: number, rows: Float32Array) => void,
): Promise<void> {
  const [rows = 0, width = 1] = tensor.dims;
  const dtype = requireFloat(tensor, tensor.path);
  const bytes = dtypeBytes(dtype);
  const atOnce = Math.max(1, Math.floor(SLICE_NUMBERS / width));
  const memory = new Float32Array(atOnce * width);
  const { file } = await openForReading(tensor.path);
  try {
    for (let first = 0; first < rows; first += atOnce) {
      const count = Math.min(atOnce, rows - first) * width;
      const chunk = await readExactly(file, tensor.begin + first * width * bytes, count * bytes, tensor.path);
      decodeFloats(dtype, chunk, memory, 0);
      take(first, memory.subarray(0, count));
    }
  } finally {
    await file.close();
  }
}

/** Bytes of one call: so many that the disk goes on while this thread compiles a graph. */
const SPAN_BYTES = 128 << 20;
const SPANS_UNDER_WAY = 2;

/** What one call reads: neighbours of float32, or one tensor that is decoded. */
interface Span {
  readonly path: string;
  readonly begin: number;
  /** Memory for the bytes from `begin` on; null for a tensor of another type than float32. */
  readonly arrays: Uint8Array[] | null;
  /** Tensors that are whole after this span. */
  readonly ends: TensorToRead[];
}

function* spansOf(wanted: readonly TensorToRead[]): Iterable<Span> {
  let span: Span | null = null;
  let end = 0;
  for (const each of wanted.toSorted((a, b) => comparePlaces(a.tensor, b.tensor))) {
    const { path, begin } = each.tensor;
    if (requireFloat(each.tensor, path) !== 'F32') {
      if (span) yield span;
      yield { path, begin, arrays: null, ends: [each] };
      span = null;
      continue;
    }
    const bytes = bytesOf(each);
    for (let at = 0; at < bytes.length || at === 0; at += SPAN_BYTES) {
      const part = bytes.subarray(at, at + SPAN_BYTES);
      const goesOn: boolean =
        span !== null && span.path === path && end === begin + at && end + part.length - span.begin <= SPAN_BYTES;
      if (!goesOn) {
        if (span) yield span;
        span = { path, begin: begin + at, arrays: [], ends: [] };
      }
      span?.arrays?.push(part);
      end = begin + at + part.length;
    }
    span?.ends.push(each);
  }
  if (span) yield span;
}

function comparePlaces(a: LocatedTensor, b: LocatedTensor): number {
  return a.path === b.path ? a.begin - b.begin : a.path < b.path ? -1 : 1;
}

/** Bytes of float32 are the numbers themselves on the little-endian hosts that we run on: no copy in between. */
function bytesOf({ tensor, data }: TensorToRead): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, tensor.end - tensor.begin);
}

async function readSpan({ path, begin, arrays, ends }: Span, files: OpenFiles): Promise<void> {
  const file = await files.open(path);
  if (arrays) return readSideBySide(file, arrays, begin, path);
  for (const { tensor, data } of ends) {
    const dtype = requireFloat(tensor, path);
    await readChunks(file, tensor.begin, tensor.end, path, (chunk, offset) =>
      decodeFloats(dtype, chunk, data, offset / dtypeBytes(dtype)),
    );
  }
}

/** Files that are opened once and closed together. */
class OpenFiles {
  readonly #files = new Map<string, ReturnType<typeof openForReading>>();

  async open(path: string): Promise<FileHandle> {
    const known = this.#files.get(path);
    if (known) return (await known).file;
    const opened = openForReading(path);
    this.#files.set(path, opened);
    return (await opened).file;
  }

  async close(): Promise<void> {
    for (const outcome of await Promise.allSettled(this.#files.values()))
      if (outcome.status === 'fulfilled') await outcome.value.file.close();
  }
}

async function joinFiles(folder: string, files: readonly string[]): Promise<SafetensorsSet> {
  const tensors = new Map<string, LocatedTensor>();
  let sizeBytes = 0;
  for (const name of files) {
    const part = await readSafetensorsFile(join(folder, name));
    for (const [tensor, located] of part.tensors) {
      const other = tensors.get(tensor);
      if (other) throw placedTwice(tensor, basename(other.path), name, folder);
      tensors.set(tensor, located);
    }
    sizeBytes += part.sizeBytes;
  }
  return { tensors, sizeBytes };
}

function placedTwice(tensor: string, first: string, second: string, folder: string): WorkbenchError {
  return new WorkbenchError('validation', `Tensor "${tensor}" is in ${first} and again in ${second}.`, {
    code: 'shard-repeated',
    where: `${join(folder, second)}, tensor ${tensor}`,
    wayOut: 'Download the weight files again; shards of two models may lie in one folder.',
  });
}

/** File of each tensor, from the text of `model.safetensors.index.json`. @throws WorkbenchError `json-syntax`, `json-value` */
export function parseWeightMap(text: string): ReadonlyMap<string, string> {
  const map = JsonCursor.parse(text, INDEX).at('weight_map');
  return new Map(
    Object.keys(map.record()).map((tensor) => {
      const file = map.at(tensor).text();
      // A path that leaves the folder would let a downloaded model read other files.
      if (/[\\/]/.test(file) || file.startsWith('.'))
        throw map.at(tensor).wrong('the name of a file in the same folder');
      return [tensor, file];
    }),
  );
}

async function chooseSingle(folder: string, names: readonly string[]): Promise<string> {
  if (names.includes(SINGLE)) return SINGLE;
  const others = names.filter((name) => name.endsWith('.safetensors') && name !== 'adapter_model.safetensors');
  const [only] = others;
  if (only !== undefined && others.length === 1) return only;
  for (const name of names.filter((other) => /\.(bin|pt|pth|ckpt)$/.test(other))) {
    const refused = refuseWeightFile(await sniffFile(join(folder, name)), 'safetensors', name);
    if (refused?.code === 'pickle-refused') throw refused;
  }
  const facts = {
    code: 'weights-missing' as const,
    where: folder,
    wayOut: `Choose the folder that holds ${SINGLE} or ${INDEX}.`,
  };
  if (others.length > 1)
    throw new WorkbenchError(
      'not_found',
      `${folder} holds ${others.length} safetensors files and no ${INDEX} to say how they belong together.`,
      facts,
    );
  throw new WorkbenchError('not_found', `There are no safetensors weights in ${folder}.`, facts);
}

/** Names in a folder. @throws WorkbenchError `folder-missing` */
async function listFolder(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (cause) {
    const facts = {
      code: 'folder-missing' as const,
      where: folder,
      wayOut: 'Choose a folder that exists and can be read.',
    };
    throw new WorkbenchError(
      isMissing(cause) ? 'not_found' : 'external',
      `The folder ${folder} cannot be opened.`,
      facts,
      { cause },
    );
  }
}
