import { useMutation, useQuery } from '@tanstack/react-query';
import type { Checkpoint } from '@contracts/models';
import { Inspector } from '../../app/Inspector';
import { href } from '../../app/route-paths';
import { api } from '../../lib/api';
import { ButtonLink } from '../../ui/Button';
import { ConfirmButton } from '../../ui/ConfirmButton';
import { Loaded } from '../../ui/Loaded';
import { Notice } from '../../ui/marks';
import { Disclosure, Facts } from '../../ui/Panel';
import { RenameButton } from '../../ui/RenameButton';
import { TokenStrip } from '../stages/TokenStrip';
import { texts as stageTexts } from '../stages/texts/en';
import { ModelFacts } from './ModelFacts';
import { texts } from './texts/en';

export interface ModelInspectorProps {
  readonly checkpoint: Checkpoint;
  readonly all: readonly Checkpoint[];
  readonly onRename: (name: string) => void;
  readonly onRemoved: () => void;
  readonly onClose: () => void;
}

/** One checkpoint: what it is, where it comes from, where it can go. */
export function ModelInspector({ checkpoint, all, onRename, onRemoved, onClose }: ModelInspectorProps) {
  const { projectId, id } = checkpoint;
  const inspection = useQuery(
    api.models.inspectCheckpoint.queryOptions({ input: { id }, enabled: !checkpoint.isMissing }),
  );
  const parent = all.find((one) => one.id === checkpoint.parentId);
  return (
    <Inspector title={checkpoint.name} onClose={onClose}>
      <div className="stack">
        <div className="row">
          <RenameButton name={checkpoint.name} label={texts.rename} onRename={onRename} />
          <RemoveModel checkpoint={checkpoint} onRemoved={onRemoved} />
        </div>
        {checkpoint.isMissing ? (
          <Notice>{texts.inspector.gone}</Notice>
        ) : (
          <Loaded query={inspection}>{(model) => <ModelFacts model={model} />}</Loaded>
        )}
        <h3>{texts.inspector.from}</h3>
        <Facts
          rows={[
            [
              texts.inspector.parent,
              parent ? (
                <a key="parent" href={href('model', { projectId }, { checkpoint: parent.id })}>
                  {parent.name}
                </a>
              ) : (
                texts.origins[checkpoint.origin]
              ),
            ],
            checkpoint.runId && [
              texts.inspector.run,
              <a key="run" href={href('run', { projectId, runId: checkpoint.runId })}>
                {stageTexts.open}
              </a>,
            ],
          ]}
        />
        <h3>{texts.inspector.usedIn}</h3>
        <div className="row">
          {!checkpoint.hasFunctionalTokens && (
            <ButtonLink href={href('tokensNew', { projectId }, { checkpoint: id })}>
              {texts.inspector.functional}
            </ButtonLink>
          )}
          <ButtonLink href={href('searchNew', { projectId }, { checkpoint: id })}>{stageTexts.growTrees}</ButtonLink>
          <ButtonLink href={href('evaluateNew', { projectId }, { checkpoint: id })}>{stageTexts.evaluateIt}</ButtonLink>
          <ButtonLink href={href('exportNew', { projectId }, { checkpoint: id })}>{stageTexts.exportIt}</ButtonLink>
        </div>
        {!checkpoint.isMissing && (
          <Disclosure summary={texts.inspector.strip}>
            <TokenStrip projectId={projectId} checkpointId={id} />
          </Disclosure>
        )}
      </div>
    </Inspector>
  );
}

function RemoveModel({ checkpoint, onRemoved }: { readonly checkpoint: Checkpoint; readonly onRemoved: () => void }) {
  const remove = useMutation(api.models.remove.mutationOptions({ onSuccess: onRemoved }));
  return (
    <ConfirmButton
      label={texts.remove}
      name={checkpoint.name}
      title={texts.removeTitle(checkpoint.name)}
      act={() => remove.mutateAsync({ id: checkpoint.id })}
    >
      {texts.removeBody}
    </ConfirmButton>
  );
}
