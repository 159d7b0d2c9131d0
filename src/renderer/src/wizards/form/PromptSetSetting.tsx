import { useQuery } from '@tanstack/react-query';
import { api } from '../../lib/api';
import { Select } from '../../ui/inputs';
import { texts } from '../texts/en';
import type { SettingControlProps } from './SettingControl';

/** One of the prompt sets that there are: those of the workbench, then the person's own. */
export function PromptSetSetting({ value, onChange, ids }: SettingControlProps) {
  const found = useQuery(api.prompts.list.queryOptions({ input: {} }));
  const chosen = typeof value === 'string' ? value : '';
  const sets = found.data ?? [];
  const isGone = found.data !== undefined && !sets.some(({ name }) => name === chosen);
  return (
    <Select
      {...ids}
      value={chosen}
      options={[
        ...sets.map(({ name, isOwn }) => ({ value: name, label: isOwn ? texts.ownSet(name) : name })),
        ...(isGone || !found.data ? [{ value: chosen, label: isGone ? texts.setGone(chosen) : chosen }] : []),
      ]}
      onChange={onChange}
    />
  );
}
