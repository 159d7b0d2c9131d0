import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { z } from 'zod';
import { WorkbenchError } from '@core/errors';
import type { FunctionalTokenIds } from '@core/tokens/token-ids';
import type { JudgedResponse, JudgedRow } from '@core/train/prm/judged-steps';
import type { PrmConfig } from '@core/train/prm/prm-config';
import { readStepRows } from '@core/train/prm/step-files';
import type { JudgeBlend } from '@core/train/prm/surprise';
import type { SftPlan } from '@core/train/sft';
import type { Trainer } from '@core/train/trainer';
import type { JobContext } from '../job-context';
import type { LanguageModel } from '../language-model';

/** Where a run stands; saved with the trainer. */
export const PrmProgress = z.object({ update: z.number().int(), tokens: z.number(), bestLoss: z.number().nullable() });
export type PrmProgress = z.infer<typeof PrmProgress>;

/** What the parts of the stage share. */
export interface PrmStage {
  readonly context: JobContext<'prm'>;
  readonly language: LanguageModel;
  readonly tokens: FunctionalTokenIds;
  readonly config: PrmConfig;
  readonly trainer: Trainer;
  readonly plan: SftPlan;
  readonly rows: readonly JudgedRow[];
  readonly progress: PrmProgress;
  /** How signals become judgements; null while there is the head alone. */
  blend: JudgeBlend | null;
}

/** @throws WorkbenchError `step-file` */
export function readStepFile(path: string, work?: string): JudgedResponse[] {
  const lines = readFileSync(path, 'utf8').split('\n');
  const rows = lines.flatMap((line, i) => {
    if (line.trim() === '') return [];
    try {
      return [JSON.parse(line) as unknown];
    } catch (cause) {
      throw new WorkbenchError(
        'validation',
        `Line ${i + 1} of ${path} is not JSON.`,
        { code: 'step-file', where: `${path}, line ${i + 1}`, wayOut: 'Choose a JSONL file with judged steps.' },
        { cause },
      );
    }
  });
  return readStepRows(rows, basename(path), work);
}
