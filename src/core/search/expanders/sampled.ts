import type { GenerationResult, Generator } from '../../generation/generator';
import type { Tokenizer } from '../../tokenizer/tokenizer';
import { forbiddenTable } from '../../tokens/constraint';
import type { FunctionalTokenName } from '../../tokens/functional-tokens';
import { GRAMMAR_START, type Grammar, type GrammarState } from '../../tokens/grammar';
import type { FunctionalTokenIds } from '../../tokens/token-ids';
import { gumbelNoise, gumbelOrder, type Expander, type Slot } from '../expand';
import type { SearchConfig } from '../search-config';
import { pathIds, pathTo, type IdOrigin, type SearchTree, type WrittenStep } from '../tree';

export interface SampledExpanderParts {
  readonly generator: Generator;
  readonly tokenizer: Tokenizer;
  readonly tokens: FunctionalTokenIds;
  readonly grammar: Grammar;
  readonly config: SearchConfig;
  /** Longest sequence that the model reads; paths end before it. */
  readonly maxContext?: number;
}

/** A path with less room than this is cut: it could not even state an answer. */
const MIN_ROOM = 8;
/** Log-probabilities of the same place differ by less from batch to batch. */
const MIN_CERTAINTY = 1e-4;

/**
 * Token-guided expansion (arXiv 2502.13389, section on reinforcement learning): one child for each legal functional token, ordered by a
 * Gumbel-top-k draw from the model's own distribution over the open tokens, or by their probability; contents are sampled when a walk first takes the child.
 * Everything stays ids: what training sees is what was sampled.
 */
export function createSampledExpander({
  generator,
  tokenizer,
  tokens,
  grammar,
  config,
  maxContext = Number.POSITIVE_INFINITY,
}: SampledExpanderParts): Expander {
  const forbidden = forbiddenTable(tokens);
  const longest = Math.min(config.maxPathTokens, maxContext);
  const stateOf = (tree: SearchTree, node: number): GrammarState =>
    pathTo(tree, node)
      .slice(1)
      .reduce((state, index) => grammar.after(state, tree.kind[index]!), GRAMMAR_START);

  return {
    ordered: true,
    tokenSet: grammar.set,
    questionIds: (prompt) => [
      ...tokenizer.encodeChat([{ role: 'user', content: prompt }], { addGenerationPrompt: true }),
    ],

    async slots(tree, node, rng, cancel) {
      const legal = grammar.legal(stateOf(tree, node));
      const noise = legal.map(() => gumbelNoise(rng));
      const probe = async (exactProbe: boolean): Promise<DrawnSlots> => {
        const { probeLogProbs } = await generator.generate({
          prefixIds: pathIds(tree, node),
          maxNewTokens: 0,
          temperature: 1,
          stopIds: [],
          probeIds: legal.map((name) => tokens.open[name]!),
          exactProbe,
          cancel,
        });
        return drawSlots(legal, Array.from(probeLogProbs!), noise, config);
      };
      const drawn = await probe(false);
      // Too close to say: rounding, which differs from batch to batch, must not decide.
      return drawn.certainty < MIN_CERTAINTY ? (await probe(true)).slots : drawn.slots;
    },

    async write(tree, node, slot, rng, cancel) {
      const prefix = pathIds(tree, node);
      // The open token before, the line break after.
      const room = longest - prefix.length - 1 - tokens.newline.length;
      const limit = grammar.set.roleOf(slot.kind) === 'direct_answer' ? config.maxAnswerTokens : config.maxStepTokens;
      const result = await generator.generate({
        prefixIds: [...prefix, tokens.open[slot.kind]!],
        maxNewTokens: Math.max(1, Math.min(limit, room)),
        temperature: config.temperature,
        stopIds: [tokens.close[slot.kind]!],
        bannedIds: forbidden[slot.kind]!,
        rng,
        cancel,
      });
      const step = writtenStep(slot, result, tokens, tokenizer);
      const isFull = !step.isTerminal && prefix.length + step.ids.length + MIN_ROOM > longest;
      return isFull ? { ...step, isTruncated: true } : step;
    },
  };
}

interface DrawnSlots {
  readonly slots: readonly Slot[];
  /** How much the log-probabilities could change without other slots or another order. */
  readonly certainty: number;
}

/** A slot for each legal token that is worth one, in drawing order. */
function drawSlots(
  legal: readonly FunctionalTokenName[],
  logProbs: readonly number[],
  noise: readonly number[],
  { temperature, minPrior, slotOrder }: SearchConfig,
): DrawnSlots {
  const probabilities = restrictedSoftmax(logProbs, temperature);
  const worth = probabilities.map((p, i) => (p >= minPrior ? i : -1)).filter((i) => i >= 0);
  const kept = worth.length > 0 ? worth : [probabilities.indexOf(Math.max(...probabilities))];
  const { order, logQ, certainty } = gumbelOrder(
    kept.map((i) => Math.max(probabilities[i]!, Number.MIN_VALUE)),
    kept.map((i) => (slotOrder === 'drawn' ? noise[i]! : 0)),
  );
  const margins = minPrior > 0 ? probabilities.map((p) => Math.abs(Math.log(p / minPrior))) : [];
  return {
    certainty: Math.min(certainty, ...margins) * temperature,
    slots: order.map((position, draw): Slot => {
      const i = kept[position]!;
      return {
        kind: legal[i]!,
        prior: probabilities[i]!,
        logProb: logProbs[i]!,
        logQ: slotOrder === 'drawn' ? logQ[draw]! : null,
      };
    }),
  };
}

/** Softmax of log-probabilities divided by the temperature, over the given entries alone; greedy at temperature 0. */
export function restrictedSoftmax(logProbs: readonly number[], temperature: number): number[] {
  const scaled = logProbs.map((value) => value / Math.max(temperature, 1e-6));
  const largest = Math.max(...scaled);
  const weights = scaled.map((value) => Math.exp(value - largest));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}

/** Ids of a step: the chosen open token, what was sampled up to the close token, the line break that the form adds. */
function writtenStep(
  slot: Slot,
  result: GenerationResult,
  tokens: FunctionalTokenIds,
  tokenizer: Tokenizer,
): WrittenStep {
  const isClosed = result.stopReason === 'stop';
  const sampled = Array.from(result.ids);
  const content = isClosed ? sampled.slice(0, -1) : sampled;
  const ending = isClosed ? tokens.newline : [];
  const sampledLogProbs = Array.from(result.logProbs);
  return {
    kind: slot.kind,
    text: tokenizer.decode(content).trim(),
    ids: [tokens.open[slot.kind]!, ...sampled, ...ending],
    logProbs: [slot.logProb ?? 0, ...sampledLogProbs, ...ending.map(() => 0)],
    origin: ['chosen', ...sampled.map((): IdOrigin => 'sampled'), ...ending.map((): IdOrigin => 'given')],
    newTokens: sampled.length,
    logProbSum: sampledLogProbs.reduce((sum, value) => sum + value, slot.logProb ?? 0),
    isTerminal: isClosed && tokens.set.isTerminal(slot.kind),
    isTruncated: !isClosed,
  };
}
