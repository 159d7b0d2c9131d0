import { ORPCError, ValidationError } from '@orpc/contract';
import { describe, expect, it } from 'vitest';
import { ERROR_KINDS, WorkbenchError } from '@core/errors';
import { fromRpcError, toRpcError } from './rpc-errors';

/** What is left of an error after the wire: its JSON. */
function overTheWire(error: ORPCError<string, unknown>): ORPCError<string, unknown> {
  const { code, message, data } = JSON.parse(JSON.stringify(error.toJSON())) as {
    code: string;
    message: string;
    data: unknown;
  };
  return new ORPCError(code, { message, data });
}

describe('an error on its way to the window', () => {
  it.each(ERROR_KINDS)('of kind %s arrives with all its facts', (kind) => {
    const facts = {
      code: 'row-too-long' as const,
      where: 'row 7',
      kept: 'the rest',
      wayOut: 'Mend row 7.',
      details: { row: 7, isLast: true, name: null },
    };
    const sent = new WorkbenchError(kind, 'Row 7 is odd.', facts, { cause: new Error('deep down') });
    const got = fromRpcError(overTheWire(toRpcError(sent)));
    expect(got).toMatchObject({ kind, message: 'Row 7 is odd.', facts });
    expect(String(got.cause)).toContain('deep down');
  });

  it('that nobody threw on purpose becomes internal, with its technical text', () => {
    const got = fromRpcError(overTheWire(toRpcError(new TypeError('x is undefined'))));
    expect(got).toMatchObject({ kind: 'internal', code: 'unexpected', message: 'x is undefined' });
  });

  it('about the shape of a request names the field', () => {
    const issues = [{ message: 'expected number', path: ['config', { key: 'seed' }] }];
    const cause = new ValidationError({ message: 'no', issues, data: {} });
    const got = fromRpcError(overTheWire(toRpcError(new ORPCError('BAD_REQUEST', { cause }))));
    expect(got).toMatchObject({
      kind: 'validation',
      code: 'request-invalid',
      message: 'This request does not fit: config.seed: expected number.',
    });
  });

  it('that is no envelope at all is internal', () => {
    expect(fromRpcError('socket closed')).toMatchObject({ kind: 'internal', message: 'socket closed' });
    expect(fromRpcError(new ORPCError('NOT_FOUND', { message: 'no such call' }))).toMatchObject({ kind: 'internal' });
  });
});
