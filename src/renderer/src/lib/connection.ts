import type { WorkbenchError } from '@core/errors';

/** How the window stands with the host: `lost` while it tries again by itself, `failed` when the host said why it cannot serve. */
export type ConnectionState =
  { readonly kind: 'connecting' | 'open' | 'lost' } | { readonly kind: 'failed'; readonly error: WorkbenchError };

type Listener = () => void;

/** A tiny observable, shaped for `useSyncExternalStore`. */
export class ConnectionStore {
  #state: ConnectionState = { kind: 'connecting' };
  readonly #listeners = new Set<Listener>();

  readonly get = (): ConnectionState => this.#state;

  readonly subscribe = (listener: Listener): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  set(state: ConnectionState): void {
    if (state.kind === this.#state.kind) return;
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }
}
