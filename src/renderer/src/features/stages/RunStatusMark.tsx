import type { RunStatus } from '@contracts/runs';
import { Mark } from '../../ui/marks';
import { STATUS_LOOK, statusName } from './run-facts';

/** State of a run as glyph and word. */
export function RunStatusMark({ status }: { readonly status: RunStatus }) {
  const { glyph, tone } = STATUS_LOOK[status];
  return (
    <Mark tone={tone} glyph={glyph}>
      {statusName(status)}
    </Mark>
  );
}
