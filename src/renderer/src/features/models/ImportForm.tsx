import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import type { CheckpointId, ProjectId } from '@contracts/ids';
import type { ImportConfig } from '@core/models/import-config';
import { navigate } from '../../app/router';
import { api } from '../../lib/api';
import { Button } from '../../ui/Button';
import { ErrorView } from '../../ui/ErrorView';
import { Field } from '../../ui/Field';
import { TextInput } from '../../ui/inputs';
import { Panel } from '../../ui/Panel';
import { EstimateCard } from '../../wizards/EstimateCard';
import { texts } from './texts/en';

export interface ImportFormProps {
  readonly projectId: ProjectId;
  readonly path: string;
  readonly suggestedName: string;
  readonly baseId: CheckpointId | null;
  readonly config: ImportConfig;
  /** Why it cannot start yet; null when it can. */
  readonly notYet: string | null;
  /** Further settings, between the name and the estimate. */
  readonly children?: ReactNode;
}

/** Name, estimate and start of an import, of whatever kind. */
export function ImportForm(props: ImportFormProps) {
  const { projectId, path, suggestedName, baseId, config, notYet, children } = props;
  const [name, setName] = useState(suggestedName);
  const queries = useQueryClient();
  const spec = { kind: 'import' as const, path, name: name.trim(), baseId, config };
  const start = useMutation(
    api.runs.start.mutationOptions({
      onSuccess: () => {
        void queries.invalidateQueries({ queryKey: api.runs.list.key() });
        navigate('model', { projectId });
      },
    }),
  );
  const reason = name.trim() === '' ? texts.nameMissing : notYet;
  return (
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
        {children}
        <EstimateCard projectId={projectId} spec={reason === null ? spec : null} />
        {start.isError && <ErrorView error={start.error} />}
        <div>
          <Button look="primary" type="submit" disabledReason={reason} isBusy={start.isPending}>
            {texts.import}
          </Button>
        </div>
      </form>
    </Panel>
  );
}
