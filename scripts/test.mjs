/**
 * `npm test`: everything this machine can run, summed up in one last line `N passed, N failed, N skipped`.
 * Names of suites as arguments run only those; see SUITES. What a machine cannot run is skipped with its reason.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from './ground/pinned-node.mjs';
import { findChromium, findElectron } from './ground/places.mjs';

/** @typedef {{passed: number, failed: number, skipped: number, note?: string}} Counts */

const reports = join(projectRoot, 'test-results', 'reports');

/** In order, cheapest first. @type {Record<string, () => Counts>} */
const SUITES = {
  typecheck: () => check(process.execPath, ['scripts/typecheck.mjs']),
  lint: () => check(process.execPath, [bin('oxlint', 'bin/oxlint'), '--deny-warnings']),
  format: () => check(process.execPath, [bin('prettier', 'bin/prettier.cjs'), '--check', '--log-level', 'warn', '.']),
  unit: () => vitest('unit'),
  build: () => check(process.execPath, [bin('electron-vite', 'bin/electron-vite.js'), 'build', '--logLevel', 'warn']),
  shell: shellCheck,
  e2e: playwright,
  slow: () => vitest('slow'),
};

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !(name in SUITES));
if (unknown.length > 0) {
  process.stderr.write(`No such suite: ${unknown.join(', ')}. There are ${Object.keys(SUITES).join(', ')}.\n`);
  process.exit(1);
}
rmSync(reports, { recursive: true, force: true });
mkdirSync(reports, { recursive: true });

const total = { passed: 0, failed: 0, skipped: 0 };
const lines = [];
for (const [name, run] of Object.entries(SUITES)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  process.stdout.write(`\n── ${name} ──\n`);
  const startedAt = Date.now();
  const counts = run();
  for (const key of Object.keys(total)) total[key] += counts[key];
  const seconds = Math.round((Date.now() - startedAt) / 1000);
  lines.push(
    `${name.padEnd(10)} ${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped  (${seconds} s)${counts.note ? `  ${counts.note}` : ''}`,
  );
}
process.stdout.write(
  `\n${lines.join('\n')}\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped\n`,
);
process.exitCode = total.failed > 0 ? 1 : 0;

/** A tool that passes or fails as a whole counts as one test. @returns {Counts} */
function check(file, arguments_) {
  const passed = runTool(file, arguments_) === 0;
  return { passed: passed ? 1 : 0, failed: passed ? 0 : 1, skipped: 0 };
}

/** @returns {Counts} */
function vitest(project) {
  const report = join(reports, `${project}.json`);
  const status = runTool(process.execPath, [
    bin('vitest', 'vitest.mjs'),
    'run',
    '--project',
    project,
    '--passWithNoTests',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
  ]);
  const result = readReport(report);
  if (result === null) return crashed(project, status);
  const failedFiles = result.testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.length === 0,
  ).length;
  return settle(status, {
    passed: result.numPassedTests,
    failed: result.numFailedTests + failedFiles,
    skipped: result.numPendingTests + result.numTodoTests,
  });
}

/** @returns {Counts} */
function shellCheck() {
  const report = join(reports, 'shell.json');
  const status = runTool(process.execPath, ['scripts/shell-check.mjs', report]);
  const result = readReport(report);
  return result === null ? crashed('shell', status) : settle(status, result);
}

/** The window in both shells. @returns {Counts} */
function playwright() {
  if (findChromium() === null && findElectron() === null) {
    const note = 'NOT RUN: no Chromium, Chrome or Electron on this machine (WORKBENCH_CHROMIUM names one)';
    process.stdout.write(`${note}\n`);
    return { passed: 0, failed: 0, skipped: 1, note };
  }
  const report = join(reports, 'e2e.json');
  const command = [process.execPath, bin('@playwright/test', 'cli.js'), 'test'];
  const [file, ...rest] = needsVirtualDisplay()
    ? ['xvfb-run', '-a', '-s', '-screen 0 1680x1050x24', ...command]
    : command;
  const status = runTool(file, rest, { PLAYWRIGHT_JSON_OUTPUT_FILE: report, PLAYWRIGHT_JSON_OUTPUT_NAME: report });
  const stats = readReport(report)?.stats;
  if (stats === undefined) return crashed('e2e', status);
  return settle(status, { passed: stats.expected + stats.flaky, failed: stats.unexpected, skipped: stats.skipped });
}

function needsVirtualDisplay() {
  const hasDisplay = Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);
  return process.platform === 'linux' && !hasDisplay && findElectron() !== null && existsSync('/usr/bin/xvfb-run');
}

/** A tool that failed although its tests did not is a failure too. @returns {Counts} */
function settle(status, counts) {
  return status !== 0 && counts.failed === 0
    ? { ...counts, failed: 1, note: `ended with ${status} although no test failed` }
    : counts;
}

/** @returns {Counts} */
function crashed(name, status) {
  return { passed: 0, failed: 1, skipped: 0, note: `${name} ended with ${status} and left no report` };
}

function readReport(path) {
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : null;
}

function runTool(file, arguments_, environment = {}) {
  const done = spawnSync(file, arguments_, {
    cwd: projectRoot,
    stdio: 'inherit',
    env: { ...process.env, ...environment },
  });
  if (done.error) process.stderr.write(`${done.error.message}\n`);
  return done.status ?? done.signal ?? -1;
}

function bin(packageName, path) {
  return join(projectRoot, 'node_modules', packageName, path);
}
