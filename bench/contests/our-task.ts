import { readFileSync } from 'node:fs';
import type { GeneratorSettings } from '../../src/main/engine/language-model';

/** What the parent sends: a party's settings and where things are. */
export interface OurCommand {
  readonly task: string;
  readonly model?: '135M' | 'tiny 3M';
  readonly mode?: 'full' | 'lora';
  readonly checkpointing?: boolean;
  /** Default fp32. */
  readonly precision?: string;
  readonly rows?: number;
  readonly length?: number;
  readonly newTokens?: number;
  readonly size?: number;
  readonly lengths?: readonly number[];
  readonly modelFolder?: string;
  readonly prompts?: readonly (readonly number[])[];
  readonly questions?: readonly BenchQuestion[];
  /** Questions whose trees grow side by side. */
  readonly trees?: number;
  readonly rollouts?: number;
  readonly depth?: number;
  /** Walks of a tree side by side. */
  readonly walks?: number;
  /** Children of a node. */
  readonly children?: number;
  /** What a search answers with; see `search/our-tasks.ts`. */
  readonly measure?: string;
}

/** A question as every program reads it. */
export interface BenchQuestion {
  /** The question in the model's chat template, up to where the answer begins. */
  readonly ids: readonly number[];
  readonly answer: string;
}

/** A prepared task; `warm` is `run` unless there is a shorter way to bring memory back. */
export interface PreparedTask {
  /** What a reader must know of the last sample. */
  readonly about?: () => string;
  readonly run: () => Promise<number>;
  readonly warm?: () => Promise<unknown>;
}

/** Prepares what a command asks for. @throws {Error} why it cannot */
export type Task = (command: OurCommand) => Promise<PreparedTask>;

/** Settings of the generator for each precision that it offers. */
export const GENERATOR_SETTINGS: Readonly<Record<string, GeneratorSettings>> = {
  fp32: {},
  int8: { precision: 'int8' },
  int4: { precision: 'int4' },
};

/** @throws {Error} for a precision that is not offered */
export function settingsOf<T>(offered: Readonly<Record<string, T>>, { precision = 'fp32' }: OurCommand): T {
  const settings = offered[precision];
  if (settings === undefined) throw new Error('is not offered');
  return settings;
}

/** Milliseconds that `work` takes. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const begin = performance.now();
  await work();
  return performance.now() - begin;
}

/** On Linux the high-water mark of this program alone: `maxRSS` begins with the parent's. */
export function peakMebibytes(): number {
  if (process.platform !== 'linux') return process.resourceUsage().maxRSS / 1024;
  const [, kilobytes = 'NaN'] = /^VmHWM:\s+(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
  return Number(kilobytes) / 1024;
}
