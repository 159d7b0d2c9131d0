import { QuestionRow } from '@contracts/questions';
import { createRng } from '@core/random/rng';
import { judgeStep, judgeTree } from '../runners/judge-tree';
import { readJsonl } from '../runners/jsonl';
import type { Judge } from '../runners/open-judge';
import { openPolicy } from '../runners/open-policy';
import { EXPANDERS, openTreeJudge } from '../runners/search';
import { present, type DryStep } from './dry-context';
import { dryTrees } from './dry-writing';

/** Grows as many trees side by side as the job does, for some seconds. */
export const drySearch: DryStep<'search'> = async (context) => {
  const { config } = context.spec;
  const questions = readJsonl(context.job.inputs.questions, QuestionRow, 'questions').slice(
    0,
    Math.min(config.maxQuestions ?? Number.POSITIVE_INFINITY, config.concurrentTrees),
  );
  const model = await openPolicy(
    { ...context, serverKey: null },
    { maxRows: config.concurrentTrees * config.concurrentWalks, precision: config.decodePrecision },
  );
  let judge: Judge | null = null;
  try {
    judge = await openTreeJudge(context, model);
    const asked = judge;
    context.opened();
    const expander = EXPANDERS[config.expander](context, model, config);
    const walks = await dryTrees(context, {
      name: 'walks',
      generator: model.generator,
      questions,
      searchOf: () => ({ search: config, expander }),
      rng: createRng(config.seed),
      ...(asked && {
        values: config.stepValues === 'judge' ? { stepValue: (tree, node) => judgeStep(tree, node, asked) } : {},
        onTree: (tree) => judgeTree(tree, asked),
      }),
    });
    return { parts: present(walks) };
  } finally {
    await judge?.dispose();
    await model.dispose();
  }
};
