import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { cp, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { WorkbenchError } from '@core/errors';
import { listParameters } from '@core/models/decoder/parameters';
import { openModel } from '../files/open-model';
import { writeModelFolder } from '../files/write-model-folder';
import type { JobContext, RunnerOutcome, RunResult } from '../job-context';
import { WeightStore } from '../weight-store';
import { writeModelCard } from './model-card';

/** Writes a checkpoint as a folder that other programs load: a whole model, or what LoRA added to its base. */
export async function runExport(context: JobContext<'export'>): Promise<RunnerOutcome> {
  const { form } = context.spec.config;
  const folder = join(context.outputFolder, form === 'merged' ? 'model' : 'adapter');
  await WRITERS[form](context, folder);
  const files = await listFiles(folder);
  let sizeBytes = 0;
  for (const [index, path] of files.entries()) {
    context.cancel.throwIfAborted();
    context.progress({ phase: 'checking files', done: index, total: files.length, unit: 'files' });
    const bytes = (await stat(path)).size;
    sizeBytes += bytes;
    await context.commit([{ type: 'artefact', kind: 'file', path, sizeBytes: bytes, sha256: await hashFile(path) }]);
  }
  await context.commit([
    {
      type: 'artefact',
      kind: `${form === 'merged' ? 'model' : 'adapter'}-folder`,
      path: folder,
      sizeBytes,
      sha256: '',
    },
  ]);
  const result: RunResult = { files: files.length, sizeBytes, folder };
  return { outcome: 'finished', result };
}

type Form = JobContext<'export'>['spec']['config']['form'];

const WRITERS: Readonly<Record<Form, (context: JobContext<'export'>, folder: string) => Promise<void>>> = {
  merged: writeMerged,
  adapter: writeAdapter,
};

async function writeMerged(context: JobContext<'export'>, folder: string): Promise<void> {
  const { dtype, maxShardBytes, modelCard } = context.spec.config;
  const source = await openModel(modelOf(context).path);
  const weights = new WeightStore(listParameters(source.config));
  await source.loadInto((name) => weights.get(name).data, {
    cancel: context.cancel,
    onProgress: (done, total) => context.progress({ phase: 'reading weights', done, total, unit: 'numbers' }),
  });
  const { promptSet, plainPrompts } = modelOf(context);
  const extraFiles = {
    // Lets this program open the export again and prompt it as before.
    'workbench.json': `${JSON.stringify({ promptSet, plainPrompts }, null, 2)}\n`,
    ...(modelCard && { 'README.md': writeModelCard(context, source) }),
  };
  await writeModelFolder(folder, { ...source, weights, dtype, maxShardBytes, extraFiles }, { replace: true });
}

/** The adapter was written by the run that trained it; an export is a copy of its folder. */
async function writeAdapter(context: JobContext<'export'>, folder: string): Promise<void> {
  const { adapterPath, name } = modelOf(context);
  if (adapterPath === null) {
    throw new WorkbenchError('precondition', `"${name}" was not trained with LoRA, so it has no adapter.`, {
      code: 'no-adapter',
      kept: 'The checkpoint is as it was.',
      wayOut: 'Export it as a whole model.',
    });
  }
  await cp(adapterPath, folder, { recursive: true, force: true });
}

function modelOf(context: JobContext<'export'>) {
  const { model } = context.job;
  if (model === null)
    throw new WorkbenchError('internal', 'This export was started without a checkpoint.', { code: 'model-missing' });
  return model;
}

async function listFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Uint8Array);
  return hash.digest('hex');
}
