import { join } from 'node:path';
import { z } from 'zod';
import { ExampleRecord, TreeRecord, type JobRecord } from '@contracts/engine-protocol';
import { ExampleKind, ExampleStep } from '@contracts/examples';
import { QuestionRow } from '@contracts/questions';
import { WorkbenchError } from '@core/errors';
import { balanceExamples } from '@core/dataset/balance';
import { createContaminationIndex, type ContaminationIndex } from '@core/dataset/contamination';
import type { DraftExample } from '@core/dataset/example';
import { exampleProblems } from '@core/dataset/example-problems';
import { examplesOfTree, type TreeYield } from '@core/dataset/examples-of-tree';
import { createRng } from '@core/random/rng';
import type { SearchTree } from '@core/search/tree';
import { treeFromRows } from '@core/search/tree-rows';
import type { Tokenizer } from '@core/tokenizer/tokenizer';
import { renderSteps } from '@core/tokens/render';
import { tokenSetOf } from '@core/tokens/token-ids';
import type { JobContext, RunnerOutcome } from '../job-context';
import { readJsonState, writeJsonAtomic } from '../run-state';
import { readJsonl } from './jsonl';
import { openJobModel } from './open-model';
import { loadPromptSet } from './prompt-folder';
import { addTo, workInRounds, type Tally } from './rounds';

/** Trees worked on together; their checks share the model's batches. */
const TREES_AT_ONCE = 32;

/** A candidate as it waits on disk for the choice among all of them. */
const Draft = z.object({
  questionId: z.string(),
  prompt: z.string(),
  referenceAnswer: z.string(),
  kind: ExampleKind,
  steps: z.array(ExampleStep),
  nodePath: z.array(z.number().int()),
});

/** Makes training examples from the trees of a search: candidates tree by tree, then the choice among all of them. */
export async function runExamples(context: JobContext<'examples'>): Promise<RunnerOutcome> {
  const { config } = context.spec;
  const records = readJsonl(context.job.inputs.trees, TreeRecord, 'trees');
  const heldOut =
    context.job.inputs.heldOut === null ? [] : readJsonl(context.job.inputs.heldOut, QuestionRow, 'held-out questions');
  const contamination = createContaminationIndex(
    heldOut.map(({ prompt }) => prompt),
    config.contaminationWords,
  );
  const model = await openJobModel(context, { maxRows: TREES_AT_ONCE * 4 });
  const prompts = loadPromptSet(context.job.promptsFolder, config.promptSet);
  const rng = createRng(config.seed);
  try {
    refuseForeignTrees(records, model.tokenizer);
    const { outcome, tally } = await workInRounds(context, {
      items: records,
      roundSize: TREES_AT_ONCE,
      work: async (round, first, sums) => {
        model.generator.clearCache();
        const tokensBefore = model.generator.stats.newTokens;
        let done = first;
        const { clean, leftOut } = keepClean(round, contamination, sums);
        const yields = await Promise.all(
          clean.map(async (tree) => {
            const found = await examplesOfTree(
              tree,
              { ...model, prompts, config, cancel: context.cancel },
              rng.fork(`tree:${tree.question.id}`),
            );
            done += 1;
            context.progress({
              phase: 'merging paths',
              done,
              total: records.length,
              unit: 'trees',
              tokens: model.generator.stats.newTokens,
            });
            return found;
          }),
        );
        for (const { rejections } of yields)
          for (const [reason, count] of Object.entries(rejections)) addTo(sums, `rejected.${reason}`, count);
        const candidates = yields.flatMap(({ examples }) => examples);
        addTo(sums, 'candidates', candidates.length);
        addTo(sums, 'mendedCandidates', candidates.filter(({ kind }) => kind === 'merged').length);
        const rejected = [...leftOut, ...yields.flatMap((one, i) => rejectionsOf(clean[i]!, one))];
        const { candidates: all = 0, mendedCandidates = 0 } = sums;
        const step = Math.min(first + TREES_AT_ONCE, records.length);
        await context.commit([...rejected, { type: 'metrics', step, values: { candidates: all, mendedCandidates } }]);
        addTo(sums, 'tokens', model.generator.stats.newTokens - tokensBefore);
        writeJsonAtomic(draftsPath(context, first), candidates);
      },
    });
    if (outcome === 'paused') return { outcome, result: tally };
    return {
      outcome,
      result: await choose(context, records.length, model.tokenizer, tally),
    };
  } finally {
    await model.dispose();
  }
}

