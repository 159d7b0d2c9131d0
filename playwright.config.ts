import { defineConfig } from '@playwright/test';
import type { ShellOptions } from './e2e/fixtures';

/**
 * The same specs drive both shells: `browser` is the local host in a Chromium of this machine, `electron` the real window.
 * Nothing here gates on time; the limits only end what hangs.
 */
export default defineConfig<ShellOptions>({
  testDir: 'e2e/specs',
  outputDir: 'test-results/e2e',
  workers: 1,
  fullyParallel: false,
  retries: 0,
  timeout: 120_000,
  expect: { timeout: 20_000 },
  reporter: [['list'], ['json', { outputFile: 'test-results/reports/e2e.json' }]],
  use: {
    actionTimeout: 30_000,
    trace: 'retain-on-failure',
    screenshot: 'only-on-failure',
    viewport: { width: 1440, height: 900 },
  },
  projects: [
    { name: 'browser', use: { shell: 'browser' }, grepInvert: /@electron/ },
    { name: 'electron', use: { shell: 'electron' }, grepInvert: /@browser/ },
  ],
});
