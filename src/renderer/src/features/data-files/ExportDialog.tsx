import { useQuery } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import type { DataFormat, ExportReport } from '@contracts/example-files';
import { api } from '../../lib/api';
import { inWords } from '../../lib/error-words';
import { toWorkbenchError } from '../../lib/errors';
import { Button } from '../../ui/Button';
import { Dialog } from '../../ui/Dialog';
import { ErrorView } from '../../ui/ErrorView';
import { Field } from '../../ui/Field';
import { Choice, Select, Switch, TextInput, type Option } from '../../ui/inputs';
import { Disclosure } from '../../ui/Panel';
import { PathPicker } from '../paths/PathPicker';
import { ExportResult } from './ExportResult';
import { fileNameOf, folderOf, joinPath } from './file-names';
import { texts } from './texts/en';
import './data-files.css';

const FORMATS = (['jsonl', 'parquet'] as const).map((value) => ({
  value,
  label: texts.formats[value],
  help: texts.formatHelp[value],
}));
/** Errors that speak of the place, and so stand at its field. */
const PLACE_CODES = new Set(['file-exists', 'folder-missing', 'path-relative', 'file-not-written', 'disk-full']);

export interface ExportOrder<L extends string> {
  readonly layout: L;
  readonly format: DataFormat;
  readonly path: string;
  readonly replace: boolean;
}

export interface ExportDialogProps<L extends string> {
  readonly title: string;
  readonly isOpen: boolean;
  readonly onClose: () => void;
  /** What the file is called unless the person says otherwise, without layout and ending. */
  readonly name: string;
  readonly layouts: readonly (Option<L> & { readonly help: string })[];
  /** What goes out, chosen above the layout. */
  readonly choice?: ReactNode;
  /** Below the layout, e.g. how many have labels. */
  readonly remark?: (layout: L) => ReactNode;
  /** "612 examples"; null while nobody knows. */
  readonly amount: string | null;
  readonly isEmpty: boolean;
  readonly onWrite: (order: ExportOrder<L>) => void;
  readonly isBusy: boolean;
  readonly report: ExportReport | undefined;
  readonly error: unknown;
  /** Forgets report and error. */
  readonly onReset: () => void;
}

/** Where a file goes, in which layout and format; then what was written. */
export function ExportDialog<L extends string>(props: ExportDialogProps<L>) {
  const { title, isOpen, onClose, layouts, amount, report, error, isBusy, onWrite, onReset } = props;
  const info = useQuery(api.system.info.queryOptions({ input: {} }));
  const [layout, setLayout] = useState<L | null>(null);
  const [format, setFormat] = useState<DataFormat>('jsonl');
  const [folder, setFolder] = useState<string | null>(null);
  const [typed, setTyped] = useState<string | null>(null);
  const [replace, setReplace] = useState(false);
  const [isAsked, setAsked] = useState(false);
  const [first] = layouts;
  const chosen = layouts.find(({ value }) => value === layout) ?? first;
  if (!chosen) return null;
  const place = folder ?? (info.data ? joinPath(info.data.dataFolder, 'exports') : '');
  const path = typed ?? (place === '' ? '' : joinPath(place, fileNameOf(props.name, chosen.value, format)));
  const failure = error === null || error === undefined ? null : toWorkbenchError(error);
  const isAtPlace = failure !== null && PLACE_CODES.has(failure.facts.code);
  const missing = isAsked && path.trim() === '' ? texts.pathMissing : null;
  const change = (apply: () => void) => {
    apply();
    setReplace(false);
    onReset();
  };
  const write = () => {
    setAsked(true);
    if (path.trim() !== '' && !isBusy) onWrite({ layout: chosen.value, format, path: path.trim(), replace });
  };
  const close = () => {
    onReset();
    onClose();
  };
  if (report) {
    return (
      <Dialog
        title={title}
        isOpen={isOpen}
        onClose={close}
        closeLabel={texts.close}
        actions={<Button onClick={onReset}>{texts.again}</Button>}
      >
        <ExportResult report={report} layout={chosen.value} format={format} />
      </Dialog>
    );
  }
  return (
    <Dialog
      title={title}
      isOpen={isOpen}
      onClose={close}
      actions={
        <Button
          look="primary"
          isBusy={isBusy}
          disabledReason={amount === null ? texts.counting : props.isEmpty ? texts.nothing : null}
          onClick={write}
        >
          {texts.write(amount ?? '')}
        </Button>
      }
    >
      <div className="data-form">
        {props.choice}
        <Field label={texts.layout} help={chosen.help}>
          {(ids) => (
            <Select
              {...ids}
              value={chosen.value}
              options={layouts}
              onChange={(value) => change(() => setLayout(value))}
            />
          )}
        </Field>
        {props.remark?.(chosen.value)}
        <Choice
          isRow
          label={texts.format}
          name="export-format"
          options={FORMATS}
          value={format}
          onChange={(value) => change(() => setFormat(value))}
        />
        <Field
          label={texts.file}
          error={
            missing ?? (isAtPlace ? [inWords(failure).what, inWords(failure).wayOut].filter(Boolean).join(' ') : null)
          }
        >
          {(ids) => (
            <TextInput {...ids} value={path} onChange={(event) => change(() => setTyped(event.target.value))} />
          )}
        </Field>
        {failure?.facts.code === 'file-exists' && (
          <label className="data-replace">
            <Switch checked={replace} onChange={setReplace} /> {texts.replace}
          </label>
        )}
        <Disclosure summary={texts.browse}>
          <PathPicker
            label={texts.folder}
            value={folderOf(path)}
            accepts={() => false}
            onChoose={(chosenPath) => change(() => setTyped(chosenPath))}
            onFolder={(opened) => {
              setTyped(null);
              change(() => setFolder(opened));
            }}
          />
        </Disclosure>
        {failure !== null && !isAtPlace && <ErrorView error={failure} />}
      </div>
    </Dialog>
  );
}
