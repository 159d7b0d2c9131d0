import { useQuery } from '@tanstack/react-query';
import type { Run, RunForecast } from '@contracts/runs';
import { inWindowWords } from '../../app/host-words';
import { api } from '../../lib/api';
import { formatBytes, formatDuration, formatFixed, formatRange } from '../../lib/format';
import { Loaded } from '../../ui/Loaded';
import { Mark } from '../../ui/marks';
import { Panel } from '../../ui/Panel';
import { Table, type Column } from '../../ui/Table';
import { texts } from './texts/en';

const words = texts.forecast;

interface Row {
  readonly name: string;
  readonly expected: string;
  readonly actual: string;
  readonly verdict: 'within' | 'under' | 'over' | null;
}

/** What was expected of a run when it started, and what it took. */
export function ForecastPanel({ run }: { readonly run: Run }) {
  const forecast = useQuery({
    ...api.runs.forecast.queryOptions({ input: { id: run.id } }),
    // What it took changes as it runs; the end of a run asks once more.
    staleTime: run.status === 'running' ? 10_000 : 0,
  });
  return (
    <Panel title={words.title}>
      <Loaded query={forecast}>
        {(data) => (
          <>
            <Table caption={words.title} columns={COLUMNS} rows={rowsOf(data, run)} rowKey={(row) => row.name} />
            {data.predicted && (
              <p className="run-quiet run-basis">{words.basis(inWindowWords(data.predicted.basis))}</p>
            )}
            {data.correction && (
              <p className="run-quiet run-basis">
                {words.correction(formatFixed(data.correction.factor, 2), data.correction.runs)}
              </p>
            )}
          </>
        )}
      </Loaded>
    </Panel>
  );
}

const COLUMNS: readonly Column<Row>[] = [
  { id: 'what', title: words.what, cell: (row) => row.name, width: '150px' },
  { id: 'expected', title: words.expected, cell: (row) => row.expected, isNumber: true, width: '180px' },
  { id: 'actual', title: words.actual, cell: (row) => row.actual, isNumber: true, width: '140px' },
  { id: 'verdict', title: words.verdict, cell: (row) => row.verdict && <Verdict verdict={row.verdict} /> },
];

function Verdict({ verdict }: { readonly verdict: NonNullable<Row['verdict']> }) {
  const look = {
    within: { tone: 'good', glyph: '✓' },
    under: { tone: 'idle', glyph: '↓' },
    over: { tone: 'warn', glyph: '↑' },
  } as const;
  return <Mark {...look[verdict]}>{words[verdict]}</Mark>;
}

/** A verdict is passed on a finished run alone: the others may take more. */
function rowsOf({ predicted, actual }: RunForecast, run: Run): readonly Row[] {
  const isOver = run.status === 'finished';
  const row = (
    name: string,
    expected: { readonly low: number; readonly high: number } | null,
    took: number | null,
    format: (value: number) => string,
  ): Row => ({
    name,
    expected: expected ? formatRange(expected.low, expected.high, format) : words.unknown,
    actual: took === null ? words.unknown : `${format(took)}${isOver ? '' : ` ${words.soFar}`}`,
    verdict: isOver && expected && took !== null ? verdictOf(expected, took) : null,
  });
  return [
    row(words.time, predicted?.seconds ?? null, actual.seconds, formatDuration),
    row(words.memory, predicted?.memoryBytes ?? null, actual.memoryBytes, formatBytes),
    row(words.disk, predicted?.diskBytes ?? null, actual.diskBytes, formatBytes),
  ];
}

/** The disk is foretold as one number; a tenth either way is as expected. */
const LEEWAY = 0.1;

function verdictOf({ low, high }: { readonly low: number; readonly high: number }, took: number): Row['verdict'] {
  const slack = low === high ? LEEWAY * high : 0;
  if (took < low - slack) return 'under';
  return took > high + slack ? 'over' : 'within';
}
