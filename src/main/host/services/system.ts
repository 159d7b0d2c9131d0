import { readdir, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { existsSync } from 'node:fs';
import { z } from 'zod';
import { Settings, type FolderEntry, type SystemInfo } from '@contracts/system';
import { WorkbenchError } from '@core/errors';
import { chooseThreads } from '../../engine/processor';
import { errorCode } from '../../engine/run-state';
import { readDraft, readSettings, writeDraft, writeSetting, type StoredDraft } from '../store/repositories/settings';
import { transaction } from '../store/sql';
import type { ServiceContext } from './context';

type SettingsValue = z.infer<typeof Settings>;
type SettingsChange = { readonly [K in keyof SettingsValue]?: SettingsValue[K] | undefined };

const DEFAULT_SETTINGS: SettingsValue = {
  theme: 'system',
  language: 'system',
  notify: true,
  gentle: false,
  threads: null,
  device: 'auto',
};

export function describeSystem(context: ServiceContext): z.infer<typeof SystemInfo> {
  const { machine, folders, versions } = context;
  const { threads } = shareOfMachine(context);
  return {
    version: versions['workbench'] ?? '',
    shell: context.shell,
    dataFolder: folders.data,
    cores: machine.cores,
    physicalCores: machine.physicalCores,
    totalMemoryBytes: machine.totalMemoryBytes,
    freeMemoryBytes: machine.freeMemoryBytes(),
    freeDiskBytes: machine.freeDiskBytes(folders.data),
    device: `CPU, ${threads} ${threads === 1 ? 'thread' : 'threads'}`,
    versions: { ...versions },
  };
}

/** What an engine that starts now may use of the machine. */
export interface MachineShare {
  readonly threads: number;
  readonly gentle: boolean;
}

/** @param wanted threads that the job itself asks for; null for what the settings say */
export function shareOfMachine(
  { machine, db }: Pick<ServiceContext, 'machine' | 'db'>,
  wanted: number | null = null,
): MachineShare {
  const { gentle, threads } = readAllSettings(db);
  const processor = { physicalCores: machine.physicalCores, logicalCores: machine.cores };
  return { threads: chooseThreads(processor, { gentle, threads: wanted ?? threads }), gentle };
}

export function getSettings({ db }: Pick<ServiceContext, 'db'>): SettingsValue {
  return readAllSettings(db);
}

export function changeSettings(context: ServiceContext, change: SettingsChange): SettingsValue {
  const { db, bus } = context;
  transaction(db, () => {
    for (const [key, value] of Object.entries(change)) if (value !== undefined) writeSetting(db, key, value);
  });
  bus.publish({ type: 'changed', what: 'settings' });
  return readAllSettings(db);
}

export function loadDraft({ db }: ServiceContext, key: string): StoredDraft {
  return readDraft(db, key);
}

/** Never overwrites what the window has not seen: see the contract. */
export function saveDraft(
  context: ServiceContext,
  { key, value, basedOn }: { readonly key: string; readonly value?: unknown; readonly basedOn: number | null },
): StoredDraft & { saved: boolean } {
  const { db, bus } = context;
  const outcome = transaction(db, () => {
    const stored = readDraft(db, key);
    if (stored.version !== basedOn) return { ...stored, saved: false };
    // Two saves within a millisecond are still two versions.
    writeDraft(db, key, value, Math.max(context.nowMs(), (stored.version ?? 0) + 1));
    return { ...readDraft(db, key), saved: true };
  });
  if (outcome.saved) bus.publish({ type: 'draftChanged', key, version: outcome.version });
  return outcome;
}

interface Listing {
  path: string;
  parent: string | null;
  entries: z.infer<typeof FolderEntry>[];
}

/**
 * What is in a folder, folders first, hidden entries left out. A path to a file lists the folder around it.
 * @throws WorkbenchError `folder-unreadable`
 */
export async function listFolder(wanted: string | null): Promise<Listing> {
  const asked = resolve(expandHome(wanted?.trim() || homedir()));
  try {
    const path = (await stat(asked)).isDirectory() ? asked : dirname(asked);
    const found = await readdir(path, { withFileTypes: true });
    const entries = await Promise.all(
      found.filter((entry) => !entry.name.startsWith('.')).map((entry) => describeEntry(path, entry.name)),
    );
    const parent = dirname(path);
    return {
      path,
      parent: parent === path ? null : parent,
      entries: entries
        .filter((entry) => entry !== null)
        .toSorted(
          (a, b) =>
            Number(a.kind === 'file') - Number(b.kind === 'file') ||
            a.name.localeCompare(b.name, 'en', { numeric: true, sensitivity: 'base' }),
        ),
    };
  } catch (cause) {
    const code = errorCode(cause);
    const why = code === 'ENOENT' ? 'is not there' : code === 'EACCES' ? 'may not be read' : 'cannot be read';
    throw new WorkbenchError(
      code === 'ENOENT' ? 'not_found' : 'external',
      `${asked} ${why}.`,
      { code: 'folder-unreadable', where: asked, wayOut: 'Choose another folder.' },
      { cause },
    );
  }
}

/** Shows a path in the desktop's file manager. */
export async function revealPath(
  { reveal }: ServiceContext,
  path: string,
): Promise<{ revealed: boolean; reason: string }> {
  if (!existsSync(path)) return { revealed: false, reason: `${path} is not there any more.` };
  if (!reveal) return { revealed: false, reason: 'There is no file manager here. The path can be copied.' };
  try {
    await reveal(path);
    return { revealed: true, reason: '' };
  } catch (error) {
    return { revealed: false, reason: error instanceof Error ? error.message : String(error) };
  }
}

function readAllSettings(db: ServiceContext['db']): SettingsValue {
  const stored = Settings.partial().safeParse(readSettings(db));
  // A value that a later version wrote and this one does not know counts as not set.
  const known = stored.success ? stored.data : {};
  return {
    theme: known.theme ?? DEFAULT_SETTINGS.theme,
    language: known.language ?? DEFAULT_SETTINGS.language,
    notify: known.notify ?? DEFAULT_SETTINGS.notify,
    gentle: known.gentle ?? DEFAULT_SETTINGS.gentle,
    threads: known.threads ?? DEFAULT_SETTINGS.threads,
    device: known.device ?? DEFAULT_SETTINGS.device,
  };
}

/** Null for what vanished meanwhile, dangling links, sockets and devices. */
async function describeEntry(folder: string, name: string): Promise<z.infer<typeof FolderEntry> | null> {
  const path = join(folder, name);
  const facts = await stat(path).catch(() => null);
  if (!facts) return null;
  if (facts.isDirectory()) {
    const looksLikeModel = existsSync(join(path, 'config.json'));
    return {
      name,
      path,
      kind: 'folder',
      sizeBytes: 0,
      looksLikeModel,
      looksLikeAdapter: !looksLikeModel && existsSync(join(path, 'adapter_config.json')),
    };
  }
  if (!facts.isFile()) return null;
  const looksLikeModel = name.toLowerCase().endsWith('.gguf');
  return { name, path, kind: 'file', sizeBytes: facts.size, looksLikeModel, looksLikeAdapter: false };
}

function expandHome(path: string): string {
  return path === '~' || path.startsWith('~/') ? join(homedir(), path.slice(1)) : path;
}
