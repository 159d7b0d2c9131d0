import { useState } from 'react';
import type { Dataset } from '@contracts/examples';
import type { DatasetId } from '@contracts/ids';
import type { ExampleTarget } from '@contracts/trees';
import { Field } from '../../ui/Field';
import { Select, TextInput } from '../../ui/inputs';
import { texts } from './texts/en';

const words = texts.target;
const NEW = 'new';

export interface DatasetTargetState {
  readonly options: readonly { readonly value: string; readonly label: string }[];
  readonly chosen: string;
  readonly name: string;
  /** Null while it is not complete. */
  readonly value: ExampleTarget | null;
  readonly whyNot: string | null;
  choose(value: string): void;
  rename(name: string): void;
}

/** Which data set an example goes to: the newest one unless told, or a new one. */
export function useDatasetTarget(datasets: readonly Dataset[] | undefined): DatasetTargetState {
  const [chosen, choose] = useState<string | null>(null);
  const [name, rename] = useState<string>(words.defaultName);
  const selected = chosen ?? datasets?.[0]?.id ?? NEW;
  const dataset = datasets?.find(({ id }) => id === selected);
  const isNamed = name.trim() !== '';
  return {
    options: [
      ...(datasets ?? []).map((each) => ({ value: each.id as string, label: words.option(each.name, each.count) })),
      { value: NEW, label: words.newSet },
    ],
    chosen: dataset ? selected : NEW,
    name,
    value: dataset ? { datasetId: dataset.id as DatasetId } : isNamed ? { newName: name.trim() } : null,
    whyNot: dataset || isNamed ? null : words.nameMissing,
    choose,
    rename,
  };
}

/** The form of it. */
export function DatasetTarget({ target }: { readonly target: DatasetTargetState }) {
  return (
    <div className="stack">
      <Field label={words.label}>
        {(ids) => <Select {...ids} options={target.options} value={target.chosen} onChange={target.choose} />}
      </Field>
      {target.chosen === NEW && (
        <Field label={words.name}>
          {(ids) => (
            <TextInput
              {...ids}
              value={target.name}
              maxLength={120}
              onChange={(event) => target.rename(event.target.value)}
            />
          )}
        </Field>
      )}
    </div>
  );
}
