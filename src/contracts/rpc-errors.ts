import { ORPCError, ValidationError } from '@orpc/contract';
import { WorkbenchError, fromEnvelope, toEnvelope, type ErrorKind } from '@core/errors';
import { ErrorEnvelope } from './errors';

/** What each kind of error is called on the wire; the window reads the envelope, the code is for logs. */
const CODES = {
  validation: 'UNPROCESSABLE_CONTENT',
  not_found: 'NOT_FOUND',
  precondition: 'PRECONDITION_FAILED',
  conflict: 'CONFLICT',
  cancelled: 'CLIENT_CLOSED_REQUEST',
  unsupported: 'UNSUPPORTED_MEDIA_TYPE',
  numeric: 'INTERNAL_SERVER_ERROR',
  resource: 'SERVICE_UNAVAILABLE',
  external: 'BAD_GATEWAY',
  internal: 'INTERNAL_SERVER_ERROR',
} as const satisfies Record<ErrorKind, string>;

/** Packs any thrown value for the window: the envelope travels as `data`. */
export function toRpcError(thrown: unknown): ORPCError<string, unknown> {
  const envelope = toEnvelope(describeValidation(thrown));
  return new ORPCError(CODES[envelope.kind], { message: envelope.message, data: envelope });
}

/** Rebuilds the error that the host threw; whatever did not come from it becomes `internal`. */
export function fromRpcError(thrown: unknown): WorkbenchError {
  if (thrown instanceof WorkbenchError) return thrown;
  const data = thrown instanceof ORPCError ? (thrown.data as unknown) : undefined;
  const parsed = ErrorEnvelope.safeParse(data);
  // zod types absent facts as possibly undefined; the host writes them only when they are there.
  return fromEnvelope(parsed.success ? (parsed.data as ReturnType<typeof toEnvelope>) : toEnvelope(thrown));
}

/** Input that does not fit its contract, in words: which field, and what was expected. */
function describeValidation(thrown: unknown): unknown {
  if (!(thrown instanceof ORPCError) || !(thrown.cause instanceof ValidationError)) return thrown;
  const isInput = thrown.code === 'BAD_REQUEST';
  const issues = thrown.cause.issues.map((issue) => {
    const path = (issue.path ?? []).map((part) => String(typeof part === 'object' ? part.key : part)).join('.');
    return path ? `${path}: ${issue.message}` : issue.message;
  });
  return new WorkbenchError(
    isInput ? 'validation' : 'internal',
    `${isInput ? 'This request does not fit' : 'This answer does not fit'}: ${issues.slice(0, 5).join('; ')}.`,
    { code: isInput ? 'request-invalid' : 'answer-invalid', kept: 'Nothing was changed.' },
    { cause: thrown },
  );
}
