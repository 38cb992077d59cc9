/** A short list as a table: a head, and rows of cells. */
import type { ReactNode } from 'react';
import { wordOf } from './PagedTable';

interface RowsProps {
  label: string;
  columns: { title: ReactNode; number?: boolean }[];
  rows: ReactNode[][];
  height?: number;
}

export function Rows({ label, columns, rows, height = 520 }: RowsProps) {
  const kind = (at: number) => (columns[at]?.number ? 'number' : undefined);
  return (
    <div className="table-scroll" style={{ maxHeight: height }} tabIndex={0} role="region" aria-label={label}>
      <table className="table cards" role="table">
        <thead role="rowgroup"><tr role="row">{columns.map((column, at) => <th key={at} scope="col" role="columnheader" className={kind(at)}>{column.title}</th>)}</tr></thead>
        <tbody role="rowgroup">{rows.map((row, index) => <tr key={index} role="row">{row.map((cell, at) => <td key={at} role="cell" className={kind(at)} data-label={wordOf(columns[at]?.title)}>{cell}</td>)}</tr>)}</tbody>
      </table>
    </div>
  );
}
