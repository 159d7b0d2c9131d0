import type { Run } from '@contracts/runs';
import { href } from '../../app/route-paths';
import { formatBytes } from '../../lib/format';
import { ButtonLink } from '../../ui/Button';
import { Panel } from '../../ui/Panel';
import { texts } from './texts/en';

/** What the run made, each with the way to it. */
export function RunProducts({ run }: { readonly run: Run }) {
  const { outputs, projectId } = run;
  const folders = outputs.artefacts.filter((artefact) => artefact.kind.endsWith('folder'));
  const isEmpty =
    outputs.treeCount === 0 &&
    !outputs.datasetId &&
    !outputs.evaluationId &&
    outputs.checkpointIds.length === 0 &&
    folders.length === 0;
  if (isEmpty) return null;
  return (
    <Panel title={texts.made}>
      <div className="row">
        {outputs.treeCount > 0 && (
          <ButtonLink href={href('trees', { projectId }, { run: run.id })}>{texts.openTrees}</ButtonLink>
        )}
        {outputs.datasetId && (
          <ButtonLink href={href('dataset', { projectId, datasetId: outputs.datasetId })}>
            {texts.openExamples}
          </ButtonLink>
        )}
        {outputs.evaluationId && (
          <ButtonLink href={href('compare', { projectId }, { second: outputs.evaluationId })}>
            {texts.openEvaluation}
          </ButtonLink>
        )}
        {outputs.checkpointIds.length > 0 && (
          <ButtonLink href={href('model', { projectId }, { checkpoint: outputs.checkpointIds.at(-1) ?? null })}>
            {texts.openCheckpoint}
          </ButtonLink>
        )}
      </div>
      {folders.map((folder) => (
        <p key={folder.path} className="run-folder">
          <code>{folder.path}</code> {formatBytes(folder.sizeBytes)}
        </p>
      ))}
    </Panel>
  );
}
