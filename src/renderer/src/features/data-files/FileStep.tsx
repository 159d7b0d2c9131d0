import { Panel } from '../../ui/Panel';
import { PathPicker } from '../paths/PathPicker';
import { texts } from './texts/import.en';

/** Files of rows that an import reads. */
const READABLE = /\.(?:jsonl|ndjson|json|csv|tsv|parquet)$/i;

/** The first step of every import: which file. */
export function FileStep({ path, onChoose }: { readonly path: string; readonly onChoose: (path: string) => void }) {
  return (
    <Panel title={texts.file}>
      <PathPicker
        label={texts.file}
        value={path}
        accepts={(entry) => entry.kind === 'file' && READABLE.test(entry.name)}
        onChoose={onChoose}
      />
    </Panel>
  );
}
