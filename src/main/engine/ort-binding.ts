import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { TensorView } from '@core/ports';

/** A tensor of the binding: over the caller's memory where we made it, over the binding's own where it came out of a run. */
export type BoundTensor = Pick<Tensor, 'data' | 'dims' | 'type'>;

/** What we use of a session. */
export interface BoundSession {
  readonly outputNames: readonly string[];
  /** Outputs to compute, by name, with memory to fill or null for memory of the binding's own. */
  run(
    feeds: Readonly<Record<string, BoundTensor>>,
    fetches: Readonly<Record<string, BoundTensor | null>>,
  ): Promise<Readonly<Record<string, BoundTensor>>>;
  release(): Promise<void>;
}

/** What we use of onnxruntime-node; a test puts another in its place that behaves differently. */
export interface OrtBinding {
  open(onnx: Uint8Array, options: InferenceSession.SessionOptions): Promise<BoundSession>;
  /** A tensor over memory of ours, without a copy. */
  tensor(view: TensorView): BoundTensor;
}

/** onnxruntime-node itself. With `webgpu-executor.ts` the only place that imports it. */
export const ORT_BINDING: OrtBinding = {
  async open(onnx, options) {
    const session = await InferenceSession.create(onnx, options);
    return {
      outputNames: session.outputNames,
      // The tensors are those that `tensor` made below.
      run: (feeds, fetches) => session.run(feeds as Record<string, Tensor>, fetches as Record<string, Tensor | null>),
      release: () => session.release(),
    };
  },
  tensor: toTensor,
};

/** The package's own tensor over memory of ours. */
export function toTensor({ dtype, dims, data }: TensorView): Tensor {
  // The binding copies the dims, and its constructor overloads want the element type and array type as a literal pair.
  return new Tensor(dtype as 'float32', data as Float32Array, [...dims]);
}
