import { useMutation } from '@tanstack/react-query';
import type { DataFormat, ExportReport } from '@contracts/example-files';
import { api } from '../../lib/api';
import { formatBytes, formatCount } from '../../lib/format';
import { Button } from '../../ui/Button';
import { CopyButton, ErrorView } from '../../ui/ErrorView';
import { Mark, Notice } from '../../ui/marks';
import { texts } from './texts/en';

/** What was written, what was left out, and how to load it. */
export function ExportResult({
  report,
  layout,
  format,
}: {
  readonly report: ExportReport;
  readonly layout: string;
  readonly format: DataFormat;
}) {
  const reveal = useMutation(api.system.reveal.mutationOptions());
  const snippet = snippetOf(report.path, layout, format);
  return (
    <div className="data-form" role="status">
      <Mark tone="good" glyph="✓">
        {texts.written(formatCount(report.rows, 'row'), formatBytes(report.sizeBytes))}
      </Mark>
      <span className="mono small data-path">{report.path}</span>
      {report.omitted.map(({ reason, count }) => (
        <Notice key={reason} tone="info">
          {texts.omitted[reason](formatCount(count, 'example'))}
        </Notice>
      ))}
      <div className="row">
        <Button onClick={() => reveal.mutate({ path: report.path })} isBusy={reveal.isPending}>
          {texts.reveal}
        </Button>
        <CopyButton text={report.path} />
      </div>
      {reveal.data?.revealed === false && <Notice tone="info">{reveal.data.reason}</Notice>}
      {reveal.isError && <ErrorView error={reveal.error} />}
      <p className="muted small">{texts.loadWith}</p>
      <pre className="data-snippet" tabIndex={0}>
        {snippet}
      </pre>
    </div>
  );
}

function snippetOf(path: string, layout: string, format: DataFormat): string {
  const kind = format === 'jsonl' ? 'json' : 'parquet';
  const load = `from datasets import load_dataset\nrows = load_dataset("${kind}", data_files=${JSON.stringify(path)}, split="train")`;
  return layout === 'workbench' && format === 'parquet'
    ? `${load}\nimport json\nsteps = json.loads(rows[0]["steps"])`
    : load;
}
