/** A way of several steps: those that are done, the next one, and what leads there. */
import type { ReactNode } from 'react';
import { useT } from '../app/preferences';
import { Icon } from './Icon';

export interface WayStep {
  title: string;
  lead: string;
  done: boolean;
  /** Leads to where the step is taken. */
  link?: ReactNode;
}

export function Way({ steps }: { steps: readonly WayStep[] }) {
  const t = useT();
  const next = steps.findIndex((step) => !step.done);
  return (
    <ol className="first-steps">
      {steps.map((step, index) => (
        <li key={step.title} data-next={index === next || undefined}>
          <span className="first-mark" data-done={step.done || undefined} aria-hidden="true">{step.done ? <Icon name="ok" size={16} /> : index + 1}</span>
          <span>
            <strong>{step.title}</strong>{step.done && <span className="sr"> {t('first.done')}</span>}
            <br />
            <span className="quiet">{step.lead}</span>
          </span>
          {!step.done && step.link}
        </li>
      ))}
    </ol>
  );
}
