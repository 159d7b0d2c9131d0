import type { MetricSeries } from '@contracts/runs';
import type { JobKind } from '@contracts/stages';
import { FUNCTIONAL_TOKENS } from '@core/tokens/functional-tokens';
import { tokenFacts } from '../../tokens/token-facts';
import type { ChartLook } from '../../charts/layers';
import type { Series } from '../../charts/series';
import { texts } from './texts/en';

/** Sums that cancel out leave so much behind. */
const ROUNDING = 1e-9;

interface ChartMetric {
  readonly name: string;
  readonly label: string;
  /** Metric that is the half-width of a band around this one. */
  readonly spread?: string;
  readonly token?: string;
}

/** One chart of a run page: which metrics it shows, by name, and how. A new chart is a row here. */
interface ChartRow extends Partial<ChartLook> {
  readonly id: keyof typeof texts.charts;
  /** Kinds of run that it belongs to; others do not show it even where they have the metric. */
  readonly kinds: readonly JobKind[];
  readonly metrics: readonly ChartMetric[];
  /** Further metrics that belong here, known by their names: tokens of one's own. */
  readonly more?: (name: string) => ChartMetric | null;
  /** Leaves out series that are zero throughout: parts of a reward that nobody turned on. */
  readonly hidesZeros?: boolean;
}

const words = texts.metrics;

/** How often a token is used, in its own sign and colour. */
const USE = 'use.';
function tokenUse(name: string): ChartMetric {
  const { glyph, label, look } = tokenFacts(name.slice(USE.length));
  return { name, label: `${glyph} ${label}`, token: look };
}

const part = (name: 'answer' | 'process' | 'form' | 'length'): ChartMetric => ({
  name: `reward.${name}`,
  label: words.rewardParts[name],
  spread: `reward.${name}.std`,
});

/** THE table of charts, in the order of the page. */
const CHARTS: readonly ChartRow[] = [
  {
    id: 'loss',
    kinds: ['sft', 'prm'],
    metrics: [
      { name: 'loss', label: words.loss },
      { name: 'validationLoss', label: words.validationLoss },
    ],
  },
  {
    id: 'lossParts',
    kinds: ['sft'],
    metrics: [
      { name: 'functionalLoss', label: words.functionalLoss },
      { name: 'textLoss', label: words.textLoss },
      { name: 'validationFunctionalLoss', label: words.validationFunctionalLoss },
      { name: 'validationTextLoss', label: words.validationTextLoss },
    ],
  },
  { id: 'reward', kinds: ['rl'], metrics: [{ name: 'reward', label: words.reward, spread: 'rewardStd' }] },
  {
    id: 'accuracy',
    kinds: ['rl', 'evaluate'],
    metrics: [
      { name: 'heldOutAccuracy', label: words.heldOutAccuracy },
      { name: 'accuracy', label: words.exploredAccuracy },
    ],
    isShare: true,
  },
  {
    id: 'rewardParts',
    kinds: ['rl'],
    metrics: [part('answer'), part('process'), part('form'), part('length')],
    hidesZeros: true,
  },
  {
    id: 'tokenUse',
    kinds: ['rl'],
    metrics: FUNCTIONAL_TOKENS.map(({ name }) => tokenUse(`${USE}${name}`)),
    more: (name) => (name.startsWith(USE) ? tokenUse(name) : null),
    hidesZeros: true,
    isStacked: true,
  },
  {
    id: 'kl',
    kinds: ['rl'],
    metrics: [
      { name: 'kl', label: words.kl },
      { name: 'samplerKl', label: words.samplerKl },
    ],
  },
  { id: 'entropy', kinds: ['rl'], metrics: [{ name: 'entropy', label: words.entropy }] },
  { id: 'length', kinds: ['rl'], metrics: [{ name: 'length', label: words.length, spread: 'lengthStd' }] },
  { id: 'settled', kinds: ['rl'], metrics: [{ name: 'settledShare', label: words.settledShare }], isShare: true },
  {
    id: 'clip',
    kinds: ['rl'],
    metrics: [{ name: 'clippedShare', label: words.clippedShare }],
    isShare: true,
  },
  {
    id: 'form',
    kinds: ['rl'],
    metrics: [
      { name: 'formShare', label: words.formShare },
      { name: 'answerShare', label: words.answerShare },
      { name: 'truncatedShare', label: words.truncatedShare },
    ],
    isShare: true,
  },
  { id: 'tokenEntropy', kinds: ['rl'], metrics: [{ name: 'tokenEntropy', label: words.tokenEntropy }] },
  { id: 'steps', kinds: ['rl'], metrics: [{ name: 'steps', label: words.steps }] },
  { id: 'paths', kinds: ['rl'], metrics: [{ name: 'paths', label: words.paths }] },
  { id: 'policyLoss', kinds: ['rl'], metrics: [{ name: 'policyLoss', label: words.loss }] },
  {
    id: 'budget',
    kinds: ['evaluate'],
    metrics: (['vote', 'weighted-vote', 'most-confident', 'best-process', 'process-vote', 'coverage'] as const).map(
      (name) => ({
        name,
        label: words.choices[name],
      }),
    ),
    isShare: true,
    isNoisy: false,
  },
  {
    id: 'budgetTokens',
    kinds: ['evaluate'],
    metrics: [{ name: 'tokensPerAnswer', label: words.tokens }],
    isNoisy: false,
  },
  { id: 'solved', kinds: ['search'], metrics: [{ name: 'solvedShare', label: words.solvedShare }], isShare: true },
  { id: 'treeSize', kinds: ['search'], metrics: [{ name: 'nodesPerTree', label: words.nodesPerTree }] },
  { id: 'gradient', kinds: ['sft', 'prm', 'rl'], metrics: [{ name: 'gradNorm', label: words.gradNorm }] },
  {
    id: 'rate',
    kinds: ['sft', 'prm', 'rl'],
    metrics: [{ name: 'learningRate', label: words.learningRate }],
    isNoisy: false,
  },
  {
    id: 'judgement',
    kinds: ['prm'],
    metrics: [
      { name: 'rocArea', label: words.rocArea },
      { name: 'calibrationError', label: words.calibrationError },
    ],
    isNoisy: false,
  },
  {
    id: 'roc',
    kinds: ['prm'],
    metrics: [
      { name: 'rocHits', label: words.rocHits },
      { name: 'fileRocHits', label: words.fileRocHits },
    ],
    isShare: true,
    isNoisy: false,
  },
  {
    id: 'reliability',
    kinds: ['prm'],
    metrics: [
      { name: 'reliabilityScore', label: words.reliabilityScore },
      { name: 'reliabilityOutcome', label: words.reliabilityOutcome },
      { name: 'fileReliabilityOutcome', label: words.fileReliabilityOutcome },
    ],
    isShare: true,
    isNoisy: false,
  },
  {
    id: 'reliabilityWeight',
    kinds: ['prm'],
    metrics: [
      { name: 'reliabilityWeight', label: words.reliabilityWeight },
      { name: 'fileReliabilityWeight', label: words.fileReliabilityWeight },
    ],
    isNoisy: false,
  },
  {
    id: 'klCoefficient',
    kinds: ['rl'],
    metrics: [{ name: 'klCoefficient', label: words.klCoefficient }],
    isNoisy: false,
  },
];

