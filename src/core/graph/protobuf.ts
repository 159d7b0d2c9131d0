/** Bytes that are asked for when they are copied into place. */
interface LazyBytes {
  readonly length: number;
  readonly make: () => Uint8Array;
}

/** Payloads from this size on are kept by reference until the end, so that a model's weights are copied once. */
const KEPT_BY_REFERENCE = 4096;

/** Writes the protobuf wire format: just the four field kinds that ONNX files need. */
export class ProtobufWriter {
  /** Finished pieces; what came last is still in `#bytes`. */
  readonly #pieces: (Uint8Array | LazyBytes)[] = [];
  #piecesLength = 0;
  #bytes = new Uint8Array(256);
  #length = 0;

  /** Bytes written so far. */
  get length(): number {
    return this.#piecesLength + this.#length;
  }

  /** Field of wire type 0. `value` is a whole number; negative ones take ten bytes as int64 does. */
  integer(field: number, value: number): this {
    this.#varint(field << 3);
    this.#varint(value);
    return this;
  }

  /** Field of wire type 5. */
  float(field: number, value: number): this {
    this.#varint((field << 3) | 5);
    const at = this.#reserve(4);
    new DataView(this.#bytes.buffer).setFloat32(at, value, true);
    return this;
  }

  /** Field of wire type 2. Large values are read when the whole is finished: leave them as they are until then. */
  bytes(field: number, value: Uint8Array): this {
    this.#varint((field << 3) | 2);
    this.#varint(value.length);
    if (value.length >= KEPT_BY_REFERENCE) this.#keep(value);
    else this.#copy(value);
    return this;
  }

  /**
   * Field of wire type 2 whose bytes are made when the whole is finished, one such field after the other.
   * @param length of what `make` will give; its memory may be used again by the next one
   */
  lazyBytes(field: number, length: number, make: () => Uint8Array): this {
    this.#varint((field << 3) | 2);
    this.#varint(length);
    this.#keep({ length, make });
    return this;
  }

  text(field: number, value: string): this {
    return this.bytes(field, encodeUtf8(value));
  }

  message(field: number, value: ProtobufWriter): this {
    this.#varint((field << 3) | 2);
    this.#varint(value.length);
    for (const piece of value.#pieces) this.#keep(piece);
    this.#copy(value.#bytes.subarray(0, value.#length));
    return this;
  }

  /** All bytes, in memory of their own. @throws {RangeError} when lazy bytes have another length than they were announced with */
  finish(): Uint8Array {
    const whole = new Uint8Array(this.length);
    let at = 0;
    for (const piece of this.#pieces) {
      const bytes = 'make' in piece ? piece.make() : piece;
      if (bytes.length !== piece.length)
        throw new RangeError(`A field of ${piece.length} bytes was announced and ${bytes.length} were given.`);
      whole.set(bytes, at);
      at += bytes.length;
    }
    whole.set(this.#bytes.subarray(0, this.#length), at);
    return whole;
  }

  #varint(value: number): void {
    let rest = BigInt.asUintN(64, BigInt(value));
    while (rest > 0x7fn) {
      this.#byte(Number(rest & 0x7fn) | 0x80);
      rest >>= 7n;
    }
    this.#byte(Number(rest));
  }

  /** The place is reserved first: that may put other memory behind `#bytes`. */
  #byte(value: number): void {
    const at = this.#reserve(1);
    this.#bytes[at] = value;
  }

  #copy(value: Uint8Array): void {
    const at = this.#reserve(value.length);
    this.#bytes.set(value, at);
  }

  #keep(piece: Uint8Array | LazyBytes): void {
    if (this.#length > 0) {
      this.#pieces.push(this.#bytes.slice(0, this.#length));
      this.#piecesLength += this.#length;
      this.#length = 0;
    }
    this.#pieces.push(piece);
    this.#piecesLength += piece.length;
  }

  #reserve(count: number): number {
    const at = this.#length;
    if (at + count > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(this.#bytes.length * 2, at + count));
      grown.set(this.#bytes.subarray(0, at));
      this.#bytes = grown;
    }
    this.#length += count;
    return at;
  }
}

/** UTF-8 without TextEncoder, which the pure core does not have. */
function encodeUtf8(text: string): Uint8Array {
  const bytes: number[] = [];
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0xfffd;
    if (code < 0x80) bytes.push(code);
    else if (code < 0x800) bytes.push(0xc0 | (code >> 6), 0x80 | (code & 63));
    else if (code < 0x10000) bytes.push(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
    else bytes.push(0xf0 | (code >> 18), 0x80 | ((code >> 12) & 63), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
  }
  return Uint8Array.from(bytes);
}
