import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { KeySource, Server } from '@contracts/servers';
import { api } from '../../lib/api';
import { inWords } from '../../lib/error-words';
import { toWorkbenchError } from '../../lib/errors';
import { Button } from '../../ui/Button';
import { Dialog } from '../../ui/Dialog';
import { ErrorView } from '../../ui/ErrorView';
import { Field } from '../../ui/Field';
import { NumberInput, Select, TextInput } from '../../ui/inputs';
import { Notice } from '../../ui/marks';
import { Disclosure } from '../../ui/Panel';
import { serverTexts as texts } from './texts/servers.en';

/** Numbers that may be left empty where `null` means no bound. */
const NUMBERS = [
  'maxInFlight',
  'requestsPerMinute',
  'tokensPerMinute',
  'timeoutSeconds',
  'maxTries',
  'budgetTokens',
  'pricePromptPerMillion',
  'priceNewPerMillion',
  'budgetMoney',
] as const;
type NumberName = (typeof NUMBERS)[number];
type TextName = 'name' | 'url' | 'model' | 'keyName';

const NEW: Record<TextName | NumberName, string> = {
  name: '',
  url: 'http://localhost:8080/v1',
  model: '',
  keyName: '',
  maxInFlight: '8',
  requestsPerMinute: '',
  tokensPerMinute: '',
  timeoutSeconds: '120',
  maxTries: '6',
  budgetTokens: '',
  pricePromptPerMillion: '0',
  priceNewPerMillion: '0',
  budgetMoney: '',
};

const EMPTY_IS_NULL: ReadonlySet<string> = new Set([
  'requestsPerMinute',
  'tokensPerMinute',
  'budgetTokens',
  'budgetMoney',
]);

/** Address, model, key and limits of a server; what is wrong stands at its field. */
export function ServerDialog({
  server,
  keyStore,
  onClose,
}: {
  readonly server: Server | null;
  readonly keyStore: string | null;
  readonly onClose: () => void;
}) {
  const [values, setValues] = useState(() => (server ? textsOf(server) : NEW));
  const [keySource, setKeySource] = useState<KeySource>(server?.keySource ?? 'none');
  const [key, setKey] = useState('');
  const [isAsked, setAsked] = useState(false);
  const queries = useQueryClient();
  const save = useMutation(
    api.servers.save.mutationOptions({
      onSuccess: async () => {
        await queries.invalidateQueries({ queryKey: api.servers.key() });
        onClose();
      },
    }),
  );
  const read = Server.omit({ id: true }).safeParse({ ...valuesOf(values), keySource });
  const failure = save.isError ? toWorkbenchError(save.error) : null;
  const problemOf = (name: string): string | null => {
    if (name === 'name' && failure?.facts.code === 'server-name-taken') return inWords(failure).what;
    if (!isAsked) return null;
    if (name === 'keyName' && (keySource === 'environment' || keySource === 'file') && values.keyName.trim() === '')
      return texts.keyNameMissing;
    if (name === 'key' && keySource === 'store' && key === '' && server?.keySource !== 'store') return texts.keyMissing;
    const issue = read.success ? null : read.error.issues.find(({ path }) => path[0] === name);
    return issue ? (texts.problems[name as keyof typeof texts.problems] ?? issue.message) : null;
  };
  const set = (name: TextName | NumberName) => (event: { target: { value: string } }) => {
    setValues({ ...values, [name]: event.target.value });
    save.reset();
  };
  const submit = () => {
    setAsked(true);
    const isComplete =
      (keySource !== 'environment' && keySource !== 'file') || values.keyName.trim() !== ''
        ? keySource !== 'store' || key !== '' || server?.keySource === 'store'
        : false;
    if (!read.success || !isComplete || save.isPending) return;
    save.mutate({
      server: { ...read.data, id: server?.id ?? null },
      key: keySource === 'store' && key !== '' ? key : null,
    });
  };
  const numberField = (name: NumberName) => (
    <Field key={name} label={texts.fields[name]} help={texts.help[name]} error={problemOf(name)}>
      {(ids) => (
        <NumberInput
          {...ids}
          value={values[name]}
          onChange={set(name)}
          placeholder={EMPTY_IS_NULL.has(name) ? texts.unbounded : undefined}
        />
      )}
    </Field>
  );
  return (
    <Dialog
      isOpen
      title={server ? texts.editTitle(server.name) : texts.addTitle}
      onClose={onClose}
      actions={
        <Button look="primary" isBusy={save.isPending} onClick={submit}>
          {texts.save}
        </Button>
      }
    >
      <div className="server-form">
        {(['name', 'url', 'model'] as const).map((name) => (
          <Field key={name} label={texts.fields[name]} help={texts.help[name]} error={problemOf(name)}>
            {(ids) => <TextInput {...ids} value={values[name]} onChange={set(name)} />}
          </Field>
        ))}
        <Field label={texts.keySource} help={texts.keySourceHelp[keySource]}>
          {(ids) => (
            <Select
              {...ids}
              value={keySource}
              options={KeySource.options
                .filter((source) => source !== 'store' || keyStore !== null || server?.keySource === 'store')
                .map((source) => ({ value: source, label: texts.keySources[source](keyStore ?? '') }))}
              onChange={setKeySource}
            />
          )}
        </Field>
        {keySource === 'store' && (
          <Field label={texts.key} help={server?.keySource === 'store' ? texts.keyKept : null} error={problemOf('key')}>
            {(ids) => (
              <TextInput {...ids} type="password" value={key} onChange={(event) => setKey(event.target.value)} />
            )}
          </Field>
        )}
        {(keySource === 'environment' || keySource === 'file') && (
          <Field label={texts.keyNames[keySource]} error={problemOf('keyName')}>
            {(ids) => <TextInput {...ids} value={values.keyName} onChange={set('keyName')} />}
          </Field>
        )}
        {keyStore === null && <Notice tone="info">{texts.noStore}</Notice>}
        <Disclosure summary={texts.limits} isOpen={NUMBERS.some((name) => problemOf(name) !== null)}>
          <div className="server-limits">{NUMBERS.map(numberField)}</div>
        </Disclosure>
        {failure && failure.facts.code !== 'server-name-taken' && <ErrorView error={failure} />}
      </div>
    </Dialog>
  );
}

function textsOf(server: Server): typeof NEW {
  const numbers = NUMBERS.map((name) => [name, server[name] === null ? '' : String(server[name])]);
  const { name, url, model, keyName } = server;
  return { ...NEW, ...Object.fromEntries(numbers), name, url, model, keyName };
}

function valuesOf(values: typeof NEW): Record<string, unknown> {
  const numbers = NUMBERS.map((name) => {
    const text = values[name].trim();
    if (text === '') return [name, EMPTY_IS_NULL.has(name) ? null : undefined];
    return [name, Number(text.replace(',', '.'))];
  });
  return { ...values, ...Object.fromEntries(numbers) };
}
