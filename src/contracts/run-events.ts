import { z } from 'zod';
import { DETECTOR_NAMES } from '@core/train/guard/detector';

/** What the guard said of a training at a step, with the figures that speak for it. */
export const Alarm = z.object({
  detector: z.enum(DETECTOR_NAMES),
  step: z.number(),
  /** A metric of the run, at first and now; null where there is nothing to compare with, or the figure is no number. */
  figures: z.array(z.object({ metric: z.string(), before: z.number().nullable(), now: z.number().nullable() })),
  /** The same in one plain sentence. */
  words: z.string(),
});
export type Alarm = z.infer<typeof Alarm>;
export type DetectorName = Alarm['detector'];

/** What a person decided about an alarm. */
export const ALARM_ANSWERS = ['goOn', 'paused', 'rolledBack'] as const;
export type AlarmAnswer = (typeof ALARM_ANSWERS)[number];

const moment = { id: z.number().int(), step: z.number(), atMs: z.number() };

/** Something that happened to a run at a step: marks on its charts, and what its page has to say. */
export const RunEvent = z.discriminatedUnion('kind', [
  z.object({ ...moment, kind: z.literal('alarm'), alarm: Alarm, answer: z.enum(ALARM_ANSWERS).nullable() }),
  z.object({ ...moment, kind: z.literal('resumed') }),
  z.object({ ...moment, kind: z.literal('paused') }),
  z.object({ ...moment, kind: z.literal('stopped') }),
]);
export type RunEvent = z.infer<typeof RunEvent>;
