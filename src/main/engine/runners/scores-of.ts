import { join } from 'node:path';
import { WorkbenchError } from '@core/errors';
import type { JudgeRow, ScoresOf } from '@core/train/prm/judge';
import { blended, JudgeBlend, type JudgedPlaces } from '@core/train/prm/surprise';
import type { Trainer } from '@core/train/trainer';
import { readTextIfThere } from '../files/read-file';

/** Where the folder of a judge says how its signals become a judgement; a judge without it goes by its head alone. */
export const BLEND_FILE = 'judge.json';

/** What a model says of rows at their places: its head, and the log-probabilities of the ids. */
export async function readPlaces(trainer: Trainer, rows: readonly JudgeRow[]): Promise<JudgedPlaces[]> {
  const values = await trainer.values(rows);
  const logProbs = await trainer.logProbs(rows);
  return rows.map(({ places }, i) => ({
    places,
    scores: places.map((place) => values[i]![place]!),
    logProbs: logProbs[i]!,
  }));
}

/** How a judge judges: by its head, or by that and by its own surprise where a blend says how. */
export function scoresOf(trainer: Trainer, blend: JudgeBlend | null): ScoresOf {
  if (blend !== null) return async (rows) => (await readPlaces(trainer, rows)).map((each) => blended(each, blend));
  return async (rows) => {
    const values = await trainer.values(rows);
    return rows.map(({ places }, i) => places.map((place) => values[i]![place]!));
  };
}

/** The blend of a judge's folder; null where it has none. @throws WorkbenchError `judge-json` */
export async function readBlend(folder: string): Promise<JudgeBlend | null> {
  const file = join(folder, BLEND_FILE);
  const text = await readTextIfThere(file);
  if (text === null) return null;
  try {
    return JudgeBlend.parse(JSON.parse(text));
  } catch (cause) {
    throw new WorkbenchError(
      'validation',
      `${BLEND_FILE} does not say how the judge judges.`,
      { code: 'judge-json', where: file, wayOut: 'Train the process reward model again, or choose another one.' },
      { cause },
    );
  }
}
