import { useMutation } from '@tanstack/react-query';
import { ProjectId } from '@contracts/ids';
import type { Run } from '@contracts/runs';
import type { PageProps } from '../../app/router';
import { api } from '../../lib/api';
import { formatBytes } from '../../lib/format';
import { Button } from '../../ui/Button';
import { CopyButton, ErrorView } from '../../ui/ErrorView';
import { Notice } from '../../ui/marks';
import { Facts } from '../../ui/Panel';
import { RecipeButton } from '../data-files/RecipeDialog';
import { StagePage } from './StagePage';
import { texts } from './texts/en';

/** Exported folders, with their place on the disk. */
export function ExportPage({ params }: PageProps<'export'>) {
  return (
    <StagePage
      kind="export"
      projectId={ProjectId.parse(params.projectId)}
      renderProduct={(run) => <ExportedFolders run={run} />}
    />
  );
}

function ExportedFolders({ run }: { readonly run: Run }) {
  const reveal = useMutation(api.system.reveal.mutationOptions());
  const folders = run.outputs.artefacts.filter((artefact) => artefact.kind.endsWith('folder'));
  return (
    <div className="stack">
      {(folders.length > 0 ? folders : run.outputs.artefacts).map((artefact) => (
        <div key={artefact.path} className="product">
          <Facts
            rows={[
              [
                texts.path,
                <span key="path" className="mono">
                  {artefact.path}
                </span>,
              ],
              [texts.size, formatBytes(artefact.sizeBytes)],
            ]}
          />
          <div className="row">
            <Button onClick={() => reveal.mutate({ path: artefact.path })} isBusy={reveal.isPending}>
              {texts.reveal}
            </Button>
            <CopyButton text={artefact.path} />
            {artefact.kind === 'model-folder' && <RecipeButton projectId={run.projectId} runId={run.id} />}
          </div>
        </div>
      ))}
      {reveal.data?.revealed === false && <Notice tone="info">{reveal.data.reason}</Notice>}
      {reveal.isError && <ErrorView error={reveal.error} />}
    </div>
  );
}
