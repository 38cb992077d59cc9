/** The way of a new organisation: buildings, concentrators, hours, acceptance; each step leads on. */
import type { Key } from '@shared/i18n';
import { Link } from '@tanstack/react-router';
import { useQuery } from 'urql';
import { graphql } from '../../api/graphql';
import { useT } from '../../app/preferences';
import { useViewer } from '../../app/viewer';
import { Panel } from '../../ui/Panel';
import { Way } from '../../ui/Way';

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
  return (
    <Panel title={t(built ? 'first.titleBuilt' : 'first.title')} hint={t(viewer.may('metering:install') ? 'first.lead' : 'first.wait')}>
      <Way
        steps={steps.map(({ key, done, to, needs }) => ({
          title: t(`first.step${key}` as Key),
          lead: t(`first.lead${key}` as Key),
          done,
          link: to && viewer.may(needs ?? '') && <Link to={to} search={{}}>{t('first.go')}</Link>,
        }))}
      />
    </Panel>
  );
}