/** @throws WorkbenchError `token-foreign` where trees hold steps that the model has no token for */
function refuseForeignTrees(records: readonly TreeRecord[], tokenizer: Tokenizer): void {
  const set = tokenSetOf(tokenizer);
  for (const { nodes } of records) {
    const foreign = nodes.find(({ kind }) => kind !== 'question' && !set.find(kind));
    if (!foreign) continue;
    throw new WorkbenchError(
      'precondition',
      `The trees hold steps “${foreign.kind}”, for which this model has no token.`,
      {
        code: 'token-foreign',
        where: foreign.kind,
        kept: 'The trees.',
        wayOut: `Use trees that were grown with the tokens ${set.names.join(', ')}.`,
      },
    );
  }
}

/** Why something of a tree became no example, one record each. */
function rejectionsOf({ question }: SearchTree, { rejected }: TreeYield): JobRecord[] {
  return rejected.map(({ reason, text }, i) => ({
    type: 'rejection',
    key: `${question.id}:${i}`,
    questionId: question.id,
    reason,
    text,
  }));
}

/** Trees whose question shares no run of words with a held-out one, and what the others are left out for. */
function keepClean(
  records: readonly TreeRecord[],
  contamination: ContaminationIndex,
  tally: Tally,
): { readonly clean: readonly SearchTree[]; readonly leftOut: readonly JobRecord[] } {
  const leftOut: JobRecord[] = [];
  const clean = records.flatMap((record) => {
    const shared = contamination.sharedRun(record.prompt);
    if (shared !== null) {
      addTo(tally, 'rejected.shared-with-held-out', 1);
      const { questionId } = record;
      leftOut.push({
        type: 'rejection',
        key: `${questionId}:shared`,
        questionId,
        reason: 'shared-with-held-out',
        text: shared,
      });
      return [];
    }
    const question = {
      id: record.questionId,
      prompt: record.prompt,
      referenceAnswer: record.referenceAnswer,
      source: '',
    };
    return [treeFromRows(question, record.nodes, record.simulations)];
  });
  return { clean, leftOut };
}

async function choose(context: JobContext<'examples'>, treeCount: number, tokenizer: Tokenizer, tally: Tally) {
  const { config } = context.spec;
  const set = tokenSetOf(tokenizer);
  const drafts: DraftExample[] = [];
  for (let first = 0; first < treeCount; first += TREES_AT_ONCE)
    drafts.push(...(readJsonState(draftsPath(context, first), (value) => z.array(Draft).parse(value)) ?? []));
  const { examples, duplicates, surplus } = balanceExamples(drafts, config, createRng(config.seed).fork('balance'));
  const merged = examples.filter((example) => example.kind === 'merged').length;
  const rejected = Object.fromEntries(Object.entries(tally).filter(([name]) => name.startsWith('rejected.')));
  if (examples.length === 0) {
    const reasons = Object.entries(rejected).sort(([, a], [, b]) => b - a);
    const why = reasons.map(([name, count]) => `${name.slice('rejected.'.length)}: ${count}`).join(', ');
    throw new WorkbenchError('precondition', `${treeCount} trees gave no example (${why || 'no tree at all'}).`, {
      code: 'no-usable-pairs',
      kept: 'The trees.',
      wayOut: 'Grow more trees, with easier questions, more simulations or a higher temperature.',
    });
  }
  const perQuestion = new Map<string, number>();
  await context.commit(
    examples.map((example): ExampleRecord => {
      const count = perQuestion.get(example.questionId) ?? 0;
      perQuestion.set(example.questionId, count + 1);
      return {
        type: 'example',
        key: `${example.questionId}:${count}`,
        ...example,
        steps: [...example.steps],
        nodePath: [...example.nodePath],
        problems: exampleProblems(example, set),
        tokenCount: tokenizer.encode(renderSteps(example.steps, set)).length,
      };
    }),
  );
  return {
    examples: examples.length,
    merged,
    clean: examples.length - merged,
    duplicates,
    surplus,
    tokens: tally['tokens'] ?? 0,
    ...rejected,
  };
}

function draftsPath(context: JobContext<'examples'>, first: number): string {
  return join(context.stateFolder, `drafts-${first}.json`);
}
