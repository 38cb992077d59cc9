/** Which meters of a group are worth verifying or replacing, and when. */
import { Button, TextInput } from '@mantine/core';
import { shortDate } from '@shared/dates';
import { COMMODITIES } from '@shared/tokens';
import { formatNumber, formatPercent, unitText } from '@shared/units';
import { addDays, HOUR_MS, instantOf, iso, today } from '@shared/zones';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { useQuery } from 'urql';
import { graphql } from '../../api/graphql';
import { usePreferences } from '../../app/preferences';
import { Answer, Empty } from '../../ui/Answer';
import { Panel, type Tone } from '../../ui/Panel';
import { Rows } from '../../ui/Rows';
import { Status } from '../../ui/Status';
import { GroupView, type Group } from './GroupViews';
import { PointLink } from './Losses';

const ADVICE = graphql(`
  query Verifications($id: ID!, $from: DateTime!, $to: DateTime!, $prices: VerificationPrices!) {
    node(id: $id) {
      id
      ... on BalanceGroup {
        verifications(from: $from, to: $to, prices: $prices) {
          hours
          meters { point { id name meter { serial } premise { name } } meterSerial uncountedPercent uncountedError advice lossAYear verifyOn earliest latest breakevenOn finding { id kind } }
        }
      }
    }
  }
`);
const UNIT_PRICE = graphql(`query UnitPrice { viewer { commodityPrices { commodity price currency } } }`);

/** Sixty days: long enough to tell a few percent, short enough for a meter that changes. */
const DAYS = 60;
const TONES: Record<'KEEP' | 'VERIFY' | 'REPLACE', Tone> = { KEEP: 'ok', VERIFY: 'warning', REPLACE: 'critical' };

export function Verification() {
  const { t } = usePreferences();
  const { id } = useParams({ from: '/balances/$id/verification' });
  return <GroupView id={id} lead={t('verification.lead')}>{(group, zone) => <Asked group={group} zone={zone} />}</GroupView>;
}

function Asked({ group, zone }: { group: Group; zone: string }) {
  const { t } = usePreferences();
  const search = useSearch({ from: '/balances/$id/verification' });
  const [result, again] = useQuery({ query: UNIT_PRICE });
  return (
    <Answer result={result} retry={() => again({ requestPolicy: 'network-only' })} skeleton={320}>
      {({ viewer }) => {
        const known = viewer.commodityPrices.find((one) => one.commodity === group.commodity);
        const prices = { unit: search.unit ?? (known ? String(Number(known.price)) : ''), verification: search.verify ?? '', replacement: search.replace ?? '' };
        const whole = Object.values(prices).every((price) => Number(price) > 0);
        return (
          <>
            <Prices key={group.id} prices={prices} currency={known?.currency ?? ''} commodity={group.commodity} />
            {whole ? <Advice group={group} zone={zone} prices={prices} currency={known?.currency ?? ''} /> : <Panel><Empty icon="certificate" title={t('verification.missingPrice')} /></Panel>}
          </>
        );
      }}
    </Answer>
  );
}

interface Money {
  unit: string;
  verification: string;
  replacement: string;
}

function Prices({ prices, currency, commodity }: { prices: Money; currency: string; commodity: string }) {
  const { t, locale } = usePreferences();
  const navigate = useNavigate({ from: '/balances/$id/verification' });
  const [typed, setTyped] = useState(prices);
  const unit = unitText(commodity === COMMODITIES[0] || commodity === 'HEAT' ? 'kWh' : 'm3', locale);
  const plain = (text: string) => text.replace(',', '.').trim() || undefined;
  const field = (name: keyof Money, label: string) => (
    <TextInput label={currency ? `${label}, ${currency}` : label} inputMode="decimal" required pattern="[0-9]+([.,][0-9]+)?" value={typed[name]} onChange={(event) => { const { value } = event.currentTarget; setTyped((all) => ({ ...all, [name]: value })); }} style={{ width: 210 }} />
  );
  return (
    <Panel title={t('verification.prices')}>
      <form
        className="row row-end"
        onSubmit={(event) => {
          event.preventDefault();
          void navigate({ search: { unit: plain(typed.unit), verify: plain(typed.verification), replace: plain(typed.replacement) } });
        }}
      >
        {field('unit', t('verification.unit', { unit }))}
        {field('verification', t('verification.verify'))}
        {field('replacement', t('verification.replace'))}
        <Button type="submit">{t('verification.compute')}</Button>
      </form>
    </Panel>
  );
}

function Advice({ group, zone, prices, currency }: { group: Group; zone: string; prices: Money; currency: string }) {
  const { t, locale } = usePreferences();
  const end = instantOf(today(zone, Date.now()), zone);
  const start = instantOf(addDays(today(zone, Date.now()), -DAYS), zone);
  const [result, again] = useQuery({ query: ADVICE, variables: { id: group.id, from: iso(start), to: iso(Math.floor(end / HOUR_MS) * HOUR_MS), prices } });
  const day = (text: string | null) => (text === null ? '–' : shortDate(Date.parse(text), 'UTC', locale));
  const percent = (value: number) => formatPercent(value / 100, locale);
  return (
    <Answer result={result} retry={() => again({ requestPolicy: 'network-only' })} skeleton={420}>
      {({ node }) => {
        if (!node || !('verifications' in node)) return null;
        const { hours, meters } = node.verifications;
        if (meters.length === 0) return <Panel><Empty icon="meter" title={t('verification.none')} /></Panel>;
        return (
          <Panel flush title={t('verification.advice')} hint={t('verification.hint', { hours })}>
            <Rows
              label={t('verification.advice')}
              height={640}
              columns={[{ title: t('meter') }, { title: t('verification.advice') }, { title: t('verification.error'), number: true }, { title: t('verification.yearly'), number: true }, { title: t('verification.on') }, { title: t('verification.between') }, { title: t('verification.breakeven') }]}
              rows={meters.map((one) => [
                <PointLink point={one.point} />,
                one.finding ? <Status tone="critical"><Link to="/findings/$id" params={{ id: one.finding.id }}>{t(`finding.${one.finding.kind}`)}</Link></Status> : <Status tone={TONES[one.advice]}>{t(`verification.${one.advice}`)}</Status>,
                one.finding ? '–' : <span className="nowrap">{percent(one.uncountedPercent)} ± {percent(one.uncountedError)}</span>,
                one.finding ? '–' : `${formatNumber(Number(one.lossAYear), locale, 2)} ${currency}`,
                one.finding ? t('verification.inspect') : day(one.verifyOn),
                one.earliest && one.latest ? <span className="nowrap">{day(one.earliest)} – {day(one.latest)}</span> : one.earliest ? t('verification.after', { day: day(one.earliest) }) : '–',
                day(one.breakevenOn),
              ])}
            />
          </Panel>
        );
      }}
    </Answer>
  );
}
