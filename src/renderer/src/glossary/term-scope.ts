import { createContext } from 'react';
import type { TermId } from './texts/en';

/** Which place on the page explains a term: the first that asks. Elsewhere the word stands plain. */
export class TermScope {
  readonly #owners = new Map<TermId, string>();

  claim(term: TermId, place: string): boolean {
    const owner = this.#owners.get(term);
    if (owner === undefined) this.#owners.set(term, place);
    return owner === undefined || owner === place;
  }

  release(place: string): void {
    for (const [term, owner] of this.#owners) if (owner === place) this.#owners.delete(term);
  }
}

export const TermScopeContext = createContext<TermScope | null>(null);
