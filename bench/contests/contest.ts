/** A program that is measured: which worker runs it, and what the worker is told. */
export interface Party {
  readonly worker: WorkerKind;
  /** One of the worker's tasks with its settings; see `engine/our-tasks.ts`, `search/our-tasks.ts`, `peers/torch_worker.py` and `peers/llama_native.cpp`. */
  readonly command: Readonly<Record<string, string | number | boolean>>;
  /** Environment of its process. */
  readonly env?: Readonly<Record<string, string>>;
}

export type WorkerKind = 'ours' | 'torch' | 'llama';

/** How a row compares the two medians with its goal. */
export type Sense =
  /** The ratio says how many times better ours is; at least the goal. */
  | 'times better'
  /** The ratio is ours/peer; at most the goal. */
  | 'share'
  /** No peer; ours itself is at most the goal. */
  | 'at most';

/** One line of the goals. */
export interface ContestRow {
  readonly case: string;
  readonly sense: Sense;
  readonly goal: number;
  /** Parties of ours; the best one counts, and the row names it when there are several. */
  readonly ours: readonly string[];
  /** Parties of the peer, in the same way. */
  readonly peer: readonly string[];
}

/** Parties that are measured in turn, and the rows that follow from their medians. */
export interface Contest {
  readonly unit: string;
  readonly better: 'higher' | 'lower';
  /** `kept`: workers stay alive, each turn begins with a discarded warm-up. `fresh`: a new process for each sample. */
  readonly processes: 'kept' | 'fresh';
  /** `worker` unless told: the value that it answers; `start`: seconds from the start of its process to the answer. */
  readonly clock?: 'worker' | 'start';
  /** Samples that are enough: where they cannot differ, or take minutes each. */
  readonly samples?: number;
  /** Seconds that one sample may take; two minutes unless told. */
  readonly limitSeconds?: number;
  readonly parties: Readonly<Record<string, Party>>;
  readonly rows: readonly ContestRow[];
}
