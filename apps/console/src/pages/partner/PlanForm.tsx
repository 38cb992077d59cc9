/** What an organisation may use: its plan, and figures of its own over it. */
import { Button, Select, TextInput } from '@mantine/core';
import { formatNumber } from '@shared/units';
import { useState } from 'react';
import { useMutation } from 'urql';
import { usePreferences } from '../../app/preferences';
import { Panel } from '../../ui/Panel';
import { UserErrors } from '../../ui/UserErrors';
import { PLAN, PLANS, useRefusals, type Tenant } from './documents';

const FIGURES = ['readingsPerHour', 'requestsPerMinute', 'costPerMinute', 'storageMonths'] as const;
type Figures = Record<(typeof FIGURES)[number], string>;

export function PlanForm({ tenant, again }: { tenant: Tenant; again: () => void }) {
  const { t, locale } = usePreferences();
  const { limits } = tenant;
  const [{ fetching }, save] = useMutation(PLAN);
  const refusals = useRefusals();
  const [saved, setSaved] = useState(false);
  const [plan, setPlan] = useState(tenant.plan);
  const [own, setOwn] = useState(() => Object.fromEntries(FIGURES.map((name) => [name, limits.own.includes(name) ? String(limits[name]) : ''])) as Figures);
  const send = async () => {
    setSaved(false);
    const figures = Object.fromEntries(FIGURES.map((name) => [name, own[name] === '' ? null : Number(own[name])]));
    const answer = await save({ input: { tenant: tenant.id, plan, ...figures } });
    if (refusals.judge(answer, answer.data?.setTenantPlan.errors)) {
      setSaved(true);
      again();
    }
  };
  return (
    <Panel title={t('tenants.limits')} hint={t('tenants.limitsHint')}>
      <form className="form" onSubmit={(event) => { event.preventDefault(); void send(); }}>
        <Select label={t('tenants.plan')} data={PLANS.map((value) => ({ value, label: t(`tenants.${value}`) }))} value={plan} allowDeselect={false} onChange={(value) => setPlan(PLANS.find((one) => one === value) ?? plan)} />
        {FIGURES.map((name) => (
          <TextInput
            key={name}
            label={t(`tenants.${name}`)}
            inputMode="numeric"
            pattern="[1-9][0-9]*"
            maxLength={10}
            placeholder={plan === tenant.plan && !limits.own.includes(name) ? formatNumber(limits[name], locale, 0) : t(`tenants.${plan}`)}
            value={own[name]}
            onChange={(event) => { const { value } = event.currentTarget; setOwn((all) => ({ ...all, [name]: value })); }}
          />
        ))}
        <UserErrors errors={refusals.errors} />
        <div className="row">
          <Button type="submit" variant="default" loading={fetching}>{t('tenants.save')}</Button>
          {saved && <span className="quiet" role="status">{t('tenants.saved')}</span>}
        </div>
      </form>
    </Panel>
  );
}
