import { z } from 'zod';
import { field } from '../../fields';
import { decodePrecisionField } from '../../models/decode-precision';
import { REWARD_NAMES } from '../../rewards/registry';
import { SearchConfigSchema } from '../../search/search-config';
import { SCHEDULE_KINDS, tuningFields } from '../tuning-config';

export const RL_ALGORITHM_NAMES = [
  'reinforce-plus-plus',
  'reinforce-baseline',
  'grpo',
  'dr-grpo',
  'rloo',
  'ppo',
] as const;
export const EXPLORATIONS = ['tree', 'independent'] as const;
export const ADVANTAGE_SOURCES = ['algorithm', 'tree'] as const;
export const CHOSEN_TOKENS = ['importance', 'likelihood', 'masked'] as const;
export const KL_ESTIMATORS = ['k1', 'k2', 'k3'] as const;

const { selectionRule, explorationSchedule, slotOrder } = SearchConfigSchema.shape;

/** A setting of the search that exploring by a tree has too; its words stay. */
function ofTree<T extends z.ZodType>(schema: T): T {
  return schema.meta({ ...schema.meta(), when: { exploration: ['tree'] } });
}

/** Settings of the stage `rl`: reinforcement learning, with or without the tree. */
export const RlConfigSchema = z.object({
  ...tuningFields,
  algorithm: z
    .enum(RL_ALGORITHM_NAMES)
    .default('reinforce-plus-plus')
    .meta(
      field({
        label: 'Algorithm',
        help: 'How rewards become advantages, and how the loss is put together.',
        paper: 'reinforce-plus-plus',
      }),
    ),
  exploration: z
    .enum(EXPLORATIONS)
    .default('tree')
    .meta(
      field({
        label: 'Exploration',
        help: 'Tree: functional tokens branch from shared beginnings. Independent: each answer is sampled by itself.',
        paper: 'tree',
      }),
    ),
  responsePrefix: z
    .string()
    .default('')
    .meta(
      field({
        label: 'Beginning of the response',
        help: 'Text that every answer starts with, to explore a model without functional tokens in its best way.',
        when: { exploration: ['independent'] },
        advanced: true,
      }),
    ),
  constrained: z
    .boolean()
    .default(true)
    .meta(
      field({
        label: 'Hold to the grammar',
        help: 'Only legal functional tokens are explored. Off, for comparison, the model may write what it likes.',
        when: { exploration: ['independent'] },
        paper: 'on',
        advanced: true,
      }),
    ),
  maxQuestions: z
    .int()
    .min(1)
    .nullable()
    .default(null)
    .meta(
      field({
        label: 'Question pool',
        help: 'Exploration draws from the first so many questions of the set; empty for all.',
        unit: 'at most',
        advanced: true,
      }),
    ),
  iterations: z
    .int()
    .min(1)
    .max(100_000)
    .default(50)
    .meta(
      field({ label: 'Iterations', help: 'Each explores some questions and updates the model.', paper: 'about 250' }),
    ),
  questionsPerIteration: z
    .int()
    .min(1)
    .max(4096)
    .default(16)
    .meta(
      field({ label: 'Questions', help: 'Questions explored in each iteration.', unit: 'per iteration', paper: '16' }),
    ),
  pathsPerQuestion: z
    .int()
    .min(2)
    .max(256)
    .default(16)
    .meta(
      field({
        label: 'Paths',
        help: 'Answers explored for each question. 256 paths per iteration in all is a good start.',
        unit: 'per question',
        paper: '16',
      }),
    ),
  pathsPerUpdate: z
    .int()
    .min(1)
    .max(65_536)
    .default(128)
    .meta(
      field({
        label: 'Paths per update',
        help: 'An iteration makes as many updates as its paths fill.',
        unit: 'paths',
        paper: '16',
        advanced: true,
      }),
    ),
  reward: z
    .enum(REWARD_NAMES)
    .default('shaped')
    .meta(
      field({
        label: 'Reward',
        help: 'Outcome: right or wrong. Shaped: also for steps that raise the chance of being right, without paying for length. Weakest step: also for the least promising step of a path. Paper and code: as published.',
        paper: 'paper',
      }),
    ),
  shapingWeight: z
    .number()
    .min(0)
    .max(10)
    .default(0.3)
    .meta(
      field({
        label: 'Weight of the steps',
        help: 'η of the shaped reward, and of the one for the weakest step.',
        advanced: true,
      }),
    ),
  wrongReward: z
    .number()
    .min(-1)
    .max(1)
    .default(0.1)
    .meta(
      field({
        label: 'Reward of a wrong answer',
        help: 'An answer in the right form, but wrong; no answer earns 0, a right one 1.',
        paper: '0.1',
        advanced: true,
      }),
    ),
  formatWeight: z
    .number()
    .min(0)
    .max(10)
    .default(0)
    .meta(field({ label: 'Weight of the form', help: 'Taken off when the steps break the grammar.', advanced: true })),
  lengthWeight: z
    .number()
    .min(0)
    .max(10)
    .default(0)
    .meta(
      field({
        label: 'Weight of the length',
        help: 'Taken off in proportion for tokens beyond the soft limit.',
        advanced: true,
      }),
    ),
  lengthSoftLimit: z
    .int()
    .min(1)
    .max(131072)
    .default(512)
    .meta(
      field({
        label: 'Soft limit of length',
        help: 'Shorter answers are never punished.',
        unit: 'tokens',
        advanced: true,
      }),
    ),
  advantage: z
    .enum(ADVANTAGE_SOURCES)
    .default('algorithm')
    .meta(
      field({
        label: 'Advantage from',
        help: 'The algorithm, or the tree: how much each step changes the share of right answers below it.',
        paper: 'algorithm',
        advanced: true,
      }),
    ),
  gamma: z
    .number()
    .min(0)
    .max(1)
    .default(1)
    .meta(field({ label: 'Discount γ', help: '1 counts late rewards fully.', paper: '1', advanced: true })),
  clipLow: z
    .number()
    .min(0)
    .max(1)
    .default(0.2)
    .meta(
      field({
        label: 'Clip below',
        help: 'How far a token’s probability may fall in one iteration before its gradient stops.',
        paper: '0.2',
        advanced: true,
      }),
    ),
  clipHigh: z
    .number()
    .min(0)
    .max(10)
    .default(0.2)
    .meta(field({ label: 'Clip above', help: 'The same for a rise.', paper: '0.2', advanced: true })),
  klCoefficient: z
    .number()
    .min(0)
    .max(10)
    .default(0.01)
    .meta(
      field({
        label: 'KL weight β',
        help: 'How strongly the model is held to where RL began. 0 turns it off.',
        paper: '0.01',
      }),
    ),
  klTarget: z
    .number()
    .min(1e-6)
    .max(10)
    .nullable()
    .default(null)
    .meta(
      field({
        label: 'KL target',
        help: 'Adapts β: doubled when the model has moved further than this, halved when it has hardly moved. Empty keeps β; 0.05 is a good start.',
        unit: 'nats per token',
        paper: 'fixed β',
        advanced: true,
      }),
    ),
  klEstimator: z
    .enum(KL_ESTIMATORS)
    .default('k1')
    .meta(
      field({
        label: 'KL estimator',
        help: 'How the distance is estimated from sampled tokens.',
        paper: 'k1',
        advanced: true,
      }),
    ),
  chosenTokens: z
    .enum(CHOSEN_TOKENS)
    .default('importance')
    .meta(
      field({
        label: 'Tokens chosen by the search',
        help: 'The search, not the model, chooses the functional tokens of a tree. Importance: weigh them by how probable the model found them. Likelihood: learn from them without a ratio to clip. Masked: do not learn from them.',
        when: { exploration: ['tree'] },
        paper: 'no correction',
        advanced: true,
      }),
    ),
  importanceCap: z
    .number()
    .min(1)
    .max(100)
    .default(2)
    .meta(
      field({
        label: 'Limit of importance weights',
        when: { exploration: ['tree'], chosenTokens: ['importance'] },
        help: 'Functional tokens are chosen by the search, not by the model; their weight corrects for it up to this factor.',
        paper: 'no correction',
        advanced: true,
      }),
    ),
  skipSettled: z
    .boolean()
    .default(true)
    .meta(
      field({
        label: 'Skip settled questions',
        help: 'Questions whose paths all end alike teach nothing and are left out.',
        paper: 'off',
        advanced: true,
      }),
    ),
  settledAfter: z
    .int()
    .min(2)
    .max(256)
    .nullable()
    .default(null)
    .meta(
      field({
        label: 'Give up on a question after',
        help: 'When so many paths have all ended alike, its other paths are spared: time for more questions. Empty explores all paths.',
        unit: 'paths alike',
        paper: 'never',
        advanced: true,
      }),
    ),
  learningRate: z
    .number()
    .min(1e-10)
    .max(1)
    .default(1e-5)
    .meta(
      field({
        label: 'Learning rate',
        help: 'Large models want less (5e-7 at 7B); tiny ones 1e-4 to 2e-4, never 8e-4; LoRA about 5e-5.',
        paper: '5e-7',
      }),
    ),
  schedule: z
    .enum(SCHEDULE_KINDS)
    .default('cosine')
    .meta(
      field({
        label: 'Rate over time',
        help: 'How the learning rate falls after the warm-up.',
        paper: 'cosine',
        advanced: true,
      }),
    ),
  finalRateShare: z
    .number()
    .min(0)
    .max(1)
    .default(0.1)
    .meta(
      field({
        label: 'Rate at the end',
        help: 'As a share of the full rate.',
        unit: '× rate',
        paper: '0.1',
        advanced: true,
      }),
    ),
  warmupUpdates: z
    .int()
    .min(0)
    .max(10_000)
    .default(0)
    .meta(
      field({
        label: 'Warm-up in updates',
        help: 'The longer of the two warm-ups counts.',
        unit: 'updates',
        advanced: true,
      }),
    ),
  warmupShare: z
    .number()
    .min(0)
    .max(1)
    .default(0.03)
    .meta(
      field({
        label: 'Warm-up',
        help: 'Share of the updates over which the rate rises.',
        paper: '0.03',
        advanced: true,
      }),
    ),
  weightDecay: z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .meta(field({ label: 'Weight decay', help: 'Pull towards zero on matrices.', paper: '0', advanced: true })),
  temperature: z
    .number()
    .min(0.01)
    .max(2)
    .default(0.7)
    .meta(
      field({
        label: 'Temperature',
        help: 'Of the exploration. Very small models do better at 0.5 to 0.7 than at 1.',
        paper: '0.95; 0.1 in the code',
      }),
    ),
  maxNewTokens: z
    .int()
    .min(16)
    .max(131072)
    .default(1024)
    .meta(
      field({
        label: 'Longest response',
        help: 'A longer one is cut and counts as no answer.',
        unit: 'tokens',
        paper: '8,192',
      }),
    ),
  maxStepTokens: z
    .int()
    .min(4)
    .max(8192)
    .default(256)
    .meta(field({ label: 'Longest step', help: 'A longer one is cut.', unit: 'tokens', paper: '512', advanced: true })),
  maxDepth: z
    .int()
    .min(2)
    .max(64)
    .default(18)
    .meta(field({ label: 'Depth limit', help: 'Longest path in steps.', unit: 'steps', paper: '18', advanced: true })),
  explorationWeight: z
    .number()
    .min(0)
    .max(100)
    .default(2)
    .meta(field({ label: 'Exploration weight', help: 'c of the selection rule.', paper: '2', advanced: true })),
  selectionRule: ofTree(selectionRule),
  explorationSchedule: ofTree(explorationSchedule),
  slotOrder: ofTree(slotOrder),
  minPrior: z
    .number()
    .min(0)
    .max(0.5)
    .default(0.02)
    .meta(
      field({
        label: 'Smallest probability explored',
        help: 'Functional tokens that the model finds less probable are not branched on.',
        paper: 'top 12',
        advanced: true,
      }),
    ),
  evaluateEvery: z
    .int()
    .min(1)
    .default(10)
    .meta(field({ label: 'Measure every', help: 'Accuracy on held-out questions.', unit: 'iterations' })),
  evaluateQuestions: z
    .int()
    .min(0)
    .max(10_000)
    .default(50)
    .meta(field({ label: 'Questions measured', help: '0 measures none on the way.', advanced: true })),
  decodePrecision: decodePrecisionField,
  seed: z
    .int()
    .min(0)
    .default(1)
    .meta(field({ label: 'Seed', help: 'Order of the questions and all draws.', advanced: true })),
});

export type RlConfig = z.infer<typeof RlConfigSchema>;
