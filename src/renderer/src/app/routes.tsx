import { lazy, type ComponentType } from 'react';
import type { StageKind } from '../wizards/suggestions';
import type { RouteId } from './route-paths';
import type { PageProps } from './router';

/** Title of a page for the window's title bar, and its component, fetched when it is first shown. */
interface PageRow<Id extends RouteId> {
  readonly title: string;
  readonly Component: ComponentType<PageProps<Id>>;
}

/** THE table of pages. A new page is a path in `route-paths.ts` and a line here. */
export const PAGES: { readonly [Id in RouteId]: PageRow<Id> } = {
  start: {
    title: 'Start',
    Component: lazy(async () => ({ default: (await import('../features/start/StartPage')).StartPage })),
  },
  settings: {
    title: 'Settings',
    Component: lazy(async () => ({ default: (await import('../features/settings/SettingsPage')).SettingsPage })),
  },
  model: {
    title: 'Model',
    Component: lazy(async () => ({ default: (await import('../features/models/ModelPage')).ModelPage })),
  },
  modelImport: {
    title: 'Import a model',
    Component: lazy(async () => ({ default: (await import('../features/models/ModelImportPage')).ModelImportPage })),
  },
  questions: {
    title: 'Questions',
    Component: lazy(async () => ({ default: (await import('../features/questions/QuestionsPage')).QuestionsPage })),
  },
  questionsImport: {
    title: 'Import questions',
    Component: lazy(async () => ({
      default: (await import('../features/questions/QuestionsImportPage')).QuestionsImportPage,
    })),
  },
  questionSet: {
    title: 'Questions',
    Component: lazy(async () => ({ default: (await import('../features/questions/QuestionSetPage')).QuestionSetPage })),
  },
  tokens: {
    title: 'Tokens',
    Component: lazy(async () => ({ default: (await import('../features/stages/TokensPage')).TokensPage })),
  },
  sft: {
    title: 'Fine-tune',
    Component: lazy(async () => ({ default: (await import('../features/stages/TrainPages')).SftPage })),
  },
  prm: {
    title: 'Judge',
    Component: lazy(async () => ({ default: (await import('../features/stages/TrainPages')).PrmPage })),
  },
  rl: {
    title: 'Explore',
    Component: lazy(async () => ({ default: (await import('../features/stages/TrainPages')).RlPage })),
  },
  export: {
    title: 'Export',
    Component: lazy(async () => ({ default: (await import('../features/stages/ExportPage')).ExportPage })),
  },
  tokensNew: { title: 'Add the tokens', Component: lazyWizard('tokens') },
  searchNew: { title: 'Grow trees', Component: lazyWizard('search') },
  examplesNew: { title: 'Make examples', Component: lazyWizard('examples') },
  sftNew: { title: 'Fine-tune', Component: lazyWizard('sft') },
  prmNew: { title: 'Train a judge', Component: lazyWizard('prm') },
  rlNew: { title: 'Explore', Component: lazyWizard('rl') },
  compare: {
    title: 'Compare',
    Component: lazy(async () => ({ default: (await import('../features/compare/ComparePage')).ComparePage })),
  },
  evaluateNew: { title: 'Evaluate', Component: lazyWizard('evaluate') },
  exportNew: { title: 'Export', Component: lazyWizard('export') },
  trees: {
    title: 'Trees',
    Component: lazy(async () => ({ default: (await import('../features/trees/TreesPage')).TreesPage })),
  },
  tree: {
    title: 'Tree',
    Component: lazy(async () => ({ default: (await import('../features/trees/TreePage')).TreePage })),
  },
  treeGrowing: {
    title: 'Growing tree',
    Component: lazy(async () => ({
      default: (await import('../features/trees/GrowingTreePage')).GrowingTreePage,
    })),
  },
  examples: {
    title: 'Examples',
    Component: lazy(async () => ({ default: (await import('../features/datasets/ExamplesPage')).ExamplesPage })),
  },
  dataset: {
    title: 'Review',
    Component: lazy(async () => ({ default: (await import('../features/datasets/DatasetPage')).DatasetPage })),
  },
  runs: {
    title: 'Runs',
    Component: lazy(async () => ({ default: (await import('../features/runs/RunsPage')).RunsPage })),
  },
  run: { title: 'Run', Component: lazy(async () => ({ default: (await import('../features/runs/RunPage')).RunPage })) },
};

/** The wizard of one stage; all of them share one chunk. */
function lazyWizard(kind: StageKind) {
  return lazy(async () => ({ default: (await import('../wizards/WizardPages')).wizardPage(kind) }));
}
