import type { ServiceContext } from '../services/context';
import { previewFirstBatch } from '../services/preview-batch';
import { previewReward } from '../services/preview-reward';
import { findClashes, previewTokens } from '../services/preview-tokens';
import { previewNeighbours } from '../services/token-neighbours';
import { contract } from './implementer';

export function previewsRouter(context: ServiceContext) {
  const { previews: calls } = contract;
  return {
    tokens: calls.tokens.handler(({ input }) => previewTokens(context, input)),
    tokenNeighbours: calls.tokenNeighbours.handler(({ input }) => previewNeighbours(context, input)),
    vocabularyClashes: calls.vocabularyClashes.handler(({ input }) => findClashes(context, input)),
    firstBatch: calls.firstBatch.handler(({ input }) => previewFirstBatch(context, input)),
    reward: calls.reward.handler(({ input }) => previewReward(context, input)),
  };
}
