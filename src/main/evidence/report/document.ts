import type { Part, RungResult, SeedResult, Study } from '../study';
import { pooled } from '../statistics';
import { answersAt } from './gather';
import { barPlot, curvePlot, SMALL_PLOT, type Curve } from './plots';
import {
  accuracyTable,
  alarmsTable,
  comparisonTable,
  costsTable,
  judgesTable,
  mendingTable,
  seedsTable,
  treesTable,
} from './tables';

/** A study with what its seeds came to. */
export interface StudyResults {
  readonly study: Study;
  readonly seeds: readonly SeedResult[];
}

export interface EvidenceDocument {
  readonly markdown: string;
  /** Name of a file → picture. */
  readonly plots: ReadonlyMap<string, string>;
}

export interface DocumentFacts {
  readonly seeds: readonly number[];
  readonly isQuick: boolean;
  readonly versions: Readonly<Record<string, string>>;
  /** The folder of the plots as the document names it. */
  readonly plotFolder: string;
}

/** The whole report, from results alone: the same results give the same bytes. */
export function writeDocument(studies: readonly StudyResults[], facts: DocumentFacts): EvidenceDocument {
  const plots = new Map<string, string>();
  const plot = (name: string, words: string, svg: string): string => {
    plots.set(`${name}.svg`, svg);
    return `![${words}](${facts.plotFolder}/${name}.svg)`;
  };
  const sections = studies.map(({ study, seeds }) =>
    [
      `## ${study.title}`,
      study.question,
      madeOf(seeds, study),
      ...(hasAnswers(seeds, study) ? study.parts : [])
        .map((part, i) => PARTS[part.kind](part as never, { study, seeds, plot, name: `${study.id}-${i}` }))
        .filter((text) => text !== ''),
    ].join('\n\n'),
  );
  return { markdown: [head(facts), ...sections, ''].join('\n\n'), plots };
}

