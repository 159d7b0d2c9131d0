import type { ErrorClass } from '../error-classes';
import type { DraftExample, ExampleStep } from '../example';

export const REVIEW_VERDICTS = ['todo', 'accepted', 'rejected'] as const;
export type ReviewVerdict = (typeof REVIEW_VERDICTS)[number];

/** What a reviewer said of one step; `null` where nothing. */
export interface PortableMark {
  readonly verdict: 'right' | 'wrong' | null;
  readonly note: string;
}

/** Where an example came from, in the ids of the workbench that made it; null where it is not known. */
export interface PortableLineage {
  readonly datasetId: string | null;
  readonly treeId: string | null;
  readonly searchRunId: string | null;
  readonly checkpointId: string | null;
  readonly questionSetId: string | null;
}

/** Everything that the workbench knows of an example, as it goes out and comes in. */
export interface PortableExample extends DraftExample {
  /** Unique within its data set. */
  readonly key: string;
  /** Linter's sentences. */
  readonly problems: readonly string[];
  /** Question and response together; 0 where nobody counted. */
  readonly tokenCount: number;
  readonly verdict: ReviewVerdict;
  readonly isEdited: boolean;
  readonly note: string;
  readonly errorClasses: readonly ErrorClass[];
  readonly tags: readonly string[];
  /** One for each step, in order; empty when no step was marked. */
  readonly stepMarks: readonly PortableMark[];
  readonly lineage: PortableLineage;
}

/** What a layout reads from a row; whatever it cannot hold is found anew or left at its beginning. */
export type ImportedExample = Pick<PortableExample, 'prompt'> & {
  readonly steps: readonly ExampleStep[];
} & Partial<Omit<PortableExample, 'prompt' | 'steps'>>;
