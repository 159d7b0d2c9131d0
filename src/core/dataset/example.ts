import type { Step } from '../tokens/render';

export const STEP_ROLES = ['shared', 'wrong', 'verify', 'refine', 'right', 'output'] as const;
export type StepRole = (typeof STEP_ROLES)[number];
export const EXAMPLE_KINDS = ['merged', 'clean', 'clean-verified'] as const;
export type ExampleKind = (typeof EXAMPLE_KINDS)[number];

/** One step of an annotated example. */
export interface ExampleStep extends Step {
  /** False for the text of a wrong turn: the model reads it but is not taught to write it. */
  readonly isTrained: boolean;
  readonly role: StepRole;
  /** Node of the tree it came from; null when it was written by merging. */
  readonly nodeIndex: number | null;
}

/** A training example before it has an id: a question and its annotated response. */
export interface DraftExample {
  readonly questionId: string;
  readonly prompt: string;
  readonly referenceAnswer: string;
  readonly kind: ExampleKind;
  readonly steps: readonly ExampleStep[];
  /** Nodes of the right path, from the root. */
  readonly nodePath: readonly number[];
}
