import type { Rng } from '../../ports';
import { drawDocument, tokeniseDocument, type CorpusSettings, type TokenisedDocument } from './corpus';
import { idOf, PAD } from './vocabulary';

/** One training row: whole documents one after the other, then padding of weight 0. */
export interface PackedRow {
  readonly ids: Int32Array;
  readonly weights: Float32Array;
}

/** Documents held back so that a row can be filled with one that fits. */
const BUFFER_SIZE = 12;

/** An endless stream of packed rows of the pretraining corpus, the same for the same `rng`. */
export class CorpusRows {
  readonly #rng: Rng;
  readonly #settings: CorpusSettings;
  readonly #buffer: TokenisedDocument[] = [];

  constructor(rng: Rng, settings: CorpusSettings) {
    this.#rng = rng;
    this.#settings = settings;
  }

  /** The next row of `length` tokens; documents longer than a row are left out. */
  next(length: number): PackedRow {
    const ids = new Int32Array(length).fill(idOf(PAD));
    const weights = new Float32Array(length);
    let at = 0;
    for (;;) {
      while (this.#buffer.length < BUFFER_SIZE) {
        const document = tokeniseDocument(drawDocument(this.#rng, this.#settings));
        if (document.ids.length <= length) this.#buffer.push(document);
      }
      const fitting = largestFitting(this.#buffer, length - at);
      const [document] = fitting >= 0 ? this.#buffer.splice(fitting, 1) : [];
      if (!document) return { ids, weights };
      ids.set(document.ids, at);
      weights.set(document.weights, at);
      at += document.ids.length;
    }
  }
}

/** Index of the longest document of at most `room` tokens, -1 when none fits. */
function largestFitting(documents: readonly TokenisedDocument[], room: number): number {
  let best = -1;
  for (const [i, document] of documents.entries()) {
    const length = document.ids.length;
    if (length <= room && (best < 0 || length > documents[best]!.ids.length)) best = i;
  }
  return best;
}
