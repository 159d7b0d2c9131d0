import { WorkbenchError } from '@core/errors';
import { EMBEDDING, HEAD, listLinears, listParameters } from '@core/models/decoder/parameters';
import type { ModelConfig } from '@core/models/model-config';
import { peftName } from '@core/train/lora';
import type { Adapter } from './adapter-folder';

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

/**
 * Checks that an adapter was made for this model: it has a whole pair for each layer it names, of this model's shapes, and nothing else.
 * @throws WorkbenchError `adapter-base` naming tensor, shapes and the base that the adapter itself names
 */
export function checkAdapter({ config: peft, tensors }: Adapter, base: AdapterBase, where: string): void {
  const misfit = (what: string, tensor?: string): WorkbenchError => {
    const named = peft.baseModelPath === '' ? 'another model' : `"${peft.baseModelPath}"`;
    return new WorkbenchError(
      'validation',
      `The adapter does not fit "${base.name}": ${what}. It was made for ${named}.`,
      {
        code: 'adapter-base',
        where: tensor === undefined ? where : `${where}, tensor ${tensor}`,
        wayOut: 'Choose the model that the adapter was made for, or an adapter of this model.',
        details: { base: peft.baseModelPath },
      },
    );
  };
  const pairs = listPairs(peft.targetModules, peft.rank, base.config);
  const unknown = peft.targetModules.find((target) => ![...pairs.keys()].some((name) => name.includes(`.${target}.`)));
  if (unknown !== undefined) throw misfit(`it adapts "${unknown}", and the model has no such layer`);
  const allowed = new Map([...pairs, ...listWhole(peft.trainableTokenIndices, base.config)]);
  for (const { name, dims } of tensors) {
    const expected = allowed.get(name);
    if (!expected) throw misfit('it has a tensor for something that the model lacks', name);
    const [rows = 0, ...rest] = dims;
    const [wantedRows = 0, ...wantedRest] = expected.dims;
    const fits = rest.join() === wantedRest.join() && (rows === wantedRows || (expected.mayGrow && rows > wantedRows));
    if (!fits) throw misfit(`a tensor is [${dims.join(', ')}] where [${expected.dims.join(', ')}] belongs`, name);
  }
  const found = new Set(tensors.map(({ name }) => name));
  const missing = [...pairs.keys()].find((name) => !found.has(name));
  if (missing !== undefined) throw misfit('one of its layers has no tensor', missing);
  const rows = Object.values(peft.trainableTokenIndices ?? {}).flat();
  const beyond = rows.find((id) => id >= base.config.vocabSize);
  if (beyond !== undefined)
    throw misfit(`it trains token ${beyond}, and the model has ${base.config.vocabSize} rows`, EMBEDDING);
}

function listPairs(targets: readonly string[], rank: number, config: ModelConfig): Map<string, Expected> {
  const pairs = new Map<string, Expected>();
  for (let layer = 0; layer < config.numLayers; layer++) {
    for (const { layer: kind, name, dims } of listLinears(config, layer)) {
      const [out = 1, width = 1] = dims;
      if (!targets.includes(kind)) continue;
      pairs.set(peftName(name, 'lora_A'), { dims: [rank, width], mayGrow: false });
      pairs.set(peftName(name, 'lora_B'), { dims: [out, rank], mayGrow: false });
    }
  }
  return pairs;
}

/** Rows of tokens, and tensors saved as a whole. */
function listWhole(
  indices: Adapter['config']['trainableTokenIndices'],
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
