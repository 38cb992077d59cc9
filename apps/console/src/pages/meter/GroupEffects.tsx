/** What corrections change in the groups above: consumption and imbalance, before and after. */
import { formatNumber, unitText } from '@shared/units';
import { Link } from '@tanstack/react-router';
import { graphql, readFragment, type FragmentOf } from '../../api/graphql';
import { usePreferences } from '../../app/preferences';

export const GROUP_EFFECTS = graphql(`
  fragment GroupEffects on CorrectionsPayload {
    groups {
      group { id name }
      unit
      hours
      before { consumption imbalance }
      after { consumption imbalance }
    }
  }
`);

interface EffectsProps {
  of: FragmentOf<typeof GROUP_EFFECTS>;
  /** A day to look at in the balances, once they are changed. */
  day?: string | undefined;
}

export function GroupEffects({ of, day }: EffectsProps) {
  const { t, locale } = usePreferences();
  const { groups } = readFragment(GROUP_EFFECTS, of);
  if (groups.length === 0) return null;
  const amount = (value: number | null, unit: string) => (value === null ? '–' : `${formatNumber(value, locale, 2)} ${unitText(unit, locale)}`);
  return (
    <div className="table-scroll" tabIndex={0} role="region" aria-label={t('correct.groups')}>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{t('correct.groups')}</th>
            <th scope="col" className="number">{t('correct.hours')}</th>
            <th scope="col" className="number">{t('correct.consumption')}</th>
            <th scope="col" className="number">{t('correct.imbalance')}</th>
          </tr>
        </thead>
        <tbody>
          {groups.map(({ group, unit, hours, before, after }) => (
            <tr key={group.id}>
              <td>{day ? <Link to="/balances/$id" params={{ id: group.id }} search={{ span: 'day', date: day }}>{group.name}</Link> : group.name}</td>
              <td className="number">{formatNumber(hours, locale, 0)}</td>
              <td className="number">{amount(before.consumption, unit)} → <strong>{amount(after.consumption, unit)}</strong></td>
              <td className="number">{amount(before.imbalance, unit)} → <strong>{amount(after.imbalance, unit)}</strong></td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
