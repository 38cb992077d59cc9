/** Whether every hour of every meter was seen: the proof on which a supplier accepts a building. */
import { Button, NumberInput } from '@mantine/core';
import { dateTime } from '@shared/dates';
import { formatNumber, formatPercent } from '@shared/units';
import { addDays, isoDate, parseDate, today } from '@shared/zones';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { useMutation, useQuery } from 'urql';
import { graphql } from '../api/graphql';
import { download } from '../api/download';
import { usePreferences } from '../app/preferences';
import { useViewer } from '../app/viewer';
import { Answer, Empty } from '../ui/Answer';
import { DateField } from '../ui/DateField';
import { Figure, Figures, PageHead, Panel } from '../ui/Panel';
import { NothingYet } from '../ui/NothingYet';
import { Status } from '../ui/Status';
import { UserErrors, type Refusal } from '../ui/UserErrors';
import { SiteTree } from './sites/SiteTree';

const ACCEPTANCE = graphql(`
  query Acceptance($path: String!, $from: Date!, $days: Int!) {
    viewer {
      site(path: $path) {
        id name path timezone
        acceptance(from: $from, days: $days) {
          accepted from days points expected onTime late backfilled manual missing percent hash
          sites { path points expected missing }
          exceptions { site point meter reason from to }
        }
      }
    }
  }
`);
const ISSUE = graphql(`mutation IssueAcceptance($input: IssueAcceptanceInput!) { issueAcceptance(input: $input) { acceptance { hash } errors { code field message } } }`);

export function Acceptance() {
  const { t } = usePreferences();
  const viewer = useViewer();
  const search = useSearch({ from: '/acceptance' });
  const navigate = useNavigate({ from: '/acceptance' });
  const path = search.path ?? viewer.tops[0]?.path ?? '';
  const zone = viewer.tops[0]?.timezone ?? viewer.tenant.timezone;
  const yesterday = addDays(today(zone, Date.now()), -1);
  const days = Math.max(1, Math.min(31, Number(search.days) || 3));
  const from = search.from ?? isoDate(addDays(today(zone, Date.now()), -days));
  if (!path) return <NothingYet icon="certificate" title="nav.acceptance" lead="acceptance.lead" />;
  return (
    <>
      <PageHead title={t('nav.acceptance')} lead={t('acceptance.lead')} />
      <div className="sites">
        <Panel label={t('nav.sites')}>
          <SiteTree tops={viewer.tops} chosen={path} onChoose={(to) => void navigate({ search: (now) => ({ ...now, path: to }) })} />
        </Panel>
        <div className="stack">
          <Panel>
            <div className="row" style={{ alignItems: 'flex-end' }}>
              <DateField label={t('acceptance.from')} date={parseDate(from) ?? yesterday} max={yesterday} zone={zone} onChange={(chosen) => void navigate({ search: (now) => ({ ...now, from: isoDate(chosen) }) })} />
              <NumberInput label={t('acceptance.days')} min={1} max={31} value={days} onChange={(value) => void navigate({ search: (now) => ({ ...now, days: String(value) }) })} style={{ width: 120 }} />
            </div>
          </Panel>
          <Certificate path={path} from={from} days={days} />
        </div>
      </div>
    </>
  );
}

function Certificate({ path, from, days }: { path: string; from: string; days: number }) {
  const { t, locale } = usePreferences();
  const viewer = useViewer();
  const [result, again] = useQuery({ query: ACCEPTANCE, variables: { path, from, days } });
  const [{ fetching }, issue] = useMutation(ISSUE);
  const [issued, setIssued] = useState<string | null>(null);
  const [errors, setErrors] = useState<Refusal[]>([]);
  const send = async (site: string) => {
    const { data, error } = await issue({ input: { site, from, days } });
    const refused = error ? [{ code: 'FAILED', message: error.message }] : (data?.issueAcceptance.errors ?? []);
    setErrors(refused);
    setIssued(data?.issueAcceptance.acceptance?.hash ?? null);
  };
  const pdf = async (site: string) => {
    const address = `/documents/acceptance/${encodeURIComponent(site)}.pdf?from=${from}&days=${days}`;
    await download(address, `acceptance-${from}.pdf`, locale).catch((error: Error) => setErrors([{ code: 'FAILED', message: error.message }]));
  };
  return (
    <Answer result={result} retry={() => again({ requestPolicy: 'network-only' })} skeleton={320}>
      {({ viewer: { site } }) => {
        if (!site) return <Panel><Empty icon="tree" title={t('sites.absent')} /></Panel>;
        const found = site.acceptance;
        return (
          <>
            <Figures>
              <Figure label={t('acceptance.result')} value={formatPercent(found.percent === null ? null : found.percent / 100, locale, 2)} tone={found.accepted ? 'ok' : 'critical'} note={<Status tone={found.accepted ? 'ok' : 'critical'}>{t(found.accepted ? 'acceptance.yes' : 'acceptance.no')}</Status>} />
              <Figure label={t('acceptance.points')} value={formatNumber(found.points, locale, 0)} />
              <Figure label={t('delivery.expected')} value={formatNumber(found.expected, locale, 0)} note={t('delivery.channelHours')} />
              <Figure label={t('delivery.missing')} value={formatNumber(found.missing, locale, 0)} tone={found.missing ? 'critical' : 'ok'} />
            </Figures>
            <Panel title={site.name} hint={t('acceptance.hash', { hash: found.hash.slice(0, 16) })} actions={
                <>
                  <Button variant="default" onClick={() => void pdf(site.id)}>PDF</Button>
                  {viewer.may('metering:install') && <Button loading={fetching} onClick={() => void send(site.id)}>{t('acceptance.issue')}</Button>}
                </>
              }>
              <UserErrors errors={errors} />
              {issued && <Status tone="ok">{t('acceptance.issued', { hash: issued })}</Status>}
              {found.exceptions.length === 0 ? (
                <Empty icon="ok" title={t('acceptance.noException')}>{t('acceptance.noExceptionLead')}</Empty>
              ) : (
                <div className="table-scroll chart-table" tabIndex={0} role="region" aria-label={t('acceptance.exceptions')}>
                  <table className="table">
                    <thead><tr><th scope="col">{t('alarms.where')}</th><th scope="col">{t('meter.serial')}</th><th scope="col">{t('reason')}</th><th scope="col">{t('flags.from')}</th><th scope="col">{t('flags.to')}</th></tr></thead>
                    <tbody>
                      {found.exceptions.slice(0, 200).map((one, index) => (
                        <tr key={index}><td>{one.site.split('/').slice(-1)}</td><td>{one.meter ?? one.point}</td><td>{t(`missing.${one.reason}`)}</td><td>{dateTime(Date.parse(one.from), site.timezone, locale)}</td><td>{dateTime(Date.parse(one.to), site.timezone, locale)}</td></tr>
                      ))}
                    </tbody>
                  </table>
                </div>
              )}
            </Panel>
          </>
        );
      }}
    </Answer>
  );
}
