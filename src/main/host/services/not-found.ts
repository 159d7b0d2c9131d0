import { WorkbenchError } from '@core/errors';

/** Passes `value` on, or says that the thing is gone. */
export function required<T>(value: T | null | undefined, what: string): T {
  if (value !== null && value !== undefined) return value;
  throw new WorkbenchError('not_found', `${what} is no longer there.`, {
    code: 'gone',
    kept: 'Everything else.',
    wayOut: 'It was deleted, here or in another window; go back to the list.',
  });
}
