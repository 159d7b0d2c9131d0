import type { MetricSeries, PackedSeries } from '@contracts/runs';

/** Series from their packed form. */
export function unpackMetrics(packed: readonly PackedSeries[]): MetricSeries[] {
  return packed.map(({ name, steps, values }) => ({ name, steps: numbersOf(steps), values: numbersOf(values) }));
}

/** Numbers of 8 bytes, least first, from base64. Plain arrays: they grow as the run goes on. */
function numbersOf(base64: string): number[] {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return Array.from(new Float64Array(bytes.buffer));
}
