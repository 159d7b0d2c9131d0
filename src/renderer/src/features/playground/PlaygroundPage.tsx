import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ProjectId, type CheckpointId } from '@contracts/ids';
import type { Checkpoint } from '@contracts/models';
import { PageFrame } from '../../app/PageFrame';
import { href } from '../../app/route-paths';
import type { PageProps } from '../../app/router';
import { api } from '../../lib/api';
import { useDraft } from '../../lib/use-draft';
import { Button, ButtonLink } from '../../ui/Button';
import { EmptyState } from '../../ui/EmptyState';
import { Field } from '../../ui/Field';
import { Select, TextArea, TextInput } from '../../ui/inputs';
import { Loaded } from '../../ui/Loaded';
import { Skeleton } from '../../ui/Skeleton';
import { isUnderWay } from './answer-state';
import { AnswerColumn } from './AnswerColumn';
import { SaveExampleDialog, SaveQuestionDialog, type KeptQuestion } from './SaveDialogs';
import { FIRST_DRAFT, PlaygroundDraft, readDraft } from './settings';
import { SettingsRow } from './SettingsRow';
import { texts } from './texts/en';
import { useAnswer, type Answer, type AskInput } from './use-answer';
import './playground.css';

/** Any checkpoint, alone or beside another, on a question of one's own. */
export function PlaygroundPage({ params }: PageProps<'playground'>) {
  const projectId = ProjectId.parse(params.projectId);
  const models = useQuery(api.models.list.queryOptions({ input: { projectId } }));
  return (
    <Loaded query={models}>
      {(list) => {
        const usable = list.filter(({ isMissing }) => !isMissing);
        if (usable.length > 0) return <Playground projectId={projectId} models={[...usable].reverse()} />;
        return (
          <PageFrame title={texts.title} sentence={texts.sentence}>
            <EmptyState
              title={texts.noModels}
              action={<ButtonLink href={href('modelImport', { projectId })}>{texts.importModel}</ButtonLink>}
            >
              {texts.noModelsBody}
            </EmptyState>
          </PageFrame>
        );
      }}
    </Loaded>
  );
}

type Saving =
  | { readonly what: 'question'; readonly kept: KeptQuestion }
  | {
      readonly what: 'example';
      readonly kept: KeptQuestion;
      readonly checkpointId: CheckpointId;
      readonly text: string;
    };

