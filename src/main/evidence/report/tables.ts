import type { ProportionInterval } from '@core/eval/wilson';
import { NEW_GUARD, observe } from '@core/train/guard/guard';
import { countMending, type Mending } from '../mending';
import { comparePairs, pooled, type PairedOverSeeds } from '../statistics';
import type { Place, RungResult, SeedResult, Study } from '../study';
import { answersAt, failuresOf, pairsAt, spentOn } from './gather';

const NOT_RUN = 'not run';
const FAILED = 'failed';

/** Cells that say nothing. */
const isEmpty = (cell: string | undefined): boolean => cell === NOT_RUN || cell === '–' || cell === undefined;

/**
 * A Markdown table; cells hold no line break. Rows and columns in which nothing was run are left out, since the study names them in a sentence;
 * '' when none is left.
 */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const filled = rows.filter((row) => row.slice(1).some((cell) => !isEmpty(cell)));
  if (filled.length === 0) return '';
  const hasFigures = (i: number) => filled.some((row) => !isEmpty(row[i]) && row[i] !== FAILED);
  const columns = head.map((_, i) => i).filter((i) => i === 0 || hasFigures(i));
  const line = (cells: readonly string[]) =>
    `| ${columns.map((i) => (cells[i] ?? '').replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map((_, i) => (i === 0 ? '---' : '---:'))), ...filled.map(line)].join('\n');
}

/** Rungs by answers, with what each rung took to make. */
export function accuracyTable(study: Study, seeds: readonly SeedResult[], answers: readonly string[]): string {
  const rungs = study.rungs.filter((rung) => !rung.isHidden);
  const asked = answers.filter((id) => rungs.some((rung) => rung.answers.some((wish) => wish.id === id)));
  const titles = asked.map((id) => rungs.flatMap((rung) => rung.answers).find((wish) => wish.id === id)?.title ?? id);
  return table(
    ['', ...titles, 'tokens per answer', 'tokens written', 'tokens trained on', 'seconds'],
    rungs.map((rung) => {
      const failed = failuresOf(seeds, rung.id);
      const spent = spentOn(seeds, rung.id);
      const first = asked
        .map((answer) => answersAt(seeds, { rung: rung.id, answer }))
        .find((found) => found.length > 0);
      return [
        failed.length === 0 ? rung.title : `${rung.title} (failed, ${failed.join('; ')})`,
        ...asked.map((answer) => accuracyCell(seeds, { rung: rung.id, answer }, failed.length > 0)),
        first === undefined
          ? '–'
          : (first.reduce((sum, each) => sum + each.evaluation.tokensPerAnswer, 0) / first.length).toFixed(0),
        ...(spent === null
          ? ['–', '–', '–']
          : [thousands(spent.written), thousands(spent.trained), spent.seconds.toFixed(0)]),
      ];
    }),
  );
}

function accuracyCell(seeds: readonly SeedResult[], place: Place, hasFailed: boolean): string {
  const found = answersAt(seeds, place);
  if (found.length === 0) return hasFailed ? FAILED : NOT_RUN;
  return intervalText(pooled(found));
}

export function intervalText({ value, low, high }: ProportionInterval): string {
  return `${percent(value)} (${percent(low)}–${percent(high)})`;
}

/** The comparisons of a study, each with what it shows. */
export function comparisonTable(study: Study, seeds: readonly SeedResult[]): string {
  return table(
    ['question', 'difference', 'by seed', 'questions won : lost', 'p', 'reading'],
    study.comparisons.map(({ asks, first, second }) => {
      const result = comparePairs(pairsAt(seeds, first, second));
      if (result === null) return [asks, NOT_RUN, '–', '–', '–', '–'];
      return [
        asks,
        `${points(result.difference)} points`,
        result.seeds === 1 ? 'one seed' : `${points(result.lowest)} to ${points(result.highest)}`,
        `${result.won} : ${result.lost}`,
        probability(result.pValue),
        reading(result),
      ];
    }),
  );
}

/** Places against a first one, seed by seed: difference in points, won and lost questions, exact p. */
export function seedsTable(
  study: Study,
  seeds: readonly SeedResult[],
  first: Place,
  seconds: readonly Place[],
): string {
  const titleOf = ({ rung }: Place) => study.rungs.find(({ id }) => id === rung)?.title ?? rung;
  return table(
    ['seed', titleOf(first), ...seconds.map(titleOf)],
    seeds.map((seed) => [
      String(seed.seed),
      ...answersAt([seed], first).map(({ evaluation }) => percent(evaluation.accuracy.value)),
      ...(answersAt([seed], first).length === 0 ? [NOT_RUN] : []),
      ...seconds.map((second) => {
        const result = comparePairs(pairsAt([seed], first, second));
        return result === null
          ? NOT_RUN
          : `${points(result.difference)} points, ${result.won} : ${result.lost}, p ${probability(result.pValue)}`;
      }),
    ]),
  );
}

/** What a comparison may be read as: nothing beyond its numbers. */
export function reading(result: PairedOverSeeds): string {
  if (result.pValue >= 0.05) return 'no effect shown';
  const direction = result.difference > 0 ? 'better' : 'worse';
  const alone = result.difference > 0 ? result.up : result.down;
  if (result.seeds === 1) return `${direction}, on one seed`;
  if (result.difference > 0 ? result.lowest < 0 : result.highest > 0)
    return `${direction} on the whole; seeds disagree`;
  return `${direction} on every seed; ${alone} of ${result.seeds} show it by themselves`;
}

/** What the process reward models of some rungs are worth on questions held out of their training; means over the seeds. */
export function judgesTable(study: Study, seeds: readonly SeedResult[], rungs: readonly string[]): string {
  const FIGURES = ['rocArea', 'answerRocArea', 'calibrationError', 'heldOutLoss', 'responses'] as const;
  return table(
    [
      '',
      'ROC area, steps',
      'ROC area, whole answers',
      'calibration error',
      'held-out loss, nats',
      'walks learned from',
    ],
    rungs.map((id) => {
      const failed = failuresOf(seeds, id);
      const named = study.rungs.find((rung) => rung.id === id)?.title ?? id;
      const title = failed.length === 0 ? named : `${named} (failed, ${failed.join('; ')})`;
      const runs = seeds.flatMap((seed) => {
        const outcome = seed.rungs.get(id);
        // A rung may stand on another judge; its own comes last.
        return outcome?.kind === 'made' ? outcome.result.state.runs.filter(({ kind }) => kind === 'prm').slice(-1) : [];
      });
      const mean = (name: string) => {
        const values = runs.map(({ result }) => result[name]).filter((value) => typeof value === 'number');
        return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
      };
      return [
        title,
        ...FIGURES.map((name) => {
          const value = mean(name);
          return value === null
            ? failed.length > 0
              ? 'failed'
              : NOT_RUN
            : value.toFixed(name === 'responses' ? 0 : 3);
        }),
      ];
    }),
  );
}

/** Which alarms a guard gives on the stored metrics of each rung's RL, and at which iteration first. */
export function alarmsTable(study: Study, seeds: readonly SeedResult[]): string {
  return table(
    ['', 'alarms, with the iteration of the first time'],
    study.rungs
      .filter((rung) => !rung.isHidden)
      .map(({ id, title }) => {
        const bySeed = seeds.flatMap((seed) => {
          const outcome = seed.rungs.get(id);
          if (outcome?.kind !== 'made') return [];
          const found = [...firstAlarms(outcome.result.metrics)].map(([name, step]) => `${name} (${step})`);
          return [`seed ${seed.seed}: ${found.length === 0 ? 'none' : found.join(', ')}`];
        });
        return [title, bySeed.length === 0 ? NOT_RUN : bySeed.join('; ')];
      }),
  );
}

/** Detector → iteration of its first alarm. */
function firstAlarms(metrics: RungResult['metrics']): ReadonlyMap<string, number> {
  const steps = [...new Set(metrics.flatMap((series) => series.steps))].sort((a, b) => a - b);
  const first = new Map<string, number>();
  let state = NEW_GUARD;
  for (const step of steps) {
    const values = Object.fromEntries(
      metrics.flatMap(({ name, steps: own, values: all }) => {
        const at = own.indexOf(step);
        return at < 0 ? [] : [[name, all[at]!]];
      }),
    );
    const seen = observe('rl', state, { step, values });
    state = seen.state;
    for (const { detector } of seen.alarms) if (!first.has(detector)) first.set(detector, step);
  }
  return first;
}

/** What ways of answering cost, row by row of places: means over the seeds. */
export function costsTable(study: Study, seeds: readonly SeedResult[], places: readonly Place[]): string {
  return table(
    ['', 'right', 'questions', 'tokens for a question', 'seconds for a question', 'right per 1,000 tokens'],
    places.map((place) => {
      const rung = study.rungs.find(({ id }) => id === place.rung);
      const title = rung?.answers.find(({ id }) => id === place.answer)?.title ?? place.answer;
      const found = answersAt(seeds, place);
      if (found.length === 0) return [title, NOT_RUN, '–', '–', '–', '–'];
      const right = pooled(found);
      const mean = (valueOf: (each: (typeof found)[number]) => number) =>
        found.reduce((sum, each) => sum + valueOf(each), 0) / found.length;
      const tokens = mean(({ evaluation }) => evaluation.tokensPerAnswer);
      return [
        title,
        intervalText(right),
        mean(({ items }) => items.length).toFixed(0),
        tokens.toFixed(0),
        mean(({ evaluation, items }) => evaluation.seconds / Math.max(1, items.length)).toFixed(2),
        tokens === 0 ? '–' : ((1000 * right.value) / tokens).toFixed(2),
      ];
    }),
  );
}

/** What the last search of each rung found: means over the seeds. */
export function treesTable(study: Study, seeds: readonly SeedResult[], rungs: readonly string[]): string {
  return table(
    ['', 'trees', 'solved', 'right and wrong ends', 'ends of a tree', 'steps of a tree', 'tokens of a tree', 'seconds'],
    rungs.map((id) => {
      const title = study.rungs.find((rung) => rung.id === id)?.title ?? id;
      const runs = seeds.flatMap((seed) => {
        const outcome = seed.rungs.get(id);
        return outcome?.kind === 'made'
          ? outcome.result.state.runs.filter(({ kind }) => kind === 'search').slice(-1)
          : [];
      });
      if (runs.length === 0) return [title, NOT_RUN, ...Array.from({ length: 6 }, () => '–')];
      const total = (name: string) => runs.reduce((sum, { result }) => sum + Number(result[name] ?? 0), 0);
      const trees = Math.max(1, total('trees'));
      return [
        title,
        total('trees').toFixed(0),
        percent(total('solved') / trees),
        percent(total('mixed') / trees),
        ...['leaves', 'nodes', 'tokens'].map((name) => (total(name) / trees).toFixed(1)),
        (runs.reduce((sum, run) => sum + run.activeSeconds, 0) / runs.length).toFixed(0),
      ];
    }),
  );
}

/** How checks were used, row by row of places. */
export function mendingTable(study: Study, seeds: readonly SeedResult[], places: readonly Place[]): string {
  return table(
    [
      '',
      'answers with a check',
      'with a correction',
      'steps wrong',
      'of the wrong: checked',
      'corrected',
      'mended',
      'of the right: checked',
      'corrected',
      'spoiled',
    ],
    places.map((place) => {
      const title = study.rungs.find(({ id }) => id === place.rung)?.title ?? place.rung;
      const items = answersAt(seeds, place).flatMap((answer) => answer.items);
      return [
        title,
        ...(items.length === 0 ? Array.from({ length: 9 }, () => '–') : mendingCells(countMending(items))),
      ];
    }),
  );
}

function mendingCells(m: Mending): string[] {
  const rightSteps = m.steps - m.wrongSteps;
  const share = (part: number, whole: number) => (whole === 0 ? '–' : `${percent(part / whole)} (${part})`);
  return [
    share(m.withCheck, m.answers),
    share(m.withRefine, m.answers),
    share(m.wrongSteps, m.steps),
    share(m.wrongChecked, m.wrongSteps),
    share(m.wrongRefined, m.wrongSteps),
    share(m.mended, m.wrongSteps),
    share(m.rightChecked, rightSteps),
    share(m.rightRefined, rightSteps),
    share(m.spoiled, rightSteps),
  ];
}

export function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

export function points(share: number): string {
  return `${share < 0 ? '−' : '+'}${Math.abs(100 * share).toFixed(1)}`;
}

export function probability(p: number): string {
  return p < 1e-4 ? p.toExponential(0) : p.toFixed(p < 0.01 ? 4 : 3);
}

function thousands(tokens: number): string {
  return tokens >= 1e6
    ? `${(tokens / 1e6).toFixed(2)} M`
    : tokens >= 1000
      ? `${(tokens / 1000).toFixed(0)} k`
      : tokens.toFixed(0);
}
