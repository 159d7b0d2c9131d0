import { cachedHeadSize, KV_PARTS, type KvPart } from '../models/forward-parts';
import type { ModelConfig } from '../models/model-config';

/** What one cached token consists of. */
export interface KvLayout {
  readonly layers: number;
  readonly kvHeads: number;
  /** Numbers that are held of a head: `cachedHeadSize`, which may be more than the model's. */
  readonly headDim: number;
}

/** Keys and values of consecutive tokens outside any row: [layers, 2, kvHeads, tokens, headDim]. */
export interface KvSpan {
  readonly tokens: number;
  readonly data: Float32Array;
}

/** Rows of keys and values, wherever they lie; `Span` is what it gives out and takes back. */
export interface KvCache<Span> {
  readonly layout: KvLayout;
  readonly rows: number;
  /** Tokens that each row has room for. */
  readonly length: number;
  /** New memory for `rows` rows of `length` tokens; keeps the first `kept` rows. */
  resize(rows: number, length: number, kept: number): void;
  /** Writes the first `tokens` tokens of a span into a row from `position` on. */
  write(row: number, position: number, span: Span, tokens?: number): void;
  /** Tokens `from` … `to` − 1 of a row, copied out. */
  read(row: number, from: number, to: number): Span;
  /** Copies the first `tokens` tokens of row `from` over row `to`. */
  move(from: number, to: number, tokens: number): void;
}

/** What a prefix cache does with the spans it holds. */
export interface KvSpans<Span> {
  /** Tokens `from` … `to` − 1 as a span of their own; copied. */
  slice(span: Span, from: number, to: number): Span;
  /** Called for a span that is held no longer. */
  release(span: Span): void;
}

/** Spans in ordinary memory, which is given back by itself. */
export function hostSpans(layout: KvLayout): KvSpans<KvSpan> {
  return { slice: (span, from, to) => sliceSpan(layout, span, from, to), release: () => undefined };
}

export function kvLayoutOf(config: ModelConfig): KvLayout {
  return { layers: config.numLayers, kvHeads: config.numKvHeads, headDim: cachedHeadSize(config) };
}

export function kvFloatsPerToken({ layers, kvHeads, headDim }: KvLayout): number {
  return layers * KV_PARTS.length * kvHeads * headDim;
}

const BYTES_PER_FLOAT = 4;

/** Bytes that keys and values of one token take. */
export function kvBytesPerToken(layout: KvLayout): number {
  return kvFloatsPerToken(layout) * BYTES_PER_FLOAT;
}

/** Tokens `from` … `to` − 1 of a span as a span of its own; copied. */
export function sliceSpan(layout: KvLayout, span: KvSpan, from: number, to: number): KvSpan {
  const { headDim } = layout;
  const tokens = to - from;
  const strips = kvFloatsPerToken(layout) / headDim;
  const data = new Float32Array(strips * tokens * headDim);
  for (let strip = 0; strip < strips; strip++) {
    const source = (strip * span.tokens + from) * headDim;
    data.set(span.data.subarray(source, source + tokens * headDim), strip * tokens * headDim);
  }
  return { tokens, data };
}

/**
 * The cache that the decode graph reads and writes: for each layer and part one [rows, kvHeads, length, headDim] array.
 * The first n rows of each array are one contiguous view, so a run over n rows needs no copy.
 */
export class KvRows implements KvCache<KvSpan> {
  readonly layout: KvLayout;
  #rows = 0;
  #length = 0;
  #version = 0;
  /** By layer and part: index 2 · layer + part. */
  readonly #caches: Float32Array[] = [];

  constructor(layout: KvLayout) {
    this.layout = layout;
  }

  get rows(): number {
    return this.#rows;
  }

  /** Tokens that each row has room for. */
  get length(): number {
    return this.#length;
  }

  /** Raised when `resize` made the views given out before useless. */
  get version(): number {
    return this.#version;
  }

