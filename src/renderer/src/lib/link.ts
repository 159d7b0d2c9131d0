import type { ClientContext, ClientLink, ClientOptions } from '@orpc/client';
import { WorkbenchError } from '@core/errors';
import type { ErrorEnvelope } from '@contracts/errors';
import type { ConnectionStore } from './connection';
import { fromStoredEnvelope, toWorkbenchError } from './errors';

type Link = ClientLink<ClientContext>;

/** Longest wait of a call for a connection that is being made again, before it fails with a way out. */
const PATIENCE_MS = 8000;

/**
 * A link whose wire can be replaced: calls wait while there is none, and errors arrive as `WorkbenchError`.
 * The wire itself (socket or port) is made by `ipc.ts`, which calls `attach` and `detach` as it comes and goes.
 */
export class ReplaceableLink implements ClientLink<ClientContext> {
  #link: Link | null = null;
  #waiting = new Set<(link: Link) => void>();

  constructor(readonly connection: ConnectionStore) {}

  attach(link: Link): void {
    this.#link = link;
    const waiting = this.#waiting;
    this.#waiting = new Set();
    this.connection.set({ kind: 'open' });
    for (const go of waiting) go(link);
  }

  detach(): void {
    this.#link = null;
    this.connection.set({ kind: 'lost' });
  }

  /** The host said why it cannot serve: calls that wait get that reason. */
  fail(envelope: ErrorEnvelope): void {
    this.#link = null;
    this.connection.set({ kind: 'failed', error: fromStoredEnvelope(envelope) });
  }

  async call(path: readonly string[], input: unknown, options: ClientOptions<ClientContext>): Promise<unknown> {
    const link = this.#link ?? (await this.#nextLink());
    try {
      return await link.call(path, input, options);
    } catch (error) {
      throw toWorkbenchError(error);
    }
  }

  #nextLink(): Promise<Link> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(go);
        const state = this.connection.get();
        reject(
          state.kind === 'failed'
            ? state.error
            : new WorkbenchError('external', 'The window has no connection to the workbench.', {
                code: 'host-unreachable',
                where: 'between this window and the host process',
                kept: 'Everything stored, and any run that is going on.',
                wayOut:
                  'The window keeps trying. If nothing happens, start the workbench again; runs go on from their last checkpoint.',
              }),
        );
      }, PATIENCE_MS);
      const go = (link: Link): void => {
        clearTimeout(timer);
        resolve(link);
      };
      this.#waiting.add(go);
    });
  }
}
