/** How a learning rate runs over the updates of a training. */
export interface ScheduleOptions {
  readonly kind: 'constant' | 'linear' | 'cosine';
  /** Full rate, reached after the warm-up. */
  readonly rate: number;
  /** Updates of the linear rise from rate / warmup. */
  readonly warmupUpdates: number;
  readonly totalUpdates: number;
  /** Rate of the last update as a share of the full rate; `constant` never falls. */
  readonly finalShare: number;
}

/** Share of the full rate at `progress` in [0, 1] after the warm-up. */
const SHAPES: Readonly<Record<ScheduleOptions['kind'], (progress: number, finalShare: number) => number>> = {
  constant: () => 1,
  linear: (progress, finalShare) => 1 - (1 - finalShare) * progress,
  cosine: (progress, finalShare) => finalShare + ((1 - finalShare) * (1 + Math.cos(Math.PI * progress))) / 2,
};

/** The learning rate of update `update`, counted from 0. */
export function learningRateAt(update: number, options: ScheduleOptions): number {
  const { warmupUpdates, totalUpdates, rate } = options;
  if (update < warmupUpdates) return (rate * (update + 1)) / warmupUpdates;
  const span = Math.max(1, totalUpdates - 1 - warmupUpdates);
  return rate * SHAPES[options.kind](Math.min(1, (update - warmupUpdates) / span), options.finalShare);
}
