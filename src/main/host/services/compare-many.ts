import { createHash } from 'node:crypto';
import type { Evaluation, EvaluationItem, ManyComparison } from '@contracts/evaluations';
import type { EvaluationId } from '@contracts/ids';
import type { Run } from '@contracts/runs';
import { compareMany as compareJudged } from '@core/eval/compare-many';
import { WorkbenchError } from '@core/errors';
import { createRng } from '@core/random/rng';
import { findEvaluation, mapEvaluationItems } from '../store/repositories/evaluations';
import { findRun } from '../store/repositories/runs';
import type { ReadableDb } from '../store/sql';
import type { ServiceContext } from './context';
import { required } from './not-found';
import { recipeOfRun, writerOfStart } from './recipe';

/** Flips that are sent: each carries the whole response of every evaluation. */
const MAX_FLIPS = 200;
/** Where a run does not say otherwise. */
const DEFAULT_SAMPLING = { confidence: 0.95, bootstrapSamples: 2000, seed: 1 };

interface Entry {
  readonly evaluation: Evaluation;
  readonly items: ReadonlyMap<string, EvaluationItem>;
  readonly run: Run | null;
  /** The run that made the checkpoint. */
  readonly writer: Run | null;
}

/**
 * Any number of evaluations on the questions that all of them answered, each against the first.
 * @throws WorkbenchError `nothing-shared` when there is no such question
 */
export function compareMany({ db }: ServiceContext, ids: readonly EvaluationId[]): ManyComparison {
  const entries = [...new Set(ids)].map((id): Entry => {
    const evaluation = required(findEvaluation(db, id), 'One of these evaluations');
    const run = findRun(db, evaluation.runId);
    return { evaluation, items: mapEvaluationItems(db, evaluation.runId), run, writer: run && writerOfStart(db, run) };
  });
  const judged = compareJudged(
    entries.map(({ items }) => [...items.values()]),
    samplingOf(entries.at(-1)?.run ?? null),
  );
  if (judged.sharedQuestions === 0) {
    throw new WorkbenchError('precondition', 'These evaluations have no question in common.', {
      code: 'nothing-shared',
      wayOut: 'Evaluate the checkpoints on the same question set.',
    });
  }
  const groups = entries.map(({ run }) => groupOf(db, run));
  const compared = entries.map(({ evaluation, writer }, i) => ({
    evaluation,
    accuracy: judged.accuracies[i]!,
    seed: writer?.seed ?? null,
    group: groups[i]!,
    against: i === 0 ? null : (judged.againstFirst[i - 1] ?? null),
  }));
  return {
    sharedQuestions: judged.sharedQuestions,
    entries: compared,
    groups: groupsOfSeeds(compared),
    differences: differencesOf(entries),
    flipCount: judged.contested.length,
    flips: judged.contested.slice(0, MAX_FLIPS).flatMap((questionId) => {
      const items = entries.flatMap((entry) => entry.items.get(questionId) ?? []);
      const [first] = items;
      return first ? [{ questionId, prompt: first.prompt, referenceAnswer: first.referenceAnswer, items }] : [];
    }),
  };
}

function samplingOf(run: Run | null): Parameters<typeof compareJudged>[1] {
  // Specs of earlier versions may lack what was added since.
  const { confidence, bootstrapSamples, seed } = {
    ...DEFAULT_SAMPLING,
    ...(run?.spec.kind === 'evaluate' && run.spec.config),
  };
  return { confidence, bootstrapSamples, rng: createRng(seed).fork('compare') };
}

function groupOf(db: ReadableDb, run: Run | null): string {
  return createHash('sha256')
    .update(JSON.stringify(recipeOfRun(db, run?.id ?? null)))
    .digest('base64url')
    .slice(0, 12);
}

function groupsOfSeeds(entries: ManyComparison['entries']): ManyComparison['groups'] {
  return [...new Set(entries.map(({ group }) => group))].flatMap((group) => {
    const members = entries.filter((entry) => entry.group === group);
    const values = members.map(({ accuracy }) => accuracy.value);
    // The same checkpoint asked twice is no second seed.
    if (new Set(members.map(({ seed }) => seed)).size < 2) return [];
    return [
      {
        group,
        names: members.map(({ evaluation }) => evaluation.checkpointName),
        mean: values.reduce((sum, value) => sum + value, 0) / values.length,
        low: Math.min(...values),
        high: Math.max(...values),
      },
    ];
  });
}

/** Settings in which the entries differ: of the evaluation, and of the run that made the checkpoint. */
function differencesOf(entries: readonly Entry[]): ManyComparison['differences'] {
  const stages = [
    {
      stage: 'evaluate',
      settings: entries.map(({ run, evaluation }) => ({ questions: evaluation.questionSetName, ...configOf(run) })),
    },
    {
      stage: 'training',
      settings: entries.map(({ writer }) => (writer ? { stage: writer.kind, ...configOf(writer) } : {})),
    },
  ];
  return stages.flatMap(({ stage, settings }) => {
    const rows = settings.map((each): Readonly<Record<string, unknown>> => each);
    return [...new Set(rows.flatMap((row) => Object.keys(row)))].flatMap((setting) => {
      const values = rows.map((row) => (setting in row ? show(row[setting]) : null));
      return values.every((value) => value === values[0]) ? [] : [{ stage, setting, values }];
    });
  });
}

function configOf(run: Run | null): object {
  return run?.spec.config ?? {};
}

function show(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
