/** Reports as files: what, of where, of which days, in which format. */
import { Button, Select, TextInput } from '@mantine/core';
import { COMMODITIES } from '@shared/tokens';
import { addDays, isoDate, today, type LocalDate } from '@shared/zones';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { download } from '../api/download';
import { REPORTS, type ReportSearch } from '../app/addresses';
import { usePreferences } from '../app/preferences';
import { useViewer } from '../app/viewer';
import { Icon } from '../ui/Icon';
import { PageHead, Panel } from '../ui/Panel';
import { SitePicker } from '../ui/SitePicker';
import { UserErrors, type Refusal } from '../ui/UserErrors';

const FORMATS = ['csv', 'xlsx', 'pdf'] as const;
type Form = (typeof FORMATS)[number];

const monthStart = (date: LocalDate): LocalDate => ({ ...date, day: 1 });

/** First and last day of the spans that people ask for. */
function spansOf(now: LocalDate): Record<'lastMonth' | 'thisMonth' | 'week', { from: string; to: string }> {
  const last = addDays(monthStart(now), -1);
  return {
    lastMonth: { from: isoDate(monthStart(last)), to: isoDate(last) },
    thisMonth: { from: isoDate(monthStart(now)), to: isoDate(now) },
    week: { from: isoDate(addDays(now, -7)), to: isoDate(addDays(now, -1)) },
  };
}

export function Reports() {
  const { t, locale } = usePreferences();
  const viewer = useViewer();
  const search = useSearch({ from: '/reports' });
  const navigate = useNavigate({ from: '/reports' });
  const now = today(viewer.tenant.timezone, Date.now());
  const spans = spansOf(now);
  const kind = search.kind ?? 'consumption';
  const from = search.from ?? spans.thisMonth.from;
  const to = search.to ?? spans.thisMonth.to;
  const [under, setUnder] = useState<string | null>(null);
  const [busy, setBusy] = useState<Form | null>(null);
  const [made, setMade] = useState(false);
  const [errors, setErrors] = useState<Refusal[]>([]);
  const change = (next: ReportSearch) => {
    setMade(false);
    void navigate({ search: { ...search, ...next } });
  };
  const make = async (form: Form) => {
    setBusy(form);
    setMade(false);
    const query = new URLSearchParams({ from, to, ...(under ? { under } : {}), ...(search.commodity ? { commodity: search.commodity } : {}) });
    try {
      await download(`/documents/reports/${kind}.${form}?${query}`, `${kind}-${from}-${to}.${form}`, locale);
      setErrors([]);
      setMade(true);
    } catch (error) {
      setErrors([{ code: 'FAILED', message: error instanceof Error ? error.message : String(error) }]);
    }
    setBusy(null);
  };
  const shown = REPORTS.filter((one) => one !== 'findings' || viewer.may('findings:read'));
  return (
    <>
      <PageHead title={t('nav.reports')} lead={t('reports.lead')} />
      <Panel>
        <fieldset className="choices">
          <legend>{t('reports.kind')}</legend>
          {shown.map((one) => (
            <label key={one} className="choice" data-chosen={one === kind || undefined}>
              <input type="radio" name="kind" checked={one === kind} onChange={() => change({ kind: one })} />
              <span><strong>{t(`reports.${one}`)}</strong><br /><span className="quiet">{t(`reports.${one}Lead`)}</span></span>
            </label>
          ))}
        </fieldset>
      </Panel>
      <div className="grid-2">
        <Panel title={t('reports.where')}>
          <div className="form">
            <SitePicker label={t('alarms.where')} none={t('reports.everything')} onChange={setUnder} />
            <Select label={t('commodity')} placeholder={t('commodity.any')} clearable data={COMMODITIES.map((value) => ({ value, label: t(`commodity.${value}`) }))} value={search.commodity ?? null} onChange={(value) => change({ commodity: COMMODITIES.find((one) => one === value) })} />
          </div>
        </Panel>
        <Panel title={t('reports.days')} hint={t('timesIn', { zone: viewer.tenant.timezone })}>
          <div className="form">
            <div className="row">
              {(['week', 'thisMonth', 'lastMonth'] as const).map((one) => (
                <Button key={one} variant="default" aria-pressed={from === spans[one].from && to === spans[one].to} onClick={() => change(spans[one])}>{t(`reports.${one}`)}</Button>
              ))}
            </div>
            <div className="row">
              <TextInput type="date" label={t('reports.from')} value={from} max={to} onChange={(event) => change({ from: event.currentTarget.value })} />
              <TextInput type="date" label={t('reports.to')} value={to} min={from} max={isoDate(now)} onChange={(event) => change({ to: event.currentTarget.value })} />
            </div>
          </div>
        </Panel>
      </div>
      <Panel title={t('reports.make')} hint={t('reports.limits')}>
        <div className="form">
          <div className="row">
            {FORMATS.map((form) => <Button key={form} variant="default" leftSection={<Icon name="import" size={18} />} loading={busy === form} disabled={busy !== null && busy !== form} onClick={() => void make(form)}>{form.toUpperCase()}</Button>)}
            {made && <span className="quiet" role="status">{t('reports.made')}</span>}
          </div>
          <UserErrors errors={errors} />
        </div>
      </Panel>
    </>
  );
}