function Playground({ projectId, models }: { readonly projectId: ProjectId; readonly models: readonly Checkpoint[] }) {
  const draft = useDraft(`playground:${projectId}`, PlaygroundDraft, FIRST_DRAFT);
  const first = useAnswer();
  const second = useAnswer();
  const [saving, setSaving] = useState<Saving | null>(null);
  if (!draft.isReady) return <Skeleton lines={10} />;
  const { value } = draft;
  const change = (part: Partial<PlaygroundDraft>) => draft.update((before) => ({ ...before, ...part }));
  const known = value.models.filter((id) => models.some((model) => model.id === id));
  const firstId = known[0] ?? models[0]!.id;
  const chosen = [firstId, ...known.slice(1)].map((id) => models.find((model) => model.id === id)!);
  const columns = chosen.map((model, at) => ({ model, answer: at === 0 ? first : second }));
  const inputs = chosen.map(({ id }) => readDraft(value, id));
  const isBusy = columns.some(({ answer }) => isUnderWay(answer.state));
  const whyNot = value.prompt.trim() === '' ? texts.promptMissing : inputs[0] === null ? texts.mendFirst : null;
  const ask = () => {
    if (whyNot !== null) return;
    for (const [at, { answer }] of columns.entries()) {
      const input = inputs[at];
      if (input) answer.ask(input);
    }
  };
  const stop = () => columns.forEach(({ answer }) => answer.stop());
  const choose = (at: number, id: string) => {
    columns[at]?.answer.clear();
    change({ models: chosen.map((model, index) => (index === at ? id : model.id)) });
  };
  return (
    <PageFrame
      isWide
      title={texts.title}
      sentence={texts.sentence}
      action={
        isBusy ? (
          <Button look="primary" onClick={stop}>
            {texts.stop}
          </Button>
        ) : (
          <Button look="primary" disabledReason={whyNot} onClick={ask}>
            {texts.ask}
          </Button>
        )
      }
    >
      <form
        className="play-form"
        aria-label={texts.form}
        onSubmit={(event) => {
          event.preventDefault();
          ask();
        }}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
          event.preventDefault();
          ask();
        }}
      >
        <div className="play-question">
          <Field label={texts.question} help={texts.questionHelp}>
            {(ids) => (
              <TextArea
                {...ids}
                rows={3}
                maxLength={20_000}
                value={value.prompt}
                onChange={(event) => change({ prompt: event.target.value })}
              />
            )}
          </Field>
          <Field label={texts.reference} help={texts.referenceHelp}>
            {(ids) => (
              <TextInput
                {...ids}
                maxLength={2000}
                value={value.referenceAnswer}
                onChange={(event) => change({ referenceAnswer: event.target.value })}
              />
            )}
          </Field>
        </div>
        <SettingsRow draft={value} onChange={change} />
      </form>
      <div className="play-columns" data-count={columns.length}>
        {columns.map(({ model, answer }, at) => (
          <AnswerColumn
            key={at}
            label={model.name}
            answer={answer}
            input={inputs[at] ?? null}
            head={
              <ColumnHead
                label={at === 0 ? texts.model : texts.secondModel}
                models={models}
                value={model.id}
                onChoose={(id) => choose(at, id)}
                onBeside={columns.length === 1 ? () => change({ models: [model.id, besides(models, model.id)] }) : null}
                onRemove={
                  at === 1
                    ? () => {
                        answer.clear();
                        change({ models: [firstId] });
                      }
                    : null
                }
              />
            }
            actions={
              <KeepButtons
                projectId={projectId}
                answer={answer}
                input={inputs[at] ?? null}
                checkpointId={model.id}
                onSave={setSaving}
              />
            }
          />
        ))}
      </div>
      {saving?.what === 'question' && <SaveQuestionDialog question={saving.kept} onClose={() => setSaving(null)} />}
      {saving?.what === 'example' && (
        <SaveExampleDialog
          question={saving.kept}
          checkpointId={saving.checkpointId}
          text={saving.text}
          onClose={() => setSaving(null)}
        />
      )}
    </PageFrame>
  );
}

/** The model to stand beside at first: the newest other one, or the same where there is no other. */
function besides(models: readonly Checkpoint[], id: CheckpointId): CheckpointId {
  return models.find((model) => model.id !== id)?.id ?? id;
}

interface ColumnHeadProps {
  readonly label: string;
  readonly models: readonly Checkpoint[];
  readonly value: CheckpointId;
  readonly onChoose: (id: string) => void;
  readonly onBeside: (() => void) | null;
  readonly onRemove: (() => void) | null;
}

function ColumnHead({ label, models, value, onChoose, onBeside, onRemove }: ColumnHeadProps) {
  return (
    <div className="play-head">
      <label>
        {label}
        <Select
          value={value as string}
          options={models.map(({ id, name }) => ({ value: id as string, label: name }))}
          onChange={onChoose}
        />
      </label>
      {onBeside && (
        <Button look="quiet" onClick={onBeside}>
          {texts.beside}
        </Button>
      )}
      {onRemove && (
        <Button look="quiet" onClick={onRemove}>
          {texts.removeSecond}
        </Button>
      )}
    </div>
  );
}

interface KeepButtonsProps {
  readonly projectId: ProjectId;
  readonly answer: Answer;
  readonly input: AskInput | null;
  readonly checkpointId: CheckpointId;
  readonly onSave: (saving: Saving) => void;
}

function KeepButtons({ projectId, answer, input, checkpointId, onSave }: KeepButtonsProps) {
  const { text, end } = answer.state;
  if (!input) return null;
  const { prompt, referenceAnswer } = input.question;
  const kept: KeptQuestion = { projectId, prompt, referenceAnswer: referenceAnswer ?? end?.answer ?? '' };
  return (
    <>
      <Button onClick={() => onSave({ what: 'question', kept })}>{texts.saveQuestion}</Button>
      <Button
        disabledReason={/<\/[a-z_]+>/.test(text) ? null : texts.noSteps}
        onClick={() => onSave({ what: 'example', kept, checkpointId, text })}
      >
        {texts.saveExample}
      </Button>
    </>
  );
}
