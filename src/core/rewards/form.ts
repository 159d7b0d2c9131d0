import type { Deduction } from './reward';

/** What the form of a response costs: nothing when it keeps to the grammar. */
export const form: Deduction = ({ isWellFormed }, { formatWeight }) => (isWellFormed ? 0 : formatWeight);
