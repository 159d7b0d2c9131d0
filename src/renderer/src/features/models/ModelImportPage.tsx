import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ProjectId } from '@contracts/ids';
import type { ModelInspection } from '@contracts/models';
import { PageFrame } from '../../app/PageFrame';
import { navigate, type PageProps } from '../../app/router';
import { api } from '../../lib/api';
import { Button } from '../../ui/Button';
import { ErrorView } from '../../ui/ErrorView';
import { Field } from '../../ui/Field';
import { TextInput } from '../../ui/inputs';
import { Panel } from '../../ui/Panel';
import { Skeleton } from '../../ui/Skeleton';
import { EstimateCard } from '../../wizards/EstimateCard';
import { PathPicker } from '../paths/PathPicker';
import { ModelFacts } from './ModelFacts';
import { texts } from './texts/en';

/** Import of a model: choose, look into it, name it, start. */
export function ModelImportPage({ params }: PageProps<'modelImport'>) {
  const projectId = ProjectId.parse(params.projectId);
  const [path, setPath] = useState('');
  const inspection = useQuery(api.models.inspect.queryOptions({ input: { path }, enabled: path !== '', staleTime: 0 }));
  return (
    <PageFrame title={texts.importTitle} sentence={texts.importSentence}>
      <div className="stack">
        <PathPicker
          label={texts.where}
          value={path}
          acceptsModels
          accepts={(entry) => entry.looksLikeModel}
          onChoose={setPath}
        />
        {path === '' && <p className="muted">{texts.chooseFirst}</p>}
        {path !== '' && inspection.isPending && <Skeleton lines={6} label={texts.inspecting} />}
        {inspection.isError && <ErrorView error={inspection.error} onRetry={() => void inspection.refetch()} />}
        {path !== '' && inspection.data && <ImportForm key={path} projectId={projectId} model={inspection.data} />}
      </div>
    </PageFrame>
  );
}

function ImportForm({ projectId, model }: { readonly projectId: ProjectId; readonly model: ModelInspection }) {
  const [name, setName] = useState(model.suggestedName);
  const queries = useQueryClient();
  const spec = { kind: 'import' as const, path: model.path, name: name.trim(), config: {} };
  const start = useMutation(
    api.runs.start.mutationOptions({
      onSuccess: () => {
        void queries.invalidateQueries({ queryKey: api.runs.list.key() });
        navigate('model', { projectId });
      },
    }),
  );
  const reason = name.trim() === '' ? texts.nameMissing : null;
  return (
    <>
      <Panel title={texts.found}>
        <ModelFacts model={model} />
      </Panel>
      <Panel title={texts.import}>
        <form
          className="stack"
          aria-label={texts.importTitle}
          onSubmit={(event) => {
            event.preventDefault();
            if (reason === null && !start.isPending) start.mutate({ projectId, spec });
          }}
        >
          <Field label={texts.name}>
            {(ids) => (
              <TextInput {...ids} value={name} maxLength={120} onChange={(event) => setName(event.target.value)} />
            )}
          </Field>
          <EstimateCard projectId={projectId} spec={reason === null ? spec : null} />
          {start.isError && <ErrorView error={start.error} />}
          <div>
            <Button look="primary" type="submit" disabledReason={reason} isBusy={start.isPending}>
              {texts.import}
            </Button>
          </div>
        </form>
      </Panel>
    </>
  );
}
