/** How the window stands with the host: `lost` while it tries again by itself. */
export type ConnectionState = 'connecting' | 'open' | 'lost';

type Listener = () => void;

/** A tiny observable, shaped for `useSyncExternalStore`. */
export class ConnectionStore {
  #state: ConnectionState = 'connecting';
  readonly #listeners = new Set<Listener>();

  readonly get = (): ConnectionState => this.#state;

  readonly subscribe = (listener: Listener): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  set(state: ConnectionState): void {
    if (state === this.#state) return;
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }
}
