import { oc } from '@orpc/contract';
import { z } from 'zod';
import { TokenSetSchema } from '@core/tokens/token-set';
import { TokensConfigSchema } from '@core/tokens/tokens-config';
import { RlConfigSchema } from '@core/train/rl/rl-config';
import { SftConfigSchema } from '@core/train/sft-config';
import { CheckpointId, DatasetId, ProjectId, TreeId } from './ids';
import { TokenNeighbours } from './models';

/** What a token of a batch is to training. */
export const BatchTokenUse = z.enum(['question', 'functional', 'text', 'masked']);
export type BatchTokenUse = z.infer<typeof BatchTokenUse>;

/** The first update of a fine-tuning, exactly as the run will make it. */
export const FirstBatch = z.object({
  rows: z.array(
    z.object({
      questionId: z.string(),
      tokens: z.array(z.object({ surface: z.string(), use: BatchTokenUse })),
      /** Positions that are filled up behind it, so that all lines of its pass are equally long. */
      padding: z.number().int(),
    }),
  ),
  /** Over all rows. */
  counts: z.object({
    question: z.number().int(),
    functional: z.number().int(),
    text: z.number().int(),
    masked: z.number().int(),
    padding: z.number().int(),
  }),
  /** Passes through the model that the update takes. */
  passes: z.number().int(),
  totalUpdates: z.number().int(),
  trainExamples: z.number().int(),
  heldOutExamples: z.number().int(),
  leftOutExamples: z.number().int(),
});
export type FirstBatch = z.infer<typeof FirstBatch>;

/** A stored path as a reward sees it, and what each part of the reward gives. */
export const RewardedPath = z.object({
  treeId: TreeId,
  /** The node that the path ends at. */
  leaf: z.number().int(),
  prompt: z.string(),
  referenceAnswer: z.string(),
  answer: z.string().nullable(),
  isRight: z.boolean(),
  isWellFormed: z.boolean(),
  tokens: z.number().int(),
  /** Functional token of each step, the share of right ends at and below it, and what the reward gives for it. */
  steps: z.array(z.object({ token: z.string(), promise: z.number(), reward: z.number() })),
  /** Share of right ends at the question. */
  startPromise: z.number(),
  parts: z.object({ answer: z.number(), steps: z.number(), form: z.number(), length: z.number() }),
  total: z.number(),
});
export type RewardedPath = z.infer<typeof RewardedPath>;

export const RewardPreview = z.object({
  /** Trees that were looked at; those whose paths all end alike are counted apart and teach nothing. */
  trees: z.number().int(),
  settled: z.number().int(),
  paths: z.array(RewardedPath),
  /** Mean total of right and of wrong paths; null where there are none. */
  rightMean: z.number().nullable(),
  wrongMean: z.number().nullable(),
  /** Share of pairs of a right and a wrong path of one question in which the wrong one earns as much or more; null without pairs. */
  upsetShare: z.number().nullable(),
});
export type RewardPreview = z.infer<typeof RewardPreview>;

/** How a vocabulary will grow, and what each new row begins as. */
export const TokensPlan = z.object({
  rows: z.array(
    z.object({
      surface: z.string(),
      /** Row of the embedding that it takes. */
      id: z.number().int(),
      /** Tokens whose mean it begins as; null for the mean of the whole vocabulary, and for noise. */
      pieces: z.array(z.string()).nullable(),
      isNoise: z.boolean(),
    }),
  ),
  /** Tokens of the vocabulary, and rows of the embedding, before and after. */
  oldTokens: z.number().int(),
  oldRows: z.number().int(),
  newRows: z.number().int(),
  /** Rows that were there and that no token used. */
  spareRowsUsed: z.number().int(),
  /** One table reads tokens in and writes them out; otherwise each new token gets a row in both. */
  isTied: z.boolean(),
});
export type TokensPlan = z.infer<typeof TokensPlan>;

const TokensWish = z.object({
  projectId: ProjectId,
  checkpointId: CheckpointId,
  /** Null for the eight of the paper. */
  tokenSet: TokenSetSchema.nullable().default(null),
  config: TokensConfigSchema,
});

/** What a vocabulary says of a token set: tags that it has already, texts to copy that are not one token of it. */
export const VocabularyClashes = z.object({ taken: z.array(z.string()), notOneToken: z.array(z.string()) });
export type VocabularyClashes = z.infer<typeof VocabularyClashes>;

export const previewsContract = {
  /** @throws WorkbenchError as the start of the run would */
  tokens: oc.input(TokensWish).output(TokensPlan),
  /** What the new rows will be near to, before the run: reads the embedding once. @throws as `tokens`, and `rows-unreadable` */
  tokenNeighbours: oc.input(TokensWish).output(z.array(TokenNeighbours)),
  /** Looks texts up in a model's vocabulary, whatever else is wrong with the set. @throws WorkbenchError `model-missing` */
  vocabularyClashes: oc
    .input(
      z.object({
        checkpointId: CheckpointId,
        tags: z.array(z.string().max(40)).max(128),
        copies: z.array(z.string().max(40)).max(64),
      }),
    )
    .output(VocabularyClashes),
  /** @throws WorkbenchError `functional-tokens-missing`, `examples-empty`, `too-many-to-preview` */
  firstBatch: oc
    .input(
      z.object({ projectId: ProjectId, checkpointId: CheckpointId, datasetId: DatasetId, config: SftConfigSchema }),
    )
    .output(FirstBatch),
  /** Tries a reward on paths that are stored already; nothing runs. */
  reward: oc.input(z.object({ projectId: ProjectId, config: RlConfigSchema })).output(RewardPreview),
};
