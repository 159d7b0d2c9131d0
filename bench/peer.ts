import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { ModelConfig } from '@core/models/model-config';
import { toHfShape } from './models';

/** Python with torch, transformers and peft; see bench/README.md. */
const PYTHON = process.env['WORKBENCH_PEER_PYTHON'] ?? resolve('.peers/venv/bin/python');
const SCRIPT = resolve('bench/peers/transformers_peer.py');
const TIMEOUT_MS = 300_000;

export interface PeerTask {
  readonly task: 'decode' | 'train' | 'train-lora';
  readonly config: ModelConfig;
  readonly rows: number;
  readonly repetitions: number;
  readonly [detail: string]: unknown;
}

/** The same work in transformers on PyTorch: tokens per second of each repetition, none where the peer is not installed. */
export function askPeer(task: PeerTask, log: (line: string) => void): readonly number[] {
  if (!existsSync(PYTHON)) {
    log('peer transformers: not installed (.peers/venv), left out');
    return [];
  }
  const input = JSON.stringify({ ...task, config: toHfShape(task.config) });
  const { status, stdout, stderr } = spawnSync(PYTHON, [SCRIPT], { input, encoding: 'utf8', timeout: TIMEOUT_MS });
  if (status !== 0) {
    log(`peer transformers: failed, left out (${stderr.trim().split('\n').at(-1) ?? 'no reason given'})`);
    return [];
  }
  const answer: unknown = JSON.parse(stdout.trim().split('\n').at(-1) ?? '[]');
  return Array.isArray(answer) ? answer.map(Number) : [];
}
