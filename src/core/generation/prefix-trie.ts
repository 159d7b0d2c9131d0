import { kvBytesPerToken, type KvLayout, type KvSpan, type KvSpans } from './kv-rows';

/** A run of tokens with their keys and values. */
interface TrieNode<Span> {
  tokens: Int32Array;
  /** Null at the root alone. */
  span: Span | null;
  parent: TrieNode<Span> | null;
  /** By first token. */
  children: Map<number, TrieNode<Span>>;
  /** Turn of the trie's counter when a match or an insertion last passed through. */
  lastUsed: number;
}

/** A piece of what is cached for a prefix: the first `tokens` tokens of `span`. */
export interface MatchedSpan<Span = KvSpan> {
  readonly span: Span;
  readonly tokens: number;
}

/**
 * Keys and values of every prefix computed so far, shared between prefixes that begin alike: a radix tree over token ids.
 * Bounded in bytes; the least recently used ends are dropped first. Rows copy what they match, so dropping never hurts a row.
 */
export class PrefixTrie<Span = KvSpan> {
  readonly #spans: KvSpans<Span>;
  readonly #root: TrieNode<Span>;
  readonly #bytesPerToken: number;
  #tokens = 0;
  #dropped = 0;
  #turn = 0;

  constructor(layout: KvLayout, spans: KvSpans<Span>) {
    this.#spans = spans;
    this.#bytesPerToken = kvBytesPerToken(layout);
    this.#root = {
      tokens: new Int32Array(0),
      span: null,
      parent: null,
      children: new Map(),
      lastUsed: 0,
    };
  }

  get sizeBytes(): number {
    return this.#tokens * this.#bytesPerToken;
  }

  /** Tokens that were dropped to keep within a bound, since the start. */
  get droppedTokens(): number {
    return this.#dropped;
  }

  /** The longest cached beginning of ids[0, end), piece by piece. */
  match(ids: ArrayLike<number>, end: number): MatchedSpan<Span>[] {
    const pieces: MatchedSpan<Span>[] = [];
    const turn = ++this.#turn;
    let at = 0;
    for (let node = this.#child(this.#root, ids, at, end); node; node = this.#child(node, ids, at, end)) {
      const tokens = commonLength(node.tokens, ids, at, end);
      node.lastUsed = turn;
      if (node.span !== null) pieces.push({ span: node.span, tokens });
      at += tokens;
      if (tokens < node.tokens.length) break;
    }
    return pieces;
  }

  /**
   * Caches ids[0, end). Only what is new is read.
   * @param read copies keys and values of positions from … to − 1
   */
  insert(ids: ArrayLike<number>, end: number, read: (from: number, to: number) => Span): void {
    const turn = ++this.#turn;
    let at = 0;
    let parent = this.#root;
    for (let node = this.#child(parent, ids, at, end); node; node = this.#child(node, ids, at, end)) {
      const tokens = commonLength(node.tokens, ids, at, end);
      at += tokens;
      if (tokens < node.tokens.length && at < end) this.#split(node, tokens);
      node.lastUsed = turn;
      parent = node;
    }
    if (at === end) return;
    const tokens = new Int32Array(end - at);
    for (let i = 0; i < tokens.length; i++) tokens[i] = ids[at + i]!;
    parent.children.set(tokens[0]!, { tokens, span: read(at, end), parent, children: new Map(), lastUsed: turn });
    this.#tokens += tokens.length;
  }

  /** Drops least recently used ends until no more than `maxBytes` are held. */
  shrink(maxBytes: number): void {
    while (this.sizeBytes > maxBytes) {
      const ends = this.#ends().sort((a, b) => a.lastUsed - b.lastUsed);
      if (ends.length === 0) return;
      for (const end of ends) {
        if (this.sizeBytes <= maxBytes) return;
        end.parent?.children.delete(end.tokens[0]!);
        this.#release(end);
        this.#tokens -= end.tokens.length;
        this.#dropped += end.tokens.length;
      }
    }
  }

  clear(): void {
    const open = [...this.#root.children.values()];
    for (let node = open.pop(); node; node = open.pop()) {
      this.#release(node);
      open.push(...node.children.values());
    }
    this.#root.children.clear();
    this.#tokens = 0;
  }

  #child(node: TrieNode<Span>, ids: ArrayLike<number>, at: number, end: number): TrieNode<Span> | undefined {
    return at < end ? node.children.get(ids[at]!) : undefined;
  }

  /** Keeps the first `length` tokens in `node` and moves the rest, with the children, to a new only child. */
  #split(node: TrieNode<Span>, length: number): void {
    const { tokens, span, children } = node;
    const cut = (from: number, to: number) => (span === null ? null : this.#spans.slice(span, from, to));
    const rest: TrieNode<Span> = {
      tokens: tokens.slice(length),
      span: cut(length, tokens.length),
      parent: node,
      children,
      lastUsed: node.lastUsed,
    };
    for (const child of children.values()) child.parent = rest;
    node.tokens = tokens.slice(0, length);
    node.span = cut(0, length);
    node.children = new Map([[rest.tokens[0]!, rest]]);
    if (span !== null) this.#spans.release(span);
  }

  #release({ span }: TrieNode<Span>): void {
    if (span !== null) this.#spans.release(span);
  }

  #ends(): TrieNode<Span>[] {
    const ends: TrieNode<Span>[] = [];
    const open = [...this.#root.children.values()];
    for (let node = open.pop(); node; node = open.pop()) {
      if (node.children.size === 0) ends.push(node);
      else open.push(...node.children.values());
    }
    return ends;
  }
}

/** Tokens that `tokens` and ids[at, end) have in common from their beginnings. */
function commonLength(tokens: Int32Array, ids: ArrayLike<number>, at: number, end: number): number {
  const limit = Math.min(tokens.length, end - at);
  let length = 0;
  while (length < limit && tokens[length] === ids[at + length]) length++;
  return length;
}
