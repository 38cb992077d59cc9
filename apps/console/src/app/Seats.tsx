/** The organisations a person may work in; each is a link, so it opens beside this one, too. */
import { useQuery } from 'urql';
import { graphql } from '../api/graphql';
import * as session from '../auth/session';
import { Icon } from '../ui/Icon';
import { usePreferences } from './preferences';

const SEATS = graphql(`query Seats { viewer { seats { key tenant tenantName roles sitesCount } } }`);

const HOUSEHOLD = new Set(['RESIDENT', 'RESIDENT_DELEGATE']);
const wordOf = (role: string) => role.toLowerCase().replaceAll('_', '-');

export function Seats() {
  const { t } = usePreferences();
  const [{ data }] = useQuery({ query: SEATS });
  const claims = session.claims();
  const here = claims ? session.seatOf(claims) : null;
  const seats = (data?.viewer.seats ?? []).filter((seat) => !seat.roles.every((role) => HOUSEHOLD.has(role)));
  if (seats.length < 2) return null;
  return (
    <>
      <p className="drop-caption" role="presentation">{t('seat.switch')}</p>
      {seats.map((seat) => (
        <a
          key={seat.key}
          role="menuitem"
          tabIndex={-1}
          className="palette-item"
          aria-current={seat.key === here || undefined}
          href={`/console/?seat=${encodeURIComponent(seat.key)}`}
        >
          <Icon name="home" size={18} />
          <span style={{ flex: 1 }}>
            {seat.tenantName}
            <br />
            <small>{seat.roles.map((role) => t(`role.${wordOf(role)}` as 'role.operator')).join(', ')}{seat.sitesCount !== null && ` · ${t('seat.part', { count: seat.sitesCount })}`}</small>
          </span>
          {seat.key === here && <span className="status" data-tone="ok"><Icon name="ok" size={15} /><span className="sr">{t('seat.here')}</span></span>}
        </a>
      ))}
    </>
  );
}
