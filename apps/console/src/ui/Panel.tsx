/** Surfaces: a panel with a title, the head of a page, a figure with its words. */
import type { ReactNode } from 'react';

interface PanelProps {
  title?: ReactNode;
  hint?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
  flush?: boolean;
  label?: string;
}

export function Panel({ title, hint, actions, children, flush = false, label }: PanelProps) {
  return (
    <section className={flush ? 'panel panel-flush' : 'panel'} aria-label={label}>
      {(title || actions) && (
        <header className="panel-head">
          <div>
            {title && <h2>{title}</h2>}
            {hint && <p className="hint">{hint}</p>}
          </div>
          {actions && <div className="panel-actions">{actions}</div>}
        </header>
      )}
      {children}
    </section>
  );
}

interface HeadProps {
  title: ReactNode;
  eyebrow?: ReactNode;
  lead?: ReactNode;
  actions?: ReactNode;
}

export function PageHead({ title, eyebrow, lead, actions }: HeadProps) {
  return (
    <header className="page-head">
      <div className="page-head-words">
        {eyebrow && <div className="eyebrow">{eyebrow}</div>}
        <h1>{title}</h1>
        {lead && <p className="lead">{lead}</p>}
      </div>
      {actions && <div className="page-actions">{actions}</div>}
    </header>
  );
}

export type Tone = 'ok' | 'warning' | 'critical' | 'quiet';

interface FigureProps {
  label: ReactNode;
  value: ReactNode;
  unit?: ReactNode;
  note?: ReactNode;
  tone?: Tone;
}

export function Figure({ label, value, unit, note, tone }: FigureProps) {
  return (
    <div className="figure" data-tone={tone}>
      <div className="figure-label">{label}</div>
      <div className="figure-value">
        {value}
        {unit && <span className="figure-unit"> {unit}</span>}
      </div>
      {note && <div className="figure-note">{note}</div>}
    </div>
  );
}

export function Figures({ children }: { children: ReactNode }) {
  return <div className="figures">{children}</div>;
}
