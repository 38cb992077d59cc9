/** The partner's tenants: who they are, what they use, and bringing another one. */
import { Button, Drawer, Select, TextInput } from '@mantine/core';
import { LOCALES, formatNumber } from '@shared/units';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { useMutation } from 'urql';
import { graphql } from '../api/graphql';
import { usePages } from '../api/usePages';
import { BrandMark } from '../app/BrandMark';
import { usePreferences } from '../app/preferences';
import { useViewer } from '../app/viewer';
import { Empty } from '../ui/Answer';
import { PagedTable } from '../ui/PagedTable';
import { PageHead, Panel } from '../ui/Panel';
import { Status } from '../ui/Status';
import { UserErrors } from '../ui/UserErrors';
import { CREATE, PLANS, STATUS_TONES, useRefusals } from './partner/documents';

const TENANTS = graphql(`
  query PartnerTenants($after: String, $search: String) {
    viewer {
      partner {
        tenants(first: 25, after: $after, search: $search) {
          edges { node { id name status plan brand { name colour colourDark logoUrl } usage { meteringPoints concentrators users } readingsByDay(days: 2) { readings } } }
          pageInfo { hasNextPage endCursor }
        }
      }
    }
  }
`);

export function Tenants() {
  const { t, locale } = usePreferences();
  const viewer = useViewer();
  const search = useSearch({ from: '/tenants' });
  const navigate = useNavigate({ from: '/tenants' });
  const paged = usePages(TENANTS, { search: search.q ?? null }, (data) => data.viewer.partner?.tenants);
  const [adding, setAdding] = useState(false);
  const add = <Button onClick={() => setAdding(true)}>{t('tenants.add')}</Button>;
  const nothing = paged.nodes.length === 0 && !search.q;
  return (
    <>
      <PageHead title={t('nav.tenants')} lead={t('tenants.lead', { name: viewer.partner?.name ?? '' })} actions={add} />
      <Panel flush>
        {!nothing && (
          <div className="panel-note">
            <TextInput label={t('tenants.search')} defaultValue={search.q ?? ''} onChange={(event) => { const { value } = event.currentTarget; void navigate({ search: { q: value || undefined }, replace: true }); }} />
          </div>
        )}
        <PagedTable
          paged={paged}
          label={t('nav.tenants')}
          keyOf={(one) => one.id}
          columns={[{ title: t('tenants.name') }, { title: t('tenants.status') }, { title: t('tenants.plan') }, { title: t('tenants.points'), number: true }, { title: t('tenants.concentrators'), number: true }, { title: t('tenants.users'), number: true }, { title: t('tenants.readings'), number: true }]}
          row={(one) => [
            <span key="name" className="row nowrap"><BrandMark brand={one.brand} name={one.name} size={28} /> <Link to="/tenants/$id" params={{ id: one.id }} className="cell-link">{one.name}</Link></span>,
            <Status key="status" tone={STATUS_TONES[one.status]}>{t(`tenants.${one.status}`)}</Status>,
            t(`tenants.${one.plan}`),
            formatNumber(one.usage.meteringPoints, locale, 0),
            formatNumber(one.usage.concentrators, locale, 0),
            formatNumber(one.usage.users, locale, 0),
            formatNumber(one.readingsByDay[0]?.readings ?? 0, locale, 0),
          ]}
          empty={search.q ? <Empty icon="search" title={t('search.nothing', { text: search.q })} /> : <Empty icon="people" title={t('tenants.none')} action={add}>{t('tenants.noneLead')}</Empty>}
        />
      </Panel>
      {adding && <Add close={() => setAdding(false)} />}
    </>
  );
}

function Add({ close }: { close: () => void }) {
  const { t, locale } = usePreferences();
  const viewer = useViewer();
  const navigate = useNavigate();
  const [{ fetching }, create] = useMutation(CREATE);
  const refusals = useRefusals();
  const [typed, setTyped] = useState({ name: '', timezone: viewer.tenant.timezone, locale: locale as string, plan: 'STANDARD' as (typeof PLANS)[number] });
  const told = (part: Partial<typeof typed>) => setTyped((all) => ({ ...all, ...part }));
  const send = async () => {
    const answer = await create({ input: typed });
    const made = answer.data?.createTenant;
    if (refusals.judge(answer, made?.errors) && made?.tenant) void navigate({ to: '/tenants/$id', params: { id: made.tenant.id } });
  };
  return (
    <Drawer opened onClose={close} position="right" size={480} title={t('tenants.add')} closeButtonProps={{ 'aria-label': t('close') }}>
      <form className="form" onSubmit={(event) => { event.preventDefault(); void send(); }}>
        <TextInput label={t('tenants.name')} required maxLength={200} value={typed.name} error={refusals.of('name')} onChange={(event) => told({ name: event.currentTarget.value })} data-autofocus />
        <TextInput label={t('tenants.zone')} description={t('tenants.zoneHint')} required value={typed.timezone} error={refusals.of('timezone')} onChange={(event) => told({ timezone: event.currentTarget.value })} />
        <Select label={t('tenants.language')} data={LOCALES.map((value) => ({ value, label: LANGUAGES[value] }))} value={typed.locale} allowDeselect={false} onChange={(value) => value && told({ locale: value })} />
        <Select label={t('tenants.plan')} data={PLANS.map((value) => ({ value, label: t(`tenants.${value}`) }))} value={typed.plan} allowDeselect={false} onChange={(value) => told({ plan: PLANS.find((one) => one === value) ?? 'STANDARD' })} />
        <UserErrors errors={refusals.errors} />
        <div className="row">
          <Button type="submit" loading={fetching}>{t('tenants.add')}</Button>
          <Button variant="default" onClick={close}>{t('cancel')}</Button>
        </div>
      </form>
    </Drawer>
  );
}

const LANGUAGES = { en: 'English', ru: 'Русский', ro: 'Română' } as const;
