import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { cpus } from 'node:os';
import { join, resolve } from 'node:path';
import { listParameters } from '@core/models/decoder/parameters';
import { sizeOf } from '@core/tensor/dims';
import { ENGINE_ENVIRONMENT } from '../../src/main/host/jobs/engine-environment';
import { SHAPES, toHfShape } from '../models';
import type { Party, WorkerKind } from './contest';
import { PEERS_FOLDER, type BenchModel } from './model-cache';
import type { WorkerStart } from './worker-process';

const TORCH_WORKER = resolve('bench/peers/torch_worker.py');
const LLAMA_SOURCE = resolve('bench/peers/llama_native.cpp');
const LLAMA_SCRIPT = resolve('bench/peers/llama-script.mjs');
const LLAMA_BINARY = join(PEERS_FOLDER, 'llama-native');
const LLAMA_PACKAGES = join(PEERS_FOLDER, 'node_modules', '@node-llama-cpp');

/** A worker's start, and a word about how it runs where there are several ways. */
export interface FoundWorker {
  readonly start: WorkerStart;
  readonly about?: string;
}

type Finder = (party: Party, model: BenchModel | null) => FoundWorker;

/** How each kind of worker is started. @throws {Error} why it cannot be */
export const WORKERS: Readonly<Record<WorkerKind, Finder>> = { ours: findOurs, torch: findTorch, llama: findLlama };

/** Names of tasks that need no model on disk. */
const WITHOUT_MODEL = new Set([
  'sft-trainer',
  'grpo-trainer',
  'rl-step',
  'adamw',
  'matmul-gflops',
  'package-size',
  'waiting-share',
]);
/** Tasks that train a model of the tiny shape. */
const OF_TINY_SHAPE = new Set(['sft-trainer', 'grpo-trainer']);

function findOurs({ command, env }: Party, model: BenchModel | null): FoundWorker {
  const opening = JSON.stringify({ ...command, ...detailsOf(command, model) });
  return {
    start: {
      ...{ file: process.execPath, arguments: [process.argv[1] ?? '', '--worker'], opening },
      // As the program's own engine processes are started.
      env: { ...ENGINE_ENVIRONMENT, ...env },
    },
  };
}

function findTorch({ command, env }: Party, model: BenchModel | null): FoundWorker {
  const python = findPython();
  const opening = JSON.stringify({ ...command, ...detailsOf(command, model) });
  return { start: { file: python, arguments: [TORCH_WORKER], opening, ...(env && { env }) } };
}

/** Python with torch: the one of `npm run bench:peers`, or WORKBENCH_PEER_PYTHON. */
export function findPython(): string {
  const inFolder = process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python';
  const python = process.env['WORKBENCH_PEER_PYTHON'] ?? join(PEERS_FOLDER, 'venv', inFolder);
  if (existsSync(python)) return python;
  throw new Error('is missing: no Python with PyTorch (npm run bench:peers)');
}

function findLlama({ command, env }: Party, model: BenchModel | null): FoundWorker {
  if (!existsSync(LLAMA_PACKAGES)) throw new Error('is missing: no node-llama-cpp (npm run bench:peers)');
  if (model === null) throw new Error('has no model');
  const rows = Number(command['rows']);
  const prompts = promptsFor(command, model);
  const binary = compileLlama();
  const threads = String(cpus().length);
  if (typeof binary === 'string') {
    const opening = [
      rows,
      prompts[0]?.length ?? 0,
      Number(command['newTokens']),
      prompts.length,
      ...prompts.flat(),
    ].join(' ');
    const start = { file: binary, arguments: [llamaLibraries(), model.gguf, threads], opening, ...(env && { env }) };
    return { start, about: 'llama.cpp native (C++)' };
  }
  if (prompts.length < rows) throw new Error(`shares no prompt: ${binary.reason}`);
  const opening = JSON.stringify({ ...command, prompts, gguf: model.gguf, packages: PEERS_FOLDER, threads });
  const start = { file: process.execPath, arguments: [LLAMA_SCRIPT], opening, ...(env && { env }) };
  return { start, about: `llama.cpp through node-llama-cpp's JavaScript, ${binary.reason}` };
}

/** Folder of llama.cpp's shared libraries for this platform. */
function llamaLibraries(): string {
  const name = `${process.platform}-${process.arch}`;
  return join(LLAMA_PACKAGES, name, 'bins', name);
}

/** The native program, compiled when it is older than its source; or why there is none. */
function compileLlama(): string | { readonly reason: string } {
  if (process.platform !== 'linux' || !existsSync(llamaLibraries()))
    return { reason: 'its libraries are not opened on this platform' };
  if (existsSync(LLAMA_BINARY) && statSync(LLAMA_BINARY).mtimeMs > statSync(LLAMA_SOURCE).mtimeMs) return LLAMA_BINARY;
  const { status, error } = spawnSync(
    'g++',
    ['-O2', '-march=native', '-std=c++17', LLAMA_SOURCE, '-o', LLAMA_BINARY, '-ldl'],
    { encoding: 'utf8' },
  );
  if (status === 0) return LLAMA_BINARY;
  return { reason: error ? 'there is no g++' : 'g++ does not compile the native program' };
}

/** What a worker must know beyond its settings. */
function detailsOf(command: Party['command'], model: BenchModel | null): Record<string, unknown> {
  const task = String(command['task']);
  if (model === null && !WITHOUT_MODEL.has(task) && command['model'] !== 'tiny 3M') throw new Error('has no model');
  return {
    ...(model && {
      modelFolder: model.folder,
      prompts: promptsFor(command, model),
      questions: model.questions.slice(0, Number(command['trees'] ?? 0)),
    }),
    ...(task === 'adamw' && { lengths: listParameters(SHAPES['135M']).map(({ dims }) => sizeOf(dims)) }),
    ...(OF_TINY_SHAPE.has(task) && { shape: toHfShape(SHAPES['tiny 3M']) }),
  };
}

/** A prompt for each row; one of `sharedTokens` for all of them where the command asks for that. */
function promptsFor(command: Party['command'], { prompts }: BenchModel): readonly (readonly number[])[] {
  const shared = command['sharedTokens'];
  return shared === undefined
    ? prompts.slice(0, Number(command['rows'] ?? 1))
    : [prompts.flat().slice(0, Number(shared))];
}
