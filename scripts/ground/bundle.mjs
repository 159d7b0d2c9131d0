import { basename, join } from 'node:path';
import { build } from 'vite';
import { projectRoot } from './pinned-node.mjs';

/** `@core` and `@contracts`, the same for every tool that reads our sources. */
export const aliases = { '@core': join(projectRoot, 'src/core'), '@contracts': join(projectRoot, 'src/contracts') };

/**
 * Bundles TypeScript entries for Node; packages from node_modules stay outside.
 * @param {Record<string, string>} entries output name → source path, relative to the project
 * @param {string} [outFolder] inside the project, so that packages resolve from it
 * @returns {Promise<Record<string, string>>} output name → path of the finished module
 */
export async function bundleEntries(entries, outFolder = join(projectRoot, '.tools', 'run')) {
  await build({
    configFile: false,
    root: projectRoot,
    logLevel: 'error',
    resolve: { alias: aliases },
    build: {
      ssr: true,
      target: 'node22',
      outDir: outFolder,
      emptyOutDir: false,
      copyPublicDir: false,
      sourcemap: 'inline',
      rolldownOptions: {
        input: Object.fromEntries(Object.entries(entries).map(([name, path]) => [name, join(projectRoot, path)])),
        output: { format: 'es', entryFileNames: '[name].mjs', chunkFileNames: 'chunks/[name]-[hash].mjs' },
      },
    },
  });
  return Object.fromEntries(Object.keys(entries).map((name) => [name, join(outFolder, `${name}.mjs`)]));
}

/** Output name of one entry: its file name without extensions, e.g. `demo` for scripts/demo.ts. */
export function entryName(path) {
  return basename(path).replace(/\.m?tsx?$/, '');
}
