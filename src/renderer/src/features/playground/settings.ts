import { z } from 'zod';
import type { CheckpointId } from '@contracts/ids';
import { PlaygroundSession } from '@contracts/playground';
import type { AskInput } from './use-answer';

/** What the page keeps over reloads. Numbers are the person's text until they read as numbers. */
export const PlaygroundDraft = z.object({
  prompt: z.string(),
  referenceAnswer: z.string(),
  mode: z.enum(['answer', 'search']),
  temperature: z.string(),
  seed: z.string(),
  maxNewTokens: z.string(),
  numSimulations: z.string(),
  precision: PlaygroundSession.shape.precision,
  constrained: z.boolean(),
  /** Ids of the models, one or two; one that is gone is left out. */
  models: z.array(z.string()).max(2),
});
export type PlaygroundDraft = z.infer<typeof PlaygroundDraft>;

export const FIRST_DRAFT: PlaygroundDraft = {
  prompt: '',
  referenceAnswer: '',
  mode: 'answer',
  temperature: '0',
  seed: '1',
  maxNewTokens: '512',
  numSimulations: '16',
  precision: 'fp32',
  constrained: false,
  models: [],
};

/** Bounds of the numbers; those of the contract. */
export const NUMBERS = {
  temperature: { low: 0, high: 2, isWhole: false },
  seed: { low: 0, high: 2 ** 31 - 1, isWhole: true },
  maxNewTokens: { low: 1, high: 8192, isWhole: true },
  numSimulations: { low: 1, high: 256, isWhole: true },
} as const;
export type NumberName = keyof typeof NUMBERS;

/** The number that was typed, with a point or a comma; null where it is none or out of bounds. */
export function readNumber(name: NumberName, typed: string): number | null {
  const { low, high, isWhole } = NUMBERS[name];
  const text = typed.trim().replace(',', '.');
  const value = text === '' ? Number.NaN : Number(text);
  return Number.isFinite(value) && value >= low && value <= high && (!isWhole || Number.isInteger(value))
    ? value
    : null;
}

/** What is asked; null while something of it is missing or wrong. */
export function readDraft(draft: PlaygroundDraft, checkpointId: CheckpointId): AskInput | null {
  const numbers = {
    temperature: readNumber('temperature', draft.temperature),
    seed: readNumber('seed', draft.seed),
    maxNewTokens: readNumber('maxNewTokens', draft.maxNewTokens),
    numSimulations: readNumber('numSimulations', draft.numSimulations),
  };
  const { temperature, seed, maxNewTokens, numSimulations } = numbers;
  if (temperature === null || seed === null || maxNewTokens === null || numSimulations === null) return null;
  if (draft.prompt.trim() === '') return null;
  const reference = draft.referenceAnswer.trim();
  return {
    checkpointId,
    precision: draft.precision,
    question: {
      prompt: draft.prompt.trim(),
      referenceAnswer: reference === '' ? null : reference,
      mode: draft.mode,
      constrained: draft.constrained,
      temperature,
      seed,
      maxNewTokens,
      numSimulations,
      maxDepth: 12,
    },
  };
}
