import { join } from 'node:path';
import { z } from 'zod';
import { readJsonState, writeJsonAtomic } from '../run-state';
import type { JobContext } from '../job-context';

/** Sums that a job keeps over its rounds, restored after a kill. */
export type Tally = Record<string, number>;

const RoundsState = z.object({
  doneRounds: z.number().int().min(0),
  roundSize: z.number().int().min(1),
  tally: z.record(z.string(), z.number()),
});

export interface RoundsPlan<T> {
  readonly items: readonly T[];
  /**
   * Items worked on together. It belongs to the numbers: a round that is repeated after a kill has the same company, therefore the same batches
   * and bit for bit the same results.
   */
  readonly roundSize: number;
  /** Works through one round and commits its records before it returns. */
  readonly work: (round: readonly T[], firstIndex: number, tally: Tally) => Promise<void>;
  /** Called when the state counts a round as done: what was kept to go on within it is of no use any more. */
  readonly onRoundSaved?: () => void;
}

export interface RoundsOutcome {
  readonly outcome: 'finished' | 'paused';
  readonly tally: Tally;
}

/**
 * Works through items in rounds of fixed size and remembers how many are done. A kill loses at most the round it fell into; a pause waits for
 * the end of the round.
 */
export async function workInRounds<T>(
  context: Pick<JobContext, 'stateFolder' | 'log' | 'cancel' | 'stopRequested'>,
  plan: RoundsPlan<T>,
): Promise<RoundsOutcome> {
  const path = join(context.stateFolder, 'rounds.json');
  const saved = readJsonState(path, (value) => RoundsState.parse(value));
  const roundSize = saved?.roundSize ?? plan.roundSize;
  let doneRounds = saved?.doneRounds ?? 0;
  const tally: Tally = { ...saved?.tally };
  if (saved)
    context.log(
      'info',
      `Going on after ${Math.min(doneRounds * roundSize, plan.items.length)} of ${plan.items.length}.`,
      {
        code: 'going-on',
        values: { done: Math.min(doneRounds * roundSize, plan.items.length), total: plan.items.length },
      },
    );

  while (doneRounds * roundSize < plan.items.length) {
    context.cancel.throwIfAborted();
    if (context.stopRequested() === 'pause') return { outcome: 'paused', tally };
    const first = doneRounds * roundSize;
    // A round that fails or is killed must leave no trace in the sums.
    const draft: Tally = { ...tally };
    await plan.work(plan.items.slice(first, first + roundSize), first, draft);
    Object.assign(tally, draft);
    doneRounds += 1;
    writeJsonAtomic(path, { doneRounds, roundSize, tally });
    plan.onRoundSaved?.();
  }
  return { outcome: 'finished', tally };
}

/** Adds to one sum of a tally. */
export function addTo(tally: Tally, name: string, amount: number): void {
  tally[name] = (tally[name] ?? 0) + amount;
}
