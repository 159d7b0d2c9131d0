import { useQuery } from '@tanstack/react-query';
import { useCallback, useDeferredValue, useMemo, useState } from 'react';
import type { RunEvent } from '@contracts/run-events';
import type { MetricSeries, Run } from '@contracts/runs';
import { ChartTools } from '../../charts/ChartTools';
import { WHOLE_VIEW, type ChartView } from '../../charts/layers';
import { LineChart } from '../../charts/LineChart';
import type { ChartMark } from '../../charts/plot-options';
import { WhenVisible } from '../../charts/WhenVisible';
import { api } from '../../lib/api';
import { Panel } from '../../ui/Panel';
import { chartsOf } from './run-charts';
import { texts } from './texts/en';

/** Height of a chart with its head: the room that is kept for one that is not seen. */
const CHART_HEIGHT = 226;

/** All charts of a run under one cursor, one zoom and one row of tools. */
export function RunCharts({ run, metrics }: { readonly run: Run; readonly metrics: readonly MetricSeries[] }) {
  const [view, setView] = useState<ChartView>(WHOLE_VIEW);
  const change = useCallback((part: Partial<ChartView>) => setView((now) => ({ ...now, ...part })), []);
  const onRange = useCallback((range: ChartView['range']) => setView((now) => ({ ...now, range })), []);
  // Tools answer at once; charts follow when there is time.
  const drawn = useDeferredValue(view);
  const marks = useRunMarks(run);
  const charts = useMemo(() => chartsOf(run.kind, metrics), [run.kind, metrics]);
  if (charts.length === 0) return null;
  return (
    <Panel title={texts.chartsTitle}>
      <ChartTools view={view} onChange={change} />
      {marks.length > 0 && <p className="run-quiet run-legend">{texts.marks}</p>}
      <div className="run-charts">
        {charts.map(({ id, ...chart }) => (
          <WhenVisible key={id} height={CHART_HEIGHT}>
            <LineChart {...chart} cursorGroup={run.id} view={drawn} onRange={onRange} marks={marks} />
          </WhenVisible>
        ))}
      </div>
    </Panel>
  );
}

const GLYPHS: Readonly<Record<RunEvent['kind'] | 'checkpoint', string>> = {
  alarm: '!',
  resumed: '↻',
  paused: '‖',
  stopped: '×',
  checkpoint: '◆',
};

/** Moments on the axis of steps: what happened to the run, and the checkpoints that it wrote. */
export function useRunMarks(run: Run): readonly ChartMark[] {
  const events = useQuery(api.runs.events.queryOptions({ input: { id: run.id } }));
  const checkpoints = useQuery(api.models.list.queryOptions({ input: { projectId: run.projectId } }));
  return useMemo(() => {
    const happened = (events.data ?? []).map(({ kind, step }): ChartMark => ({
      step,
      glyph: GLYPHS[kind],
      name: texts.markNames[kind],
      tone: kind === 'alarm' ? 'alarm' : 'plain',
    }));
    const written = (checkpoints.data ?? []).flatMap((checkpoint): ChartMark[] =>
      checkpoint.runId === run.id && checkpoint.step !== null
        ? [{ step: checkpoint.step, glyph: GLYPHS.checkpoint, name: texts.markNames.checkpoint, tone: 'plain' }]
        : [],
    );
    return [...happened, ...written];
  }, [events.data, checkpoints.data, run.id]);
}
