import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { ProjectId } from '@contracts/ids';
import type { QuestionFilePreview, QuestionSetRole } from '@contracts/questions';
import { navigate } from '../../app/router';
import { api, client } from '../../lib/api';
import { formatCount } from '../../lib/format';
import { Field } from '../../ui/Field';
import { Choice, Select } from '../../ui/inputs';
import { Notice } from '../../ui/marks';
import { ImportForm, nameOfFile } from '../data-files/ImportForm';
import { texts } from './texts/en';

const words = texts.importPage;
const ROLES = (['train', 'validation', 'test'] as const).map((value) => ({
  value,
  label: words.forRole(texts.roles[value]),
  help: texts.roleHelp[value],
}));
const MAKE_IDS = '';

interface Mapping {
  readonly prompt: string;
  readonly answer: string;
  readonly id: string | null;
}

/** Which column is what, what the set is called, and what it is for. */
export function QuestionImportForm({
  projectId,
  file,
}: {
  readonly projectId: ProjectId;
  readonly file: QuestionFilePreview;
}) {
  const queries = useQueryClient();
  const [mapping, setMapping] = useState<Mapping>(file.suggestedMapping ?? { prompt: '', answer: '', id: null });
  const [name, setName] = useState(nameOfFile(file.path));
  const [role, setRole] = useState<QuestionSetRole>(/test/i.test(file.path) ? 'test' : 'train');
  const options = file.columns.map((column) => ({ value: column, label: column }));
  const columnField = (label: string, field: 'prompt' | 'answer') => (
    <Field label={label}>
      {(ids) => (
        <Select
          {...ids}
          value={mapping[field]}
          placeholder={words.chooseColumn}
          options={options}
          onChange={(column) => setMapping({ ...mapping, [field]: column })}
        />
      )}
    </Field>
  );
  return (
    <ImportForm
      file={file}
      noun="question"
      input={{ projectId, path: file.path, mapping: { ...mapping }, name: name.trim() || file.path, role }}
      send={(input) => client.questions.import(input)}
      problem={problemOf(mapping)}
      columns={{
        title: words.columns,
        aside: <span className="muted">{words.rows(formatCount(file.totalRows, 'row'))}</span>,
        fields: (
          <>
            {file.suggestedMapping === null && <Notice tone="info">{words.noSuggestion}</Notice>}
            <div className="data-columns">
              {columnField(words.promptColumn, 'prompt')}
              {columnField(words.answerColumn, 'answer')}
              <Field label={words.idColumn}>
                {(ids) => (
                  <Select
                    {...ids}
                    value={mapping.id ?? MAKE_IDS}
                    options={[{ value: MAKE_IDS, label: words.makeIds }, ...options]}
                    onChange={(id) => setMapping({ ...mapping, id: id === MAKE_IDS ? null : id })}
                  />
                )}
              </Field>
            </div>
          </>
        ),
      }}
      button={words.button}
      name={name}
      onName={setName}
      nameMissing={words.nameMissing}
      onStored={({ set }) => {
        void queries.invalidateQueries({ queryKey: api.questions.key() });
        if (set) navigate('questionSet', { projectId, setId: set.id });
      }}
    >
      <Choice label={texts.role} name="role" options={ROLES} value={role} onChange={setRole} />
    </ImportForm>
  );
}

function problemOf({ prompt, answer }: Mapping): string | null {
  if (prompt === '' || answer === '') return words.columnsMissing;
  return prompt === answer ? words.sameColumn : null;
}
