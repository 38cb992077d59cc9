/** One organisation of the partner: its use, state, plan, brand, administrators and audit log. */
import { Button, Textarea } from '@mantine/core';
import { shortDate } from '@shared/dates';
import { formatNumber } from '@shared/units';
import { Link, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { useMutation, useQuery } from 'urql';
import { BrandMark } from '../../app/BrandMark';
import { usePreferences, useT } from '../../app/preferences';
import { useZone } from '../../app/viewer';
import { Spark } from '../../charts/Spark';
import { Answer, Empty } from '../../ui/Answer';
import { Figure, Figures, PageHead, Panel } from '../../ui/Panel';
import { Status } from '../../ui/Status';
import { UserErrors } from '../../ui/UserErrors';
import { Way } from '../../ui/Way';
import { Administrators } from './Administrators';
import { BrandForm } from './BrandForm';
import { RESUME, STATUS_TONES, SUSPEND, TENANT, useRefusals, type Tenant as Row } from './documents';
import { PlanForm } from './PlanForm';
import { Trail } from './Trail';

export function Tenant() {
  const t = useT();
  const { id } = useParams({ from: '/tenants/$id' });
  const [result, again] = useQuery({ query: TENANT, variables: { id }, requestPolicy: 'cache-and-network' });
  const [acts, setActs] = useState(0);
  const retry = () => {
    setActs((known) => known + 1);
    again({ requestPolicy: 'network-only' });
  };
  return (
    <Answer result={result} retry={retry} skeleton={480} shape="page">
      {({ viewer }) => {
        const found = viewer.partner?.tenant;
        if (!found) return <Empty icon="search" title={t('tenants.unknown')} action={<Link to="/tenants" search={{}}>{t('nav.tenants')}</Link>}>{t('tenants.unknownLead')}</Empty>;
        return <Shown key={found.id} tenant={found} acts={acts} again={retry} />;
      }}
    </Answer>
  );
}

function Shown({ tenant, acts, again }: { tenant: Row; acts: number; again: () => void }) {
  const { t, locale } = usePreferences();
  const zone = useZone();
  return (
    <>
      <PageHead
        eyebrow={<Link to="/tenants" search={{}}>{t('nav.tenants')}</Link>}
        title={<span className="row"><BrandMark brand={tenant.brand} name={tenant.name} /> {tenant.name}</span>}
        lead={
          <span className="row">
            <Status tone={STATUS_TONES[tenant.status]}>{t(`tenants.${tenant.status}`)}</Status>
            <span>{[t(`tenants.${tenant.plan}`), tenant.timezone, t('tenants.since', { when: shortDate(Date.parse(tenant.createdAt), zone, locale) })].join(' · ')}</span>
          </span>
        }
        actions={<State tenant={tenant} again={again} />}
      />
      <Beginning tenant={tenant} />
      <Use tenant={tenant} />
      <div className="grid-2">
        <PlanForm tenant={tenant} again={again} />
        <BrandForm tenant={tenant} again={again} />
      </div>
      <Administrators tenant={tenant} again={again} />
      <Trail key={acts} tenant={tenant.id} />
    </>
  );
}

/** How far a new organisation is; gone once its hours arrive. */
function Beginning({ tenant }: { tenant: Row }) {
  const t = useT();
  const came = tenant.readingsByDay.some((day) => day.readings > 0);
  if (came) return null;
  const done = [true, tenant.administrators.length > 0, tenant.usage.houses > 0, tenant.usage.concentrators > 0, false];
  return (
    <Panel title={t('tenants.way')}>
      <Way
        steps={([1, 2, 3, 4, 5] as const).map((step, index) => ({
          title: t(`tenants.way${step}`),
          lead: t(`tenants.wayLead${step}`),
          done: done[index] ?? false,
          link: step === 2 && <a href="#administrators">{t('first.go')}</a>,
        }))}
      />
    </Panel>
  );
}

function Use({ tenant: { usage, readingsByDay } }: { tenant: Row }) {
  const { t, locale } = usePreferences();
  const number = (value: number) => formatNumber(value, locale, 0);
  const all = readingsByDay.reduce((sum, day) => sum + day.readings, 0);
  return (
    <section aria-label={t('tenants.use')} className="stack">
      <Figures>
        <Figure label={t('tenants.points')} value={number(usage.meteringPoints)} />
        <Figure label={t('tenants.houses')} value={number(usage.houses)} />
        <Figure label={t('tenants.concentrators')} value={number(usage.concentrators)} note={`${t('tenants.modules')}: ${number(usage.radioModules)}`} />
        <Figure label={t('tenants.users')} value={number(usage.users)} />
        <Figure label={t('tenants.readings')} value={number(readingsByDay.at(-2)?.readings ?? 0)} />
      </Figures>
      <Panel title={t('tenants.days')}>
        {all === 0 ? <p className="quiet">{t('tenants.noReadings')}</p> : (
          <Spark
            values={readingsByDay.map((day) => day.readings)}
            colour="var(--b-accent)"
            label={readingsByDay.map((day) => `${day.day}: ${number(day.readings)}`).join('; ')}
            width={560}
            height={88}
          />
        )}
      </Panel>
    </section>
  );
}

function State({ tenant, again }: { tenant: Row; again: () => void }) {
  const t = useT();
  const [asking, setAsking] = useState(false);
  const [reason, setReason] = useState('');
  const [{ fetching: suspending }, suspend] = useMutation(SUSPEND);
  const [{ fetching: resuming }, resume] = useMutation(RESUME);
  const refusals = useRefusals();
  const stop = async () => {
    const answer = await suspend({ tenant: tenant.id, reason });
    if (refusals.judge(answer, answer.data?.suspendTenant.errors)) {
      setAsking(false);
      again();
    }
  };
  const goOn = async () => {
    const answer = await resume({ tenant: tenant.id });
    if (refusals.judge(answer, answer.data?.resumeTenant.errors)) again();
  };
  if (tenant.status === 'SUSPENDED') {
    return (
      <div className="stack">
        <p className="hint" role="status">{t('tenants.shut')}</p>
        <div className="row"><Button loading={resuming} onClick={() => void goOn()}>{t('tenants.resume')}</Button></div>
        <UserErrors errors={refusals.errors} />
      </div>
    );
  }
  if (tenant.status !== 'ACTIVE') return null;
  if (!asking) return <Button variant="default" onClick={() => setAsking(true)}>{t('tenants.suspend')}</Button>;
  return (
    <form className="form" onSubmit={(event) => { event.preventDefault(); void stop(); }}>
      <p className="hint">{t('tenants.suspendLead')}</p>
      <Textarea label={t('tenants.suspendWhy')} required maxLength={500} rows={2} value={reason} error={refusals.of('reason')} onChange={(event) => setReason(event.currentTarget.value)} data-autofocus />
      <UserErrors errors={refusals.errors} />
      <div className="row">
        <Button type="submit" color="red" loading={suspending}>{t('tenants.suspend')}</Button>
        <Button variant="default" onClick={() => setAsking(false)}>{t('cancel')}</Button>
      </div>
    </form>
  );
}
