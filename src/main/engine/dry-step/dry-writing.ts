import type { DryPart } from '@contracts/dry-step';
import type { QuestionRow } from '@contracts/questions';
import type { EvaluateConfig } from '@core/eval/evaluate-config';
import type { Generator } from '@core/generation/generator';
import type { CancelToken, Rng } from '@core/ports';
import type { Expander } from '@core/search/expand';
import { growTree, type SearchContext } from '@core/search/mcts';
import type { SearchConfig } from '@core/search/search-config';
import type { SearchTree } from '@core/search/tree';
import { answerVerifier } from '@core/tasks/verifier';
import { answerGreedily } from '../runners/answer-greedily';
import type { JobModel } from '../runners/open-model';
import { timed, type DryTools } from './dry-context';
import { deadline, untilDeadline, writtenPart } from './time-box';

/** Long enough for a few dozen decoding steps of a model of a hundred million weights on one core. */
const WRITING_SECONDS = 5;
/** Share of the longest allowed text that is used, before anything is known. */
const USED_SHARE = 0.3;

interface Writing {
  readonly name: DryPart['name'];
  readonly generator: Generator;
  /** Longest text, walk or try, tokens. */
  readonly cap: number;
  readonly seconds?: number;
  /** Writes until it is done or cut off, and says how many came to their end. */
  readonly write: (cancel: CancelToken, onEnd: () => void) => Promise<unknown>;
}

/** Writes for some seconds, as many at once as the job does. Null where there was nothing to write. */
export async function dryWriting(
  context: DryTools,
  { name, generator, cap, seconds = WRITING_SECONDS, write }: Writing,
): Promise<DryPart | null> {
  context.phase('writing');
  const before = generator.stats.newTokens;
  let ended = 0;
  let isWhole = false;
  const took = await timed(context, async () => {
    const cancel = deadline(context.cancel, () => context.nowMs(), seconds);
    isWhole = await untilDeadline(
      context.cancel,
      write(cancel, () => (ended += 1)),
    );
  });
  const tokens = generator.stats.newTokens - before;
  if (tokens === 0) return null;
  return writtenPart(name, { tokens, ended, isWhole, cap, prior: USED_SHARE * cap }, took);
}

/** Answers without chance, all questions side by side. */
export function dryAnswers(
  context: DryTools,
  model: JobModel,
  config: Pick<EvaluateConfig, 'maxNewTokens' | 'responsePrefix' | 'constrained'> &
    Partial<Pick<EvaluateConfig, 'withoutToken'>>,
  questions: readonly QuestionRow[],
  seconds?: number,
): Promise<DryPart | null> {
  return dryWriting(context, {
    name: 'answers',
    generator: model.generator,
    cap: config.maxNewTokens,
    ...(seconds !== undefined && { seconds }),
    write: (cancel, onEnd) => answerGreedily(model, config, questions, cancel, onEnd),
  });
}

interface DryTrees {
  readonly name: DryPart['name'];
  readonly generator: Generator;
  readonly questions: readonly QuestionRow[];
  readonly searchOf: (question: QuestionRow) => { readonly search: SearchConfig; readonly expander: Expander };
  readonly rng: Rng;
  /** How the job values steps and leaves, where it asks a judge for that. */
  readonly values?: Pick<SearchContext, 'stepValue' | 'leafValue'>;
  /** What the job does with a finished tree. */
  readonly onTree?: (tree: SearchTree) => Promise<void>;
}

/** Trees of some questions side by side; the unit is a walk. Walks that a finished tree did without, since it knew everything, count. */
export function dryTrees(
  context: DryTools,
  { name, generator, questions, searchOf, rng, values = {}, onTree }: DryTrees,
): Promise<DryPart | null> {
  const searches = questions.map((question) => ({ question, ...searchOf(question) }));
  const cap = Math.max(1, ...searches.map(({ search }) => walkTokens(search)));
  return dryWriting(context, {
    name,
    generator,
    cap,
    write: (cancel, onEnd) =>
      Promise.all(
        searches.map(async ({ question, search, expander }) => {
          let walks = 0;
          const tree = await growTree(
            { ...question, source: '' },
            {
              config: search,
              expander,
              verifier: answerVerifier,
              rng: rng.fork(`question:${question.id}`),
              cancel,
              ...values,
              onSimulation: () => {
                walks += 1;
                onEnd();
              },
            },
          );
          await onTree?.(tree);
          for (; walks < search.numSimulations; walks++) onEnd();
        }),
      ),
  });
}

/** Tokens of a walk at most: it writes a few new steps below what is there, the last one an answer. */
function walkTokens({ maxPathTokens, maxStepTokens, maxAnswerTokens, maxDepth, expander }: SearchConfig): number {
  const longest = expander === 'samples' ? maxAnswerTokens : (maxDepth - 1) * maxStepTokens + maxAnswerTokens;
  return Math.min(maxPathTokens, longest);
}
