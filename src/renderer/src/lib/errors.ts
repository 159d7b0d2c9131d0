import { ErrorEnvelope } from '@contracts/errors';
import { WorkbenchError, fromEnvelope } from '@core/errors';

/** Rebuilds what the host threw (oRPC carries our envelope in `data`) or stored with a run; anything else becomes an error of kind `internal`. */
export function toWorkbenchError(thrown: unknown): WorkbenchError {
  if (thrown instanceof WorkbenchError) return thrown;
  for (const candidate of [dataOf(thrown), thrown]) {
    const envelope = ErrorEnvelope.safeParse(candidate);
    if (envelope.success) return fromStoredEnvelope(envelope.data);
  }
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new WorkbenchError(
    'internal',
    'The workbench met something it did not expect.',
    {
      code: 'unexpected',
      kept: 'Nothing that was stored has changed.',
      wayOut: 'Try again. If it comes back, copy the technical text below into a report.',
    },
    { cause: thrown instanceof Error ? (thrown.stack ?? message) : message },
  );
}

/** Rebuilds the error of an envelope as the contracts type it, e.g. one stored with a run. */
export function fromStoredEnvelope({ facts, technical, ...rest }: ErrorEnvelope): WorkbenchError {
  return fromEnvelope({ ...rest, facts: withoutUndefined(facts), ...(technical !== undefined && { technical }) });
}

/** True for a thing that is no longer there: deleted, or moved away. */
export function isGone(error: unknown): boolean {
  return error instanceof WorkbenchError && error.kind === 'not_found';
}

function dataOf(thrown: unknown): unknown {
  return typeof thrown === 'object' && thrown !== null && 'data' in thrown ? thrown.data : undefined;
}

/** zod types optional keys as possibly undefined; our own facts leave the key out. */
function withoutUndefined(facts: ErrorEnvelope['facts']): WorkbenchError['facts'] {
  // Holds because only keys whose value is undefined are dropped, which leaves exactly the shape of ErrorFacts.
  return Object.fromEntries(
    Object.entries(facts).filter(([, value]) => value !== undefined),
  ) as unknown as WorkbenchError['facts'];
}
