import type { JsonRecord } from '@core/formats/json';
import type { ModelConfig } from '@core/models/model-config';
import type { CancelToken } from '@core/ports';
import type { Tokenizer } from '@core/tokenizer/tokenizer';

/** Gives the memory that a tensor is read into; it may be longer than the tensor, for rows that are added later. */
export type AllocateTensor = (name: string, dims: readonly number[]) => Float32Array;

/** A model on disk whose headers were read and checked; its weights are still to be loaded. */
export interface ModelSource {
  /** The folder, or the GGUF file. */
  readonly path: string;
  readonly format: 'folder' | 'gguf';
  /** What a person would call it. */
  readonly name: string;
  readonly config: ModelConfig;
  /** config.json as it was read, or as it would be (GGUF). */
  readonly rawConfig: JsonRecord;
  /** generation_config.json; null when there is none. */
  readonly generationConfig: JsonRecord | null;
  readonly tokenizer: Tokenizer;
  readonly hasChatTemplate: boolean;
  /** Of the weight files together. */
  readonly sizeBytes: number;
  readonly parameterCount: number;
  /** How weights are stored, most used first, e.g. `["Q4_1", "F32"]`. */
  readonly storedDtypes: readonly string[];
  /** Sentences about what is odd but harmless. */
  readonly warnings: readonly string[];
  /**
   * Reads every tensor of the model into memory that `allocate` gives, asked for all of it first; holds a few megabytes beside it.
   * @throws WorkbenchError `weights-not-finite`, `file-truncated`, `file-missing`; CancelledError
   */
  loadInto(allocate: AllocateTensor, options?: LoadOptions): Promise<void>;
  /** Reads a matrix some rows at a time; other work gets its turn between. Where that takes no more than reading. */
  readonly readRows?: (name: string, take: (first: number, rows: Float32Array) => void) => Promise<void>;
  /** Reads one tensor again, where that takes no more than reading. */
  readonly reread?: (name: string, target: Float32Array) => Promise<void>;
}

export interface LoadOptions {
  readonly cancel?: CancelToken;
  /** Told after each tensor. */
  readonly onProgress?: (loadedParameters: number, allParameters: number) => void;
}
