import type { AdapterInspection, ImportInspection } from '@contracts/models';
import { hasFunctionalTokens } from '@core/tokens/token-ids';
import { isAdapterFolder, openAdapterFolder } from './adapter-folder';
import { fitAdapter } from './fit-adapter';
import { inspectModel } from './inspect-model';
import { openModel } from './open-model';

/**
 * What importing a path would bring: a model, or an adapter; reads headers only.
 * @param basePath model that an adapter is to be laid over; without one only the adapter itself is checked
 * @throws WorkbenchError with the reason when it cannot be imported; see `openModel`, `openAdapterFolder`, `fitAdapter`
 */
export async function lookAt(path: string, basePath: string | null): Promise<ImportInspection> {
  if (!isAdapterFolder(path)) return { kind: 'model', model: await inspectModel(path) };
  return { kind: 'adapter', adapter: await inspectAdapter(path, basePath) };
}

async function inspectAdapter(path: string, basePath: string | null): Promise<AdapterInspection> {
  const adapter = await openAdapterFolder(path);
  const { config, shapes } = adapter;
  return {
    path: adapter.path,
    suggestedName: adapter.name,
    rank: config.rank,
    alpha: config.alpha,
    targetModules: [...config.targetModules],
    parameterCount: adapter.parameterCount,
    sizeBytes: adapter.sizeBytes,
    storedDtypes: [...adapter.storedDtypes],
    trainedRows: new Set(Object.values(config.trainableTokenIndices ?? {}).flat()).size,
    replacedTensors: shapes.filter(({ name }) => !/\.(lora_[AB]|token_adapter)\./.test(name)).length,
    hasTokenizer: adapter.hasTokenizer,
    baseModelPath: config.baseModelPath,
    over: basePath === null ? null : await overBase(adapter, basePath),
  };
}

async function overBase(
  adapter: Parameters<typeof fitAdapter>[0],
  basePath: string,
): Promise<AdapterInspection['over']> {
  const base = await openModel(basePath);
  const { newRows, tokenizer, warnings } = await fitAdapter(adapter, base);
  return {
    baseName: base.name,
    newRows,
    hasFunctionalTokens: hasFunctionalTokens(tokenizer),
    warnings: [...warnings],
  };
}
