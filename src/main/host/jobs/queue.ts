/** First in, first out, one at a time: what waits for the engine. */
export class JobQueue<Id> {
  #waiting: Id[] = [];
  #active: Id | null = null;

  get active(): Id | null {
    return this.#active;
  }

  get waiting(): readonly Id[] {
    return this.#waiting;
  }

  add(id: Id): void {
    if (this.#active === id || this.#waiting.includes(id)) return;
    this.#waiting.push(id);
  }

  /** Takes the next one, if none is active. It stays active until `finish`. */
  next(): Id | null {
    if (this.#active !== null) return null;
    this.#active = this.#waiting.shift() ?? null;
    return this.#active;
  }

  /** Takes one out that still waits; false when it did not. */
  remove(id: Id): boolean {
    const at = this.#waiting.indexOf(id);
    if (at < 0) return false;
    this.#waiting.splice(at, 1);
    return true;
  }

  finish(id: Id): void {
    if (this.#active === id) this.#active = null;
  }

  clear(): void {
    this.#waiting = [];
  }
}
