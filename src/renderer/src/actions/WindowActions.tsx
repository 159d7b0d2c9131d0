import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import type { ProjectId } from '@contracts/ids';
import { navigate } from '../app/router';
import { STAGES } from '../app/stages';
import { api } from '../lib/api';
import type { Handlers } from './action-store';
import { Palette } from './Palette';
import { useActions, useKeyboard, useKeys } from './use-actions';

const ShortcutsDialog = lazy(async () => ({ default: (await import('./ShortcutsDialog')).ShortcutsDialog }));

/**
 * The actions that are there on every page, their keys, the palette and the list of keys. Once in a window. The palette is loaded with the window: what
 * is typed right after its key must land in it.
 */
export function WindowActions({ projectId }: { readonly projectId: ProjectId | null }) {
  const keyboard = useKeys();
  const [shown, setShown] = useState<'palette' | 'shortcuts' | null>(null);
  const queries = useQueryClient();
  const change = useMutation(
    api.system.changeSettings.mutationOptions({
      onSuccess: (settings) => queries.setQueryData(api.system.settings.queryKey({ input: {} }), settings),
    }),
  );
  useKeyboard(keyboard.keys);
  useActions({
    palette: () => setShown('palette'),
    shortcuts: () => setShown('shortcuts'),
    goStart: () => navigate('start', {}),
    goGuide: () => navigate('guide', {}),
    goSettings: () => navigate('settings', {}),
    switchTheme: () =>
      change.mutate({ theme: document.documentElement.dataset['theme'] === 'dark' ? 'light' : 'dark' }),
  });
  return (
    <Suspense>
      {projectId !== null && <ProjectActions projectId={projectId} />}
      {shown === 'palette' && <Palette projectId={projectId} keys={keyboard.keys} onClose={() => setShown(null)} />}
      {shown === 'shortcuts' && <ShortcutsDialog isOpen onClose={() => setShown(null)} keyboard={keyboard} />}
    </Suspense>
  );
}

function ProjectActions({ projectId }: { readonly projectId: ProjectId }) {
  const overview = useQuery(api.projects.overview.queryOptions({ input: { id: projectId } }));
  const next = overview.data?.nextStage;
  const pages: Handlers = {
    goProject: () => navigate('project', { projectId }),
    goModel: () => navigate('model', { projectId }),
    goTokens: () => navigate('tokens', { projectId }),
    goTrees: () => navigate('trees', { projectId }),
    goExamples: () => navigate('examples', { projectId }),
    goSft: () => navigate('sft', { projectId }),
    goRl: () => navigate('rl', { projectId }),
    goCompare: () => navigate('compare', { projectId }),
    goExport: () => navigate('export', { projectId }),
    goQuestions: () => navigate('questions', { projectId }),
    goPlayground: () => navigate('playground', { projectId }),
    goRuns: () => navigate('runs', { projectId }),
    startTokens: () => navigate('tokensNew', { projectId }),
    startSearch: () => navigate('searchNew', { projectId }),
    startExamples: () => navigate('examplesNew', { projectId }),
    startSft: () => navigate('sftNew', { projectId }),
    startRl: () => navigate('rlNew', { projectId }),
    startEvaluate: () => navigate('evaluateNew', { projectId }),
    startExport: () => navigate('exportNew', { projectId }),
    importModel: () => navigate('modelImport', { projectId }),
    importQuestions: () => navigate('questionsImport', { projectId }),
  };
  useActions(next ? { ...pages, nextStep: () => navigate(STAGES[next].page, { projectId }) } : pages);
  return null;
}
