/** Sizes of a block, largest first: their roots are powers of two, so that dividing by them rounds nothing. */
const BLOCKS = [64, 16] as const;

/** Length of the blocks that vectors of `width` elements are cut into for rotation; 1 where none fits, and nothing is rotated. */
export function rotationBlock(width: number): number {
  return BLOCKS.find((block) => width % block === 0) ?? 1;
}

/**
 * Turns each block of a row by the Hadamard matrix H/√block, in float32: lengths and inner products stay, and an element that towers over the others
 * is spread over its block, so that a grid of 8 bits fits all of them. The rotation is its own inverse.
 * @see Ashkboos et al. 2024, arXiv:2404.00456 (QuaRot)
 */
export function rotateRow(row: ArrayLike<number>, block: number): Float32Array {
  const values = Float32Array.from(row);
  if (block === 1) return values;
  const factor = 1 / Math.sqrt(block);
  for (let at = 0; at < values.length; at++) values[at]! *= factor;
  for (let apart = 1; apart < block; apart *= 2) {
    for (let at = 0; at < values.length; at++) {
      if ((at & apart) !== 0) continue;
      const [a, b] = [values[at]!, values[at + apart]!];
      values[at] = a + b;
      values[at + apart] = a - b;
    }
  }
  return values;
}

/** The matrix itself, [block, block], row by row; symmetric. */
export function hadamard(block: number): Float32Array {
  const matrix = new Float32Array(block * block);
  for (let row = 0; row < block; row++) {
    const unit = Float32Array.from({ length: block }, (_, column) => Number(column === row));
    matrix.set(rotateRow(unit, block), row * block);
  }
  return matrix;
}
