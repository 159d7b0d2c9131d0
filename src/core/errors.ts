import type { ErrorCode } from './error-codes';

/** The kinds of error that the window tells apart; see ARCHITECTURE.md, "Errors". */
export const ERROR_KINDS = [
  'validation',
  'not_found',
  'precondition',
  'conflict',
  'cancelled',
  'unsupported',
  'numeric',
  'resource',
  'external',
  'internal',
] as const;

export type ErrorKind = (typeof ERROR_KINDS)[number];

/** What a person is told besides the sentence: where it happened, what was kept, and the way out. */
export interface ErrorFacts {
  /** Stable kebab-case name of the case, e.g. `safetensors-truncated`. */
  readonly code: ErrorCode;
  /** File, line, tensor, step or row where it happened. */
  readonly where?: string;
  /** What stays usable. */
  readonly kept?: string;
  /** What the person can do next. */
  readonly wayOut?: string;
  /** Further facts for logs and tests; plain data. */
  readonly details?: Readonly<Record<string, string | number | boolean | null>>;
}

/** Every error that the program throws on purpose: kind, stable code, and the facts a person needs. */
export class WorkbenchError extends Error {
  readonly kind: ErrorKind;
  readonly facts: ErrorFacts;

  constructor(kind: ErrorKind, message: string, facts: ErrorFacts, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'WorkbenchError';
    this.kind = kind;
    this.facts = facts;
  }

  get code(): ErrorCode {
    return this.facts.code;
  }
}

/** Two shapes that should fit do not. */
export class ShapeError extends WorkbenchError {
  constructor(message: string, details?: ErrorFacts['details']) {
    super('internal', message, { code: 'shape', ...(details && { details }) });
    this.name = 'ShapeError';
  }
}

/** NaN or infinity, found where it arose. */
export class NumericError extends WorkbenchError {
  constructor(message: string, facts: Omit<ErrorFacts, 'code'> & { code?: ErrorCode }) {
    super('numeric', message, { code: 'not-finite', ...facts });
    this.name = 'NumericError';
  }
}

/** The person asked to stop; not a failure. */
export class CancelledError extends WorkbenchError {
  constructor(message = 'Stopped on request.') {
    super('cancelled', message, { code: 'cancelled' });
    this.name = 'CancelledError';
  }
}

/** An error as it crosses a process: plain data, rebuilt on the other side. */
export interface ErrorEnvelope {
  readonly kind: ErrorKind;
  readonly message: string;
  readonly facts: ErrorFacts;
  /** Technical text for the folded-out part; never shown first. */
  readonly technical?: string;
}

/** Packs any thrown value for a crossing; a foreign error becomes `internal`. */
export function toEnvelope(error: unknown): ErrorEnvelope {
  if (error instanceof WorkbenchError) {
    const causes = describeCauses(error.cause);
    return { kind: error.kind, message: error.message, facts: error.facts, ...(causes && { technical: causes }) };
  }
  const message = error instanceof Error ? error.message : String(error);
  const technical = error instanceof Error ? (error.stack ?? message) : message;
  return { kind: 'internal', message, facts: { code: 'unexpected' }, technical };
}

/** Rebuilds the error on the receiving side. */
export function fromEnvelope(envelope: ErrorEnvelope): WorkbenchError {
  return new WorkbenchError(
    envelope.kind,
    envelope.message,
    envelope.facts,
    envelope.technical ? { cause: envelope.technical } : undefined,
  );
}

function describeCauses(cause: unknown): string {
  const parts: string[] = [];
  for (let at = cause; at !== undefined && at !== null; at = at instanceof Error ? at.cause : undefined) {
    parts.push(at instanceof Error ? (at.stack ?? at.message) : String(at));
  }
  return parts.join('\ncaused by: ');
}
