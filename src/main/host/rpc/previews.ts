import type { ServiceContext } from '../services/context';
import { previewFirstBatch } from '../services/preview-batch';
import { previewReward } from '../services/preview-reward';
import { previewTokens } from '../services/preview-tokens';
import { contract } from './implementer';

export function previewsRouter(context: ServiceContext) {
  const { previews: calls } = contract;
  return {
    tokens: calls.tokens.handler(({ input }) => previewTokens(context, input)),
    firstBatch: calls.firstBatch.handler(({ input }) => previewFirstBatch(context, input)),
    reward: calls.reward.handler(({ input }) => previewReward(context, input)),
  };
}
