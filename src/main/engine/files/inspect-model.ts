import type { ModelInspection } from '@contracts/models';
import { hasFunctionalTokens } from '@core/tokens/token-ids';
import type { ModelSource } from './model-source';
import { openModel } from './open-model';

/**
 * What importing the model would bring; reads headers only.
 * @param path a folder, a file inside one, or a GGUF file
 * @throws WorkbenchError with the reason when it cannot be imported; see `readModelFolder`, `readGguf`
 */
export async function inspectModel(path: string): Promise<ModelInspection> {
  return describeModel(await openModel(path));
}

/** The same facts of a model that is open already. */
export function describeModel(source: ModelSource): ModelInspection {
  const { config, tokenizer } = source;
  return {
    path: source.path,
    format: source.format,
    suggestedName: source.name,
    architecture: config.architecture,
    parameterCount: source.parameterCount,
    sizeBytes: source.sizeBytes,
    storedDtypes: [...source.storedDtypes],
    tokenizerSize: tokenizer.size,
    vocabSize: config.vocabSize,
    spareRows: config.vocabSize - tokenizer.size,
    tieWordEmbeddings: config.tieWordEmbeddings,
    maxPositions: config.maxPositions,
    hiddenSize: config.hiddenSize,
    numLayers: config.numLayers,
    hasChatTemplate: source.hasChatTemplate,
    hasFunctionalTokens: hasFunctionalTokens(tokenizer),
    warnings: [...source.warnings, ...listWarnings(source)],
  };
}

function listWarnings({ hasChatTemplate, tokenizer, storedDtypes }: ModelSource): string[] {
  const warnings: string[] = [];
  if (!hasChatTemplate)
    warnings.push('The model has no chat template; questions are put to it as they are, each on a line of its own.');
  if (tokenizer.eosIds.length === 0)
    warnings.push('No token ends a text; generation stops at functional tokens and at the length limit only.');
  if (storedDtypes.some((dtype) => dtype.includes('Q')))
    warnings.push(
      'The weights are quantised. They are expanded to 32-bit numbers for training; what quantisation lost stays lost.',
    );
  return warnings;
}
