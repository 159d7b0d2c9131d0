import { KV_PARTS } from '../../models/forward-parts';
import type { KvLayout, KvRows } from '../kv-rows';
import type { StepRunner } from '../step-runner';

/**
 * A stand-in for the model that keeps token ids as keys and values, and whose logits depend on the whole history it reads back from the
 * cache: any row, span or fork that holds something else changes what is generated, or throws.
 */
export function historyDecoder(layout: KvLayout, vocabSize: number): StepRunner & { readonly runs: number } {
  const decoder = {
    runs: 0,
    async prefill(rows: KvRows, first: number, tokens: readonly ArrayLike<number>[], past: readonly number[]) {
      decoder.runs++;
      await Promise.resolve();
      tokens.forEach((row, i) => feed(rows, first + i, past[i] ?? 0, row));
    },
    async decode(rows: KvRows, tokens: readonly number[], past: readonly number[]) {
      decoder.runs++;
      await Promise.resolve();
      const logits = new Float32Array(tokens.length * vocabSize);
      tokens.forEach((token, row) => {
        feed(rows, row, past[row] ?? 0, [token]);
        logits.set(historyLogits(readHistory(rows, layout, row, (past[row] ?? 0) + 1), vocabSize), row * vocabSize);
      });
      return logits;
    },
  };
  return decoder;
}

/** Logits after a history; any two histories give different ones. */
export function historyLogits(history: readonly number[], vocabSize: number): Float32Array {
  let hash = 17;
  for (const id of history) hash = (Math.imul(hash, 31) + id + 1) | 0;
  return Float32Array.from({ length: vocabSize }, (_, id) => {
    const mixed = Math.imul(hash ^ Math.imul(id + 1, 0x9e3779b9), 0x85ebca6b);
    return ((mixed ^ (mixed >>> 13)) >>> 0) / 2 ** 30;
  });
}

function feed(rows: KvRows, row: number, past: number, tokens: ArrayLike<number>): void {
  const { layers, kvHeads, headDim } = rows.layout;
  for (let layer = 0; layer < layers; layer++) {
    for (const part of KV_PARTS) {
      const view = rows.view(layer, part, row, 1);
      for (let head = 0; head < kvHeads; head++) {
        for (let t = 0; t < tokens.length; t++)
          view.fill(
            mark(tokens[t] ?? 0, layer, head),
            (head * rows.length + past + t) * headDim,
            (head * rows.length + past + t + 1) * headDim,
          );
      }
    }
  }
}

/** The tokens that a row holds, read from every strip; all must agree. */
function readHistory(rows: KvRows, { layers, kvHeads, headDim }: KvLayout, row: number, tokens: number): number[] {
  return Array.from({ length: tokens }, (_, t) => {
    const ids = new Set<number>();
    for (let layer = 0; layer < layers; layer++) {
      for (const part of KV_PARTS) {
        const view = rows.view(layer, part, row, 1);
        for (let head = 0; head < kvHeads; head++) {
          for (let d = 0; d < headDim; d++)
            ids.add((view[(head * rows.length + t) * headDim + d] ?? Number.NaN) - mark(0, layer, head));
        }
      }
    }
    const [id] = ids;
    if (ids.size !== 1 || id === undefined)
      throw new Error(`row ${row}, token ${t}: the strips disagree (${[...ids].join(', ')})`);
    return id;
  });
}

/** Different in every strip, so that strips that change places are noticed. */
function mark(id: number, layer: number, head: number): number {
  return id + 1000 * (layer + 1) + 100_000 * (head + 1);
}
