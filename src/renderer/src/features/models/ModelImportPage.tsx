import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ProjectId } from '@contracts/ids';
import type { ImportInspection } from '@contracts/models';
import { PageFrame } from '../../app/PageFrame';
import type { PageProps } from '../../app/router';
import { api } from '../../lib/api';
import { ErrorView } from '../../ui/ErrorView';
import { Panel } from '../../ui/Panel';
import { Skeleton } from '../../ui/Skeleton';
import { PathPicker } from '../paths/PathPicker';
import { AdapterImport } from './AdapterImport';
import { ImportForm } from './ImportForm';
import { ModelFacts } from './ModelFacts';
import { texts } from './texts/en';

/** Import of a model or an adapter: choose, look into it, name it, start. */
export function ModelImportPage({ params }: PageProps<'modelImport'>) {
  const projectId = ProjectId.parse(params.projectId);
  const [path, setPath] = useState('');
  const inspection = useQuery(api.models.look.queryOptions({ input: { path }, enabled: path !== '', staleTime: 0 }));
  return (
    <PageFrame title={texts.importTitle} sentence={texts.importSentence}>
      <div className="stack">
        <PathPicker
          label={texts.where}
          value={path}
          acceptsModels
          accepts={(entry) => entry.looksLikeModel || entry.looksLikeAdapter}
          onChoose={setPath}
        />
        {path === '' && <p className="muted">{texts.chooseFirst}</p>}
        {path !== '' && inspection.isPending && <Skeleton lines={6} label={texts.inspecting} />}
        {inspection.isError && <ErrorView error={inspection.error} onRetry={() => void inspection.refetch()} />}
        {path !== '' && inspection.data && <Found key={path} projectId={projectId} found={inspection.data} />}
      </div>
    </PageFrame>
  );
}

function Found({ projectId, found }: { readonly projectId: ProjectId; readonly found: ImportInspection }) {
  if (found.kind === 'adapter') return <AdapterImport projectId={projectId} adapter={found.adapter} />;
  const { path, suggestedName } = found.model;
  return (
    <>
      <Panel title={texts.found}>
        <ModelFacts model={found.model} />
      </Panel>
      <ImportForm
        projectId={projectId}
        path={path}
        suggestedName={suggestedName}
        baseId={null}
        config={{ keepAdapter: true }}
        notYet={null}
      />
    </>
  );
}
