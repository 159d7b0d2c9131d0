import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'electron-vite';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const alias = { '@core': here('src/core'), '@contracts': here('src/contracts') };

/**
 * Four Node entries, one preload, one window.
 * CommonJS for Node 16 throughout the Node side, because the shell also runs in Electron 22; the host and the engine always get Node 22.14 or newer.
 * `dependencies` (the natives and ws) stay outside the bundles, everything else goes in.
 */
export default defineConfig({
  main: {
    resolve: { alias },
    build: {
      target: 'node16',
      sourcemap: true,
      rolldownOptions: {
        input: {
          index: here('src/main/index.ts'),
          host: here('src/main/host/host.process.ts'),
          'local-host': here('src/main/host/local-host.ts'),
          engine: here('src/main/engine/engine.process.ts'),
        },
        output: { format: 'cjs', entryFileNames: '[name].cjs', chunkFileNames: 'chunks/[name]-[hash].cjs' },
      },
    },
  },
  preload: {
    resolve: { alias },
    build: {
      target: 'node16',
      rolldownOptions: {
        input: { index: here('src/preload/index.ts') },
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: here('src/renderer'),
    resolve: { alias },
    plugins: [react()],
    build: {
      target: 'chrome108',
      // Fonts must stay files: the content security policy allows none in data addresses.
      assetsInlineLimit: 0,
      cssTarget: 'chrome108',
      minify: true,
      rolldownOptions: { input: { index: here('src/renderer/index.html') } },
    },
  },
});
