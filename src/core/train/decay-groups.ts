import { EMBEDDING, HEAD } from '../models/decoder/parameters';
import type { LearningTensor } from './learning-state';

/** Which tensors weight decay pulls on: all, those of two dimensions, or those of two dimensions but embedding and head. */
export const DECAY_GROUPS = ['all', 'matrices', 'linear-layers'] as const;
export type DecayGroup = (typeof DECAY_GROUPS)[number];

/** Whether a tensor belongs to a group. */
export const DECAYED: Readonly<Record<DecayGroup, (tensor: Pick<LearningTensor, 'name' | 'isMatrix'>) => boolean>> = {
  all: () => true,
  matrices: ({ isMatrix }) => isMatrix,
  'linear-layers': ({ name, isMatrix }) => isMatrix && !isEmbedding(name),
};

/** True for embedding, head and their learning rows. */
export function isEmbedding(name: string): boolean {
  const tensor = name.replace(/#rows$/, '');
  return tensor === EMBEDDING || tensor === HEAD;
}