  /** New arrays for `rows` rows of `length` tokens; keeps the first `kept` rows. */
  resize(rows: number, length: number, kept: number): void {
    const { kvHeads, headDim } = this.layout;
    const oldLength = this.#length;
    const common = Math.min(oldLength, length) * headDim;
    // One array after the other, so that the old ones need not all be there beside the new ones.
    for (let index = 0; index < this.layout.layers * KV_PARTS.length; index++) {
      const cache = new Float32Array(rows * kvHeads * length * headDim);
      const old = this.#caches[index];
      if (old) {
        for (let strip = 0; strip < kept * kvHeads; strip++) {
          const source = strip * oldLength * headDim;
          cache.set(old.subarray(source, source + common), strip * length * headDim);
        }
      }
      this.#caches[index] = cache;
    }
    this.#rows = rows;
    this.#length = length;
    this.#version++;
  }

  /** Rows `first` … `first + count` − 1 of one cache: [count, kvHeads, length, headDim]. */
  view(layer: number, part: KvPart, first: number, count: number): Float32Array {
    const perRow = this.#perRow;
    return this.#cache(layer * KV_PARTS.length + KV_PARTS.indexOf(part)).subarray(
      first * perRow,
      (first + count) * perRow,
    );
  }

  /** Writes the first `tokens` tokens of a span into a row from `position` on. */
  write(row: number, position: number, span: KvSpan, tokens = span.tokens): void {
    const { headDim } = this.layout;
    this.#eachStrip(row, (cache, offset, strip) => {
      const source = strip * span.tokens * headDim;
      cache.set(span.data.subarray(source, source + tokens * headDim), offset + position * headDim);
    });
  }

  /**
   * Writes what a prefill run computed for consecutive rows.
   * @param fresh   [layers, 2, rows, kvHeads, width, headDim]
   * @param past    position of each row's first new token
   * @param lengths new tokens of each row; the rest of `width` is padding
   */
  append(first: number, fresh: Float32Array, width: number, past: readonly number[], lengths: readonly number[]): void {
    const { kvHeads, headDim } = this.layout;
    const strips = kvHeads * lengths.length;
    lengths.forEach((tokens, i) => {
      this.#eachStrip(first + i, (cache, offset, strip) => {
        const array = Math.floor(strip / kvHeads);
        const source = (array * strips + i * kvHeads + (strip % kvHeads)) * width * headDim;
        cache.set(fresh.subarray(source, source + tokens * headDim), offset + (past[i] ?? 0) * headDim);
      });
    });
  }

  /** Tokens `from` … `to` − 1 of a row, copied out. */
  read(row: number, from: number, to: number): KvSpan {
    const { headDim } = this.layout;
    const tokens = to - from;
    const data = new Float32Array(kvFloatsPerToken(this.layout) * tokens);
    this.#eachStrip(row, (cache, offset, strip) => {
      data.set(cache.subarray(offset + from * headDim, offset + to * headDim), strip * tokens * headDim);
    });
    return { tokens, data };
  }

  /** Copies the first `tokens` tokens of row `from` over row `to`. */
  move(from: number, to: number, tokens: number): void {
    const shift = (to - from) * this.#perRow;
    const floats = tokens * this.layout.headDim;
    this.#eachStrip(from, (cache, offset) => cache.copyWithin(offset + shift, offset, offset + floats));
  }

  get #perRow(): number {
    return this.layout.kvHeads * this.#length * this.layout.headDim;
  }

  #cache(index: number): Float32Array {
    const cache = this.#caches[index];
    if (!cache) throw new RangeError(`There is no key-value cache ${index}.`);
    return cache;
  }

  /** Visits the strips [length, headDim] of a row in the order of a span: layer, part, head. */
  #eachStrip(row: number, visit: (cache: Float32Array, offset: number, strip: number) => void): void {
    const { kvHeads, headDim } = this.layout;
    const stride = this.#length * headDim;
    let strip = 0;
    for (const cache of this.#caches) {
      for (let head = 0; head < kvHeads; head++) visit(cache, row * this.#perRow + head * stride, strip++);
    }
  }
}
