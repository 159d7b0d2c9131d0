import type { Generator } from '../../generation/generator';
import type { Tokenizer } from '../../tokenizer/tokenizer';
import { functionalIdsOf, tokenSetOf } from '../../tokens/token-ids';
import type { Expander, Slot } from '../expand';
import type { SearchConfig } from '../search-config';
import { ROOT_INDEX } from '../tree';

export interface SamplesExpanderParts {
  readonly generator: Generator;
  readonly tokenizer: Tokenizer;
  readonly config: Pick<
    SearchConfig,
    'numSimulations' | 'responsePrefix' | 'temperature' | 'maxAnswerTokens' | 'maxPathTokens'
  >;
}

/**
 * No tree but answers written in one go, each sampled by itself: a root with as many children as there are walks. The material of rejection
 * sampling (STaR, Zelikman 2022; RFT, Yuan 2023). Functional tokens, where the vocabulary has them, are not written.
 */
export function createSamplesExpander({ generator, tokenizer, config }: SamplesExpanderParts): Expander {
  const begun = config.responsePrefix === '' ? [] : [...tokenizer.encode(config.responsePrefix)];
  const banned = functionalIdsOf(tokenizer);
  const set = tokenSetOf(tokenizer);
  // A set without a token for whole answers was refused before the run.
  const kind = set.withRole('direct_answer')[0] ?? set.names[0]!;
  return {
    ordered: true,
    tokenSet: set,
    questionIds: () => [],

    slots: (_tree, node) =>
      Promise.resolve(
        node === ROOT_INDEX
          ? Array.from({ length: config.numSimulations }, (): Slot => ({
              kind,
              prior: null,
              logProb: null,
              logQ: null,
            }))
          : [],
      ),

    async write(tree, _node, slot, rng, cancel) {
      const chat = tokenizer.encodeChat([{ role: 'user', content: tree.question.prompt }], {
        addGenerationPrompt: true,
      });
      const prefixIds = [...chat, ...begun];
      const room = Math.min(generator.maxContext, config.maxPathTokens) - prefixIds.length;
      const result =
        room < 1
          ? null
          : await generator.generate({
              prefixIds,
              maxNewTokens: Math.min(config.maxAnswerTokens, room),
              temperature: config.temperature,
              stopIds: tokenizer.eosIds,
              bannedIds: banned,
              rng,
              cancel,
            });
      const written = result === null ? '' : tokenizer.decode(result.ids, { skipSpecials: true }).trim();
      const isCut = result === null || result.stopReason !== 'stop';
      return {
        kind: slot.kind,
        text: config.responsePrefix === '' ? written : `${config.responsePrefix} ${written}`,
        ids: [],
        logProbs: [],
        origin: [],
        newTokens: result?.ids.length ?? 0,
        logProbSum: result?.logProbs.reduce((sum, value) => sum + value, 0) ?? null,
        isTerminal: true,
        isTruncated: isCut || written === '',
      };
    },
  };
}
