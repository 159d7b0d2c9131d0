import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Settings, SystemInfo } from '@contracts/system';
import { PageFrame } from '../../app/PageFrame';
import { api } from '../../lib/api';
import { formatBytes, formatInteger } from '../../lib/format';
import { Button } from '../../ui/Button';
import { CopyButton, ErrorView } from '../../ui/ErrorView';
import { Field } from '../../ui/Field';
import { Select, Switch } from '../../ui/inputs';
import { Loaded } from '../../ui/Loaded';
import { Notice } from '../../ui/marks';
import { Disclosure, Facts, Panel } from '../../ui/Panel';
import { DevicePanel } from './DevicePanel';
import { ServersPanel } from './ServersPanel';
import { texts } from './texts/en';

const THEMES = (['system', 'light', 'dark'] as const).map((value) => ({ value, label: texts.themes[value] }));

const LANGUAGES = (['system', 'en', 'de'] as const).map((value) => ({ value, label: texts.languages[value] }));

const AUTOMATIC = 'automatic';

const threadOptions = (cores: number) => [
  { value: AUTOMATIC, label: texts.threadsAutomatic },
  ...Array.from({ length: cores }, (_, i) => ({ value: String(i + 1), label: formatInteger(i + 1) })),
];

/** Look, use of the machine, and what this machine is. */
export function SettingsPage() {
  const settings = useQuery(api.system.settings.queryOptions({ input: {} }));
  const info = useQuery(api.system.info.queryOptions({ input: {} }));
  return (
    <PageFrame title={texts.title} sentence={texts.sentence}>
      <Loaded query={settings}>
        {(data) => <SettingsForm settings={data} cores={info.data?.cores ?? data.threads ?? 1} />}
      </Loaded>
      <ServersPanel />
      <Panel title={texts.about}>
        <Loaded query={info}>{(data) => <Machine info={data} />}</Loaded>
      </Panel>
    </PageFrame>
  );
}

/** @param cores logical processors: as many threads can be asked for */
function SettingsForm({ settings, cores }: { readonly settings: Settings; readonly cores: number }) {
  const queries = useQueryClient();
  const change = useMutation(
    api.system.changeSettings.mutationOptions({
      onSuccess: (changed) => {
        queries.setQueryData(api.system.settings.queryKey({ input: {} }), changed);
        // What the next run computes on follows from the choice.
        return queries.invalidateQueries({ queryKey: api.system.devices.key() });
      },
    }),
  );
  return (
    <>
      <Panel title={texts.look}>
        <Field label={texts.theme}>
          {(ids) => (
            <Select {...ids} value={settings.theme} options={THEMES} onChange={(theme) => change.mutate({ theme })} />
          )}
        </Field>
        <Field label={texts.language} help={texts.languageHelp}>
          {(ids) => (
            <Select
              {...ids}
              value={settings.language}
              options={LANGUAGES}
              onChange={(language) => change.mutate({ language })}
            />
          )}
        </Field>
      </Panel>
      <Panel title={texts.news}>
        <NotifySetting isOn={settings.notify} onChange={(notify) => change.mutate({ notify })} />
      </Panel>
      <Panel title={texts.work}>
        <Field label={texts.gentle} help={texts.gentleHelp}>
          {(ids) => <Switch {...ids} checked={settings.gentle} onChange={(gentle) => change.mutate({ gentle })} />}
        </Field>
        <Field label={texts.threads} help={texts.threadsHelp}>
          {(ids) => (
            <Select
              {...ids}
              value={settings.threads === null ? AUTOMATIC : String(settings.threads)}
              options={threadOptions(cores)}
              onChange={(value) => change.mutate({ threads: value === AUTOMATIC ? null : Number(value) })}
            />
          )}
        </Field>
      </Panel>
      <DevicePanel choice={settings.device} onChoose={(device) => change.mutate({ device })} />
      {change.isError && <ErrorView error={change.error} />}
    </>
  );
}

/** A browser asks its person first; the answer is the browser's to keep. */
function NotifySetting({ isOn, onChange }: { readonly isOn: boolean; readonly onChange: (isOn: boolean) => void }) {
  const [permission, setPermission] = useState(() => ('Notification' in window ? Notification.permission : 'denied'));
  const ask = (): void => void Notification.requestPermission().then(setPermission);
  return (
    <Field label={texts.notify} help={texts.notifyHelp}>
      {(ids) => (
        <>
          <Switch {...ids} checked={isOn} onChange={onChange} />
          {isOn && permission === 'default' && <Button onClick={ask}>{texts.notifyAllow}</Button>}
          {isOn && permission === 'denied' && <span className="muted">{texts.notifyDenied}</span>}
        </>
      )}
    </Field>
  );
}

function Machine({ info }: { readonly info: SystemInfo }) {
  const reveal = useMutation(api.system.reveal.mutationOptions());
  return (
    <div className="stack">
      <Facts
        rows={[
          [texts.version, info.version],
          [texts.shell, texts.shells[info.shell]],
          [texts.onProcessor, info.device],
          [texts.cores, texts.coresOf(formatInteger(info.physicalCores), formatInteger(info.cores))],
          [texts.memory, texts.free(formatBytes(info.freeMemoryBytes), formatBytes(info.totalMemoryBytes))],
          [texts.disk, formatBytes(info.freeDiskBytes)],
          [
            texts.data,
            <span key="path" className="mono">
              {info.dataFolder}
            </span>,
          ],
        ]}
      />
      <div className="row">
        <Button onClick={() => reveal.mutate({ path: info.dataFolder })}>{texts.reveal}</Button>
        <CopyButton text={info.dataFolder} />
      </div>
      {reveal.data?.revealed === false && <Notice tone="info">{reveal.data.reason}</Notice>}
      {reveal.isError && <ErrorView error={reveal.error} />}
      <Disclosure summary={texts.versions}>
        <Facts rows={Object.entries(info.versions)} />
      </Disclosure>
    </div>
  );
}
