import { niceMarks } from '../../charts/chart-svg';
import { placeLabels } from '../../charts/end-labels';
import { formatPercent } from '../../lib/format';
import type { BudgetLine, BudgetPoint } from './budget';
import { choiceWords } from './choice-words';
import { texts } from './texts/en';

const WIDTH = 860;
const HEIGHT = 260;
const EDGE = { top: 12, right: 250, bottom: 38, left: 48 } as const;
/** Two lines: what was done, and with what. */
const LABEL_GAP = 30;
/** Characters of a name that fit beside the chart. */
const NAME_LENGTH = 38;
/** Colours and dashes of the evaluations and of the ways of choosing: a line is told by both, and by its label. */
const COLORS = 5;
const DASHES: Readonly<Record<string, string>> = {
  coverage: '2 4',
  'weighted-vote': '7 3',
  'most-confident': '7 3 2 3',
};

/** Lines of accuracy over a logarithmic axis of cost, with their names at their ends; a single point is a dot. */
export function BudgetChart({
  lines,
  cost,
  label,
  showCost,
}: {
  readonly lines: readonly BudgetLine[];
  readonly cost: (point: BudgetPoint) => number;
  readonly label: string;
  readonly showCost: (value: number) => string;
}) {
  const points = lines.flatMap((line) => line.points);
  const costs = points.map(cost).filter((value) => value > 0);
  if (costs.length === 0) return null;
  const [low, high] = [Math.min(...costs) / 1.3, Math.max(...costs) * 1.3];
  const top = Math.min(1, Math.max(...points.map(({ share }) => share)) * 1.15 || 1);
  const x = (value: number) =>
    EDGE.left + (Math.log(Math.max(value, low) / low) / Math.log(high / low)) * (WIDTH - EDGE.left - EDGE.right);
  const y = (share: number) => HEIGHT - EDGE.bottom - (share / top) * (HEIGHT - EDGE.top - EDGE.bottom);
  const evaluations = [...new Set(lines.map(({ evaluation }) => evaluation.id))];
  const ends = lines.map(({ points: own }) => y(own.at(-1)?.share ?? 0));
  const tops = placeLabels(ends, LABEL_GAP, HEIGHT);
  return (
    <svg
      className="budget"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      role="img"
      aria-label={texts.budget.describe(
        lines
          .map((line) => `${line.name}, ${choiceWords(line)} ${formatPercent(line.points.at(-1)?.share ?? 0)}`)
          .join('; '),
      )}
    >
      {niceMarks(0, top, 4).map((mark) => (
        <g key={mark}>
          <line className="budget-grid" x1={EDGE.left} x2={WIDTH - EDGE.right} y1={y(mark)} y2={y(mark)} />
          <text className="budget-mark" x={EDGE.left - 6} y={y(mark) + 4} textAnchor="end">
            {formatPercent(mark, 0)}
          </text>
        </g>
      ))}
      {costMarks(low, high).map((mark) => (
        <text key={mark} className="budget-mark" x={x(mark)} y={HEIGHT - 20} textAnchor="middle">
          {showCost(mark)}
        </text>
      ))}
      <text className="budget-mark" x={WIDTH - EDGE.right} y={HEIGHT - 4} textAnchor="end">
        {label}
      </text>
      {lines.map((line, i) => {
        const own = line.points.filter((point) => cost(point) > 0);
        return (
          <g
            key={`${line.evaluation.id} ${line.choice}`}
            data-line={(evaluations.indexOf(line.evaluation.id) % COLORS) + 1}
          >
            <polyline
              className="budget-line"
              strokeDasharray={DASHES[line.choice]}
              points={own.map((point) => `${x(cost(point))},${y(point.share)}`).join(' ')}
            />
            {own.map((point) => (
              <circle key={point.budget} className="budget-point" cx={x(cost(point))} cy={y(point.share)} r={3.5} />
            ))}
            <text className="budget-label" x={WIDTH - EDGE.right + 10} y={(tops[i] ?? 0) - 3}>
              <title>{line.name}</title>
              <tspan>{choiceWords(line)}</tspan>
              <tspan x={WIDTH - EDGE.right + 10} dy={14}>
                {withoutMiddle(line.name, NAME_LENGTH)}
              </tspan>
            </text>
          </g>
        );
      })}
    </svg>
  );
}

/** Names that grow on the road begin alike and differ at their end, so the middle goes. */
function withoutMiddle(name: string, length: number): string {
  if (name.length <= length) return name;
  const head = name.slice(0, Math.floor(length / 3)).trimEnd();
  const tail = name.slice(name.length - (length - head.length - 2));
  // Whole words, where there are any.
  return `${head} … ${tail.slice(tail.indexOf(' ') + 1)}`;
}

/** 1, 2, 5 times powers of ten within bounds. */
function costMarks(low: number, high: number): number[] {
  const first = Math.floor(Math.log10(low));
  const decades = Array.from({ length: Math.ceil(Math.log10(high)) - first + 1 }, (_, i) => 10 ** (first + i));
  const all = decades
    .flatMap((decade) => [1, 2, 5].map((one) => one * decade))
    .filter((mark) => mark >= low && mark <= high);
  return all.length > 7 ? all.filter((mark) => String(mark).startsWith('1') || mark < 1) : all;
}
