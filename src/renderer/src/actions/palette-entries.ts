import { useQuery } from '@tanstack/react-query';
import type { ProjectId } from '@contracts/ids';
import { href } from '../app/route-paths';
import { glossary } from '../glossary/texts/en';
import { api } from '../lib/api';
import { isOffered, runAction } from './action-store';
import { ACTIONS } from './action-table';
import { showKey, type Keys } from './keys';
import { actionNames, actionTexts as texts } from './texts/en';

export interface PaletteEntry {
  readonly id: string;
  readonly name: string;
  /** Small words behind the name: a state, a key. */
  readonly detail: string;
  readonly run: () => void;
}

export interface PaletteGroup {
  readonly title: string;
  readonly entries: readonly PaletteEntry[];
  /** Too many to show before a letter is typed. */
  readonly isOnlySearched?: boolean;
}

/** Runs shown without a word typed would push everything else away. */
const MOST_RUNS = 100;

const goTo = (address: string) => () => {
  location.hash = address;
};

/** Everything that can be opened or done now, by group. */
export function usePaletteGroups(projectId: ProjectId | null, keys: Keys): readonly PaletteGroup[] {
  const inProject = { enabled: projectId !== null };
  const input = { projectId: projectId ?? ('' as ProjectId) }; // not asked for while there is no project
  const projects = useQuery(api.projects.list.queryOptions({ input: {} }));
  const runs = useQuery(api.runs.list.queryOptions({ input, ...inProject }));
  const checkpoints = useQuery(api.models.list.queryOptions({ input, ...inProject }));
  const datasets = useQuery(api.examples.datasets.queryOptions({ input, ...inProject }));
  const sets = useQuery(api.questions.list.queryOptions({ input, ...inProject }));
  const actions = (isHere: boolean): PaletteEntry[] =>
    ACTIONS.filter(({ id, scope }) => id !== 'palette' && (scope === 'review') === isHere && isOffered(id, false)).map(
      ({ id }) => ({ id, name: actionNames[id], detail: showKey(keys[id]), run: () => runAction(id) }),
    );
  const groups: PaletteGroup[] = [
    { title: texts.groups.here, entries: actions(true) },
    { title: texts.groups.commands, entries: actions(false) },
    {
      title: texts.groups.projects,
      entries: (projects.data ?? []).map(({ id, name }) => ({
        id,
        name,
        detail: '',
        run: goTo(href('project', { projectId: id })),
      })),
    },
  ];
  if (projectId !== null) {
    groups.push(
      {
        title: texts.groups.runs,
        entries: (runs.data ?? []).slice(0, MOST_RUNS).map(({ id, name, kind }) => ({
          id,
          name,
          detail: kind,
          run: goTo(href('run', { projectId, runId: id })),
        })),
      },
      {
        title: texts.groups.checkpoints,
        entries: (checkpoints.data ?? []).map(({ id, name }) => ({
          id,
          name,
          detail: '',
          run: goTo(href('model', { projectId }, { checkpoint: id })),
        })),
      },
      {
        title: texts.groups.datasets,
        entries: (datasets.data ?? []).map(({ id, name }) => ({
          id,
          name,
          detail: '',
          run: goTo(href('dataset', { projectId, datasetId: id })),
        })),
      },
      {
        title: texts.groups.questionSets,
        entries: (sets.data ?? []).map(({ id, name }) => ({
          id,
          name,
          detail: '',
          run: goTo(href('questionSet', { projectId, setId: id })),
        })),
      },
    );
  }
  groups.push({
    title: texts.groups.terms,
    isOnlySearched: true,
    entries: Object.entries(glossary).map(([id, { name }]) => ({
      id: `term-${id}`,
      name,
      detail: '',
      run: goTo(href('guide', {}, { term: id })),
    })),
  });
  return groups.filter(({ entries }) => entries.length > 0);
}
