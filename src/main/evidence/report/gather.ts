import type { AnswerResult, Place, RungOutcome, SeedResult } from '../study';

/** What the seeds of a study say of one place; only the seeds that have it. */
export function answersAt(seeds: readonly SeedResult[], { rung, answer }: Place): AnswerResult[] {
  return seeds.flatMap((seed) => answerOf(seed, rung, answer) ?? []);
}

/** Both answers of each seed that has both. */
export function pairsAt(
  seeds: readonly SeedResult[],
  first: Place,
  second: Place,
): (readonly [AnswerResult, AnswerResult])[] {
  return seeds.flatMap((seed) => {
    const [a, b] = [answerOf(seed, first.rung, first.answer), answerOf(seed, second.rung, second.answer)];
    return a && b ? [[a, b] as const] : [];
  });
}

function answerOf(seed: SeedResult, rung: string, answer: string): AnswerResult | undefined {
  const outcome = seed.rungs.get(rung);
  return outcome?.kind === 'made' ? outcome.result.answers.get(answer) : undefined;
}

/** What was spent to make a rung, mean over the seeds that have it. */
export interface Spent {
  /** Written by search, merging, exploration. */
  readonly written: number;
  /** Read in fine-tuning, every epoch counted. */
  readonly trained: number;
  readonly seconds: number;
}

/** Kinds of runs whose tokens are read and not written. */
const TRAINING: ReadonlySet<string> = new Set(['sft', 'prm']);

export function spentOn(seeds: readonly SeedResult[], rung: string): Spent | null {
  const states = seeds.flatMap((seed) => {
    const outcome: RungOutcome | undefined = seed.rungs.get(rung);
    return outcome?.kind === 'made' ? [outcome.result.state] : [];
  });
  if (states.length === 0) return null;
  const mean = (valueOf: (run: (typeof states)[number]['runs'][number]) => number) =>
    states.reduce((sum, { runs }) => sum + runs.reduce((own, run) => own + valueOf(run), 0), 0) / states.length;
  const tokensOf = (run: (typeof states)[number]['runs'][number]) => Number(run.result['tokens'] ?? 0);
  return {
    written: mean((run) => (TRAINING.has(run.kind) ? 0 : tokensOf(run))),
    trained: mean((run) => (TRAINING.has(run.kind) ? tokensOf(run) : 0)),
    seconds: mean((run) => run.activeSeconds),
  };
}

/** Why a rung has no figures: what failed, in the words of the run. */
export function failuresOf(seeds: readonly SeedResult[], rung: string): string[] {
  return seeds.flatMap((seed) => {
    const outcome = seed.rungs.get(rung);
    return outcome?.kind === 'failed'
      ? [`seed ${seed.seed}: ${outcome.run.error?.message ?? `ended as ${outcome.run.status}`}`]
      : [];
  });
}
