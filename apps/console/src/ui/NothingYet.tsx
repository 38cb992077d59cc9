/** A page of an organisation in which nothing is metered: what comes first, and the ways there. */
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Key } from '@shared/i18n';
import { useT } from '../app/preferences';
import { useViewer } from '../app/viewer';
import { Empty } from './Answer';
import type { IconName } from './Icon';
import { PageHead, Panel } from './Panel';

interface NothingProps {
  icon: IconName;
  title: Key;
  lead?: Key;
  /** Another way on, beside the file and the steps. */
  children?: ReactNode;
}

export function NothingYet({ icon, title, lead, children }: NothingProps) {
  const t = useT();
  const viewer = useViewer();
  const imports = viewer.may('metering:install');
  return (
    <>
      <PageHead title={t(title)} lead={lead && t(lead)} />
      <Panel>
        <Empty
          icon={icon}
          title={t('sites.none')}
          action={
            <span className="row" style={{ gap: 16, justifyContent: 'center' }}>
              {imports && <Link to="/imports" search={{}}>{t('first.import')}</Link>}
              <Link to="/" search={{}}>{t('first.steps')}</Link>
              {children}
            </span>
          }
        >
          {t(imports ? 'first.lead2' : 'first.wait')}
        </Empty>
      </Panel>
    </>
  );
}
