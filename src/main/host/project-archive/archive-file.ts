import { createHash } from 'node:crypto';
import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';
import { z } from 'zod';
import { DemoFacts } from '@contracts/projects';
import { ProjectId } from '@contracts/ids';
import { WorkbenchError } from '@core/errors';

/**
 * A project in one file: a line that says what it is, the manifest as one line of JSON, then everything else compressed by Brotli in the order of
 * `files`. The manifest can be read without unpacking.
 */
const SIGNATURE = 'RFTT project 1';
/** What a file's name may look like: it is put together with a folder when the archive is opened. */
const SAFE_PATH = /^(?:[\w-]+(?:\.[\w-]+)*\/)*[\w-]+(?:\.[\w-]+)*$/;
/** Brotli's largest window of the plain format: later checkpoints refer back to earlier ones within it. */
const WINDOW_BITS = 24;

const ArchivedFile = z.object({
  /** Inside the data folder, with `/`; `store.db` is the database. */
  path: z.string().regex(SAFE_PATH),
  bytes: z.int().min(0),
  sha256: z.string(),
  /** `planes`: a safetensors file as `core/formats/weight-planes` writes it. */
  form: z.enum(['plain', 'planes']),
  /** What its planes are the difference from: an earlier file, or `resources:…` for one that ships with the program. */
  reference: z.string().nullable(),
});
export type ArchivedFile = z.infer<typeof ArchivedFile>;

export const ArchiveManifest = z.object({
  projectId: ProjectId,
  name: z.string(),
  about: DemoFacts,
  /** Schema version of `store.db`. */
  schema: z.int(),
  files: z.array(ArchivedFile),
});
export type ArchiveManifest = z.infer<typeof ArchiveManifest>;

/** The name of the database inside an archive. */
export const STORE_FILE = 'store.db';

/** @param quality of Brotli, 0 to 11: the best takes minutes for tens of megabytes */
export function writeArchive(
  manifest: ArchiveManifest,
  contents: readonly Uint8Array[],
  quality: number = constants.BROTLI_MAX_QUALITY,
): Buffer {
  const body = brotliCompressSync(Buffer.concat(contents), {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: quality,
      [constants.BROTLI_PARAM_LGWIN]: WINDOW_BITS,
    },
  });
  return Buffer.concat([Buffer.from(`${SIGNATURE}\n${JSON.stringify(manifest)}\n`), body]);
}

/** What an archive says of itself. @throws WorkbenchError `project-archive` when it is none, or damaged */
export function readManifest(archive: Buffer, where: string): ArchiveManifest {
  return ArchiveManifest.parse(JSON.parse(splitArchive(archive, where).manifest));
}

/** The files of an archive as they are stored, in order. @throws WorkbenchError `project-archive` when it is damaged */
export function readContents(archive: Buffer, manifest: ArchiveManifest, where: string): Buffer[] {
  const total = manifest.files.reduce((sum, { bytes }) => sum + bytes, 0);
  let body: Buffer;
  try {
    body = brotliDecompressSync(splitArchive(archive, where).body, { maxOutputLength: total + 1 });
  } catch (cause) {
    throw damaged(where, cause);
  }
  if (body.length !== total) throw damaged(where);
  let at = 0;
  return manifest.files.map(({ bytes }) => body.subarray(at, (at += bytes)));
}

export function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

export function damaged(where: string, cause?: unknown): WorkbenchError {
  return new WorkbenchError(
    'validation',
    'The demo project that ships with the program cannot be read.',
    {
      code: 'project-archive',
      where,
      kept: 'Everything of yours; nothing was added.',
      wayOut: 'Install the workbench again, or begin with a new project.',
    },
    cause === undefined ? undefined : { cause },
  );
}

function splitArchive(archive: Buffer, where: string): { readonly manifest: string; readonly body: Buffer } {
  const first = archive.indexOf('\n');
  const second = archive.indexOf('\n', first + 1);
  if (first < 0 || second < 0 || archive.subarray(0, first).toString('utf8') !== SIGNATURE) throw damaged(where);
  return { manifest: archive.subarray(first + 1, second).toString('utf8'), body: archive.subarray(second + 1) };
}
