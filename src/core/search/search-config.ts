import { z } from 'zod';
import { field } from '../fields';
import { machineFields } from '../machine-fields';
import { decodePrecisionField } from '../models/decode-precision';

export const EXPANDERS = ['prompted', 'sampled', 'samples'] as const;
export const SELECTION_RULES = ['uct', 'puct'] as const;
export const EXPLORATION_SCHEDULES = ['const', 'exp', 'lin'] as const;
export const SLOT_ORDERS = ['drawn', 'probable'] as const;
export const CHILDREN_TABLES = ['paper', 'narrow'] as const;
export const STEP_VALUES = ['rollout', 'judge'] as const;

/** Settings of a tree search: prompted (writes training data) and sampled (guided by the functional tokens; RL and evaluation). */
export const SearchConfigSchema = z.object({
  server: z
    .string()
    .max(80)
    .default('')
    .meta(
      field({
        label: 'Where the model runs',
        help: 'On this machine, or on a server from the settings that writes the steps instead: then each prompt, with its question, is sent there. The chosen model words the prompts.',
        pick: 'server',
      }),
    ),
  expander: z
    .enum(EXPANDERS)
    .default('prompted')
    .meta(
      field({
        label: 'Who proposes the next step',
        help: 'Prompted: a prompt for each kind of step, for any instruct model. Sampled: the model chooses among its functional tokens. Samples: no tree, whole answers written one by one, for rejection sampling.',
      }),
    ),
  promptSet: z
    .string()
    .min(1)
    .default('instruct')
    .meta(
      field({
        label: 'Prompt set',
        help: 'Words the request for each kind of step. Below you can read the prompts, change them and try them on a question.',
        pick: 'promptSet',
        when: { expander: ['prompted'] },
      }),
    ),
  responsePrefix: z
    .string()
    .default('')
    .meta(
      field({
        label: 'Beginning of the response',
        help: 'Text that every whole answer starts with, to ask the model in its best way.',
        when: { expander: ['samples'] },
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
        label: 'Questions',
        help: 'Trees are grown for the first so many questions of the set; empty for all.',
        unit: 'at most',
        paper: 'about 1,200',
      }),
    ),
  numSimulations: z
    .int()
    .min(1)
    .max(1024)
    .default(16)
    .meta(
      field({
        label: 'Simulations',
        help: 'Walks from the question to an answer in each tree. More find more right answers and cost time in proportion.',
        unit: 'per question',
        paper: '16',
      }),
    ),
  maxDepth: z
    .int()
    .min(2)
    .max(64)
    .default(15)
    .meta(
      field({
        label: 'Depth limit',
        help: 'Longest path in steps; the last step may only give the answer.',
        unit: 'steps',
        paper: '15 for data, 18 in RL',
      }),
    ),
  temperature: z
    .number()
    .min(0)
    .max(2)
    .default(0.7)
    .meta(
      field({
        label: 'Temperature',
        help: 'Higher writes more varied steps. Very small models do better at 0.5.',
        paper: '0.7 for data, 0.95 in RL',
      }),
    ),
  stepValues: z
    .enum(STEP_VALUES)
    .default('rollout')
    .meta(
      field({
        label: 'Value of an unfinished path',
        help: 'Rollout: a walk goes on to an answer, whose value counts. Judge: a process reward model says how promising the new step looks, and the walk turns back there; walks are shorter then, so allow for more of them.',
        paper: 'rollout',
        advanced: true,
      }),
    ),
  selectionRule: z
    .enum(SELECTION_RULES)
    .default('uct')
    .meta(
      field({
        label: 'Selection rule',
        help: 'UCT weighs value against visits; PUCT also weighs how probable the model finds a step.',
        paper: 'uct',
        advanced: true,
      }),
    ),
  explorationWeight: z
    .number()
    .min(0)
    .max(100)
    .default(2)
    .meta(
      field({
        label: 'Exploration weight',
        help: 'c of the selection rule: higher looks at less visited branches.',
        paper: '2 in the code',
        advanced: true,
      }),
    ),
  explorationSchedule: z
    .enum(EXPLORATION_SCHEDULES)
    .default('const')
    .meta(
      field({
        label: 'Exploration over time',
        help: 'Constant, falling to a tenth exponentially, or falling to a tenth in a line.',
        paper: 'const',
        advanced: true,
      }),
    ),
  slotOrder: z
    .enum(SLOT_ORDERS)
    .default('drawn')
    .meta(
      field({
        label: 'Order of untried tokens',
        help: 'Sampled search. Drawn: by chance from the model’s own distribution, with the probability noted, so that exploring can correct for it. Probable: always the most probable one first.',
        paper: 'probable',
        advanced: true,
      }),
    ),
  children: z
    .enum(CHILDREN_TABLES)
    .default('paper')
    .meta(
      field({
        label: 'Children of a step',
        help: 'Paper: 9, 7, 5, 3 or 5 by kind. Narrow: one of each kind, two next steps.',
        paper: '9 / 7 / 5 / 3 / 5',
        advanced: true,
      }),
    ),
  lazySiblings: z
    .boolean()
    .default(true)
    .meta(
      field({
        label: 'Write only the chosen child',
        help: 'Siblings are written when a walk first reaches them: the same tree for a fraction of the time.',
        paper: 'off',
        advanced: true,
      }),
    ),
  avoidDirectAnswer: z
    .boolean()
    .default(true)
    .meta(
      field({
        label: 'Avoid early answers',
        help: 'A walk takes a direct answer only where nothing else is left.',
        paper: 'only for long ones',
        advanced: true,
      }),
    ),
  rootDirectAnswer: z
    .boolean()
    .default(true)
    .meta(
      field({
        label: 'Direct answer from the question',
        help: 'Allows the very first step to answer at once.',
        paper: 'on for data, off in RL',
        advanced: true,
      }),
    ),
  maxStepTokens: z
    .int()
    .min(4)
    .max(8192)
    .default(256)
    .meta(
      field({
        label: 'Longest step',
        help: 'A step that is longer is cut and counts as failed.',
        unit: 'tokens',
        paper: '512',
      }),
    ),
  maxAnswerTokens: z
    .int()
    .min(4)
    .max(16384)
    .default(512)
    .meta(
      field({
        label: 'Longest direct answer',
        help: 'As above, for steps that finish the whole solution.',
        unit: 'tokens',
        paper: '4,096 for data, 1,024 in RL',
      }),
    ),
  minPrior: z
    .number()
    .min(0)
    .max(0.5)
    .default(0)
    .meta(
      field({
        label: 'Smallest probability explored',
        help: 'Sampled search leaves out functional tokens that the model finds less probable than this, unless none is left.',
        advanced: true,
      }),
    ),
  maxPathTokens: z
    .int()
    .min(32)
    .max(131072)
    .default(4096)
    .meta(
      field({
        label: 'Longest path',
        help: 'Question and steps together; a path that grows beyond it is cut.',
        unit: 'tokens',
        advanced: true,
      }),
    ),
  concurrentTrees: z
    .int()
    .min(1)
    .max(512)
    .default(32)
    .meta(
      field({
        label: 'Trees at once',
        help: 'Trees that grow side by side and share each computing step. More is faster and takes more memory.',
        unit: 'trees',
        advanced: true,
      }),
    ),
  concurrentWalks: z
    .int()
    .min(1)
    .max(64)
    .default(1)
    .meta(
      field({
        label: 'Walks at once in a tree',
        help: 'Walks of one tree that run side by side, kept apart by virtual visits. More batches better and searches a little less sharply.',
        paper: '1',
        advanced: true,
      }),
    ),
  ...machineFields,
  decodePrecision: decodePrecisionField,
  seed: z
    .int()
    .min(0)
    .default(1)
    .meta(field({ label: 'Seed', help: 'The same seed and model give the same trees.', advanced: true })),
});

export type SearchConfig = z.infer<typeof SearchConfigSchema>;
