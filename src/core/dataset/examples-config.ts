import { z } from 'zod';
import { field } from '../fields';
import { machineFields } from '../machine-fields';

export const SELECTION_WAYS = ['paper', 'code', 'ours', 'contrast'] as const;
export const STEP_KINDS = ['all', 'work', 'steps'] as const;
export const EXAMPLE_CONTENTS = ['merged', 'right-paths', 'answers'] as const;

/** Settings of the stage `examples`: trees become training examples. */
export const ExamplesConfigSchema = z.object({
  content: z
    .enum(EXAMPLE_CONTENTS)
    .default('merged')
    .meta(
      field({
        label: 'What the examples hold',
        help: 'Merged: right paths with wrong turns, checks and corrections. Right paths: as they were found, as in rejection sampling. Answers: the right answer of each question alone; both for comparison.',
        paper: 'merged',
      }),
    ),
  selection: z
    .enum(SELECTION_WAYS)
    .default('ours')
    .meta(
      field({
        label: 'Which pairs of paths',
        help: 'Ours: several different right paths of a question, each with the most telling wrong turn. Paper: best right path and worst wrong one. Code: as the authors’ script sorts, with the right paths of its other roles. Largest contrast: the right and the wrong path whose process scores lie furthest apart.',
        paper: 'paper',
      }),
    ),
  stepKinds: z
    .enum(STEP_KINDS)
    .default('all')
    .meta(
      field({
        label: 'Kinds of steps',
        help: 'All eight. Without planning: steps that only restate, plan or ask are left out of the paths. Steps alone: no checks and corrections either. To see what the number of functional tokens is worth.',
        when: { content: ['merged', 'right-paths'] },
        paper: 'all',
        advanced: true,
      }),
    ),
  promptSet: z
    .string()
    .min(1)
    .default('instruct')
    .meta(
      field({
        label: 'Prompt set',
        help: 'Words the request that asks the model for the mistake in a wrong turn.',
        pick: 'promptSet',
      }),
    ),
  maxPathsPerQuestion: z
    .int()
    .min(1)
    .max(64)
    .default(3)
    .meta(
      field({
        label: 'Right paths of a question',
        help: 'Different in their sequence of steps; keeps easy questions from filling the set.',
        unit: 'at most',
      }),
    ),
  maxMergesPerPath: z
    .int()
    .min(1)
    .max(8)
    .default(1)
    .meta(
      field({
        label: 'Wrong turns merged into a path',
        when: { content: ['merged'] },
        help: 'Each becomes a wrong step, its check and its correction.',
        unit: 'at most',
        paper: '1',
      }),
    ),
  maxTreeDistance: z
    .int()
    .min(2)
    .max(64)
    .default(4)
    .meta(
      field({
        label: 'Tree distance of a pair',
        when: { content: ['merged'] },
        help: 'Edges from both ends to where the two paths part, together.',
        unit: 'edges, at most',
        paper: 'less than 4',
        advanced: true,
      }),
    ),
  minSharedSteps: z
    .int()
    .min(0)
    .max(8)
    .default(1)
    .meta(
      field({
        label: 'Steps shared before parting',
        when: { content: ['merged'] },
        help: 'Besides the question.',
        unit: 'steps, at least',
        advanced: true,
      }),
    ),
  cleanShare: z
    .number()
    .min(0)
    .max(1)
    .default(0.5)
    .meta(
      field({
        label: 'Share of clean examples',
        when: { content: ['merged'] },
        help: 'Right from start to end. Without them the model learns that every answer must first be wrong.',
        paper: 'not stated',
      }),
    ),
  confirmedShare: z
    .number()
    .min(0)
    .max(1)
    .default(0.5)
    .meta(
      field({
        label: 'Clean examples with a check',
        when: { content: ['merged'] },
        help: 'Share of the clean ones that get a check that finds the step right.',
        paper: 'not stated',
      }),
    ),
  confirmProbability: z
    .number()
    .min(0)
    .max(1)
    .default(0.5)
    .meta(
      field({
        label: 'Checks per right step',
        when: { content: ['merged'] },
        help: 'How often a right step of such an example, or of a merged one, is checked.',
        advanced: true,
      }),
    ),
  wrongTailScope: z
    .enum(['step', 'tail'])
    .default('tail')
    .meta(
      field({
        label: 'How much of the wrong turn',
        when: { content: ['merged'] },
        help: 'Only its first step, or all of it up to its wrong answer.',
        paper: 'tail',
        advanced: true,
      }),
    ),
  rewrites: z
    .int()
    .min(0)
    .max(8)
    .default(2)
    .meta(
      field({
        label: 'Steps written again',
        when: { content: ['merged'] },
        help: 'Where the tree holds too few wrong turns, each step of a right path is written again so often; what a check finds wrong is merged. Only with prompt sets whose checks end in a verdict.',
        unit: 'times',
        paper: '0',
        advanced: true,
      }),
    ),
  maskWrongTail: z
    .boolean()
    .default(true)
    .meta(
      field({
        label: 'Do not train on wrong text',
        when: { content: ['merged'] },
        help: 'The model reads the wrong turn but is not taught to write it.',
        paper: 'off',
      }),
    ),
  verifyTries: z
    .int()
    .min(1)
    .max(16)
    .default(3)
    .meta(
      field({
        label: 'Tries for a check',
        when: { content: ['merged'] },
        help: 'Checks that say nothing, or that find the wrong step right, are written again.',
        unit: 'at most',
        advanced: true,
      }),
    ),
  verifyTemperature: z
    .number()
    .min(0)
    .max(2)
    .default(0.7)
    .meta(
      field({
        label: 'Temperature of checks',
        when: { content: ['merged'] },
        help: 'Of the text that names the mistake.',
        paper: '0.7',
        advanced: true,
      }),
    ),
  verifyMaxTokens: z
    .int()
    .min(8)
    .max(4096)
    .default(256)
    .meta(
      field({
        label: 'Longest check',
        when: { content: ['merged'] },
        help: 'A check that is longer is refused.',
        unit: 'tokens',
        paper: '512',
        advanced: true,
      }),
    ),
  verifyMinOverlap: z
    .number()
    .min(0)
    .max(1)
    .default(0.2)
    .meta(
      field({
        label: 'Words a check shares with the mistake',
        when: { content: ['merged'] },
        help: 'Smallest share of its words that the wrong step has too; a check about something else is refused.',
        advanced: true,
      }),
    ),
  maxTokens: z
    .int()
    .min(32)
    .max(131072)
    .default(4096)
    .meta(
      field({
        label: 'Longest example',
        help: 'Question and response together.',
        unit: 'tokens',
        paper: '8,192',
        advanced: true,
      }),
    ),
  contaminationWords: z
    .int()
    .min(0)
    .max(64)
    .default(13)
    .meta(
      field({
        label: 'Overlap with test questions',
        help: 'A question that shares this many words in a row with a held-out one is left out; 0 turns it off.',
        unit: 'words',
        advanced: true,
      }),
    ),
  ...machineFields,
  seed: z
    .int()
    .min(0)
    .default(1)
    .meta(field({ label: 'Seed', help: 'The same seed and trees give the same examples.', advanced: true })),
});

export type ExamplesConfig = z.infer<typeof ExamplesConfigSchema>;
