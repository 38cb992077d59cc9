/** A list in pages as a table, with its states. Its roles are told, since browsers drop them where it is laid out as cards. */
import type { ReactNode } from 'react';
import type { Paged } from '../api/usePages';
import { FailureNote, Waiting } from './Answer';
import { Pages } from './Pages';

interface Column {
  title: ReactNode;
  number?: boolean;
}

interface TableProps<Node> {
  paged: Paged<Node>;
  columns: Column[];
  row: (node: Node) => ReactNode[];
  keyOf: (node: Node) => string;
  empty: ReactNode;
  label: string;
  /** Rows that are drawn as bones while it waits: about as many as usually come. */
  waits?: number;
}

/** The head of a column as words, to stand beside its cell where rows become cards. */
export const wordOf = (title: ReactNode): string | undefined => (typeof title === 'string' ? title : undefined);

export function PagedTable<Node>({ paged, columns, row, keyOf, empty, label, waits = 4 }: TableProps<Node>) {
  if (paged.error && paged.nodes.length === 0) return <div style={{ padding: 20 }}><FailureNote error={paged.error} retry={paged.again} /></div>;
  if (paged.fetching && paged.nodes.length === 0) return <Waiting height={waits * 48} shape="rows" />;
  if (paged.nodes.length === 0) return <>{empty}</>;
  return (
    <>
      {paged.error && <FailureNote error={paged.error} retry={paged.again} compact />}
      <div className="table-scroll" tabIndex={0} role="region" aria-label={label}>
        <table className="table cards" role="table">
          <thead role="rowgroup">
            <tr role="row">{columns.map((column, index) => <th key={index} scope="col" role="columnheader" className={column.number ? 'number' : undefined}>{column.title}</th>)}</tr>
          </thead>
          <tbody role="rowgroup">
            {paged.nodes.map((node) => (
              <tr key={keyOf(node)} role="row">
                {row(node).map((cell, index) => <td key={index} role="cell" className={columns[index]?.number ? 'number' : undefined} data-label={wordOf(columns[index]?.title)}>{cell}</td>)}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <Pages shown={paged.nodes.length} more={paged.more} next={paged.next} />
    </>
  );
}
