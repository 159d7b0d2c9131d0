import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ExportedVerdicts, LayoutName } from '@contracts/example-files';
import type { ExampleFilter } from '@contracts/examples';
import type { DatasetId } from '@contracts/ids';
import { api } from '../../lib/api';
import { formatCount, formatInteger } from '../../lib/format';
import { Field } from '../../ui/Field';
import { Choice, Select } from '../../ui/inputs';
import { ExportDialog } from './ExportDialog';
import { texts } from './texts/en';

const LAYOUTS = LayoutName.options.map((value) => ({
  value,
  label: texts.layouts[value],
  help: texts.layoutHelp[value],
}));
const LABELS_OF_STEPS: ReadonlySet<LayoutName> = new Set(['trl-stepwise', 'math-shepherd']);
const EVERYTHING: ExampleFilter = { search: '' };

type Scope = 'shown' | 'all';

/** Examples of a data set as a file: all or what the filter shows, by what was decided. */
export function ExampleExportDialog(props: {
  readonly datasetId: DatasetId;
  readonly name: string;
  readonly filter: ExampleFilter;
  readonly isOpen: boolean;
  readonly onClose: () => void;
}) {
  const { datasetId, filter, isOpen } = props;
  const isFiltered = Object.entries(filter).some(([, value]) => value !== undefined && value !== '');
  const [scope, setScope] = useState<Scope>('shown');
  const [verdicts, setVerdicts] = useState<ExportedVerdicts>('not-rejected');
  const chosenFilter = isFiltered && scope === 'shown' ? filter : EVERYTHING;
  const countOf = (within: ExampleFilter, decided: ExportedVerdicts) =>
    api.exampleFiles.count.queryOptions({
      input: { datasetId, filter: within, verdicts: decided },
      enabled: isOpen,
      staleTime: 0,
    });
  const chosen = useQuery(countOf(chosenFilter, verdicts));
  const shown = useQuery(countOf(filter, 'any'));
  const all = useQuery(countOf(EVERYTHING, 'any'));
  const write = useMutation(api.exampleFiles.export.mutationOptions());
  const figure = (count: number | undefined) => (count === undefined ? '…' : formatInteger(count));
  return (
    <ExportDialog
      title={texts.exportExamples}
      isOpen={isOpen}
      onClose={props.onClose}
      name={props.name}
      layouts={LAYOUTS}
      amount={chosen.data ? formatCount(chosen.data.count, 'example') : null}
      isEmpty={chosen.data?.count === 0}
      choice={
        <>
          {isFiltered && (
            <Choice
              label={texts.which}
              name="export-scope"
              options={[
                { value: 'shown', label: texts.shown(figure(shown.data?.count)) },
                { value: 'all', label: texts.all(figure(all.data?.count)) },
              ]}
              value={scope}
              onChange={setScope}
            />
          )}
          <Field label={texts.decisions}>
            {(ids) => (
              <Select
                {...ids}
                value={verdicts}
                options={ExportedVerdicts.options.map((value) => ({ value, label: texts.verdicts[value] }))}
                onChange={(value) => {
                  setVerdicts(value);
                  write.reset();
                }}
              />
            )}
          </Field>
        </>
      }
      remark={(layout) =>
        LABELS_OF_STEPS.has(layout) &&
        chosen.data && (
          <p className="muted small">
            {texts.judged(formatInteger(chosen.data.judged), formatCount(chosen.data.count, 'example'))}
          </p>
        )
      }
      onWrite={(order) => write.mutate({ ...order, datasetId, filter: chosenFilter, verdicts })}
      isBusy={write.isPending}
      report={write.data}
      error={write.error ?? chosen.error}
      onReset={write.reset}
    />
  );
}
