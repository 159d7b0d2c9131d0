import type { ReactNode } from 'react';
import './table.css';

export interface Column<Row> {
  readonly id: string;
  readonly title: string;
  readonly cell: (row: Row) => ReactNode;
  /** Numbers stand right. */
  readonly isNumber?: boolean;
  /** CSS width, e.g. `120px`; the rest share what is left. */
  readonly width?: string;
}

export interface TableProps<Row> {
  /** Said by screen readers. */
  readonly caption: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly rowKey: (row: Row) => string;
  readonly selectedKey?: string | null;
  /** Makes rows choosable by mouse; put a link or button into the first cell for the keyboard. */
  readonly onSelect?: (row: Row) => void;
}

/** A plain table for up to a few hundred rows; longer lists are virtualised by their own page. */
export function Table<Row>({ caption, columns, rows, rowKey, selectedKey = null, onSelect }: TableProps<Row>) {
  return (
    <div className="table-scroll" role="region" aria-label={caption} tabIndex={0}>
      <table className="table">
        <caption className="visually-hidden">{caption}</caption>
        <colgroup>
          {columns.map((column) => (
            <col key={column.id} style={column.width ? { width: column.width } : undefined} />
          ))}
        </colgroup>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column.id} scope="col" className={column.isNumber ? 'num' : undefined}>
                {column.title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => {
            const key = rowKey(row);
            return (
              <tr
                key={key}
                data-selected={key === selectedKey || undefined}
                data-clickable={onSelect ? true : undefined}
                onClick={onSelect && (() => onSelect(row))}
              >
                {columns.map((column) => (
                  <td key={column.id} className={column.isNumber ? 'num' : undefined}>
                    {column.cell(row)}
                  </td>
                ))}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
