import { loadConfigFromFile } from 'vite';
import { join } from 'node:path';
import { projectRoot } from './pinned-node.mjs';

/** The renderer's part of electron.vite.config.ts alone, for a build of the window that watches its sources. */
const loaded = await loadConfigFromFile(
  { command: 'build', mode: 'development' },
  join(projectRoot, 'electron.vite.config.ts'),
);
const { renderer } = loaded.config;
export default {
  ...renderer,
  base: './',
  build: { ...renderer.build, outDir: join(projectRoot, 'out/renderer'), emptyOutDir: false },
};
