/**
 * `npm run bench:peers`: installs what `npm run bench -- --engine` compares with into .peers (ignored, about 2 GB): PyTorch with transformers, PEFT
 * and TRL from PyPI, llama.cpp's binaries for this platform from npm. Nothing else is downloaded: no install script runs.
 *
 *     npm run bench:peers -- --python python3.12     which Python the environment is made with (default: python3)
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { npmCommand } from './ground/npm.mjs';
import { projectRoot } from './ground/pinned-node.mjs';

const WHEELS = [
  'torch==2.13.0',
  'transformers==5.23.0',
  'peft==0.21.2',
  'trl==1.16.0',
  'accelerate==1.15.0',
  'datasets==5.2.0',
];
const LLAMA_VERSION = '3.22.1';
/** On Linux its binaries for graphics cards, 700 MB, would come too; so the processor's are named. */
const llamaPackages =
  process.platform === 'linux' ? ['--omit=optional', `@node-llama-cpp/linux-${process.arch}@${LLAMA_VERSION}`] : [];

const { values: options } = parseArgs({ options: { python: { type: 'string', default: 'python3' } } });
const folder = join(projectRoot, '.peers');
const venv = join(folder, 'venv');
const python = join(venv, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');

mkdirSync(folder, { recursive: true });
if (!existsSync(python)) run(options.python, ['-m', 'venv', venv]);
run(python, ['-m', 'pip', 'install', '--disable-pip-version-check', ...WHEELS]);

const npm = npmCommand(process.execPath);
run(npm.file, [
  ...npm.arguments,
  'install',
  '--prefix',
  folder,
  '--ignore-scripts',
  '--no-audit',
  '--no-fund',
  `node-llama-cpp@${LLAMA_VERSION}`,
  ...llamaPackages,
]);

function run(file, arguments_) {
  const done = spawnSync(file, arguments_, { stdio: 'inherit' });
  if (done.status !== 0) throw new Error(`${file} ended with ${done.status ?? done.error?.message}.`);
}
