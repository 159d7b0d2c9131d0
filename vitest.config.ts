import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { findSoftwareVulkan } from './scripts/ground/places.mjs';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

const softwareVulkan = findSoftwareVulkan();

/** Unit and golden tests; slow ones (real models, kills, whole roads) live in `*.slow.test.ts` and run in a project of their own. */
export default defineConfig({
  resolve: { alias: { '@core': here('src/core'), '@contracts': here('src/contracts') } },
  test: {
    // onnxruntime-node must never live in a worker thread that may be terminated.
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['src/**/*.test.{ts,tsx}', 'scripts/**/*.test.ts', 'bench/**/*.test.ts'],
          exclude: ['**/*.slow.test.ts', 'node_modules/**'],
        },
      },
      {
        extends: true,
        test: {
          name: 'slow',
          include: ['src/**/*.slow.test.ts', 'scripts/**/*.slow.test.ts'],
          testTimeout: 900_000,
          fileParallelism: false,
          // The WebGPU tests; a real card is tested by naming its driver in VK_ICD_FILENAMES.
          env: softwareVulkan === null ? {} : { VK_ICD_FILENAMES: softwareVulkan },
        },
      },
    ],
  },
});
