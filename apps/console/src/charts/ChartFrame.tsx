/** Around every chart: a summary in words, and the same as a table. */
import { useState, type ReactNode } from 'react';
import { keepTable } from '../api/download';
import { useT } from '../app/preferences';
import { Icon } from '../ui/Icon';
import { Panel } from '../ui/Panel';

interface FrameProps {
  title: ReactNode;
  hint?: ReactNode;
  actions?: ReactNode;
  legend?: ReactNode;
  summary: string;
  columns: string[];
  rows: () => ReactNode[][];
  children: ReactNode;
}

export function ChartFrame({ title, hint, actions, legend, summary, columns, rows, children }: FrameProps) {
  const t = useT();
  const [table, setTable] = useState(false);
  return (
    <Panel
      title={title}
      hint={hint}
      actions={
        <>
          {actions}
          <button type="button" className="tool" aria-pressed={table} onClick={() => setTable(!table)}>
            <Icon name={table ? 'chart' : 'table'} size={18} />
            {t(table ? 'chart.asChart' : 'chart.asTable')}
          </button>
          {table && (
            <button type="button" className="tool" onClick={() => keepTable(columns, rows(), 'balance')}>
              <Icon name="import" size={18} /> CSV
            </button>
          )}
        </>
      }
    >
      {table ? (
        <div className="chart-table table-scroll" tabIndex={0} role="region" aria-label={summary}>
          <table className="table">
            <thead>
              <tr>{columns.map((column, index) => <th key={column} className={index ? 'number' : undefined} scope="col">{column}</th>)}</tr>
            </thead>
            <tbody>
              {rows().map((row, index) => (
                <tr key={index}>{row.map((cell, at) => <td key={at} className={at ? 'number' : 'nowrap'}>{cell}</td>)}</tr>
              ))}
            </tbody>
          </table>
        </div>
      ) : (
        <figure className="chart" style={{ margin: 0 }} aria-label={summary}>
          {legend && <div className="legend">{legend}</div>}
          {children}
        </figure>
      )}
      <p className="chart-summary">{summary}</p>
    </Panel>
  );
}

export type Mark = 'bar' | 'line' | 'dotted' | 'band' | 'hatch' | 'outline' | 'dash' | 'thin';

export function LegendItem({ mark, colour, children }: { mark: Mark; colour: string; children: ReactNode }) {
  return (
    <span>
      <svg width={18} height={12} aria-hidden="true">
        {mark === 'bar' && <rect x={3} y={1} width={12} height={10} rx={2} fill={colour} />}
        {mark === 'band' && <rect x={0} y={1} width={18} height={10} rx={2} fill={colour} opacity={0.25} />}
        {mark === 'outline' && <rect x={3.5} y={1.5} width={11} height={9} rx={2} fill="none" stroke={colour} strokeWidth={1.5} />}
        {mark === 'hatch' && (
          <path d="M2 11 8 1M7 11l6-10M12 11l5-8" stroke={colour} strokeWidth={1.5} fill="none" />
        )}
        {(mark === 'line' || mark === 'thin' || mark === 'dotted' || mark === 'dash') && (
          <path d="M0 6h18" stroke={colour} strokeWidth={mark === 'thin' ? 1.2 : 2} strokeDasharray={mark === 'dotted' ? '2 3' : mark === 'dash' ? '6 3' : undefined} />
        )}
      </svg>
      {children}
    </span>
  );
}
