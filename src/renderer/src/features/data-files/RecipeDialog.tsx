import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { ProjectId, RunId } from '@contracts/ids';
import { api } from '../../lib/api';
import { formatCount } from '../../lib/format';
import { Button } from '../../ui/Button';
import { Dialog } from '../../ui/Dialog';
import { CopyButton, ErrorView } from '../../ui/ErrorView';
import { Field } from '../../ui/Field';
import { Select } from '../../ui/inputs';
import { Mark } from '../../ui/marks';
import { texts } from './texts/en';
import './data-files.css';

const words = texts.recipe;
const NONE = '';

/** Data and scripts for TRL and OpenRLHF beside an exported model. */
export function RecipeButton({ projectId, runId }: { readonly projectId: ProjectId; readonly runId: RunId }) {
  const [isOpen, setOpen] = useState(false);
  const datasets = useQuery(api.examples.datasets.queryOptions({ input: { projectId }, enabled: isOpen }));
  const sets = useQuery(api.questions.list.queryOptions({ input: { projectId }, enabled: isOpen }));
  const [dataset, setDataset] = useState<string | null>(null);
  const [questions, setQuestions] = useState<string | null>(null);
  const write = useMutation(api.exampleFiles.writeRecipe.mutationOptions());
  const known = datasets.data ?? [];
  const asked = (sets.data ?? []).filter(({ role }) => role === 'train');
  const datasetId = dataset === NONE ? null : ((known.find(({ id }) => id === dataset) ?? known[0])?.id ?? null);
  const questionSetId =
    questions === NONE ? null : ((asked.find(({ id }) => id === questions) ?? asked[0])?.id ?? null);
  const isEmpty = datasetId === null && questionSetId === null;
  return (
    <>
      <Button onClick={() => setOpen(true)}>{words.button}</Button>
      <Dialog
        title={words.title}
        isOpen={isOpen}
        onClose={() => {
          setOpen(false);
          write.reset();
        }}
        actions={
          <Button
            look="primary"
            isBusy={write.isPending}
            disabledReason={isEmpty ? words.missing : null}
            onClick={() => write.mutate({ runId, datasetId, questionSetId })}
          >
            {words.write}
          </Button>
        }
      >
        <div className="data-form">
          <p>{words.body}</p>
          <Field label={words.dataset}>
            {(ids) => (
              <Select
                {...ids}
                value={datasetId ?? NONE}
                options={[
                  ...known.map(({ id, name }) => ({ value: id as string, label: name })),
                  { value: NONE, label: words.none },
                ]}
                onChange={setDataset}
              />
            )}
          </Field>
          <Field label={words.questions}>
            {(ids) => (
              <Select
                {...ids}
                value={questionSetId ?? NONE}
                options={[
                  ...asked.map(({ id, name }) => ({ value: id as string, label: name })),
                  { value: NONE, label: words.none },
                ]}
                onChange={setQuestions}
              />
            )}
          </Field>
          {write.data && (
            <div role="status" className="stack">
              <Mark tone="good" glyph="✓">
                {words.written(formatCount(write.data.files.length, 'file'))}
              </Mark>
              <span className="mono small data-path">{write.data.folder}</span>
              <CopyButton text={write.data.folder} />
            </div>
          )}
          {write.isError && <ErrorView error={write.error} />}
        </div>
      </Dialog>
    </>
  );
}
