import type { ExampleLayout, ReadCell } from './layout';
import type { LayoutName } from './layout-names';
import {
  alpacaLayout,
  messagesLayout,
  openRlhfLayout,
  promptCompletionLayout,
  shareGptLayout,
} from './response-layouts';
import { mathShepherdLayout, stepwiseLayout } from './step-label-layouts';
import { workbenchLayout } from './workbench-layout';

export const EXAMPLE_LAYOUTS: { readonly [L in LayoutName]: ExampleLayout } = {
  workbench: workbenchLayout,
  'trl-prompt-completion': promptCompletionLayout,
  messages: messagesLayout,
  sharegpt: shareGptLayout,
  alpaca: alpacaLayout,
  openrlhf: openRlhfLayout,
  'trl-stepwise': stepwiseLayout,
  'math-shepherd': mathShepherdLayout,
};

/** Most telling first: some layouts have all columns of another one and more. */
const BY_TELLING: readonly LayoutName[] = [
  'workbench',
  'trl-stepwise',
  'math-shepherd',
  'trl-prompt-completion',
  'messages',
  'sharegpt',
  'alpaca',
  'openrlhf',
];

/** The layout that a file is in, judged by its columns and its first row; null when it is in none. */
export function detectLayout(columns: readonly string[], first: Readonly<Record<string, unknown>>): LayoutName | null {
  return BY_TELLING.find((name) => EXAMPLE_LAYOUTS[name].fits(columns, (field) => first[field])) ?? null;
}

/** The cells of a row by the fields of a layout. */
export function cellReader(
  cells: Readonly<Record<string, unknown>>,
  columns: Readonly<Record<string, string | null>>,
): ReadCell {
  return (field) => {
    const column = columns[field];
    return column === null || column === undefined ? undefined : cells[column];
  };
}