function head({ seeds, isQuick, versions }: DocumentFacts): string {
  const warning = isQuick
    ? '\n\n**This is a quick run: it shows that every study works, and says nothing about accuracy.**'
    : '';
  const known = Object.entries(versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(', ');
  return `# Evidence

Made by \`npm run evidence\` from stored runs; do not edit. Anybody can repeat it: what is stored in the data folder is taken, what is missing is run, and the same command writes this page anew. Seeds asked for: ${seeds.join(', ')}. Versions: ${known || 'no run yet'}.${warning}

How to read it. Shares are of questions answered right, pooled over the seeds, with 95 % intervals (Wilson) of the questions: seeds answer the same ones, so more seeds make an interval narrower only as far as they differ. Comparisons are paired: for each question the gains and losses of the seeds are added up, and an exact sign test asks whether more questions gain than lose; with one seed that is McNemar's test. Many of them stand here, so a single p just below 0.05 says little. Tokens and seconds are means over the seeds for everything from the untuned model on, other rungs' trees included; seconds were measured on a machine that other programs shared. What no seed has run has no row; each study names what is open.`;
}

/** Whether there is anything to show: a rung with a row that was made and, where it is asked something, has answered. */
function hasAnswers(seeds: readonly SeedResult[], study: Study): boolean {
  return study.rungs.some(
    ({ id, isHidden, answers }) =>
      !isHidden &&
      (answers.length === 0
        ? seeds.some((seed) => seed.rungs.get(id)?.kind === 'made')
        : answers.some((answer) => answersAt(seeds, { rung: id, answer: answer.id }).length > 0)),
  );
}

function madeOf(seeds: readonly SeedResult[], study: Study): string {
  if (!hasAnswers(seeds, study)) return 'Not run yet.';
  const made = seeds.filter((seed) => [...seed.rungs.values()].some((outcome) => outcome.kind === 'made'));
  const isWhole = (seed: SeedResult) => [...seed.rungs.values()].every((outcome) => outcome.kind === 'made');
  const whole = made.filter(isWhole).map(({ seed }) => seed);
  const part = made.filter((seed) => !isWhole(seed)).map(({ seed }) => seed);
  const prompts = [...new Set(made.flatMap(({ bestPrompt }) => (bestPrompt === null ? [] : [bestPrompt])))];
  return [
    whole.length > 0 ? `Seeds run to the end: ${whole.join(', ')}.` : '',
    part.length > 0 ? `Seeds run in part: ${part.join(', ')}.` : '',
    stillOpen(seeds, study),
    `The base answers best to ${prompts.map((prompt) => (prompt === '' ? 'the bare question' : `the prompt “${prompt}”`)).join(', ')}, chosen on validation questions.`,
  ]
    .filter(Boolean)
    .join(' ');
}

/** The rungs with a row that some seed has not walked, or has not answered all questions of. */
function stillOpen(seeds: readonly SeedResult[], study: Study): string {
  const open = study.rungs
    .filter(({ isHidden }) => !isHidden)
    .flatMap(({ id, title, answers }) => {
      const missing = seeds.filter(({ rungs }) => {
        const outcome = rungs.get(id);
        return (
          outcome === undefined ||
          outcome.kind === 'missing' ||
          (outcome.kind === 'made' && answers.some((answer) => !outcome.result.answers.has(answer.id)))
        );
      });
      if (missing.length === 0) return [];
      return missing.length === seeds.length
        ? [`${title} (every seed)`]
        : [`${title} (${missing.length === 1 ? 'seed' : 'seeds'} ${missing.map(({ seed }) => seed).join(', ')})`];
    });
  return open.length === 0 ? '' : `Still open: ${open.join('; ')}.`;
}

interface Place {
  readonly study: Study;
  readonly seeds: readonly SeedResult[];
  readonly name: string;
  plot(name: string, words: string, svg: string): string;
}

/** Words above a table; nothing where there is no table. */
const under = (words: string, table: string): string => (table === '' ? '' : `${words}\n\n${table}`);

type PartOf<K extends Part['kind']> = Extract<Part, { kind: K }>;

const PARTS: { readonly [K in Part['kind']]: (part: PartOf<K>, place: Place) => string } = {
  accuracy: ({ answers }, { study, seeds }) => accuracyTable(study, seeds, answers),

  comparisons: (_, { study, seeds }) => comparisonTable(study, seeds),

  seeds: ({ first, seconds }, { study, seeds }) =>
    under(
      'Seed by seed, on unseen sequences: difference, questions won and lost, exact McNemar p of that seed alone.',
      seedsTable(study, seeds, first, seconds),
    ),

  bars: ({ answer, title }, { study, seeds, name, plot }) => {
    const bars = study.rungs
      .filter((rung) => !rung.isHidden)
      .flatMap((rung) => {
        const found = answersAt(seeds, { rung: rung.id, answer });
        return found.length === 0
          ? []
          : [
              {
                title: rung.title,
                interval: pooled(found),
                seeds: found.map((each) => each.evaluation.accuracy.value),
                isBase: rung.stages.length === 0,
              },
            ];
      });
    return bars.length === 0 ? '' : plot(name, title, barPlot(title, bars));
  },

  curves: ({ places, title }, { study, seeds, name, plot }) => {
    const curves = places.flatMap((at): Curve[] => {
      const found = answersAt(seeds, at);
      const rung = study.rungs.find(({ id }) => id === at.rung)?.title ?? at.rung;
      return CHOICES.flatMap(({ metric, words }) => {
        const points = meanCurve(
          found.map(({ metrics }) => metrics),
          metric,
        );
        return points.length === 0 ? [] : [{ title: `${rung}, ${at.answer}: ${words}`, points }];
      });
    });
    if (curves.length === 0) return '';
    return plot(
      name,
      title,
      curvePlot(
        title,
        curves,
        { x: 'tokens written for a question (logarithmic)', isLogX: true, isShare: true },
        {
          width: 860,
          height: 400,
          left: 56,
          right: 330,
          top: 44,
          bottom: 44,
        },
      ),
    );
  },

  costs: ({ places }, { study, seeds }) =>
    under('Seconds are of the whole machine, shared with whatever else ran on it.', costsTable(study, seeds, places)),

  trees: ({ rungs }, { study, seeds }) =>
    under(
      'Trees grown with the right answers at hand, as for training data, of questions that nothing was trained on.',
      treesTable(study, seeds, rungs),
    ),

  series: ({ metrics }, { study, seeds, name, plot }) =>
    metrics
      .flatMap(({ metric, title, x = 'iteration' }) => {
        const curves = study.rungs
          .filter((rung) => !rung.isHidden)
          .map((rung): Curve => ({ title: rung.title, points: meanSeries(seeds, rung.id, metric) }));
        if (curves.every(({ points }) => points.length === 0)) return [];
        return plot(`${name}-${metric}`, title, curvePlot(title, curves, { x }, SMALL_PLOT));
      })
      .join('\n\n'),

  alarms: (_, { study, seeds }) =>
    under(
      'Alarms that the guard gave, with the iteration of the first time, seed by seed; the guard only watched, and changed nothing.',
      alarmsTable(study, seeds),
    ),

  judges: ({ rungs }, { study, seeds }) =>
    under('Process reward models, on questions that they did not learn from.', judgesTable(study, seeds, rungs)),

  mending: ({ places }, { study, seeds }) =>
    under(
      'Use of checks in greedy answers to unseen sequences; a step is judged by its own calculation, not by the plan.',
      mendingTable(study, seeds, places),
    ),
};

/** Choices among several answers that a curve shows. */
const CHOICES = [
  { metric: 'vote', words: 'vote' },
  { metric: 'most-confident', words: 'surest' },
  { metric: 'process-vote', words: 'vote weighed by the process model' },
] as const;

type Series = RungResult['metrics'];

/** Mean over seeds: tokens against a choice, budget by budget. */
function meanCurve(seeds: readonly Series[], metric: string): (readonly [number, number])[] {
  const points = new Map<number, { tokens: number; value: number; count: number }>();
  for (const metrics of seeds) {
    const tokens = metrics.find(({ name }) => name === 'tokensPerAnswer');
    const values = metrics.find(({ name }) => name === metric);
    values?.steps.forEach((budget, i) => {
      const at = tokens?.steps.indexOf(budget) ?? -1;
      if (at < 0) return;
      const sum = points.get(budget) ?? { tokens: 0, value: 0, count: 0 };
      points.set(budget, {
        tokens: sum.tokens + (tokens?.values[at] ?? 0),
        value: sum.value + (values.values[i] ?? 0),
        count: sum.count + 1,
      });
    });
  }
  return [...points].sort(([a], [b]) => a - b).map(([, { tokens, value, count }]) => [tokens / count, value / count]);
}

/** Mean over seeds of a metric of a rung's last stage; steps that every seed has. */
function meanSeries(seeds: readonly SeedResult[], rung: string, metric: string): (readonly [number, number])[] {
  const all = seeds.flatMap((seed) => {
    const outcome = seed.rungs.get(rung);
    const found = outcome?.kind === 'made' ? outcome.result.metrics.find(({ name }) => name === metric) : undefined;
    return found ? [found] : [];
  });
  const [first] = all;
  if (!first) return [];
  return first.steps.flatMap((step) => {
    const values = all.flatMap(({ steps, values: own }) => {
      const at = steps.indexOf(step);
      return at < 0 ? [] : [own[at]!];
    });
    return values.length === all.length
      ? [[step, values.reduce((sum, value) => sum + value, 0) / values.length] as const]
      : [];
  });
}
