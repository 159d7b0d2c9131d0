import type { MetricSeries } from '@contracts/runs';
import { FUNCTIONAL_TOKENS } from '@core/tokens/functional-tokens';
import type { Series } from '../../charts/series';
import { texts } from './texts/en';

/** One chart of a run page: which metrics it shows, by name, and how. A new chart is a row here. */
interface ChartRow {
  readonly id: keyof typeof texts.charts;
  readonly metrics: readonly { readonly name: string; readonly label: string }[];
  readonly isLog?: boolean;
  readonly isShare?: boolean;
  /** False for what a setting decides: there is no noise to smooth. */
  readonly isNoisy?: boolean;
}

const words = texts.metrics;

const CHARTS: readonly ChartRow[] = [
  {
    id: 'loss',
    metrics: [
      { name: 'loss', label: words.loss },
      { name: 'validationLoss', label: words.validationLoss },
    ],
  },
  {
    id: 'lossParts',
    metrics: [
      { name: 'functionalLoss', label: words.functionalLoss },
      { name: 'textLoss', label: words.textLoss },
      { name: 'validationFunctionalLoss', label: words.validationFunctionalLoss },
      { name: 'validationTextLoss', label: words.validationTextLoss },
    ],
  },
  {
    id: 'reward',
    metrics: [
      { name: 'reward', label: words.reward },
      { name: 'rewardStd', label: words.rewardStd },
    ],
  },
  {
    id: 'accuracy',
    metrics: [
      { name: 'heldOutAccuracy', label: words.heldOutAccuracy },
      { name: 'accuracy', label: words.exploredAccuracy },
    ],
    isShare: true,
  },
  {
    id: 'kl',
    metrics: [
      { name: 'kl', label: words.kl },
      { name: 'samplerKl', label: words.samplerKl },
    ],
  },
  { id: 'entropy', metrics: [{ name: 'entropy', label: words.entropy }] },
  { id: 'length', metrics: [{ name: 'length', label: words.length }] },
  {
    id: 'form',
    metrics: [
      { name: 'formShare', label: words.formShare },
      { name: 'answerShare', label: words.answerShare },
      { name: 'truncatedShare', label: words.truncatedShare },
    ],
    isShare: true,
  },
  {
    id: 'clip',
    metrics: [
      { name: 'clippedShare', label: words.clippedShare },
      { name: 'settledShare', label: words.settledShare },
    ],
    isShare: true,
  },
  {
    id: 'tokenUse',
    metrics: FUNCTIONAL_TOKENS.map(({ name }) => ({ name: `use.${name}`, label: name.replace('_', ' ') })),
  },
  { id: 'tokenEntropy', metrics: [{ name: 'tokenEntropy', label: words.tokenEntropy }] },
  {
    id: 'paths',
    metrics: [
      { name: 'paths', label: words.paths },
      { name: 'steps', label: words.steps },
    ],
  },
  { id: 'solved', metrics: [{ name: 'solvedShare', label: words.solvedShare }], isShare: true },
  { id: 'treeSize', metrics: [{ name: 'nodesPerTree', label: words.nodesPerTree }] },
  { id: 'gradient', metrics: [{ name: 'gradNorm', label: words.gradNorm }] },
  { id: 'rate', metrics: [{ name: 'learningRate', label: words.learningRate }], isNoisy: false },
];

export interface RunChart {
  readonly id: string;
  readonly title: string;
  readonly series: readonly Series[];
  readonly isLog: boolean;
  readonly isShare: boolean;
  readonly isNoisy: boolean;
}

/** The charts that a run has metrics for, in the order of the table; a metric that no row names is not lost, it gets a chart of its own. */
export function chartsOf(metrics: readonly MetricSeries[]): readonly RunChart[] {
  const byName = new Map(metrics.map((series) => [series.name, series]));
  const known = new Set(CHARTS.flatMap((row) => row.metrics.map(({ name }) => name)));
  const rows = CHARTS.map(({ id, metrics: wanted, isLog = false, isShare = false, isNoisy = true }): RunChart => ({
    id,
    title: texts.charts[id],
    series: wanted.flatMap(({ name, label }) => {
      const found = byName.get(name);
      return found && found.steps.length > 0 ? [{ ...found, label }] : [];
    }),
    isLog,
    isShare,
    isNoisy,
  }));
  const others = metrics
    .filter(({ name }) => !known.has(name))
    .map((series): RunChart => ({
      id: series.name,
      title: series.name,
      series: [{ ...series, label: series.name }],
      isLog: false,
      isShare: false,
      isNoisy: true,
    }));
  return [...rows, ...others].filter((chart) => chart.series.length > 0);
}
