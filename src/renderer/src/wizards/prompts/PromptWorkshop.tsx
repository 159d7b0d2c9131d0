import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { ProjectId } from '@contracts/ids';
import type { JobSpec } from '@contracts/jobs';
import { PromptSetName, type EditablePrompts, type PromptTemplate } from '@contracts/prompts';
import { api } from '../../lib/api';
import { useDraft } from '../../lib/use-draft';
import { TokenMark } from '../../tokens/TokenMark';
import { tokenFacts } from '../../tokens/token-facts';
import { Button } from '../../ui/Button';
import { ErrorView } from '../../ui/ErrorView';
import { Field } from '../../ui/Field';
import { TextArea, TextInput } from '../../ui/inputs';
import { Loaded } from '../../ui/Loaded';
import { Disclosure } from '../../ui/Panel';
import { Tabs } from '../../ui/Tabs';
import { promptTexts as texts } from '../texts/prompts.en';
import { checkPrompt, EMPTY_PROMPTS, PromptDraft, PLACEHOLDERS, tokenOf, withText } from './prompt-draft';
import { PromptTryOut } from './PromptTryOut';
import './prompts.css';

type SearchSpec = Extract<JobSpec, { kind: 'search' }>;

export interface PromptWorkshopProps {
  readonly projectId: ProjectId;
  readonly spec: SearchSpec;
  /** Takes another set for the run. */
  readonly onChoose: (promptSet: string) => void;
}

/** The prompt of each kind of step, to read, to change and to try on one question. Nothing runs until it is opened. */
export function PromptWorkshop(props: PromptWorkshopProps) {
  const [isOpen, setOpen] = useState(false);
  return (
    <Disclosure summary={texts.title} onToggle={setOpen}>
      {isOpen && <Workshop key={props.spec.config.promptSet} {...props} />}
    </Disclosure>
  );
}

function Workshop(props: PromptWorkshopProps) {
  const { promptSet } = props.spec.config;
  const set = useQuery(api.prompts.get.queryOptions({ input: { name: promptSet } }));
  return <Loaded query={set}>{(data) => <Editor {...props} set={data} />}</Loaded>;
}

interface EditorProps extends PromptWorkshopProps {
  readonly set: EditablePrompts;
}

function Editor(props: EditorProps) {
  const { projectId, set } = props;
  const draft = useDraft(`prompts/${projectId}/${set.name}`, PromptDraft, EMPTY_PROMPTS);
  const { texts: changed, file } = draft.value;
  const open = set.templates.find((one) => one.file === file) ?? set.templates[0];
  const textOf = (template: PromptTemplate): string => changed[template.file] ?? template.text;
  const isFit = set.templates.every((one) => checkPrompt(textOf(one), set.layout) === null);
  if (!draft.isReady || !open) return null;
  return (
    <div className="prompt-workshop">
      <p className="muted">{texts.layouts[set.layout]}</p>
      <Tabs
        label={texts.prompts}
        value={open.file}
        onChange={(next) => draft.update((now) => ({ ...now, file: next }))}
        tabs={set.templates.map((template) => ({
          id: template.file,
          title: <TemplateName template={template} isChanged={changed[template.file] !== undefined} />,
          content: (
            <PromptText
              key={template.file}
              template={template}
              text={textOf(template)}
              layout={set.layout}
              onChange={(next) => draft.update((now) => withText(now, template, next))}
            />
          ),
        }))}
      />
      <PromptTryOut {...props} draft={draft} template={open} isFit={isFit} />
      {Object.keys(changed).length > 0 && (
        <SaveSet
          set={set}
          changed={changed}
          isFit={isFit}
          onSaved={(name) => {
            draft.update((now) => ({ ...now, texts: {} }));
            props.onChoose(name);
          }}
        />
      )}
    </div>
  );
}

function TemplateName({ template, isChanged }: { readonly template: PromptTemplate; readonly isChanged: boolean }) {
  const [action = 'next_step'] = template.actions;
  return (
    <span className="prompt-name">
      <TokenMark kind={tokenOf(action)} />
      {template.after !== null && <span>{texts.after(tokenFacts(template.after).label)}</span>}
      {template.actions.every((one) => one === 'confirm') && <span>{texts.ofRight}</span>}
      {isChanged && <span className="prompt-changed">{texts.changed}</span>}
    </span>
  );
}

function PromptText({
  template,
  text,
  layout,
  onChange,
}: {
  readonly template: PromptTemplate;
  readonly text: string;
  readonly layout: EditablePrompts['layout'];
  readonly onChange: (text: string) => void;
}) {
  return (
    <Field
      label={texts.prompt}
      help={texts.placeholders(PLACEHOLDERS.map((name) => `{{${name}}}`).join(' '))}
      error={checkPrompt(text, layout)}
      note={
        text !== template.text && (
          <Button look="quiet" className="setting-reset" onClick={() => onChange(template.text)}>
            {texts.reset} ↺
          </Button>
        )
      }
    >
      {(ids) => (
        <TextArea
          {...ids}
          className="mono prompt-text"
          rows={Math.min(14, Math.max(4, text.split('\n').length + 1))}
          value={text}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  );
}

/** A run takes prompts by the name of their set; changed ones need one. */
function SaveSet({
  set,
  changed,
  isFit,
  onSaved,
}: {
  readonly set: EditablePrompts;
  readonly changed: Readonly<Record<string, string>>;
  readonly isFit: boolean;
  readonly onSaved: (name: string) => void;
}) {
  const queries = useQueryClient();
  const [name, setName] = useState(set.isOwn ? set.name : `${set.name}-2`);
  const save = useMutation(
    api.prompts.save.mutationOptions({
      onSuccess: async (saved) => {
        await queries.invalidateQueries({ queryKey: api.prompts.key() });
        onSaved(saved.name);
      },
    }),
  );
  const isName = PromptSetName.safeParse(name).success;
  return (
    <div className="stack">
      <p>{texts.notYet}</p>
      <Field label={texts.setName} help={texts.setNameHelp} error={isName ? null : texts.check.name}>
        {(ids) => <TextInput {...ids} value={name} maxLength={40} onChange={(event) => setName(event.target.value)} />}
      </Field>
      <p>
        <Button
          isBusy={save.isPending}
          disabledReason={!isName ? texts.check.name : isFit ? null : texts.check.some}
          onClick={() =>
            save.mutate({
              name,
              from: set.name,
              texts: { ...changed },
              basedOn: name === set.name ? set.version : null,
            })
          }
        >
          {texts.save}
        </Button>
      </p>
      {save.isError && <ErrorView error={save.error} />}
    </div>
  );
}
