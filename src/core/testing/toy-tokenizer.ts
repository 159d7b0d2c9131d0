import type { ChatMessage, Tokenizer } from '../tokenizer/tokenizer';

const EOS = '<eos>';

/**
 * A tokenizer for tests: each word, digit, sign and line break is a token, words get ids as they come. Decoding puts one space between tokens,
 * none between digits. The chat template is the content and a line break.
 */
export function createToyTokenizer(
  specials: readonly string[] = [],
  shared: Interner = new Interner([EOS, ...specials]),
): Tokenizer {
  const known = new Set([EOS, ...specials]);
  const pieces = (text: string): string[] => text.match(/\n|\d|[A-Za-z_]+|[^\sA-Za-z0-9_]/g) ?? [];
  const encode: Tokenizer['encode'] = (text, options) => {
    if (options?.specials !== 'recognise') return Int32Array.from(pieces(text), (piece) => shared.idOf(piece));
    const pattern = new RegExp(
      `(${[...known].map((special) => special.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|')})`,
    );
    return Int32Array.from(
      text.split(pattern).flatMap((part) => (known.has(part) ? [part] : pieces(part))),
      (piece) => shared.idOf(piece),
    );
  };
  return {
    get size() {
      return shared.size;
    },
    eosIds: [shared.idOf(EOS)],
    bosId: null,
    padId: null,
    encode,
    decode(ids, options) {
      let text = '';
      for (const id of Array.from(ids)) {
        const surface = shared.surfaceOf(id);
        if (options?.skipSpecials && known.has(surface)) continue;
        const glued =
          text === '' || text.endsWith('\n') || surface === '\n' || (/\d$/.test(text) && /^\d$/.test(surface));
        text += glued ? surface : ` ${surface}`;
      }
      return text;
    },
    idOf: (surface) => (known.has(surface) || shared.has(surface) ? shared.idOf(surface) : null),
    surfaceOf: (id) => shared.surfaceOf(id),
    encodeChat: (messages: readonly ChatMessage[]) =>
      encode(messages.map((message) => `${message.content}\n`).join('')),
    withAddedTokens: (surfaces) => createToyTokenizer([...specials, ...surfaces], shared),
    toFiles: () => ({}),
  };
}

class Interner {
  readonly #ids = new Map<string, number>();
  readonly #surfaces: string[] = [];

  constructor(first: readonly string[]) {
    for (const surface of first) this.idOf(surface);
  }

  get size(): number {
    return this.#surfaces.length;
  }

  has(surface: string): boolean {
    return this.#ids.has(surface);
  }

  idOf(surface: string): number {
    let id = this.#ids.get(surface);
    if (id === undefined) {
      id = this.#surfaces.length;
      this.#ids.set(surface, id);
      this.#surfaces.push(surface);
    }
    return id;
  }

  surfaceOf(id: number): string {
    return this.#surfaces[id]!;
  }
}
