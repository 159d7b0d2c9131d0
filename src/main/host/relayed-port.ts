/** The events of a browser's MessagePort that oRPC listens to. */
type Listener = (event: { readonly data?: unknown }) => void;

/**
 * A message port whose other end is in another process: what is posted goes to `send`, what comes is put in with `receive`.
 * It has as much of a browser's MessagePort as oRPC uses.
 */
export class RelayedPort {
  readonly #listeners = new Map<string, Set<Listener>>();
  readonly #send: (data: unknown) => void;

  constructor(send: (data: unknown) => void) {
    this.#send = send;
  }

  addEventListener(type: string, listener: Listener): void {
    const known = this.#listeners.get(type) ?? new Set();
    this.#listeners.set(type, known.add(listener));
  }

  postMessage(data: unknown): void {
    this.#send(data);
  }

  start(): void {
    // Messages are put in only after the window was connected, so there is nothing to hold back.
  }

  receive(data: unknown): void {
    for (const listener of this.#listeners.get('message') ?? []) listener({ data });
  }

  /** The other end is gone: calls and streams over this port end. */
  close(): void {
    for (const listener of this.#listeners.get('close') ?? []) listener({});
    this.#listeners.clear();
  }
}
