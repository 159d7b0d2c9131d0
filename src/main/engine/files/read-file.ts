import { open, readFile, stat, type FileHandle } from 'node:fs/promises';
import { WorkbenchError } from '@core/errors';
import { SNIFF_BYTES, sniffWeightFile, type WeightFileKind } from '@core/formats/sniff';

/** Bytes read at a time: enough for full disk speed, little beside a model. */
export const READ_CHUNK_BYTES = 4 << 20;

/** Text files of a model are read whole; a larger one is no tokenizer. */
const MAX_TEXT_BYTES = 256 << 20;

/** What a text file holds, or null when there is none of this name. @throws WorkbenchError `file-unreadable`, `file-too-large` */
export async function readTextIfThere(path: string): Promise<string | null> {
  try {
    const { size } = await stat(path);
    if (size > MAX_TEXT_BYTES) {
      throw new WorkbenchError('validation', `${path} has ${size} bytes, more than any file of its kind.`, {
        code: 'file-too-large',
        where: path,
      });
    }
    return await readFile(path, 'utf8');
  } catch (cause) {
    if (isMissing(cause)) return null;
    throw unreadable(path, cause);
  }
}

/** Opens a file for reading and gives its size. @throws WorkbenchError `file-missing`, `file-unreadable` */
export async function openForReading(path: string): Promise<{ readonly file: FileHandle; readonly sizeBytes: number }> {
  try {
    const file = await open(path, 'r');
    const { size } = await file.stat();
    return { file, sizeBytes: size };
  } catch (cause) {
    throw isMissing(cause)
      ? new WorkbenchError(
          'not_found',
          `${path} is not there.`,
          {
            code: 'file-missing',
            where: path,
            wayOut: 'Put the file back, or import the model again from where it is now.',
          },
          { cause },
        )
      : unreadable(path, cause);
  }
}

/** The kind of a weight file, told from its first bytes. @throws WorkbenchError `file-missing`, `file-unreadable` */
export async function sniffFile(path: string): Promise<WeightFileKind> {
  const { file } = await openForReading(path);
  try {
    return sniffWeightFile(await readExactly(file, 0, SNIFF_BYTES, path, { allowShort: true }));
  } finally {
    await file.close();
  }
}

/** `length` bytes from `position`. @throws WorkbenchError `file-truncated` when the file ends before */
export async function readExactly(
  file: FileHandle,
  position: number,
  length: number,
  path: string,
  options: { readonly allowShort?: boolean } = {},
): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  const got = await readInto(file, bytes, position, path);
  if (got < length && !options.allowShort) throw shortRead(path, position + length, position + got);
  return bytes.subarray(0, got);
}

/** Fills arrays with neighbouring bytes from `position` on, in one call of the system. @throws WorkbenchError `file-truncated` when the file ends before */
export async function readSideBySide(
  file: FileHandle,
  arrays: readonly Uint8Array[],
  position: number,
  path: string,
): Promise<void> {
  const wanted = arrays.reduce((sum, { length }) => sum + length, 0);
  let got = await readVector(file, arrays, position, path);
  // A system may give less than was asked for; the rest comes array by array.
  let begin = 0;
  for (const array of arrays) {
    const filled = Math.min(array.length, Math.max(0, got - begin));
    if (filled < array.length) {
      const more = await readInto(file, array.subarray(filled), position + begin + filled, path);
      got += more;
      if (filled + more < array.length) throw shortRead(path, position + wanted, position + begin + filled + more);
    }
    begin += array.length;
  }
}

/** Calls `take` with the bytes from `begin` to `end`, at most `READ_CHUNK_BYTES` at a time; the next ones are read meanwhile. Two arrays are reused. */
export async function readChunks(
  file: FileHandle,
  begin: number,
  end: number,
  path: string,
  take: (chunk: Uint8Array, offset: number) => void,
): Promise<void> {
  const size = Math.min(READ_CHUNK_BYTES, end - begin);
  const scratches = [new Uint8Array(size), new Uint8Array(size)] as const;
  const read = async (index: number): Promise<Uint8Array | null> => {
    const at = begin + index * size;
    if (at >= end) return null;
    const chunk = scratches[index % 2 === 0 ? 0 : 1].subarray(0, Math.min(size, end - at));
    const got = await readInto(file, chunk, at, path);
    if (got < chunk.length) throw shortRead(path, end, at + got);
    return chunk;
  };
  let chunk = await read(0);
  for (let index = 0; chunk !== null; index++) {
    const next = read(index + 1);
    try {
      take(chunk, index * size);
    } catch (cause) {
      // The file is closed after this; a read under way has to end first, whichever way it does.
      await Promise.allSettled([next]);
      throw cause;
    }
    chunk = await next;
  }
}

async function readVector(
  file: FileHandle,
  arrays: readonly Uint8Array[],
  position: number,
  path: string,
): Promise<number> {
  try {
    return (await file.readv([...arrays], position)).bytesRead;
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

async function readInto(file: FileHandle, bytes: Uint8Array, position: number, path: string): Promise<number> {
  let got = 0;
  try {
    while (got < bytes.length) {
      const { bytesRead } = await file.read(bytes, got, bytes.length - got, position + got);
      if (bytesRead === 0) break;
      got += bytesRead;
    }
  } catch (cause) {
    throw unreadable(path, cause);
  }
  return got;
}

function shortRead(path: string, expected: number, actual: number): WorkbenchError {
  return new WorkbenchError(
    'validation',
    `${path} ends at byte ${actual}; ${expected} were expected. It changed or was cut short.`,
    {
      code: 'file-truncated',
      where: path,
      wayOut: 'Download or copy the file again.',
    },
  );
}

function unreadable(path: string, cause: unknown): WorkbenchError {
  if (cause instanceof WorkbenchError) return cause;
  const said = cause instanceof Error ? cause.message : String(cause);
  return new WorkbenchError(
    'external',
    `${path} cannot be read: ${said}`,
    { code: 'file-unreadable', where: path, wayOut: 'Check the disk and the permissions of the file.' },
    { cause },
  );
}

/** Whether a file system error says that the file is not there. */
export function isMissing(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && (cause.code === 'ENOENT' || cause.code === 'ENOTDIR');
}
