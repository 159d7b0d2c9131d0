import { join } from 'node:path';
import { z } from 'zod';
import { WorkbenchError } from '@core/errors';
import { listParameters } from '@core/models/decoder/parameters';
import { openModel } from '../files/open-model';
import { readTextIfThere } from '../files/read-file';
import { writeModelFolder } from '../files/write-model-folder';
import type { JobContext, RunnerOutcome } from '../job-context';
import { WeightStore } from '../weight-store';
import { checkpointRecord } from './checkpoint-record';
import { importAdapter } from './import-adapter';

/** How a model likes to be prompted, for models made with this program. */
const WorkbenchFacts = z.object({ promptSet: z.string(), plainPrompts: z.array(z.string()) });

/** A model that came without such facts is taken for an instruct model. */
const INSTRUCT = { promptSet: 'instruct', plainPrompts: [''] };

/** Brings a model, or an adapter over a model that is here already. */
export async function runImport(context: JobContext<'import'>): Promise<RunnerOutcome> {
  const { model } = context.job;
  return model === null ? importModel(context) : importAdapter(context, model);
}

/**
 * Reads a model of any kind that the program knows, checks every number of it, and keeps an own copy as a Hugging Face folder in F32, so that
 * nothing that happens to the original can harm what is built on it.
 */
async function importModel(context: JobContext<'import'>): Promise<RunnerOutcome> {
  const { path, name } = context.spec;
  const source = await openModel(path);
  for (const warning of source.warnings) context.log('warning', warning);
  const weights = new WeightStore(listParameters(source.config));
  await source.loadInto((tensor) => weights.get(tensor).data, {
    cancel: context.cancel,
    onProgress: (done, total) => context.progress({ phase: 'reading weights', done, total, unit: 'numbers' }),
  });
  const facts = await readFacts(path, source.format);
  const folder = join(context.outputFolder, 'model');
  context.progress({
    phase: 'writing the copy',
    done: source.parameterCount,
    total: source.parameterCount,
    unit: 'numbers',
  });
  await writeModelFolder(
    folder,
    { ...source, weights, ...(facts && { extraFiles: { 'workbench.json': `${JSON.stringify(facts, null, 2)}\n` } }) },
    { replace: true },
  );
  const record = checkpointRecord({
    name,
    step: 0,
    path: folder,
    adapterPath: null,
    isFinal: true,
    config: source.config,
    tokenizer: source.tokenizer,
    origin: facts ?? INSTRUCT,
  });
  await context.commit([record]);
  return { outcome: 'finished', result: { parameters: record.parameterCount, sizeBytes: record.sizeBytes } };
}

async function readFacts(path: string, format: 'folder' | 'gguf'): Promise<z.infer<typeof WorkbenchFacts> | null> {
  if (format === 'gguf') return null;
  const file = join(path, 'workbench.json');
  const text = await readTextIfThere(file);
  if (text === null) return null;
  try {
    return WorkbenchFacts.parse(JSON.parse(text));
  } catch (cause) {
    throw new WorkbenchError(
      'validation',
      'workbench.json does not say how the model is prompted.',
      { code: 'workbench-json', where: file, wayOut: 'Take the file out of the folder, or put it right.' },
      { cause },
    );
  }
}
