import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { readManifest } from '../../src/main/host/project-archive/archive-file';
import { openProjectArchive } from '../../src/main/host/project-archive/open-project';
import { DEMO_ARCHIVE } from '../../src/main/host/services/demo-project';
import type { WritableDb } from '../../src/main/host/store/sql';

const RESOURCES = resolve('resources');
const ARCHIVE = join(RESOURCES, DEMO_ARCHIVE);

/** Id of the demo project that ships. */
export function demoProject(): string {
  return readManifest(readArchive(), ARCHIVE).projectId;
}

/** Puts the demo project that ships into a store, with its files beside it. */
export async function openDemoArchive(db: WritableDb): Promise<void> {
  const archive = readArchive();
  const dataFolder = dirname(db.name);
  await openProjectArchive({
    db,
    archive,
    where: ARCHIVE,
    dataFolder,
    resourcesFolder: RESOURCES,
    nowMs: Date.now(),
  });
}

function readArchive(): Buffer {
  if (!existsSync(ARCHIVE)) throw new Error(`${ARCHIVE} is not there: npm run make-demo-project first.`);
  return readFileSync(ARCHIVE);
}
