import { useQuery } from '@tanstack/react-query';
import { href } from '../../app/route-paths';
import { api } from '../../lib/api';
import { Select } from '../../ui/inputs';
import { texts } from '../texts/en';
import type { SettingControlProps } from './SettingControl';

/** This machine, or one of the servers of the settings; never one that nobody made. */
export function ServerSetting({ value, onChange, ids }: SettingControlProps) {
  const found = useQuery(api.servers.list.queryOptions({ input: {} }));
  const chosen = typeof value === 'string' ? value : '';
  const names = (found.data?.servers ?? []).map(({ name }) => name);
  const gone = chosen !== '' && found.data && !names.includes(chosen) ? [chosen] : [];
  return (
    <>
      <Select
        {...ids}
        // An empty value would be the placeholder's.
        value={chosen === '' ? THIS_MACHINE : chosen}
        options={[
          { value: THIS_MACHINE, label: texts.thisMachine },
          ...[...names, ...gone].map((name) => ({
            value: name,
            label: gone.includes(name) ? texts.serverGone(name) : name,
          })),
        ]}
        onChange={(name) => onChange(name === THIS_MACHINE ? '' : name)}
      />
      {names.length === 0 && <a href={href('settings', {})}>{texts.addServer}</a>}
    </>
  );
}

const THIS_MACHINE = '\u0000this machine';
