import { useId } from 'react';
import { formatInteger } from '../lib/format';
import { Button } from '../ui/Button';
import { Switch } from '../ui/inputs';
import type { ChartView } from './layers';
import { texts } from './texts/en';

/** Highest weight of the past that a person may set, in hundredths. */
const MOST = 99;

/** One row over a group of charts: smoothing, scale, outliers, and the way back from a zoom. */
export function ChartTools({
  view,
  onChange,
}: {
  readonly view: ChartView;
  readonly onChange: (change: Partial<ChartView>) => void;
}) {
  const id = useId();
  const { range, smoothing } = view;
  return (
    <div className="chart-tools" role="group" aria-label={texts.tools}>
      <label htmlFor={`${id}-smooth`}>{texts.smoothing}</label>
      <input
        id={`${id}-smooth`}
        type="range"
        min={-1}
        max={MOST}
        value={smoothing === null ? -1 : Math.round(100 * smoothing)}
        aria-valuetext={smoothing === null ? texts.automatic : String(Math.round(100 * smoothing))}
        onChange={(event) => {
          const at = Number(event.target.value);
          onChange({ smoothing: at < 0 ? null : at / 100 });
        }}
      />
      <output className="chart-tools-value" htmlFor={`${id}-smooth`}>
        {smoothing === null ? texts.automatic : Math.round(100 * smoothing)}
      </output>
      <label className="chart-tools-switch">
        <Switch checked={view.isLog} onChange={(isLog) => onChange({ isLog })} /> {texts.log}
      </label>
      <label className="chart-tools-switch">
        <Switch checked={view.isClipped} onChange={(isClipped) => onChange({ isClipped })} /> {texts.clip}
      </label>
      <span className="chart-tools-range">
        {range ? (
          <>
            {texts.zoomed(formatInteger(Math.ceil(range.from)), formatInteger(Math.floor(range.to)))}{' '}
            <Button onClick={() => onChange({ range: null })}>{texts.whole}</Button>
          </>
        ) : (
          texts.zoomHelp
        )}
      </span>
    </div>
  );
}
