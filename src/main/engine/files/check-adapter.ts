import { WorkbenchError } from '@core/errors';
import { EMBEDDING, HEAD, listLinears, listParameters, type ParameterSpec } from '@core/models/decoder/parameters';
import type { ModelConfig } from '@core/models/model-config';
import { peftName } from '@core/train/lora';
import type { AdapterConfig } from './adapter-config';

/** The model that an adapter is to be laid over. */
export interface AdapterBase {
  readonly config: ModelConfig;
  readonly name: string;
}

/** A tensor that an adapter of this model may have; rows beyond `dims[0]` are new tokens where `mayGrow`. */
interface Expected {
  readonly dims: readonly number[];
  readonly mayGrow: boolean;
}

/** Makes the error of an adapter that does not fit: what does not, and where in it. */
export type Misfit = (what: string, tensor?: string) => WorkbenchError;

/** @param where folder of the adapter */
export function misfitOf(peft: Pick<AdapterConfig, 'baseModelPath'>, base: AdapterBase, where: string): Misfit {
  const named = peft.baseModelPath === '' ? 'another model' : `"${peft.baseModelPath.slice(0, 200)}"`;
  return (what, tensor) =>
    new WorkbenchError('validation', `The adapter does not fit "${base.name}": ${what}. It was made for ${named}.`, {
      code: 'adapter-base',
      where: tensor === undefined ? where : `${where}, tensor ${tensor}`,
      kept: 'The model and the adapter are as they were.',
      wayOut: 'Choose the model that the adapter was made for, or an adapter of this model.',
      details: { base: peft.baseModelPath },
    });
}

/**
 * Checks that an adapter was made for this model: it has a whole pair for each layer it names, of this model's shapes, and nothing else.
 * @throws WorkbenchError `adapter-base` naming tensor, shapes and the base that the adapter itself names
 */
export function checkAdapter(
  { config: peft, shapes }: { readonly config: AdapterConfig; readonly shapes: readonly ParameterSpec[] },
  base: AdapterBase,
  where: string,
): void {
  const misfit = misfitOf(peft, base, where);
  const beyond = peft.layers?.find((layer) => layer >= base.config.numLayers);
  if (beyond !== undefined) throw misfit(`it adapts block ${beyond}, and the model has ${base.config.numLayers}`);
  const pairs = listPairs(peft, base.config);
  const unknown = peft.targetModules.find(
    (target) => ![...pairs.keys()].some((name) => isTarget(name.replace(/\.lora_[AB]\.weight$/, ''), target)),
  );
  if (unknown !== undefined) throw misfit(`it adapts "${unknown}", and the model has no such layer`);
  if (pairs.size === 0) throw misfit('it names no layer');
  const allowed = new Map([...pairs, ...listWhole(peft.trainableTokenIndices, base.config)]);
  for (const { name, dims } of shapes) {
    const expected = allowed.get(name);
    if (!expected) throw misfit('it has a tensor for something that the model lacks', name);
    const [rows = 0, ...rest] = dims;
    const [wantedRows = 0, ...wantedRest] = expected.dims;
    const fits = rest.join() === wantedRest.join() && (rows === wantedRows || (expected.mayGrow && rows > wantedRows));
    if (!fits) throw misfit(`a tensor is [${dims.join(', ')}] where [${expected.dims.join(', ')}] belongs`, name);
  }
  const found = new Set(shapes.map(({ name }) => name));
  const missing = [...pairs.keys()].find((name) => !found.has(name));
  if (missing !== undefined) throw misfit('one of its layers has no tensor', missing);
  const rows = Object.values(peft.trainableTokenIndices ?? {}).flat();
  const unknownRow = rows.find((id) => id >= base.config.vocabSize);
  if (unknownRow !== undefined)
    throw misfit(`it trains token ${unknownRow}, and the model has ${base.config.vocabSize} rows`, EMBEDDING);
}

/** PEFT's rule: the whole name of a module, or its end. */
function isTarget(module: string, target: string): boolean {
  return module === target || module.endsWith(`.${target}`);
}

function listPairs(
  { targetModules, rank, layers }: Pick<AdapterConfig, 'targetModules' | 'rank' | 'layers'>,
  config: ModelConfig,
): Map<string, Expected> {
  const pairs = new Map<string, Expected>();
  for (let layer = 0; layer < config.numLayers; layer++) {
    if (layers !== null && !layers.includes(layer)) continue;
    for (const { name, dims } of listLinears(config, layer)) {
      const [out = 1, width = 1] = dims;
      if (!targetModules.some((target) => isTarget(name.replace(/\.weight$/, ''), target))) continue;
      pairs.set(peftName(name, 'lora_A'), { dims: [rank, width], mayGrow: false });
      pairs.set(peftName(name, 'lora_B'), { dims: [out, rank], mayGrow: false });
    }
  }
  return pairs;
}

/** Rows of tokens, and tensors saved as a whole. */
function listWhole(
  indices: AdapterConfig['trainableTokenIndices'],
  config: ModelConfig,
): readonly (readonly [string, Expected])[] {
  const rows = [EMBEDDING, HEAD].flatMap((name) => {
    const layer = name.split('.').at(-2) ?? '';
    const count = indices && Object.hasOwn(indices, layer) ? indices[layer]?.length : undefined;
    if (count === undefined) return [];
    return [[peftName(name, 'token_adapter'), { dims: [count, config.hiddenSize], mayGrow: false }] as const];
  });
  const whole = [...listParameters(config), { name: HEAD, dims: [config.vocabSize, config.hiddenSize] }].map(
    ({ name, dims }) => [`base_model.model.${name}`, { dims, mayGrow: name === EMBEDDING || name === HEAD }] as const,
  );
  return [...rows, ...whole];
}
