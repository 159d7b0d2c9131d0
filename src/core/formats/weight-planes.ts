import { dtypeBytes, parseSafetensors, type SafetensorsEntry } from './safetensors';

/**
 * The bytes of a safetensors file in an order that a general compressor shortens better, and back again; nothing is rounded.
 *
 * First the numbers of each tensor that also stands in `reference` (same name, type and width, its rows perhaps fewer) are XORed with it:
 * what training left alone becomes zeros, what it changed little keeps its high bits zero. Then the bytes of each tensor go by their place
 * in a number: all first bytes, all second bytes … Exponents lie together, and mantissas, which hardly shrink, lie apart.
 *
 * @param file       a whole safetensors file
 * @param reference  another one, or null
 * @returns as many bytes as `file`; the header comes first, unchanged
 * @throws WorkbenchError `safetensors-…` when either file is damaged
 */
export function toPlanes(file: Uint8Array, reference: Uint8Array | null): Uint8Array {
  const out = Uint8Array.from(file);
  const known = readReference(reference);
  for (const entry of parseSafetensors(file, 'weights').tensors) {
    const width = dtypeBytes(entry.dtype);
    const numbers = difference(file.subarray(entry.begin, entry.end), entry, known);
    const count = numbers.length / width;
    for (let at = 0; at < numbers.length; at += 1)
      out[entry.begin + (at % width) * count + Math.floor(at / width)] = numbers[at]!;
  }
  return out;
}

/** The file again. @param reference the very one that `toPlanes` was given */
export function fromPlanes(planes: Uint8Array, reference: Uint8Array | null): Uint8Array {
  const out = Uint8Array.from(planes);
  const known = readReference(reference);
  for (const entry of parseSafetensors(planes, 'weights').tensors) {
    const width = dtypeBytes(entry.dtype);
    const count = (entry.end - entry.begin) / width;
    const numbers = new Uint8Array(entry.end - entry.begin);
    for (let at = 0; at < numbers.length; at += 1)
      numbers[at] = planes[entry.begin + (at % width) * count + Math.floor(at / width)]!;
    out.set(difference(numbers, entry, known), entry.begin);
  }
  return out;
}

type Reference = ReadonlyMap<string, { readonly entry: SafetensorsEntry; readonly bytes: Uint8Array }>;

function readReference(file: Uint8Array | null): Reference {
  if (file === null) return new Map();
  return new Map(
    parseSafetensors(file, 'reference').tensors.map((entry) => [
      entry.name,
      { entry, bytes: file.subarray(entry.begin, entry.end) },
    ]),
  );
}

/** XOR is its own inverse, so both directions use it. */
function difference(numbers: Uint8Array, entry: SafetensorsEntry, reference: Reference): Uint8Array {
  const other = reference.get(entry.name);
  if (!other || other.entry.dtype !== entry.dtype || rowOf(other.entry) !== rowOf(entry)) return numbers;
  const shared = Math.min(numbers.length, other.bytes.length);
  const out = Uint8Array.from(numbers);
  for (let at = 0; at < shared; at += 1) out[at] = numbers[at]! ^ other.bytes[at]!;
  return out;
}

/** The shape of one row: tensors that differ only in how many rows they have line up. */
function rowOf({ dims }: SafetensorsEntry): string {
  return dims.slice(1).join('x');
}
