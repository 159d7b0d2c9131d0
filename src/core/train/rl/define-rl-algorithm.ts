import {
  byGroup,
  batchNormalised,
  discountedReturns,
  spread,
  standardise,
  tokenRewards,
  type GroupRuleName,
  type Rows,
} from './advantages';
import type { Aggregation } from './aggregation';
import { klPerToken } from './kl';
import type { RlConfig } from './rl-config';

/** What an algorithm sees of a batch of paths; B paths, path b has n_b tokens. */
export interface RlBatch {
  /** [B] outcome of each path. */
  readonly scores: readonly number[];
  /** [B] question of each path. */
  readonly groups: readonly string[];
  /** [B][n_b] 1 for tokens of the response that the model chose, 0 for the question and what the form adds. */
  readonly mask: Rows;
  /** [B][n_b] rewards earned on the way, without the outcome. */
  readonly stepRewards: Rows;
  /** [B][n_b] at sampling, nats. */
  readonly oldLogProbs: Rows;
  /** [B][n_b] of the model that RL began with, nats; empty rows where β is 0. */
  readonly refLogProbs: Rows;
}

/** Where the divergence from the reference enters. */
export type KlPlacement = 'reward' | 'loss';

/** An algorithm as one row of the registry: how rewards become advantages, and how the loss is put together. */
export interface RlAlgorithm {
  readonly name: RlConfig['algorithm'];
  readonly title: string;
  /** One sentence for people. */
  readonly summary: string;
  /** Where the formulas are from. */
  readonly source: string;
  readonly klPlacement: KlPlacement;
  readonly aggregation: Aggregation;
  /** [B][n_b], 0 under the mask. */
  advantages(batch: RlBatch, config: Pick<RlConfig, 'klCoefficient' | 'klEstimator' | 'gamma'>): Float64Array[];
}

/** The two families that the algorithms come from. */
export type AdvantageRecipe =
  /** Returns of token rewards with the divergence in them, normalised over the batch; scores first made relative within a question. */
  | { readonly kind: 'returns'; readonly scores: GroupRuleName | 'plain' }
  /** One number for a whole path, relative to the other paths of its question; step rewards of a path are added to its score. */
  | { readonly kind: 'group'; readonly rule: GroupRuleName }
  /** The same relative to all paths of the iteration, in their standard deviations. */
  | { readonly kind: 'batch' };

const BATCH_SCALE = { correction: 0, eps: 1e-8 } as const;

/** Makes an algorithm from its description. */
export function defineRlAlgorithm(
  description: Omit<RlAlgorithm, 'advantages'> & { readonly recipe: AdvantageRecipe },
): RlAlgorithm {
  const { recipe, ...algorithm } = description;
  const placed = algorithm.klPlacement === 'reward';
  const klOf = (batch: RlBatch, config: Pick<RlConfig, 'klCoefficient' | 'klEstimator'>): Rows =>
    batch.mask.map((row, b) =>
      placed && config.klCoefficient > 0
        ? klPerToken(config.klEstimator, batch.oldLogProbs[b]!, batch.refLogProbs[b]!)
        : new Float64Array(row.length),
    );
  return {
    ...algorithm,
    advantages(batch, config) {
      const kl = klOf(batch, config);
      if (recipe.kind === 'returns') {
        const scores = recipe.scores === 'plain' ? batch.scores : byGroup(batch.scores, batch.groups, recipe.scores);
        const rewards = tokenRewards(scores, kl, batch.mask, config.klCoefficient, batch.stepRewards);
        return batchNormalised(discountedReturns(rewards, config.gamma), batch.mask).rows;
      }
      const totals = tokenRewards(batch.scores, kl, batch.mask, config.klCoefficient, batch.stepRewards).map((row) =>
        row.reduce((sum, reward) => sum + reward, 0),
      );
      return spread(
        recipe.kind === 'batch' ? standardise(totals, BATCH_SCALE) : byGroup(totals, batch.groups, recipe.rule),
        batch.mask,
      );
    },
  };
}
