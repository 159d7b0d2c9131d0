import { join } from 'node:path';
import type { ModelRef } from '@contracts/engine-protocol';
import { elementCount } from '@core/formats/safetensors';
import { listParameters } from '@core/models/decoder/parameters';
import { loraScaling } from '@core/train/lora';
import { mergeAdapter } from '@core/train/merge-adapter';
import { openAdapterFolder, writeAdapterFolder } from '../files/adapter-folder';
import { fitAdapter } from '../files/fit-adapter';
import { openModel } from '../files/open-model';
import { writeModelFolder } from '../files/write-model-folder';
import type { JobContext, RunnerOutcome } from '../job-context';
import { WeightStore } from '../weight-store';
import { checkpointRecord } from './checkpoint-record';
import { openExecutor } from './open-executor';

/**
 * Lays a PEFT adapter over a model of the project and writes the sum as a checkpoint like any other, with the adapter beside it where it is
 * to be kept. The base and the adapter's own folder stay as they are.
 */
export async function importAdapter(context: JobContext<'import'>, origin: ModelRef): Promise<RunnerOutcome> {
  const { path, name, config } = context.spec;
  const source = await openAdapterFolder(path);
  const base = await openModel(origin.path);
  const fit = await fitAdapter(source, base);
  for (const warning of [...base.warnings, ...fit.warnings]) context.log('warning', warning);
  const weights = new WeightStore(listParameters(fit.config));
  await base.loadInto((tensor, dims) => weights.get(tensor).data.subarray(0, elementCount(dims)), {
    cancel: context.cancel,
    onProgress: (done, total) => context.progress({ phase: 'reading weights', done, total, unit: 'numbers' }),
  });
  const adapter = await source.load();
  await mergeAdapter(
    { tensors: adapter.tensors, scaling: loraScaling(adapter.config), rows: adapter.config.trainableTokenIndices },
    weights,
    await openExecutor(context),
  );
  context.cancel.throwIfAborted();

  const folder = join(context.outputFolder, 'model');
  const adapterPath = config.keepAdapter ? join(context.outputFolder, 'adapter') : null;
  const { parameterCount } = base;
  context.progress({ phase: 'writing the copy', done: parameterCount, total: parameterCount, unit: 'numbers' });
  const { promptSet, plainPrompts } = origin;
  const facts = { promptSet, plainPrompts };
  await writeModelFolder(
    folder,
    {
      ...base,
      config: fit.config,
      tokenizer: fit.tokenizer,
      weights,
      extraFiles: { 'workbench.json': `${JSON.stringify(facts, null, 2)}\n` },
    },
    { replace: true },
  );
  if (adapterPath !== null)
    await writeAdapterFolder(adapterPath, adapter, { replace: true, extraFiles: fit.tokenizer.toFiles() });
  const record = checkpointRecord({
    name,
    step: 0,
    path: folder,
    adapterPath,
    isFinal: true,
    config: fit.config,
    tokenizer: fit.tokenizer,
    origin: facts,
  });
  await context.commit([record]);
  return {
    outcome: 'finished',
    result: { parameters: record.parameterCount, sizeBytes: record.sizeBytes, newRows: fit.newRows },
  };
}
