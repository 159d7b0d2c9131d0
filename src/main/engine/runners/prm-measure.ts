import type { JobRecord } from '@contracts/engine-protocol';
import { calibration, rocCurve, type Judged } from '@core/eval/judgement';
import { weakestStep } from '@core/train/prm/judge';
import { judgedRow, type JudgedResponse, type JudgedRow } from '@core/train/prm/judged-steps';
import { readStepFile, type PrmStage } from './prm-stage';
import { scoresOf } from './scores-of';

/** The held-out responses as the model judges them now. */
interface HeldOut {
  readonly indices: readonly number[];
  /** Row by row [steps + 1], in [0, 1]. */
  readonly scores: readonly (readonly number[])[];
  /** Each judged step beside its label. */
  readonly judged: readonly Judged[];
}

/** Judges the held-out responses; null where none is held out. */
async function judgeHeldOut({ trainer, plan, rows, blend }: PrmStage): Promise<HeldOut | null> {
  const indices = plan.validation;
  if (indices.length === 0) return null;
  const held = indices.map((index) => rows[index]!);
  const scores = await scoresOf(trainer, blend)(held);
  return { indices, scores, judged: judgedAt(held, scores) };
}

/** Judgements at the ends of steps that have a label. */
function judgedAt(rows: readonly JudgedRow[], scores: readonly (readonly number[])[]): Judged[] {
  return rows.flatMap(({ places, labels, weights }, i) =>
    places.flatMap((place, k) =>
      weights[place] === 0 ? [] : [{ score: scores[i]![k]!, outcome: labels[place]!, weight: weights[place]! }],
    ),
  );
}

/** Stores what the judgements of the held-out responses come to now, and returns them. */
export async function measure(stage: PrmStage): Promise<HeldOut | null> {
  const heldOut = await judgeHeldOut(stage);
  if (heldOut === null || heldOut.judged.length === 0) return null;
  const { judged } = heldOut;
  const validationLoss = crossEntropy(judged);
  const area = rocCurve(judged)?.area;
  stage.progress.bestLoss = Math.min(stage.progress.bestLoss ?? Infinity, validationLoss);
  await stage.context.commit([
    {
      type: 'metrics',
      step: stage.progress.update,
      values: {
        validationLoss,
        calibrationError: calibration(judged).error,
        ...(area !== undefined && { rocArea: area }),
      },
    },
  ]);
  return heldOut;
}

/** Bands of the reliability plot, and points of the ROC curve that are kept. */
const BANDS = 10;
const ROC_POINTS = 50;

/**
 * What the finished model is worth on questions it has not learned from: loss, area under the ROC curve of its steps and of whole answers,
 * calibration; and the same of a file of judged steps where one is named. The plots are kept as metrics, see `plotsOf`.
 */
export async function measureAll(
  stage: PrmStage,
  responses: readonly JudgedResponse[],
): Promise<Record<string, number>> {
  const heldOut = await measure(stage);
  const onFile = await measureFile(stage);
  if (heldOut === null) return onFile;
  const { judged } = heldOut;
  const roc = rocCurve(judged);
  const answers = rocCurve(judgeEnds(heldOut, responses))?.area;
  await stage.context.commit(plotsOf(judged, { reliability: 'reliability', roc: 'rocHits' }));
  return {
    heldOutLoss: crossEntropy(judged),
    calibrationError: calibration(judged, BANDS).error,
    ...(roc && { rocArea: roc.area }),
    ...(answers !== undefined && { answerRocArea: answers }),
    ...onFile,
  };
}

/**
 * A reliability plot and a ROC curve as metrics: `…Score`, `…Outcome` and `…Weight` over the band (1 … 10) of the judgement, and hits over the
 * share of false alarms in percent.
 */
function plotsOf(
  judged: readonly Judged[],
  names: { readonly reliability: string; readonly roc: string },
): JobRecord[] {
  const roc = rocCurve(judged);
  const bands = calibration(judged, BANDS).bins.flatMap(({ score, outcome, weight }, band): JobRecord[] =>
    weight === 0
      ? []
      : [
          {
            type: 'metrics',
            step: band + 1,
            values: {
              [`${names.reliability}Score`]: score,
              [`${names.reliability}Outcome`]: outcome,
              [`${names.reliability}Weight`]: weight,
            },
          },
        ],
  );
  if (roc === null) return bands;
  const curve = Array.from({ length: ROC_POINTS + 1 }, (_, i): JobRecord => {
    const share = i / ROC_POINTS;
    const hits = roc.points.filter((point) => point.falseAlarms <= share + 1e-9).at(-1)?.hits ?? 0;
    return { type: 'metrics', step: Math.round(100 * share), values: { [names.roc]: hits } };
  });
  return [...bands, ...curve];
}

/** The same on a file of judged steps that was never learned from; nothing where none is named. */
async function measureFile({
  config,
  context,
  trainer,
  language,
  tokens,
  blend,
}: PrmStage): Promise<Record<string, number>> {
  if (config.testFile === '') return {};
  const rows = readStepFile(config.testFile, tokens.set.withRole('next_step')[0]).map((response) =>
    judgedRow(response, language.tokenizer, tokens),
  );
  const fitting = rows.filter(({ ids }) => ids.length <= config.maxTokens);
  if (fitting.length < rows.length)
    context.log(
      'warning',
      `${rows.length - fitting.length} of the ${rows.length} responses of ${config.testFile} are longer than ${config.maxTokens} tokens and are left out.`,
      {
        code: 'test-left-out',
        values: {
          count: rows.length - fitting.length,
          of: rows.length,
          file: config.testFile,
          tokens: config.maxTokens,
        },
      },
    );
  const judged = judgedAt(fitting, await scoresOf(trainer, blend)(fitting));
  const area = rocCurve(judged)?.area;
  await context.commit(plotsOf(judged, { reliability: 'fileReliability', roc: 'fileRocHits' }));
  return {
    fileSteps: judged.length,
    fileCalibrationError: calibration(judged, BANDS).error,
    ...(area !== undefined && { fileRocArea: area }),
  };
}

/** Each held-out response as a whole: its weakest step beside whether its last one is right. */
function judgeEnds({ indices, scores }: HeldOut, responses: readonly JudgedResponse[]): Judged[] {
  return indices.flatMap((index, i) => {
    const outcome = responses[index]!.labels.at(-1) ?? null;
    if (outcome === null) return [];
    return [{ score: weakestStep(scores[i]!), outcome }];
  });
}

function crossEntropy(judged: readonly Judged[]): number {
  const floor = 1e-7;
  const log = (p: number) => Math.log(Math.min(1 - floor, Math.max(floor, p)));
  const total = judged.reduce((sum, { weight = 1 }) => sum + weight, 0);
  return (
    judged.reduce(
      (sum, { score, outcome, weight = 1 }) => sum - weight * (outcome * log(score) + (1 - outcome) * log(1 - score)),
      0,
    ) / Math.max(1e-9, total)
  );
}
