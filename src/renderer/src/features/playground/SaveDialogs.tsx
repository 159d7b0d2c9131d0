import { useMutation, useQuery } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import type { CheckpointId, ProjectId, QuestionSetId } from '@contracts/ids';
import type { QuestionTarget } from '@contracts/playground';
import { href } from '../../app/route-paths';
import { api } from '../../lib/api';
import { Button, ButtonLink } from '../../ui/Button';
import { Dialog } from '../../ui/Dialog';
import { ErrorView } from '../../ui/ErrorView';
import { Field } from '../../ui/Field';
import { Select, TextInput } from '../../ui/inputs';
import { DatasetTarget, useDatasetTarget } from '../datasets/DatasetTarget';
import { texts } from './texts/en';

const words = texts.save;
const NEW = 'new';

export interface KeptQuestion {
  readonly projectId: ProjectId;
  readonly prompt: string;
  readonly referenceAnswer: string;
}

interface SaveDialogProps {
  readonly question: KeptQuestion;
  readonly onClose: () => void;
}

/** Asks for the right answer and the set, and says where the question went. */
export function SaveQuestionDialog({ question, onClose }: SaveDialogProps) {
  const { projectId, prompt } = question;
  const sets = useQuery(api.questions.list.queryOptions({ input: { projectId } }));
  const [reference, setReference] = useState(question.referenceAnswer);
  const [chosen, setChosen] = useState<string>(NEW);
  const [name, setName] = useState<string>(words.newSetDefault);
  const save = useMutation(api.playground.saveQuestion.mutationOptions());
  const set = sets.data?.find(({ id }) => id === chosen);
  const target: QuestionTarget = set ? { setId: set.id } : { newName: name.trim() };
  const whyNot =
    reference.trim() === '' ? words.referenceMissing : !set && name.trim() === '' ? words.nameMissing : null;
  return (
    <KeepDialog
      title={words.questionTitle}
      onClose={onClose}
      isBusy={save.isPending}
      whyNot={whyNot}
      error={save.error}
      done={save.data && { name: save.data.setName, open: words.openSet, to: setAddress(projectId, save.data.setId) }}
      onKeep={() => save.mutate({ projectId, prompt, referenceAnswer: reference.trim(), target })}
    >
      <ReferenceField value={reference} onChange={setReference} />
      <Field label={words.set}>
        {(ids) => (
          <Select
            {...ids}
            value={set ? chosen : NEW}
            options={[
              ...(sets.data ?? []).map((each) => ({
                value: each.id as string,
                label: words.setOption(each.name, each.count),
              })),
              { value: NEW, label: words.newSet },
            ]}
            onChange={setChosen}
          />
        )}
      </Field>
      {!set && (
        <Field label={words.newSetName}>
          {(ids) => (
            <TextInput {...ids} value={name} maxLength={120} onChange={(event) => setName(event.target.value)} />
          )}
        </Field>
      )}
    </KeepDialog>
  );
}

/** The same for an answer that becomes an example. */
export function SaveExampleDialog({
  question,
  checkpointId,
  text,
  onClose,
}: SaveDialogProps & { readonly checkpointId: CheckpointId; readonly text: string }) {
  const { projectId, prompt } = question;
  const datasets = useQuery(api.examples.datasets.queryOptions({ input: { projectId } }));
  const target = useDatasetTarget(datasets.data);
  const [reference, setReference] = useState(question.referenceAnswer);
  const save = useMutation(api.playground.saveExample.mutationOptions());
  return (
    <KeepDialog
      title={words.exampleTitle}
      onClose={onClose}
      isBusy={save.isPending}
      whyNot={reference.trim() === '' ? words.referenceMissing : target.whyNot}
      error={save.error}
      done={
        save.data && {
          name: save.data.datasetName,
          open: words.openExample,
          to: href('dataset', { projectId, datasetId: save.data.datasetId }, { example: save.data.exampleId }),
        }
      }
      onKeep={() =>
        target.value &&
        save.mutate({
          projectId,
          prompt,
          referenceAnswer: reference.trim(),
          checkpointId,
          text,
          target: target.value,
        })
      }
    >
      <p>{words.exampleAbout}</p>
      <ReferenceField value={reference} onChange={setReference} />
      <DatasetTarget target={target} />
    </KeepDialog>
  );
}

function ReferenceField({ value, onChange }: { readonly value: string; readonly onChange: (value: string) => void }) {
  return (
    <Field label={words.reference}>
      {(ids) => (
        <TextInput {...ids} value={value} maxLength={2000} onChange={(event) => onChange(event.target.value)} />
      )}
    </Field>
  );
}

interface KeepDialogProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly onKeep: () => void;
  readonly isBusy: boolean;
  readonly whyNot: string | null;
  readonly error: Error | null;
  readonly done: { readonly name: string; readonly open: string; readonly to: string } | undefined;
  readonly children: ReactNode;
}

function KeepDialog({ title, onClose, onKeep, isBusy, whyNot, error, done, children }: KeepDialogProps) {
  return (
    <Dialog
      title={title}
      isOpen
      onClose={onClose}
      actions={
        done ? (
          <ButtonLink look="primary" href={done.to}>
            {done.open}
          </ButtonLink>
        ) : (
          <Button look="primary" isBusy={isBusy} disabledReason={whyNot} onClick={onKeep}>
            {words.verb}
          </Button>
        )
      }
    >
      {done ? (
        <p role="status">{words.done(done.name)}</p>
      ) : (
        <div className="stack">
          {children}
          {error && <ErrorView error={error} />}
        </div>
      )}
    </Dialog>
  );
}

function setAddress(projectId: ProjectId, setId: QuestionSetId): string {
  return href('questionSet', { projectId, setId });
}
