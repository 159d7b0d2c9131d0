import { encodeUtf8 } from '../utf8';

/** A metadata value with its GGUF type. */
type Entry = readonly [key: string, value: string | number | boolean | readonly string[] | readonly number[]];

/** Builds GGUF bytes by hand, sound ones or not. */
export class GgufBytes {
  readonly #bytes: number[] = [...encodeUtf8('GGUF')];

  u32(value: number): this {
    this.#bytes.push(...new Uint8Array(Uint32Array.of(value).buffer));
    return this;
  }

  u64(value: number | bigint): this {
    this.#bytes.push(...new Uint8Array(BigUint64Array.of(BigInt(value)).buffer));
    return this;
  }

  f32(value: number): this {
    this.#bytes.push(...new Uint8Array(Float32Array.of(value).buffer));
    return this;
  }

  string(text: string): this {
    const bytes = encodeUtf8(text);
    this.u64(bytes.length);
    for (const byte of bytes) this.#bytes.push(byte);
    return this;
  }

  /** Key, type and value: text, float32 for numbers with a fraction, uint32 for others, or a list of texts or numbers. */
  entry([key, value]: Entry): this {
    this.string(key);
    if (typeof value === 'string') return this.u32(8).string(value);
    if (typeof value === 'boolean') {
      this.u32(7).#bytes.push(value ? 1 : 0);
      return this;
    }
    if (typeof value === 'number') return Number.isInteger(value) ? this.u32(4).u32(value) : this.u32(6).f32(value);
    const texts = value.filter((item) => typeof item === 'string');
    if (texts.length > 0) {
      this.u32(9).u32(8).u64(texts.length);
      for (const text of texts) this.string(text);
      return this;
    }
    this.u32(9).u32(6).u64(value.length);
    for (const item of value) this.f32(Number(item));
    return this;
  }

  /** Entry of a tensor; `dims` fastest first, as GGUF has them. */
  tensor(name: string, dims: readonly (number | bigint)[], type: number, offset: number | bigint): this {
    this.string(name).u32(dims.length);
    for (const dim of dims) this.u64(dim);
    return this.u32(type).u64(offset);
  }

  /** Zeros up to a multiple of 32, then `content` (or so many zeros). */
  data(content: number | Uint8Array): this {
    while (this.#bytes.length % 32 !== 0) this.#bytes.push(0);
    for (const byte of typeof content === 'number' ? new Uint8Array(content) : content) this.#bytes.push(byte);
    return this;
  }

  done(): Uint8Array<ArrayBuffer> {
    return Uint8Array.from(this.#bytes);
  }
}

/** Magic, version and the two counts. */
export function ggufHead(tensors: number | bigint, entries: number | bigint, version = 3): GgufBytes {
  return new GgufBytes().u32(version).u64(tensors).u64(entries);
}

/** A whole file of F32 tensors; `dims` slowest first. */
export function buildGguf(
  entries: readonly Entry[],
  tensors: readonly { readonly name: string; readonly dims: readonly number[]; readonly data: Float32Array }[],
): Uint8Array<ArrayBuffer> {
  const bytes = ggufHead(tensors.length, entries.length);
  for (const entry of entries) bytes.entry(entry);
  let offset = 0;
  for (const { name, dims, data } of tensors) {
    bytes.tensor(name, [...dims].reverse(), 0, offset);
    offset += Math.ceil(data.byteLength / 32) * 32;
  }
  const content = new Uint8Array(offset);
  let at = 0;
  for (const { data } of tensors) {
    content.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += Math.ceil(data.byteLength / 32) * 32;
  }
  return bytes.data(content).done();
}
