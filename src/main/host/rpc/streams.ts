import { toRpcError } from '@contracts/rpc-errors';

/** A stream whose failure reaches the window as every other error does: what breaks while it is read is past the reach of the handlers. */
export async function* withRpcErrors<T>(
  stream: AsyncGenerator<T, undefined, void>,
): AsyncGenerator<T, undefined, void> {
  try {
    yield* stream;
    return undefined;
  } catch (error) {
    throw toRpcError(error);
  }
}
