import type { RejectedRow } from '@contracts/questions';
import { formatCount, formatInteger } from '../../lib/format';
import { Mark } from '../../ui/marks';
import { Disclosure } from '../../ui/Panel';
import { Table, type Column } from '../../ui/Table';
import { texts } from './texts/import.en';

/** What every import says of the rows of its file. */
export interface RowsReport {
  readonly accepted: number;
  readonly rejectedCount: number;
  /** The first of them. */
  readonly rejected: readonly RejectedRow[];
}

export interface ImportReportProps {
  readonly report: RowsReport;
  /** What a row becomes, e.g. `question`. */
  readonly noun: string;
  /** Sentences about rows that come in all the same. */
  readonly remarks?: readonly string[];
}

/** What comes in, what is said of it, and what is left out, row by row with its line and its reason. */
export function ImportReport({ report, noun, remarks = [] }: ImportReportProps) {
  return (
    <div className="stack">
      <p className="row">
        <Mark tone={report.accepted > 0 ? 'good' : 'bad'} glyph={report.accepted > 0 ? '✓' : '!'}>
          {texts.accepted(formatCount(report.accepted, noun))}
        </Mark>
        {report.rejectedCount > 0 ? (
          <Mark tone="warn" glyph="!">
            {texts.rejected(formatCount(report.rejectedCount, 'row'))}
          </Mark>
        ) : (
          <span className="muted">{texts.noneRejected}</span>
        )}
      </p>
      {remarks.map((remark) => (
        <p key={remark} className="muted">
          {remark}
        </p>
      ))}
      {report.rejected.length > 0 && (
        <Disclosure summary={texts.rejectedTitle} isOpen>
          <Table
            caption={texts.rejectedTitle}
            columns={COLUMNS}
            rows={report.rejected}
            rowKey={(row) => `${row.line} ${row.reason}`}
          />
          {report.rejectedCount > report.rejected.length && (
            <p className="muted small">
              {texts.rejectedMore(formatInteger(report.rejected.length), formatInteger(report.rejectedCount))}
            </p>
          )}
        </Disclosure>
      )}
    </div>
  );
}

const COLUMNS: readonly Column<RejectedRow>[] = [
  { id: 'line', title: texts.line, width: '60px', isNumber: true, cell: (row) => formatInteger(row.line) },
  { id: 'reason', title: texts.reason, cell: (row) => row.reason },
  { id: 'excerpt', title: texts.excerpt, cell: (row) => <code className="clamp">{row.excerpt}</code> },
];
