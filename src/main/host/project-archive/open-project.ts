import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fromPlanes } from '@core/formats/weight-planes';
import { DATABASE_FILE, openDatabase } from '../store/database';
import { indexExample, type SearchedRow } from '../store/repositories/example-texts';
import { selectAll, type WritableDb } from '../store/sql';
import { damaged, readContents, readManifest, sha256Of, STORE_FILE, type ArchivedFile } from './archive-file';
import { settleHere, type Places } from './portable-paths';
import { copyProjectRows } from './project-rows';

export interface OpenOptions extends Places {
  readonly db: WritableDb;
  readonly archive: Buffer;
  /** The archive's own path, for messages. */
  readonly where: string;
  readonly nowMs: number;
}

/** What runs that came with a project say among their versions: they were not measured on this machine. */
export const IMPORTED_VERSION = 'imported';

/**
 * Puts the project of an archive into the store and its files into the data folder. An archive of an older schema is brought to the newest on the
 * way. Files come first: a project whose rows are there is complete.
 * @throws WorkbenchError `project-archive` when the archive is damaged or does not fit this program; nothing is added then
 */
export async function openProjectArchive(options: OpenOptions): Promise<void> {
  const { db, archive, where, dataFolder } = options;
  const manifest = readManifest(archive, where);
  const contents = readContents(archive, manifest, where);
  const scratch = join(dataFolder, `opening-${manifest.projectId}`);
  const written: string[] = [];
  await rm(scratch, { recursive: true, force: true });
  await mkdir(scratch, { recursive: true });
  try {
    const known = new Map<string, Uint8Array>();
    for (const [at, file] of manifest.files.entries()) {
      const bytes = await restore(file, contents[at] ?? Buffer.alloc(0), known, options);
      known.set(file.path, bytes);
      if (file.path === STORE_FILE) continue;
      const path = join(dataFolder, file.path);
      written.push(path);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, bytes);
    }
    const store = known.get(STORE_FILE);
    if (!store) throw damaged(where);
    await writeFile(join(scratch, DATABASE_FILE), store);
    settleStore(scratch, options);
    copyProjectRows(db, join(scratch, DATABASE_FILE), (firstKeyOf) => indexCopied(db, firstKeyOf('examples')));
  } catch (error) {
    await Promise.all(written.map((path) => rm(path, { force: true })));
    throw error;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** The bytes of a file as they were packed. */
async function restore(
  file: ArchivedFile,
  content: Uint8Array,
  known: ReadonlyMap<string, Uint8Array>,
  { where, resourcesFolder }: OpenOptions,
): Promise<Uint8Array> {
  const bytes =
    file.form === 'plain' ? content : fromPlanes(content, await referenceOf(file, known, where, resourcesFolder));
  if (sha256Of(bytes) !== file.sha256) throw damaged(where, `${file.path} is not what was packed`);
  return bytes;
}

async function referenceOf(
  { reference }: ArchivedFile,
  known: ReadonlyMap<string, Uint8Array>,
  where: string,
  resourcesFolder: string,
): Promise<Uint8Array | null> {
  if (reference === null) return null;
  if (reference.startsWith('resources:')) return readFile(join(resourcesFolder, reference.slice('resources:'.length)));
  const bytes = known.get(reference);
  if (!bytes) throw damaged(where, `${reference} comes after what refers to it`);
  return bytes;
}

/** Brings the archive's own database to the newest schema and to this machine, before a row of it is copied. */
function settleStore(folder: string, { dataFolder, resourcesFolder, nowMs }: OpenOptions): void {
  const store = openDatabase(folder, { nowMs });
  try {
    settleHere(store, { dataFolder, resourcesFolder });
    store
      .prepare(
        `UPDATE runs SET versions_json = json_set(versions_json, '$.${IMPORTED_VERSION}', 'with the demo project')`,
      )
      .run();
    store.pragma('journal_mode = DELETE');
  } finally {
    store.close();
  }
}

/** The full-text index keeps no copy of the texts, so it is filled from the rows. */
function indexCopied(db: WritableDb, first: number): void {
  const sql = 'SELECT seq, question_id, prompt, steps_json, note, tags_json FROM examples WHERE seq >= $first';
  for (const row of selectAll<SearchedRow>(db, sql, { first })) indexExample(db, row);
}
