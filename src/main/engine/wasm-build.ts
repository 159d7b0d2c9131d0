import initialiseWabt from 'wabt';

const FEATURES = { simd: true, multi_memory: true } as const;

/** Assembles the WebAssembly text of a kernel; a development tool, not part of the program. */
export async function buildWasmModule(name: string, wat: string): Promise<Uint8Array> {
  const wabt = await initialiseWabt();
  const module = wabt.parseWat(name, wat, FEATURES);
  // The package's types leave out that validation takes the features too.
  (module.validate as (features: typeof FEATURES) => void).call(module, FEATURES);
  return module.toBinary({}).buffer;
}
