import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { navigate } from '../../app/router';
import { api } from '../../lib/api';
import { Button } from '../../ui/Button';
import { ErrorView } from '../../ui/ErrorView';
import { Field } from '../../ui/Field';
import { Choice, TextInput } from '../../ui/inputs';
import { texts } from './texts/en';

const BEGINNINGS = [
  { value: 'embedded', label: texts.withEmbedded, help: texts.withEmbeddedHelp },
  { value: 'own', label: texts.withOwn, help: texts.withOwnHelp },
] as const;

/** Name and first model of a new project; leads to its model page. */
export function NewProjectForm({ onCancel }: { readonly onCancel: () => void }) {
  const [name, setName] = useState<string>(texts.defaultName);
  const [beginning, setBeginning] = useState<'embedded' | 'own'>('embedded');
  const queries = useQueryClient();
  const create = useMutation(
    api.projects.create.mutationOptions({
      onSuccess: (project) => {
        void queries.invalidateQueries({ queryKey: api.projects.key() });
        navigate('model', { projectId: project.id });
      },
    }),
  );
  const reason = name.trim() === '' ? texts.nameMissing : null;
  return (
    <form
      className="new-project"
      aria-label={texts.newProject}
      onSubmit={(event) => {
        event.preventDefault();
        if (reason === null && !create.isPending)
          create.mutate({ name: name.trim(), withEmbedded: beginning === 'embedded' });
      }}
    >
      <h2>{texts.newProject}</h2>
      <Field label={texts.name}>
        {(ids) => (
          <TextInput
            {...ids}
            value={name}
            maxLength={120}
            autoFocus
            onChange={(event) => setName(event.target.value)}
          />
        )}
      </Field>
      <Choice label={texts.beginWith} name="beginning" options={BEGINNINGS} value={beginning} onChange={setBeginning} />
      {create.isError && <ErrorView error={create.error} />}
      <div className="row">
        <Button look="primary" type="submit" disabledReason={reason} isBusy={create.isPending}>
          {texts.create}
        </Button>
        <Button look="quiet" onClick={onCancel}>
          {texts.cancel}
        </Button>
      </div>
    </form>
  );
}