/** Metrics that other things on the page say better. */
const UNDRAWN: ReadonlySet<string> = new Set([
  'heldOutQuestions',
  'samplerGap',
  // The bands' own middles, which the other series of the plot has too.
  'fileReliabilityScore',
]);

export interface RunChart extends ChartLook {
  readonly id: string;
  readonly title: string;
  readonly series: readonly Series[];
}

/**
 * The charts that a run has metrics for, in the order of the table. A metric that no row names is not lost, it gets a chart of its own.
 * @param metrics series with the same identity give charts whose series have the same identity, so that nothing is drawn twice
 */
export function chartsOf(kind: JobKind, metrics: readonly MetricSeries[]): readonly RunChart[] {
  const byName = new Map(metrics.filter(({ steps }) => steps.length > 0).map((series) => [series.name, series]));
  const own = CHARTS.filter(({ kinds }) => kinds.includes(kind)).map((row) => ({
    ...row,
    metrics: [...row.metrics, ...moreMetrics(row, byName)],
  }));
  const known = new Set(
    own.flatMap((row) => row.metrics.flatMap(({ name, spread }) => (spread === undefined ? [name] : [name, spread]))),
  );
  const rows = own.map((row): RunChart => ({
    id: row.id,
    title: texts.charts[row.id],
    series: row.metrics.flatMap((metric) => seriesOf(byName, metric, row.hidesZeros ?? false)),
    isShare: row.isShare ?? false,
    isNoisy: row.isNoisy ?? true,
    isStacked: row.isStacked ?? false,
  }));
  const others = [...byName.values()]
    .filter(({ name }) => !known.has(name) && !UNDRAWN.has(name))
    .map((series): RunChart => ({
      id: series.name,
      title: series.name,
      series: [{ ...series, label: series.name }],
      isShare: false,
      isNoisy: true,
      isStacked: false,
    }));
  return [...rows, ...others].filter((chart) => chart.series.length > 0);
}

/** Metrics of the run that a row takes by their names, in order of appearance. */
function moreMetrics({ metrics, more }: ChartRow, byName: ReadonlyMap<string, MetricSeries>): ChartMetric[] {
  const listed = new Set(metrics.map(({ name }) => name));
  return [...byName.keys()].flatMap((name) => {
    const metric = listed.has(name) ? null : (more?.(name) ?? null);
    return metric ? [metric] : [];
  });
}

function seriesOf(
  byName: ReadonlyMap<string, MetricSeries>,
  { name, label, spread, token }: ChartMetric,
  hidesZeros: boolean,
): Series[] {
  const found = byName.get(name);
  if (!found || (hidesZeros && found.values.every((value) => Math.abs(value) < ROUNDING))) return [];
  const half = spread === undefined ? undefined : byName.get(spread);
  return [
    {
      ...found,
      label,
      // A band needs a width at each of its steps.
      ...(half && half.steps.length === found.steps.length && { spread: half.values }),
      ...(token !== undefined && { token }),
    },
  ];
}

/** What a metric is called beside its chart's title, and whether it is a share; for figures outside of charts. */
export function describeMetric(name: string): { readonly label: string; readonly isShare: boolean } {
  for (const row of CHARTS) {
    const metric = row.metrics.find((one) => one.name === name);
    if (metric) return { label: `${texts.charts[row.id]}: ${metric.label}`, isShare: row.isShare ?? false };
  }
  return { label: name, isShare: false };
}
