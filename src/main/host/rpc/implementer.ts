import { implement } from '@orpc/server';
import { workbenchContract } from '@contracts/index';
import { toRpcError } from '@contracts/rpc-errors';

/**
 * The contract, ready for handlers. Every error leaves as one envelope, also the contract's own complaints about what came in, because this
 * stands outermost.
 */
export const contract = implement(workbenchContract).use(async ({ next }) => {
  try {
    return await next();
  } catch (error) {
    throw toRpcError(error);
  }
});
