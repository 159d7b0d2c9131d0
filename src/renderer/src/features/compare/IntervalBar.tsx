import type { Proportion } from '@contracts/evaluations';

const WIDTH = 320;
const HEIGHT = 20;

/** A share of 1 as a point on a line, with its 95 % interval as a bar; the figure stands beside it as text. */
export function IntervalBar({ proportion }: { readonly proportion: Proportion }) {
  const at = (share: number) => 4 + share * (WIDTH - 8);
  return (
    <svg className="interval" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} aria-hidden="true">
      {[0, 0.25, 0.5, 0.75, 1].map((tick) => (
        <line key={tick} className="interval-tick" x1={at(tick)} x2={at(tick)} y1={4} y2={HEIGHT - 4} />
      ))}
      <line
        className="interval-range"
        x1={at(proportion.low)}
        x2={at(proportion.high)}
        y1={HEIGHT / 2}
        y2={HEIGHT / 2}
      />
      <circle className="interval-point" cx={at(proportion.value)} cy={HEIGHT / 2} r={4} />
    </svg>
  );
}
