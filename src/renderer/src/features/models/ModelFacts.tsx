import type { ModelInspection } from '@contracts/models';
import { formatBytes, formatInteger, formatParameters } from '../../lib/format';
import { Notice } from '../../ui/marks';
import { Facts } from '../../ui/Panel';
import { texts } from './texts/en';

const words = texts.inspector;

/** What a look into a model's headers found: sizes, tokenizer, template, and remarks. */
export function ModelFacts({ model }: { readonly model: ModelInspection }) {
  return (
    <>
      <Facts
        rows={[
          [words.format, words.formats[model.format]],
          [words.architecture, model.architecture],
          [words.parameters, `${formatParameters(model.parameterCount)}, ${formatBytes(model.sizeBytes)}`],
          [words.stored, model.storedDtypes.join(', ')],
          [words.layers, words.layersOf(formatInteger(model.numLayers), formatInteger(model.hiddenSize))],
          [words.positions, words.positionsOf(formatInteger(model.maxPositions))],
          [
            words.tokenizer,
            words.tokenizerOf(
              formatInteger(model.tokenizerSize),
              formatInteger(model.vocabSize),
              formatInteger(model.spareRows),
            ),
          ],
          [words.tied, model.tieWordEmbeddings ? words.tiedYes : words.tiedNo],
          [words.chat, model.hasChatTemplate ? words.chatYes : words.chatNo],
          [words.functional, model.hasFunctionalTokens ? words.functionalYes : words.functionalNo],
          [
            words.path,
            <span key="path" className="mono">
              {model.path}
            </span>,
          ],
        ]}
      />
      {model.warnings.map((warning) => (
        <Notice key={warning}>{warning}</Notice>
      ))}
    </>
  );
}
