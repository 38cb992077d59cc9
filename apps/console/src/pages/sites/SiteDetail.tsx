/** One site: what it used, what is below it, its devices. */
import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { COMMODITIES, type Commodity as Word } from '@shared/tokens';
import { formatAmount, formatPercent } from '@shared/units';
import { HOUR_MS, iso } from '@shared/zones';
import { useMemo, useState } from 'react';
import { useMutation, useQuery } from 'urql';
import { graphql } from '../../api/graphql';
import { inOrder } from '../../app/nodes';
import { usePreferences } from '../../app/preferences';
import { useViewer } from '../../app/viewer';
import { Answer, Empty } from '../../ui/Answer';
import { Commodity } from '../../ui/Commodity';
import { Crumbs } from '../../ui/Crumbs';
import { PageHead, Panel } from '../../ui/Panel';
import { Status } from '../../ui/Status';
import { SureButton } from '../../ui/SureButton';
import { UserErrors, type Refusal } from '../../ui/UserErrors';
import { MeterList } from '../meters/MeterList';
import { MoveForm } from './MoveForm';
import { below, PlaceForm } from './PlaceForm';

const SITE = graphql(`
  query SiteDetail($path: String!, $from: DateTime!, $to: DateTime!) {
    viewer {
      site(path: $path) {
        id name kind path timezone latitude longitude
        address { line country } ownAddress { street postalCode locality country }
        children { id name kind path }
        balanceGroups {
          id commodity name
          inlets { id }
          monthToDate { soFar average unit forecast { p10 p50 p90 } }
          deliveries(from: $from, to: $to) { expected missing percent }
        }
      }
    }
  }
`);

const REMOVE = graphql(`mutation RemoveSite($input: RemoveSiteInput!) { removeSite(input: $input) { removed errors { code field message } } }`);

const ALARMS = graphql(`query SiteAlarms($path: String!) { viewer { site(path: $path) { id networkAlarmCount unheardCount } } }`);

/** A move changes paths and balances all over: everything is read again. */
const anew = (path: string) => location.assign(`/console/sites${path && `?path=${encodeURIComponent(path)}`}`);

interface DetailProps {
  path: string;
  /** A place was made or named anew; it is there now. */
  changed: (path: string) => void;
}

