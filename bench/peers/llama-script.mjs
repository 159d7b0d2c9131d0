/**
 * The work of a decoding case through node-llama-cpp's JavaScript, where the native program cannot be compiled. Same words as the other workers;
 * the first line on stdin is {gguf, packages, prompts, newTokens, threads}.
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const { gguf, packages, prompts, newTokens, threads } = JSON.parse((await lines.next()).value);
const { getLlama, LlamaLogLevel } = await import(
  pathToFileURL(createRequire(join(packages, 'package.json')).resolve('node-llama-cpp')).href
);

const llama = await getLlama({
  gpu: false,
  build: 'never',
  logLevel: LlamaLogLevel.error,
  maxThreads: Number(threads),
});
const model = await llama.loadModel({ modelPath: gguf, gpuLayers: 0 });
const context = await model.createContext({
  sequences: prompts.length,
  contextSize: prompts[0].length + newTokens,
  batchSize: Math.max(512, prompts.length * prompts[0].length),
  threads: Number(threads),
});
const sequences = prompts.map(() => context.getSequence());
answer({ ready: true });
for (let next = await lines.next(); next.done !== true; next = await lines.next()) {
  answer({ value: await generate(next.value === 'warm' ? 8 : newTokens) });
}

/** Greedy tokens per second over the whole call. */
async function generate(count) {
  const begin = performance.now();
  await Promise.all(
    sequences.map(async (sequence, row) => {
      await sequence.clearHistory();
      let left = count;
      for await (const _ of sequence.evaluate(prompts[row], { temperature: 0, yieldEogToken: true }))
        if (--left === 0) break;
    }),
  );
  return (prompts.length * count * 1000) / (performance.now() - begin);
}

function answer(record) {
  process.stdout.write(`${JSON.stringify(record)}\n`);
}
