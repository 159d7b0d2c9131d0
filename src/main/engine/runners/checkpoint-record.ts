import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { JobRecord, ModelRef } from '@contracts/engine-protocol';
import type { ModelConfig } from '@core/models/model-config';
import { listParameters } from '@core/models/decoder/parameters';
import { hasFunctionalTokens } from '@core/tokens/token-ids';
import { ownTokensOf } from '../files/token-set-file';
import type { Tokenizer } from '@core/tokenizer/tokenizer';

export interface WrittenCheckpoint {
  readonly name: string;
  readonly step: number;
  readonly path: string;
  readonly adapterPath: string | null;
  readonly isFinal: boolean;
  readonly config: ModelConfig;
  readonly tokenizer: Tokenizer;
  /** The model it comes from: how to prompt it stays the same. */
  readonly origin: Pick<ModelRef, 'promptSet' | 'plainPrompts'>;
}

/** What the store keeps of a checkpoint that lies finished on disk. */
export function checkpointRecord(written: WrittenCheckpoint): Extract<JobRecord, { type: 'checkpoint' }> {
  const { config } = written;
  return {
    type: 'checkpoint',
    step: written.step,
    path: written.path,
    adapterPath: written.adapterPath,
    isFinal: written.isFinal,
    name: written.name,
    architecture: config.architecture,
    parameterCount: listParameters(config).reduce((sum, { dims }) => sum + dims.reduce((a, b) => a * b, 1), 0),
    vocabSize: config.vocabSize,
    sizeBytes: folderBytes(written.path),
    hasFunctionalTokens: hasFunctionalTokens(written.tokenizer),
    tokenSet: ownTokensOf(written.tokenizer),
    promptSet: written.origin.promptSet,
    plainPrompts: [...written.origin.plainPrompts],
  };
}

/** Bytes of all files in a folder and below. */
export function folderBytes(folder: string): number {
  return readdirSync(folder, { withFileTypes: true }).reduce(
    (sum, entry) =>
      sum + (entry.isDirectory() ? folderBytes(join(folder, entry.name)) : statSync(join(folder, entry.name)).size),
    0,
  );
}