export function SiteDetail({ path, changed }: DetailProps) {
  const { t, locale } = usePreferences();
  const viewer = useViewer();
  const variables = useMemo(() => {
    const now = Math.floor(Date.now() / HOUR_MS) * HOUR_MS;
    // Hours on time may come two hours late: the newest are not missed yet.
    return { path, from: iso(now - 26 * HOUR_MS), to: iso(now - 2 * HOUR_MS) };
  }, [path]);
  const [form, setForm] = useState<'add' | 'change' | 'move' | null>(null);
  const [result, again] = useQuery({ query: SITE, variables });
  const [silent] = useQuery({ query: ALARMS, variables: { path }, pause: !viewer.may('health:read') });
  const [removing, remove] = useMutation(REMOVE);
  const [errors, setErrors] = useState<Refusal[]>([]);
  const take = async (site: string) => {
    const { data, error } = await remove({ input: { site } });
    const refused = error ? [{ code: 'FAILED', message: error.message }] : (data?.removeSite.errors ?? []);
    setErrors(refused);
    // Whatever stood above it may have lost its last place: everything is read again.
    if (refused.length === 0) anew(path.split('/').slice(0, -1).join('/'));
  };
  const count = silent.data?.viewer.site?.networkAlarmCount;
  const unheard = silent.data?.viewer.site?.unheardCount ?? 0;
  return (
    <Answer result={result} retry={() => again({ requestPolicy: 'network-only' })} skeleton={420} shape="page">
      {({ viewer: { site } }) => {
        if (!site) return <Panel><Empty icon="tree" title={t('sites.absent')}>{path}</Empty></Panel>;
        const groups = [...site.balanceGroups].sort((a, b) => COMMODITIES.indexOf(a.commodity) - COMMODITIES.indexOf(b.commodity));
        return (
          <>
            <PageHead
              title={site.name}
              eyebrow={<Crumbs path={site.path} last={false} />}
              lead={<>{site.address && <><span className="address" title={t('place.address')}>{site.address.line}</span> · </>}{t(`kind.${site.kind}`)} · {t('timesIn', { zone: site.timezone })} {count !== undefined && <Status tone={count ? 'critical' : unheard ? 'quiet' : 'ok'} icon={!count && unheard ? 'clock' : undefined}>{count ? <Link to="/alarms" search={{}}>{t('alarms.silentCount', { count })}</Link> : unheard ? t('overview.unheard', { count: unheard }) : t('sites.allHeard')}</Status>}</>}
              actions={
                <>
                  {viewer.may('metering:write') && below(site.kind).length > 0 && <Button variant="default" onClick={() => setForm('add')}>{t('place.edit.addHere')}</Button>}
                  {viewer.may('metering:write') && <Button variant="default" onClick={() => setForm('change')}>{t('place.edit.open')}</Button>}
                  {viewer.may('metering:write') && site.path.includes('/') && <Button variant="default" onClick={() => setForm('move')}>{t('place.move.open')}</Button>}
                  {viewer.may('metering:write') && site.children.length === 0 && groups.length === 0 && <SureButton size="sm" sure={t('place.removeSure')} loading={removing.fetching} act={() => void take(site.id)}>{t('place.remove')}</SureButton>}
                </>
              }
            />
            <UserErrors errors={errors} />
            <Panel title={t('sites.month')} hint={t('sites.monthHint')} flush>
              <div className="table-scroll">
                <table className="table cards">
                  <thead>
                    <tr>
                      <th scope="col">{t('commodity')}</th>
                      <th scope="col" className="number">{t('month.soFar')}</th>
                      <th scope="col" className="number">{t('month.before')}</th>
                      <th scope="col" className="number">{t('month.end')}</th>
                      <th scope="col" className="number">{t('delivery.last24')}</th>
                      <th scope="col"><span className="sr">{t('open')}</span></th>
                    </tr>
                  </thead>
                  <tbody>
                    {groups.map(({ id, commodity, monthToDate: month, deliveries, inlets }) => (
                      <tr key={id}>
                        <td><Commodity commodity={commodity as Word} /></td>
                        <td className="number" data-label={t('month.soFar')}>{formatAmount(month.soFar, month.unit, locale)}</td>
                        <td className="number" data-label={t('month.before')}>{formatAmount(month.average, month.unit, locale)}</td>
                        <td className="number" data-label={t('month.end')}>{formatAmount(month.forecast?.p50 ?? null, month.unit, locale)}</td>
                        <td className="number" data-label={t('delivery.last24')}>{formatPercent(deliveries.percent === null ? null : deliveries.percent / 100, locale, 2)}</td>
                        <td className="nowrap">
                          <Link to="/balances/$id" params={{ id }} search={{}}>{t(inlets.length ? 'sites.balance' : 'sites.profile')}</Link>
                        </td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </div>
              {groups.length === 0 && <Empty icon="meter" title={t('sites.noMeters')}>{t('sites.noMetersLead')}</Empty>}
            </Panel>
            {site.children.length > 0 && (
              <Panel title={t('sites.below', { count: site.children.length })}>
                <div className="row">
                  {inOrder(site.children).slice(0, 60).map((child) => (
                    <Link key={child.id} className="tag" to="/sites" search={{ path: child.path }}>{child.name}</Link>
                  ))}
                </div>
              </Panel>
            )}
            {form === 'move' && <MoveForm site={site} close={() => setForm(null)} done={anew} />}
            {form && form !== 'move' && (
              <PlaceForm
                key={form}
                site={site}
                adds={form === 'add'}
                close={() => setForm(null)}
                done={(to) => {
                  setForm(null);
                  changed(to ?? path);
                  again({ requestPolicy: 'network-only' });
                }}
              />
            )}
            <Panel title={t('nav.meters')} flush actions={<Link to="/meters" search={{ under: site.id }}>{t('sites.allMeters')}</Link>}>
              <MeterList filter={{ under: site.id }} height={420} />
            </Panel>
          </>
        );
      }}
    </Answer>
  );
}
