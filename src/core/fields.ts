/**
 * What a settings schema says about each of its fields besides the type: the wizards draw their forms from it.
 * Attach with `.meta(field(…))` as the last call on the schema, so that it sits on the outermost type.
 */
export interface FieldFacts {
  /** Short name beside the control. */
  readonly label: string;
  /** One plain sentence: what it does and when to change it. */
  readonly help: string;
  /** Unit shown after the number. */
  readonly unit?: string;
  /** The value of the paper or of its code, where it differs from ours or is worth showing. */
  readonly paper?: string;
  /** Folded away until asked for. */
  readonly advanced?: boolean;
  /** What the value is the name of, where it is chosen from what this installation has. */
  readonly pick?: 'server' | 'promptSet';
  /** Values of other settings without which this one means nothing; it is not shown then. */
  readonly when?: Readonly<Record<string, readonly string[]>>;
}

/** Checks the facts at compile time and hands them to zod as plain metadata. */
export function field(facts: FieldFacts): Record<string, unknown> & FieldFacts {
  return { ...facts };
}
