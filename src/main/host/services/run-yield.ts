import type { RunId } from '@contracts/ids';
import type { Run, RunYield } from '@contracts/runs';
import { WorkbenchError } from '@core/errors';
import { findQuestionSet } from '../store/repositories/question-sets';
import { countRejections, listRejections } from '../store/repositories/rejections';
import { findRun, listRuns } from '../store/repositories/runs';
import { lastMetric } from '../store/repositories/telemetry';
import { countTrees, listSomeTrees, type TreeFilter } from '../store/repositories/trees';
import type { ServiceContext } from './context';
import { required } from './not-found';

/** Shown of each reason; the rest is behind the link. */
const SOME = 5;

type Db = Pick<ServiceContext, 'db'>;

/** What making data has come to so far. @throws WorkbenchError `run-gone`, `no-yield` */
export function yieldOf(context: Db, id: RunId): RunYield {
  const run = required(findRun(context.db, id), 'This run');
  if (run.spec.kind === 'search') return ofSearch(context, run);
  if (run.spec.kind === 'examples') return ofExamples(context, run);
  throw new WorkbenchError('validation', `“${run.name}” makes no data.`, {
    code: 'no-yield',
    wayOut: 'Ask for a run that grows trees or makes examples.',
  });
}

/** Trees that give no mended example, by why. */
const FRUITLESS: readonly (readonly [reason: string, filter: TreeFilter])[] = [
  ['no-right-path', 'unsolved'],
  ['no-wrong-path', 'all-right'],
];

function ofSearch({ db }: Db, run: Run): RunYield {
  const { spec } = run;
  const count = (filter: TreeFilter) => countTrees(db, run.id, filter);
  const questions = run.parents.questionSetId && findQuestionSet(db, run.parents.questionSetId)?.count;
  const most = spec.kind === 'search' ? spec.config.maxQuestions : null;
  const next = listRuns(db, run.projectId, 'examples').find(({ parents }) => parents.runId === run.id);
  return {
    trees: count('all'),
    wanted: questions == null ? null : Math.min(questions, most ?? questions),
    solved: count('solved'),
    pairs: count('mixed'),
    examples: null,
    nextRunId: next?.id ?? null,
    reasons: FRUITLESS.map(([reason, filter]) => ({
      reason,
      count: count(filter),
      some: listSomeTrees(db, run.id, filter, SOME).map((tree) => ({ ...tree, text: '' })),
    })).filter((row) => row.count > 0),
  };
}

function ofExamples(context: Db, run: Run): RunYield {
  const { db } = context;
  const searchRunId = run.parents.runId;
  const count = (filter: TreeFilter) => (searchRunId === null ? 0 : countTrees(db, searchRunId, filter));
  const { examples, merged } = run.result;
  const isChosen = typeof examples === 'number';
  return {
    trees: isChosen ? count('all') : (lastMetric(db, run.id, 'candidates')?.step ?? 0),
    wanted: count('all'),
    solved: count('solved'),
    pairs: count('mixed'),
    examples: {
      all: isChosen ? examples : (lastMetric(db, run.id, 'candidates')?.value ?? 0),
      mended: isChosen ? Number(merged ?? 0) : (lastMetric(db, run.id, 'mendedCandidates')?.value ?? 0),
      isChosen,
    },
    nextRunId: null,
    reasons: reasonsOf(context, run),
  };
}

const REJECTED = 'rejected.';

/** Runs of earlier versions kept how many there were of each reason, not which. */
function reasonsOf({ db }: Db, run: Run): RunYield['reasons'] {
  const kept = countRejections(db, run.id);
  if (kept.length > 0)
    return kept.map((row) => ({ ...row, some: listRejections(db, run.id, row.reason, run.parents.runId, SOME) }));
  return Object.entries(run.result)
    .filter(([name, value]) => name.startsWith(REJECTED) && typeof value === 'number')
    .map(([name, value]) => ({ reason: name.slice(REJECTED.length), count: Number(value), some: [] }))
    .toSorted((a, b) => b.count - a.count);
}
