/** Who comes near a loss without a name, and why: where to look first, and no accusation. */
import { sureness } from '@shared/units';
import { Link } from '@tanstack/react-router';
import { usePreferences } from '../../app/preferences';
import { Panel } from '../../ui/Panel';
import type { FindingNode } from './documents';

export function Candidates({ candidates }: { candidates: FindingNode['candidates'] }) {
  const { t, locale } = usePreferences();
  if (candidates.length === 0) return null;
  return (
    <Panel title={t('findings.candidates')} hint={t('findings.candidatesHint')}>
      <ol className="causes">
        {candidates.map(({ kind, likelihood, place, point, why }) => (
          <li key={`${kind} ${place}`}>
            {point ? <Link to="/meters/$id" params={{ id: point.id }} search={{ span: 'month' }}>{point.meter?.serial ?? point.name}</Link> : place}
            {point?.premise && `, ${point.premise.name}`}
            {' · '}
            {t(`finding.${kind}`)}
            {' · '}
            <span className="quiet">{sureness(likelihood, locale)}</span>
            <br />
            {why}
          </li>
        ))}
      </ol>
    </Panel>
  );
}
