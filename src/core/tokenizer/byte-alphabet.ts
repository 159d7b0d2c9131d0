import { decodeUtf8Lossy, encodeUtf8 } from '../formats/utf8';

/**
 * The alphabet of byte-level BPE: every byte has a printable character, so any text is spelled without unknowns.
 * Bytes that print keep their Latin-1 character; the other 68 become U+0100 upwards, in order.
 * @see GPT-2, `bytes_to_unicode`
 */
const BYTE_TO_CHAR: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte).map((byte) =>
  String.fromCodePoint(isPrintable(byte) ? byte : 0x100 + countUnprintableBelow(byte)),
);

const CHAR_TO_BYTE: ReadonlyMap<string, number> = new Map(BYTE_TO_CHAR.map((char, byte) => [char, byte]));

function isPrintable(byte: number): boolean {
  return (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
}

function countUnprintableBelow(limit: number): number {
  let count = 0;
  for (let byte = 0; byte < limit; byte++) count += isPrintable(byte) ? 0 : 1;
  return count;
}

/** Bytes as characters of the alphabet. */
export function bytesToAlphabet(bytes: Uint8Array): string {
  let spelled = '';
  for (const byte of bytes) spelled += BYTE_TO_CHAR[byte] ?? '';
  return spelled;
}

/** `text` as the characters of its UTF-8 bytes: ` é` becomes `ĠÃ©`. */
export function toByteAlphabet(text: string): string {
  return bytesToAlphabet(encodeUtf8(text));
}

/** The bytes that a token's characters stand for; a token with a character outside the alphabet stands for its own text. */
export function bytesOfToken(token: string): readonly number[] {
  const bytes: number[] = [];
  for (const char of token) {
    const byte = CHAR_TO_BYTE.get(char);
    if (byte === undefined) return [...encodeUtf8(token)];
    bytes.push(byte);
  }
  return bytes;
}

/** The text of tokens over the byte alphabet; what is not UTF-8 becomes U+FFFD. */
export function fromByteAlphabet(tokens: readonly string[]): string {
  return decodeUtf8Lossy(Uint8Array.from(tokens.flatMap(bytesOfToken)));
}
