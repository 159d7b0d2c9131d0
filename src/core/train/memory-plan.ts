import type { CHECKPOINTING_CHOICES } from './memory-choices';
import { LENGTH_GRAIN, paddedLength } from './micro-batches';
import { estimateTrainingMemory, type TrainingMemory, type TrainingShape } from './training-memory';

/** What a person left open or decided. */
export interface MemoryWishes {
  /** Whether blocks are recomputed in the backward pass. */
  readonly checkpointing: (typeof CHECKPOINTING_CHOICES)[number];
  /** Positions in memory at once; null to have them chosen. */
  readonly microBatchTokens: number | null;
}

/** How a step is carried out, what it will take, and whether that is within the budget. */
export interface MemoryPlan {
  readonly checkpointing: boolean;
  readonly maxTokensPerMicroBatch: number;
  readonly memory: TrainingMemory;
  readonly fits: boolean;
}

/** Positions at once that are tried: more make a step hardly faster. */
const TOKENS = [64, 128, 256, 384, 512, 768, 1024, 1536];
/** Recomputing the blocks is a second forward pass. */
const RECOMPUTING = 1.2;
/** Reading the weights and adding to the gradients takes as long as so many positions. */
const PASS_TOKENS = 25;

/**
 * The fastest way to take a step within a budget. Both means are weighed against each other: a smaller micro-batch costs little until it is very
 * small, recomputation a fifth at once. When nothing fits, the smallest way is returned with `fits` false.
 */
export function planMemory(
  shape: Omit<TrainingShape, 'checkpointing' | 'maxTokensPerMicroBatch'>,
  wishes: MemoryWishes,
  budgetBytes: number,
): MemoryPlan {
  const tokens = listTokens(wishes.microBatchTokens, shape.rowTokens);
  const isOpen = wishes.checkpointing === 'auto';
  const measure = (checkpointing: boolean, maxTokensPerMicroBatch: number): MemoryPlan => {
    const memory = estimateTrainingMemory({ ...shape, checkpointing, maxTokensPerMicroBatch });
    return { checkpointing, maxTokensPerMicroBatch, memory, fits: memory.total <= budgetBytes };
  };
  const kept = wishes.checkpointing === 'on' ? null : findLargest(tokens, (count) => measure(false, count));
  // Nothing is faster than keeping everything in the largest passes.
  if (kept && (!isOpen || (kept.fits && kept.maxTokensPerMicroBatch === tokens.at(-1)))) return kept;
  const recomputed = findLargest(tokens, (count) => measure(true, count));
  return kept?.fits && timeOf(kept) <= timeOf(recomputed) ? kept : recomputed;
}

/** Numbers of positions to choose from, ascending. */
function listTokens(wanted: number | null, rowTokens: number): readonly number[] {
  if (wanted !== null) return [wanted];
  // A row goes through as a whole, and room for less than one more of the longest takes no memory.
  const line = Math.max(LENGTH_GRAIN, paddedLength(Math.max(1, rowTokens - 1)));
  const lines = new Set([1]);
  return [line, ...TOKENS.filter((count) => isNew(lines, Math.floor(count / line)))];
}

function isNew(known: Set<number>, value: number): boolean {
  const size = known.size;
  return value > 0 && known.add(value).size > size;
}

/** The plan of the largest count that fits, by halving; that of the smallest where none does. */
function findLargest(tokens: readonly number[], measure: (count: number) => MemoryPlan): MemoryPlan {
  const at = (index: number) => measure(tokens[index] ?? LENGTH_GRAIN);
  let best = at(tokens.length - 1);
  if (best.fits || tokens.length === 1) return best;
  let [low, high] = [0, tokens.length - 1];
  best = at(low);
  while (best.fits && high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    const plan = at(middle);
    if (plan.fits) [low, best] = [middle, plan];
    else high = middle;
  }
  return best;
}

/** Time of a token beside that of an endless micro-batch that keeps everything. */
function timeOf({ checkpointing, maxTokensPerMicroBatch }: MemoryPlan): number {
  return (checkpointing ? RECOMPUTING : 1) * (1 + PASS_TOKENS / maxTokensPerMicroBatch);
}
