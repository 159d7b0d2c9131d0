import { chartsCase } from './charts-case';
import { firstPageCase } from './first-page-case';
import { reviewCase } from './review-case';
import { treeCase } from './tree-case';
import type { UiCase } from './ui-case';

/** THE table of `npm run bench -- --ui`, by the name that `--only` takes. A new figure of the window is a file beside this one and a line here. */
export const UI_CASES: Readonly<Record<string, UiCase>> = {
  'first-page': firstPageCase,
  tree: treeCase,
  charts: chartsCase,
  review: reviewCase,
};
