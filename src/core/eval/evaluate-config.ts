import { z } from 'zod';
import { field } from '../fields';
import { machineFields } from '../machine-fields';
import { decodePrecisionField } from '../models/decode-precision';
import type { FunctionalTokenName } from '../tokens/functional-tokens';
import { TOKEN_ROLES } from '../tokens/token-roles';
import { RFTT_TOKENS, type TokenSet } from '../tokens/token-set';

export const EVALUATION_MODES = ['greedy', 'search', 'both', 'samples'] as const;
export const ANSWER_CHOICES = ['vote', 'weighted-vote', 'most-confident', 'best-process', 'process-vote'] as const;
export const LEAF_VALUES = ['agreement', 'judge'] as const;
export const SHARINGS = ['shared', 'separate'] as const;
const ALL_TOKENS = 'none';
/** Every role whose steps can be left out: a response ends with `output`. */
export const REMOVABLE_ROLES = TOKEN_ROLES.filter((role) => role !== 'output');

/** Settings of the stage `evaluate`: how well a checkpoint answers held-out questions. */
export const EvaluateConfigSchema = z.object({
  mode: z
    .enum(EVALUATION_MODES)
    .default('greedy')
    .meta(
      field({
        label: 'How to answer',
        help: 'Greedy: one answer without chance. Search: several by tree search without knowing the right one. Both: side by side. Samples: several written one by one, as self-consistency does.',
      }),
    ),
  choice: z
    .enum(ANSWER_CHOICES)
    .default('vote')
    .meta(
      field({
        label: 'Which answer counts',
        help: 'Of several: what most say, the same weighed by how sure the model was, the surest, or, with a process reward model, the best judged or a vote weighed by its judgement.',
        when: { mode: ['search', 'samples'] },
        advanced: true,
      }),
    ),
  withoutToken: z
    .enum([ALL_TOKENS, ...REMOVABLE_ROLES])
    .default(ALL_TOKENS)
    .meta(
      field({
        label: 'Functional token left out',
        help: 'The model may not begin steps of this kind: shows what the kind is worth.',
        paper: 'verify, refine and next_step in its ablation',
        advanced: true,
      }),
    ),
  maxQuestions: z
    .int()
    .min(1)
    .nullable()
    .default(null)
    .meta(field({ label: 'Questions', help: 'The first so many of the set; empty for all.', unit: 'at most' })),
  maxNewTokens: z
    .int()
    .min(8)
    .max(131072)
    .default(1024)
    .meta(
      field({
        label: 'Longest response',
        help: 'A longer one is cut; without an answer it counts as wrong.',
        unit: 'tokens',
        paper: '4,096 or 8,192',
      }),
    ),
  responsePrefix: z
    .string()
    .default('')
    .meta(
      field({
        label: 'Beginning of the response',
        help: 'Text that the response starts with, to ask a model without functional tokens in its best way.',
        advanced: true,
      }),
    ),
  constrained: z
    .boolean()
    .default(false)
    .meta(
      field({
        label: 'Hold to the grammar',
        help: 'Only legal functional tokens can be written. Off measures what the model does by itself.',
        paper: 'off',
        advanced: true,
      }),
    ),
  numSimulations: z
    .int()
    .min(1)
    .max(256)
    .default(8)
    .meta(
      field({
        label: 'Simulations',
        help: 'Walks of the search, or answers written one by one, for each question.',
        unit: 'per question',
        paper: '1 to 20',
        when: { mode: ['search', 'both', 'samples'] },
      }),
    ),
  temperature: z
    .number()
    .min(0.01)
    .max(2)
    .default(0.7)
    .meta(field({ label: 'Temperature of the search', help: 'The greedy answer has none.', advanced: true })),
  maxDepth: z
    .int()
    .min(2)
    .max(64)
    .default(18)
    .meta(
      field({
        label: 'Depth limit',
        help: 'Longest path in steps when answering by search.',
        unit: 'steps',
        advanced: true,
      }),
    ),
  maxStepTokens: z
    .int()
    .min(4)
    .max(8192)
    .default(256)
    .meta(field({ label: 'Longest step', help: 'When answering by search.', unit: 'tokens', advanced: true })),
  explorationWeight: z
    .number()
    .min(0)
    .max(100)
    .default(2)
    .meta(
      field({ label: 'Exploration weight', help: 'c of the selection rule when answering by search.', advanced: true }),
    ),
  leafValues: z
    .enum(LEAF_VALUES)
    .default('agreement')
    .meta(
      field({
        label: 'What steers the search',
        help: 'Nobody tells the search which answers are right. Agreement: an answer is worth the share of answers so far that agree with it. Judge: what a process reward model gives its weakest step.',
        when: { mode: ['search', 'both'] },
        paper: 'not stated',
        advanced: true,
      }),
    ),
  sharing: z
    .enum(SHARINGS)
    .default('shared')
    .meta(
      field({
        label: 'How steps are computed',
        help: 'Shared: beginnings are computed once, and only steps that are walked are written. Separate: every step below an expanded one is written, each by a call of its own that reads the path again, as other searches do; for comparison.',
        when: { mode: ['search', 'both'] },
        advanced: true,
      }),
    ),
  confidence: z
    .number()
    .min(0.5)
    .max(0.999)
    .default(0.95)
    .meta(field({ label: 'Confidence', help: 'Of the intervals shown.', advanced: true })),
  bootstrapSamples: z
    .int()
    .min(100)
    .max(100_000)
    .default(2000)
    .meta(
      field({
        label: 'Bootstrap samples',
        help: 'For the interval of a difference between two models.',
        advanced: true,
      }),
    ),
  concurrentQuestions: z
    .int()
    .min(1)
    .max(512)
    .default(32)
    .meta(field({ label: 'Questions at once', help: 'More is faster and takes more memory.', advanced: true })),
  ...machineFields,
  decodePrecision: decodePrecisionField,
  seed: z
    .int()
    .min(0)
    .default(1)
    .meta(field({ label: 'Seed', help: 'Of the search and the bootstrap.', advanced: true })),
});

export type EvaluateConfig = z.infer<typeof EvaluateConfigSchema>;

/** The tokens of a set that the settings leave out: those with the role that they name. */
export function leftOutTokens(
  { withoutToken }: Pick<EvaluateConfig, 'withoutToken'>,
  set: TokenSet = RFTT_TOKENS,
): readonly FunctionalTokenName[] {
  return withoutToken === ALL_TOKENS ? [] : set.withRole(withoutToken);
}
