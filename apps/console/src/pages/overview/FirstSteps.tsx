/** The way of a new organisation: buildings, concentrators, hours, acceptance; each step leads on. */
import type { Key } from '@shared/i18n';
import { Link } from '@tanstack/react-router';
import { useQuery } from 'urql';
import { graphql } from '../../api/graphql';
import { useT } from '../../app/preferences';
import { useViewer } from '../../app/viewer';
import { Icon } from '../../ui/Icon';
import { Panel } from '../../ui/Panel';

const BEGUN = graphql(`query Begun { viewer { concentrators(first: 1) { edges { node { id } } } } }`);

interface Step {
  key: 1 | 2 | 3 | 4 | 5;
  done: boolean;
  to?: '/imports' | '/networks' | '/delivery' | '/acceptance';
  needs?: string;
}

/** `arrived`: an hour of any meter came. */
export function FirstSteps({ arrived }: { arrived: boolean }) {
  const t = useT();
  const viewer = useViewer();
  const [{ data }] = useQuery({ query: BEGUN });
  const built = viewer.tops.length > 0;
  const steps: Step[] = [
    { key: 1, done: true },
    { key: 2, done: built, to: '/imports', needs: 'metering:install' },
    { key: 3, done: (data?.viewer.concentrators.edges.length ?? 0) > 0, to: '/networks', needs: 'metering:install' },
    { key: 4, done: arrived, to: '/delivery', needs: 'readings:read' },
    { key: 5, done: false, to: '/acceptance', needs: 'readings:read' },
  ];
  const next = steps.find((step) => !step.done)?.key;
  return (
    <Panel title={t('first.title')} hint={t(viewer.may('metering:install') ? 'first.lead' : 'first.wait')}>
      <ol className="first-steps">
        {steps.map((step) => (
          <li key={step.key} data-next={step.key === next || undefined}>
            <span className="first-mark" data-done={step.done || undefined} aria-hidden="true">{step.done ? <Icon name="ok" size={16} /> : step.key}</span>
            <span>
              <strong>{t(`first.step${step.key}` as Key)}</strong>{step.done && <span className="sr"> {t('first.done')}</span>}
              <br />
              <span className="quiet">{t(`first.lead${step.key}` as Key)}</span>
            </span>
            {step.to && !step.done && viewer.may(step.needs ?? '') && <Link to={step.to} search={{}}>{t('first.go')}</Link>}
          </li>
        ))}
      </ol>
    </Panel>
  );
}
