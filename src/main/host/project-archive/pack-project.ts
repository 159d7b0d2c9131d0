import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import type { CheckpointId, ProjectId } from '@contracts/ids';
import type { DemoFacts } from '@contracts/projects';
import { toPlanes } from '@core/formats/weight-planes';
import { DATABASE_FILE, openDatabase } from '../store/database';
import { schemaVersion } from '../store/migrate';
import type { WritableDb } from '../store/sql';
import { sha256Of, STORE_FILE, type ArchivedFile, type ArchiveManifest } from './archive-file';
import { makePortable, type Places } from './portable-paths';
import { copyProjectRows } from './project-rows';

export interface PackOptions extends Places {
  readonly projectId: ProjectId;
  /** Name of the project in the archive. */
  readonly name: string;
  readonly about: DemoFacts;
  /** Checkpoints whose files come along, in this order, each with the folder that holds them; all others are marked as removed. */
  readonly checkpoints: readonly PackedCheckpoint[];
  /** Runs that stay out with everything they made, e.g. exports. */
  readonly withoutRuns: readonly string[];
  /** An empty folder to work in. */
  readonly scratch: string;
  readonly nowMs: number;
}

export interface PackedCheckpoint {
  readonly id: CheckpointId;
  /** Folder of a model on this machine. */
  readonly from: string;
  /** Weights that these are near: an earlier checkpoint's id, or the path of a safetensors file inside the resources. */
  readonly near: { readonly checkpoint: CheckpointId } | { readonly resource: string } | null;
}

/** A project ready for `writeArchive`. */
export interface PackedProject {
  readonly manifest: ArchiveManifest;
  readonly contents: readonly Uint8Array[];
}

/** A project of a closed data folder in a form that opens anywhere. */
export function packProject(options: PackOptions): PackedProject {
  const copy = join(options.scratch, 'copy');
  const clean = join(options.scratch, 'clean');
  for (const folder of [copy, clean]) mkdirSync(folder, { recursive: true });
  const source = openDatabase(options.dataFolder, { nowMs: options.nowMs });
  try {
    source.prepare('VACUUM INTO ?').run(join(copy, DATABASE_FILE));
  } finally {
    source.close();
  }
  const pruned = openDatabase(copy, { nowMs: options.nowMs });
  const targets = prune(pruned, options);
  makePortable(pruned, options);
  closeAsOneFile(pruned);

  const fresh = openDatabase(clean, { nowMs: options.nowMs });
  copyProjectRows(fresh, join(copy, DATABASE_FILE));
  const schema = schemaVersion(fresh);
  closeAsOneFile(fresh);

  const store = readFileSync(join(clean, DATABASE_FILE));
  const packed = [
    { file: describe(STORE_FILE, store, 'plain', null), content: store as Uint8Array },
    ...options.checkpoints.flatMap((checkpoint) => packFolder(checkpoint, targets, options)),
  ];
  const { projectId, name, about } = options;
  return {
    manifest: { projectId, name, about, schema, files: packed.map(({ file }) => file) },
    contents: packed.map(({ content }) => content),
  };
}

/** Leaves the one project with the rows that need no file, or whose files come along. Gives each packed checkpoint its place in the data folder. */
function prune(db: WritableDb, options: PackOptions): ReadonlyMap<CheckpointId, string> {
  const kept = new Set<string>(options.checkpoints.map(({ id }) => id));
  const targets = new Map<CheckpointId, string>();
  db.prepare('DELETE FROM projects WHERE id <> ?').run(options.projectId);
  db.prepare('UPDATE projects SET name = ? WHERE id = ?').run(options.name, options.projectId);
  for (const id of options.withoutRuns) db.prepare('DELETE FROM runs WHERE id = ?').run(id);
  const rows = db.prepare('SELECT id, path FROM checkpoints WHERE origin <> ?').all('embedded') as {
    id: CheckpointId;
    path: string;
  }[];
  for (const { id, path } of rows) {
    if (kept.has(id)) {
      targets.set(id, relative(options.dataFolder, path).split(sep).join('/'));
      continue;
    }
    // Where it lay says something about this machine and nothing to anybody else.
    db.prepare(
      'UPDATE checkpoints SET removed_at_ms = coalesce(removed_at_ms, ?), path = ?, adapter_path = NULL WHERE id = ?',
    ).run(options.nowMs, `removed/${id}`, id);
  }
  for (const { id, from } of options.checkpoints) {
    // What lies there is a whole model of its own, whatever the run kept beside it.
    db.prepare('UPDATE checkpoints SET size_bytes = ?, adapter_path = NULL WHERE id = ?').run(bytesOf(from), id);
  }
  // Files that stay behind; their rows would promise what is not there.
  db.exec('DELETE FROM artefacts');
  return targets;
}

function packFolder(
  { id, from, near }: PackedCheckpoint,
  targets: ReadonlyMap<CheckpointId, string>,
  { checkpoints, resourcesFolder }: PackOptions,
): { file: ArchivedFile; content: Uint8Array }[] {
  const target = targets.get(id);
  if (target === undefined) throw new Error(`The project has no checkpoint ${id}.`);
  return readdirSync(from)
    .toSorted()
    .map((name) => {
      const bytes = readFileSync(join(from, name));
      const path = `${target}/${name}`;
      if (!name.endsWith('.safetensors'))
        return { file: describe(path, bytes, 'plain', null), content: bytes as Uint8Array };
      const reference = near && readNear(near, name, { checkpoints, targets, resourcesFolder });
      const content = toPlanes(bytes, reference?.bytes ?? null);
      return { file: describe(path, bytes, 'planes', reference?.name ?? null), content };
    });
}

function readNear(
  near: NonNullable<PackedCheckpoint['near']>,
  name: string,
  known: Pick<PackOptions, 'checkpoints' | 'resourcesFolder'> & { targets: ReadonlyMap<CheckpointId, string> },
): { readonly name: string; readonly bytes: Uint8Array } {
  if ('resource' in near)
    return { name: `resources:${near.resource}`, bytes: readFileSync(join(known.resourcesFolder, near.resource)) };
  const other = known.checkpoints.find(({ id }) => id === near.checkpoint);
  const target = known.targets.get(near.checkpoint);
  if (!other || target === undefined) throw new Error(`The checkpoint ${near.checkpoint} is not packed.`);
  return { name: `${target}/${name}`, bytes: readFileSync(join(other.from, name)) };
}

function describe(
  path: string,
  original: Uint8Array,
  form: ArchivedFile['form'],
  reference: string | null,
): ArchivedFile {
  return { path, bytes: original.length, sha256: sha256Of(original), form, reference };
}

function bytesOf(folder: string): number {
  return readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
}

/** Without the write-ahead log, and without the holes that deleted rows leave. */
function closeAsOneFile(db: WritableDb): void {
  db.pragma('journal_mode = DELETE');
  db.exec('VACUUM');
  db.close();
}
