/** One rule: of which kind, about what, from which limit on, and over which channels. */
import { Button, Checkbox, Drawer, Select, TextInput } from '@mantine/core';
import { formatNumber, unitText } from '@shared/units';
import { useEffect, useState } from 'react';
import { useMutation, useQuery } from 'urql';
import { usePreferences, useT } from '../../app/preferences';
import { useZone } from '../../app/viewer';
import { localInput, ofLocalInput } from '@shared/zones';
import { MeterPicker, type PickedMeter } from '../../ui/MeterPicker';
import { SitePicker } from '../../ui/SitePicker';
import { UserErrors, type Refusal } from '../../ui/UserErrors';
import { KINDS, type AlertKind } from '../alarms/kinds';
import { aboutOf, CHANNELS, GROUPS, limitOf, OWNER, SAVE, usualLimit, type About, type Channel, type Rule, type Terms } from './documents';

interface FormProps {
  rule: Rule | null;
  /** Id of what a new rule is to be about. */
  about: string | null;
  close: () => void;
  done: () => void;
  terms: Terms;
}

const DAY_MS = 86_400_000;
const WORDS = { all: 'rules.all', site: 'rules.place', group: 'rules.group', meter: 'rules.meter' } as const;
const UNITS: Record<string, string> = { ELECTRICITY: 'kWh', HEAT: 'kWh' };
const unitOf = (commodity: string | undefined): string => (commodity ? (UNITS[commodity] ?? 'm3') : '');

function aboutOfRule(rule: Rule): About {
  if (rule.owner) return rule.owner.__typename === 'MeteringPoint' ? 'meter' : 'group';
  return rule.site ? 'site' : 'all';
}

export function RuleForm({ rule, about, terms, close, done }: FormProps) {
  const { t, locale } = usePreferences();
  const zone = useZone();
  const [{ fetching }, save] = useMutation(SAVE);
  const [{ data: named }] = useQuery({ query: OWNER, variables: { id: about ?? '' }, pause: !about || !!rule });
  const [errors, setErrors] = useState<Refusal[]>([]);
  const [kind, setKind] = useState<AlertKind>((rule?.kind as AlertKind | undefined) ?? (about ? 'NO_DATA' : 'LEAK'));
  const [what, setWhat] = useState<About>(rule ? aboutOfRule(rule) : 'all');
  const [site, setSite] = useState<string | null>(rule?.site?.id ?? null);
  const [meter, setMeter] = useState<PickedMeter | null>(rule?.owner?.__typename === 'MeteringPoint' ? { id: rule.owner.id, label: rule.owner.meter?.serial ?? rule.owner.name, commodity: rule.owner.commodity } : null);
  const [group, setGroup] = useState<{ id: string; commodity: string } | null>(rule?.owner?.__typename === 'BalanceGroup' ? { id: rule.owner.id, commodity: rule.owner.commodity } : null);
  const [limit, setLimit] = useState(rule?.limit === null || rule?.limit === undefined ? '' : String(rule.limit));
  const [window, setWindow] = useState({
    from: localInput(rule?.awayFrom ? Date.parse(rule.awayFrom) : Date.now(), zone),
    until: localInput(rule?.awayUntil ? Date.parse(rule.awayUntil) : Date.now() + 7 * DAY_MS, zone),
  });
  const [channels, setChannels] = useState<Channel[]>(rule?.channels ?? ['PUSH', 'EMAIL']);
  useEffect(() => {
    const node = named?.node;
    if (node?.__typename === 'MeteringPoint') {
      setWhat('meter');
      setMeter({ id: node.id, label: node.meter?.serial ?? node.name, commodity: node.commodity });
    } else if (node?.__typename === 'BalanceGroup') {
      setWhat('group');
      setGroup({ id: node.id, commodity: node.commodity });
    } else if (node?.__typename === 'Site') {
      setWhat('site');
      setSite(node.id);
    }
  }, [named]);
  const possible = aboutOf(kind);
  const chosen = possible.includes(what) ? what : (possible[0] ?? 'all');
  const owner = chosen === 'meter' ? meter : chosen === 'group' ? group : null;
  const fixed = rule?.isDefault ?? false;
  const usual = usualLimit(terms, kind);
  const whole = fixed || chosen === 'all' || (chosen === 'site' ? site !== null : owner !== null);
  const of = (field: string) => errors.find((one) => one.field === field)?.message;
  const send = async () => {
    const away = kind === 'AWAY';
    const { data, error } = await save({
      input: {
        kind,
        channels,
        id: rule?.id ?? null,
        enabled: rule?.enabled ?? true,
        limit: limitOf(kind) === null || limit.trim() === '' ? null : Number(limit.replace(',', '.')),
        owner: fixed ? null : (owner?.id ?? null),
        site: fixed || chosen !== 'site' ? null : site,
        awayFrom: away ? ofLocalInput(window.from, zone) : null,
        awayUntil: away ? ofLocalInput(window.until, zone) : null,
      },
    });
    const refused = error ? [{ code: 'FAILED', message: error.message }] : (data?.saveAlertRule.errors ?? []);
    setErrors(refused);
    if (refused.length === 0) done();
  };
  return (
    <Drawer opened onClose={close} position="right" size={480} title={t(rule ? 'rules.edit' : 'rules.add')} closeButtonProps={{ 'aria-label': t('close') }}>
      <form className="form" onSubmit={(event) => { event.preventDefault(); void send(); }}>
        <Select label={t('rules.what')} data={KINDS.map((value) => ({ value, label: t(`alert.${value}`) }))} value={kind} disabled={fixed} allowDeselect={false} onChange={(value) => setKind(KINDS.find((one) => one === value) ?? kind)} />
        {fixed ? <p className="quiet">{t('rules.all')}</p> : (
          <>
            <Select label={t('rules.about')} data={possible.map((value) => ({ value, label: t(WORDS[value]) }))} value={chosen} allowDeselect={false} onChange={(value) => setWhat(possible.find((one) => one === value) ?? 'all')} />
            {chosen === 'meter' && <MeterPicker label={t('rules.meter')} value={meter} onChange={setMeter} error={of('owner')} />}
            {chosen === 'site' && (rule?.site && site === rule.site.id ? <Named name={rule.site.path} change={() => setSite(null)} /> : named?.node?.__typename === 'Site' && site === named.node.id ? <Named name={named.node.path} change={() => setSite(null)} /> : <SitePicker label={t('rules.where')} onChange={setSite} />)}
            {chosen === 'group' && <GroupPicker known={group?.id ?? null} name={rule?.owner?.__typename === 'BalanceGroup' ? rule.owner.name : named?.node?.__typename === 'BalanceGroup' ? named.node.name : null} onChange={setGroup} />}
          </>
        )}
        <LimitField kind={kind} value={limit} unit={unitText(unitOf(owner?.commodity), locale)} usual={usual === null ? null : formatNumber(usual, locale)} error={of('limit')} onChange={setLimit} />
        {kind === 'AWAY' && (
          <div className="row">
            <TextInput type="datetime-local" label={t('rules.awayFrom')} description={t('timesIn', { zone })} required value={window.from} error={of('awayFrom')} onChange={(event) => { const { value } = event.currentTarget; setWindow((all) => ({ ...all, from: value })); }} />
            <TextInput type="datetime-local" label={t('rules.awayUntil')} description={t('timesIn', { zone })} required value={window.until} error={of('awayUntil')} onChange={(event) => { const { value } = event.currentTarget; setWindow((all) => ({ ...all, until: value })); }} />
          </div>
        )}
        <fieldset className="choices">
          <legend>{t('rules.by')}</legend>
          {CHANNELS.map((one) => (
            <Checkbox key={one} label={t(`rules.${one}`)} checked={channels.includes(one)} onChange={(event) => { const { checked } = event.currentTarget; setChannels((all) => CHANNELS.filter((each) => (each === one ? checked : all.includes(each)))); }} />
          ))}
        </fieldset>
        <UserErrors errors={errors} />
        <div className="row">
          <Button type="submit" loading={fetching} disabled={!whole}>{t('save')}</Button>
          <Button variant="default" onClick={close}>{t('cancel')}</Button>
        </div>
      </form>
    </Drawer>
  );
}

