import { spawn } from 'node:child_process';
import { existsSync, lstatSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Measurement } from './row';

const HOST = 'out/main/local-host.cjs';
const REPETITIONS = 5;
const READY = /WORKBENCH_URL=/;
const TIMEOUT_MS = 30_000;
/** What a user installs beside the built program; the rest of node_modules is for building. */
const INSTALLED = [
  'out',
  'resources',
  'node_modules/better-sqlite3',
  'node_modules/onnxruntime-common',
  'node_modules/onnxruntime-node',
  'node_modules/ws',
];

/** Seconds from starting the host on an empty data folder until it answers. */
export async function measureStartUp(log: (line: string) => void): Promise<Measurement[]> {
  if (!existsSync(HOST)) {
    log('start-up: the program is not built (npm run build), left out');
    return [];
  }
  const samples: number[] = [];
  for (let repetition = 0; repetition < REPETITIONS; repetition++) samples.push(await startOnce());
  return [{ case: 'start-up of the host, empty data folder', unit: 's', samples, better: 'lower' }];
}

/** Megabytes of what is needed at run time. */
export function measureInstalledSize(): Measurement[] {
  const bytes = INSTALLED.filter((path) => existsSync(path)).reduce((sum, path) => sum + sizeOnDisk(path), 0);
  return [
    {
      case: 'installed size (program, resources, run-time packages)',
      unit: 'MB',
      samples: [bytes / 2 ** 20],
      better: 'lower',
    },
  ];
}

function startOnce(): Promise<number> {
  const data = mkdtempSync(join(tmpdir(), 'workbench-bench-'));
  const begin = performance.now();
  const host = spawn(process.execPath, [HOST, '--data', data, '--resources', 'resources'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return new Promise<number>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('The host did not start.')), TIMEOUT_MS);
    let seconds = Number.NaN;
    host.stdout.on('data', (chunk: Buffer) => {
      if (!READY.test(chunk.toString())) return;
      seconds = (performance.now() - begin) / 1000;
      host.kill();
    });
    host.once('exit', () => {
      clearTimeout(timer);
      rmSync(data, { recursive: true, force: true });
      if (Number.isNaN(seconds)) reject(new Error('The host ended before it was ready.'));
      else resolve(seconds);
    });
  });
}

function sizeOnDisk(path: string): number {
  const entry = lstatSync(path);
  if (!entry.isDirectory()) return entry.size;
  return readdirSync(path).reduce((sum, name) => sum + sizeOnDisk(join(path, name)), 0);
}
