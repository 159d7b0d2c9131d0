import type { ExampleImportReport as Report } from '@contracts/example-files';
import type { RejectedRow } from '@contracts/questions';
import { formatCount, formatInteger } from '../../lib/format';
import { Mark } from '../../ui/marks';
import { Disclosure } from '../../ui/Panel';
import { Table, type Column } from '../../ui/Table';
import { texts } from './texts/en';

const words = texts.importPage;

/** What comes in, what is marked, and what is left out, row by row with its line and its reason. */
export function ExampleImportReport({ report }: { readonly report: Report }) {
  return (
    <div className="stack">
      <p className="row">
        <Mark tone={report.accepted > 0 ? 'good' : 'bad'} glyph={report.accepted > 0 ? '✓' : '!'}>
          {words.accepted(formatCount(report.accepted, 'example'))}
        </Mark>
        {report.rejectedCount > 0 ? (
          <Mark tone="warn" glyph="!">
            {words.rejected(formatCount(report.rejectedCount, 'row'))}
          </Mark>
        ) : (
          <span className="muted">{words.noneRejected}</span>
        )}
      </p>
      {report.duplicates > 0 && <p className="muted">{words.duplicates(formatInteger(report.duplicates))}</p>}
      {report.withProblems > 0 && <p className="muted">{words.withProblems(formatInteger(report.withProblems))}</p>}
      {report.rejected.length > 0 && (
        <Disclosure summary={words.rejectedTitle} isOpen>
          <Table
            caption={words.rejectedTitle}
            columns={COLUMNS}
            rows={report.rejected}
            rowKey={(row) => `${row.line} ${row.reason}`}
          />
          {report.rejectedCount > report.rejected.length && (
            <p className="muted small">
              {words.rejectedMore(formatInteger(report.rejected.length), formatInteger(report.rejectedCount))}
            </p>
          )}
        </Disclosure>
      )}
    </div>
  );
}

const COLUMNS: readonly Column<RejectedRow>[] = [
  { id: 'line', title: words.line, width: '60px', isNumber: true, cell: (row) => formatInteger(row.line) },
  { id: 'reason', title: words.reason, cell: (row) => row.reason },
  { id: 'excerpt', title: words.excerpt, cell: (row) => <code className="clamp">{row.excerpt}</code> },
];
