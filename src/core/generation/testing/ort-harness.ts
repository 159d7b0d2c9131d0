import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { GraphExecutor, TensorView } from '../../ports';

const POISON = '__poison';

/** onnxruntime behind the executor port, for tests of the decode graph. */
export function ortHarness(threads = 2): GraphExecutor {
  return {
    async compile(onnx) {
      const session = await InferenceSession.create(onnx, {
        intraOpNumThreads: threads, ...(process.env['ORTPROF'] ? { enableProfiling: true, profileFilePrefix: '/tmp/gen/prof' } : {}), enableMemPattern: false, graphOptimizationLevel: 'basic', logSeverityLevel: 3,
        extra: { session: { intra_op: { allow_spinning: '0' } } },
      });
      const cache = new WeakMap<TensorView, Tensor>();
      const convert = (view: TensorView): Tensor => {
        let t = cache.get(view);
        if (!t) { t = new Tensor(view.dtype as 'float32', view.data as Float32Array, view.dims); cache.set(view, t); }
        return t;
      };
      return {
        async run(feeds, outputs) {
          const f: Record<string, Tensor> = {};
          for (const name of session.inputNames) f[name] = convert(feeds[name]!);
          const o: Record<string, Tensor | null> = { [POISON]: null };
          for (const [name, view] of Object.entries(outputs)) o[name] = convert(view);
          try {
            await session.run(f, o);
          } catch (error) {
            if (!String(error).includes('Non tensor type is temporarily not supported')) throw error;
          }
        },
        dispose: async () => { if (process.env['ORTPROF']) session.endProfiling(); await session.release(); },
      };
    },
  };
}
