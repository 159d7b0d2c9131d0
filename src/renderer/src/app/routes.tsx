import { lazy, type ComponentType } from 'react';
import type { StageKind } from '../wizards/suggestions';
import type { RouteId } from './route-paths';
import type { PageProps } from './router';
import { pageTitles } from './texts/pages.en';

/** Title of a page for the window's title bar, and its component, fetched when it is first shown. */
interface PageRow<Id extends RouteId> {
  readonly title: string;
  readonly Component: ComponentType<PageProps<Id>>;
}

/** THE table of pages. A new page is a path in `route-paths.ts` and a line here. */
export const PAGES: { readonly [Id in RouteId]: PageRow<Id> } = {
  start: {
    title: pageTitles.start,
    Component: lazy(async () => ({ default: (await import('../features/start/StartPage')).StartPage })),
  },
  settings: {
    title: pageTitles.settings,
    Component: lazy(async () => ({ default: (await import('../features/settings/SettingsPage')).SettingsPage })),
  },
  guide: {
    title: pageTitles.guide,
    Component: lazy(async () => ({ default: (await import('../features/guide/GuidePage')).GuidePage })),
  },
  project: {
    title: pageTitles.project,
    Component: lazy(async () => ({ default: (await import('../features/project/ProjectPage')).ProjectPage })),
  },
  model: {
    title: pageTitles.model,
    Component: lazy(async () => ({ default: (await import('../features/models/ModelPage')).ModelPage })),
  },
  modelImport: {
    title: pageTitles.modelImport,
    Component: lazy(async () => ({ default: (await import('../features/models/ModelImportPage')).ModelImportPage })),
  },
  questions: {
    title: pageTitles.questions,
    Component: lazy(async () => ({ default: (await import('../features/questions/QuestionsPage')).QuestionsPage })),
  },
  questionsImport: {
    title: pageTitles.questionsImport,
    Component: lazy(async () => ({
      default: (await import('../features/questions/QuestionsImportPage')).QuestionsImportPage,
    })),
  },
  questionSet: {
    title: pageTitles.questionSet,
    Component: lazy(async () => ({ default: (await import('../features/questions/QuestionSetPage')).QuestionSetPage })),
  },
  tokens: {
    title: pageTitles.tokens,
    Component: lazy(async () => ({ default: (await import('../features/stages/TokensPage')).TokensPage })),
  },
  sft: {
    title: pageTitles.sft,
    Component: lazy(async () => ({ default: (await import('../features/stages/TrainPages')).SftPage })),
  },
  prm: {
    title: pageTitles.prm,
    Component: lazy(async () => ({ default: (await import('../features/stages/TrainPages')).PrmPage })),
  },
  rl: {
    title: pageTitles.rl,
    Component: lazy(async () => ({ default: (await import('../features/stages/TrainPages')).RlPage })),
  },
  export: {
    title: pageTitles.export,
    Component: lazy(async () => ({ default: (await import('../features/stages/ExportPage')).ExportPage })),
  },
  tokensNew: { title: pageTitles.tokensNew, Component: lazyWizard('tokens') },
  searchNew: { title: pageTitles.searchNew, Component: lazyWizard('search') },
  examplesNew: { title: pageTitles.examplesNew, Component: lazyWizard('examples') },
  sftNew: { title: pageTitles.sftNew, Component: lazyWizard('sft') },
  prmNew: { title: pageTitles.prmNew, Component: lazyWizard('prm') },
  rlNew: { title: pageTitles.rlNew, Component: lazyWizard('rl') },
  compare: {
    title: pageTitles.compare,
    Component: lazy(async () => ({ default: (await import('../features/compare/ComparePage')).ComparePage })),
  },
  evaluateNew: { title: pageTitles.evaluateNew, Component: lazyWizard('evaluate') },
  exportNew: { title: pageTitles.exportNew, Component: lazyWizard('export') },
  trees: {
    title: pageTitles.trees,
    Component: lazy(async () => ({ default: (await import('../features/trees/TreesPage')).TreesPage })),
  },
  tree: {
    title: pageTitles.tree,
    Component: lazy(async () => ({ default: (await import('../features/trees/TreePage')).TreePage })),
  },
  treeGrowing: {
    title: pageTitles.treeGrowing,
    Component: lazy(async () => ({
      default: (await import('../features/trees/GrowingTreePage')).GrowingTreePage,
    })),
  },
  examples: {
    title: pageTitles.examples,
    Component: lazy(async () => ({ default: (await import('../features/datasets/ExamplesPage')).ExamplesPage })),
  },
  examplesImport: {
    title: pageTitles.examplesImport,
    Component: lazy(async () => ({
      default: (await import('../features/data-files/ExamplesImportPage')).ExamplesImportPage,
    })),
  },
  dataset: {
    title: pageTitles.dataset,
    Component: lazy(async () => ({ default: (await import('../features/datasets/DatasetPage')).DatasetPage })),
  },
  playground: {
    title: pageTitles.playground,
    Component: lazy(async () => ({ default: (await import('../features/playground/PlaygroundPage')).PlaygroundPage })),
  },
  runs: {
    title: pageTitles.runs,
    Component: lazy(async () => ({ default: (await import('../features/runs/RunsPage')).RunsPage })),
  },
  run: {
    title: pageTitles.run,
    Component: lazy(async () => ({ default: (await import('../features/runs/RunPage')).RunPage })),
  },
};

/** The wizard of one stage; all of them share one chunk. */
function lazyWizard(kind: StageKind) {
  return lazy(async () => ({ default: (await import('../wizards/WizardPages')).wizardPage(kind) }));
}
