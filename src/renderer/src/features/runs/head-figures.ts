import type { MetricSeries, Run } from '@contracts/runs';
import type { JobKind } from '@contracts/stages';
import { formatNumber, formatPercent } from '../../lib/format';
import { texts } from './texts/en';

/** A number at the head of a run page, with what it was at first where that says something. */
export interface HeadFigure {
  readonly name: string;
  readonly value: string;
  readonly since: string | null;
}

interface FigureRow {
  readonly metric: string;
  readonly label: string;
  readonly show: (value: number) => string;
}

const percent = (value: number) => formatPercent(value);
/** Nats and rewards below a millionth are what rounding left behind. */
const plain = (value: number) => formatNumber(Math.abs(value) < 1e-6 ? 0 : value);
const words = texts.headFigures;

/** The few metrics that matter while a kind of run goes on. */
const FIGURES: Readonly<Partial<Record<JobKind, readonly FigureRow[]>>> = {
  sft: [
    { metric: 'loss', label: words.loss, show: plain },
    { metric: 'validationLoss', label: words.validationLoss, show: plain },
    { metric: 'functionalLoss', label: words.functionalLoss, show: plain },
  ],
  rl: [
    { metric: 'heldOutAccuracy', label: words.heldOutAccuracy, show: percent },
    { metric: 'reward', label: words.reward, show: plain },
    { metric: 'kl', label: words.kl, show: plain },
  ],
  search: [{ metric: 'solvedShare', label: words.solved, show: percent }],
};

/** The latest value of each, with the first beside it. */
export function headFigures(run: Run, metrics: readonly MetricSeries[]): readonly HeadFigure[] {
  return (FIGURES[run.kind] ?? []).flatMap(({ metric, label, show }) => {
    const values = metrics.find(({ name }) => name === metric)?.values ?? [];
    const [first, last] = [values[0], values.at(-1)];
    if (first === undefined || last === undefined) return [];
    return [{ name: label, value: show(last), since: values.length > 1 ? texts.atFirst(show(first)) : null }];
  });
}