function Named({ name, change }: { name: string; change: () => void }) {
  const t = useT();
  return <div className="spread"><strong>{name.split('/').join(' · ')}</strong><Button size="xs" variant="default" onClick={change}>{t('rules.edit')}</Button></div>;
}

function GroupPicker({ known, name, onChange }: { known: string | null; name: string | null; onChange: (group: { id: string; commodity: string } | null) => void }) {
  const t = useT();
  const [site, setSite] = useState<string | null>(null);
  const [other, setOther] = useState(false);
  const [{ data }] = useQuery({ query: GROUPS, variables: { id: site ?? '' }, pause: !site });
  if (known && name && !other) return <Named name={name} change={() => { setOther(true); onChange(null); }} />;
  const groups = data?.node && 'balanceGroups' in data.node ? data.node.balanceGroups : [];
  return (
    <>
      <SitePicker label={t('rules.where')} onChange={(id) => { setSite(id); onChange(null); }} />
      <Select label={t('rules.resource')} disabled={groups.length === 0} data={groups.map((one) => ({ value: one.id, label: t(`commodity.${one.commodity}`) }))} value={known} onChange={(id) => onChange(groups.find((one) => one.id === id) ?? null)} />
    </>
  );
}

const LIMITS = { hour: 'rules.perHour', day: 'rules.perDay', month: 'rules.perMonth', hours: 'rules.hours', less: 'rules.percentLess', more: 'rules.percentMore', away: 'rules.awayLimit' } as const;

function LimitField({ kind, value, unit, usual, error, onChange }: { kind: AlertKind; value: string; unit: string; usual: string | null; error: string | undefined; onChange: (value: string) => void }) {
  const t = useT();
  const says = limitOf(kind);
  if (says === null) return null;
  const own = says === 'hour' || says === 'day' || says === 'month';
  return (
    <TextInput
      label={t(LIMITS[says], { unit })}
      description={usual === null ? undefined : t('rules.usualValue', { value: usual })}
      inputMode="decimal"
      pattern="[0-9]+([.,][0-9]+)?"
      required={own}
      value={value}
      error={error}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}
