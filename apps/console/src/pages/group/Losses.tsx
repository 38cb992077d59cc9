/** Losses in the conductors of a house: by phase, by consumer, and the moves that would reduce them. */
import { Button } from '@mantine/core';
import { dateTime } from '@shared/dates';
import { formatAmount, formatNumber, formatPercent, unitText } from '@shared/units';
import { iso, rangeOf, HOUR_MS } from '@shared/zones';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { useQuery } from 'urql';
import { graphql, type ResultOf } from '../../api/graphql';
import { usePreferences } from '../../app/preferences';
import { useViewer } from '../../app/viewer';
import { Actor } from '../../ui/Actor';
import { Answer, Empty } from '../../ui/Answer';
import { Figure, Figures, Panel } from '../../ui/Panel';
import { Rows } from '../../ui/Rows';
import { chosenSpan, SpanPicker } from '../../ui/SpanPicker';
import { Status } from '../../ui/Status';
import { GroupView, type Group } from './GroupViews';
import { NetworkEditor } from './NetworkEditor';

const NETWORK = graphql(`
  query HouseNetwork($id: ID!) {
    node(id: $id) {
      id
      ... on BalanceGroup {
        houseNetwork {
          volts powerFactor savedAt savedBy person
          sections { name parent lengthM material areaMm2 neutralMm2 }
          consumers { section movable point { id } }
        }
      }
    }
  }
`);
const LOSSES = graphql(`
  query PhaseLosses($id: ID!, $from: DateTime!, $to: DateTime!) {
    node(id: $id) {
      id
      ... on BalanceGroup {
        houseNetwork {
          losses(from: $from, to: $to) {
            hours coverage consumedKwh lossKwh lossPercent lossMoney currency
            phaseAKwh phaseBKwh phaseCKwh neutralKwh bestLossKwh
            sections { name lossKwh largestAmperes lowestVolts }
            shares { point { id name meter { serial } premise { name } } kwh money }
            moves { point { id name meter { serial } premise { name } } fromPhase toPhase savesKwh savesMoney lossAfterKwh }
            splits { point { id name meter { serial } premise { name } } phases savesKwh savesMoney }
            withoutPhase { id name meter { serial } }
          }
        }
      }
    }
  }
`);

export type HouseNetwork = NonNullable<Extract<NonNullable<ResultOf<typeof NETWORK>['node']>, { houseNetwork: unknown }>['houseNetwork']>;
type Report = NonNullable<Extract<NonNullable<ResultOf<typeof LOSSES>['node']>, { houseNetwork: unknown }>['houseNetwork']>['losses'];

export function Losses() {
  const { t } = usePreferences();
  const { id } = useParams({ from: '/balances/$id/losses' });
  return <GroupView id={id} lead={t('losses.lead')}>{(group, zone) => <OfGroup group={group} zone={zone} />}</GroupView>;
}

function OfGroup({ group, zone }: { group: Group; zone: string }) {
  const { t, locale } = usePreferences();
  const viewer = useViewer();
  const [editing, setEditing] = useState(false);
  const [version, setVersion] = useState(0);
  const [result, ask] = useQuery({ query: NETWORK, variables: { id: group.id } });
  const again = () => ask({ requestPolicy: 'network-only' });
  const writes = viewer.may('metering:write') && group.site !== null;
  return (
    <Answer result={result} retry={again} skeleton={420}>
      {({ node }) => {
        const network = node && 'houseNetwork' in node ? node.houseNetwork : null;
        const edit = writes && <Button variant="default" onClick={() => setEditing(true)}>{t(network ? 'losses.change' : 'losses.tell')}</Button>;
        return (
          <>
            {network ? (
              <Report key={version} id={group.id} zone={zone} actions={edit} />
            ) : (
              <Panel><Empty icon="network" title={t('losses.none')} action={edit || undefined}>{t('losses.noneLead')}</Empty></Panel>
            )}
            {network?.savedAt && <p className="hint">{t('network.saved', { when: dateTime(Date.parse(network.savedAt), zone, locale) })} · <Actor actor={network.savedBy ?? ''} person={network.person} /></p>}
            {editing && group.site && (
              <NetworkEditor
                group={group.id}
                site={group.site.id}
                known={network}
                close={() => setEditing(false)}
                done={() => {
                  setEditing(false);
                  setVersion((known) => known + 1);
                  again();
                }}
              />
            )}
          </>
        );
      }}
    </Answer>
  );
}

function Report({ id, zone, actions }: { id: string; zone: string; actions: React.ReactNode }) {
  const { t } = usePreferences();
  const search = useSearch({ from: '/balances/$id/losses' });
  const navigate = useNavigate({ from: '/balances/$id/losses' });
  const { span, date } = chosenSpan(search, zone, 'month');
  const range = rangeOf(span, date, zone);
  const end = Math.min(range.to, Math.floor(Date.now() / HOUR_MS) * HOUR_MS);
  const [result, again] = useQuery({ query: LOSSES, variables: { id, from: iso(range.from), to: iso(Math.max(end, range.from + HOUR_MS)) } });
  return (
    <>
      <div className="spread">
        <SpanPicker span={span} date={date} zone={zone} spans={['day', 'month']} onChange={(next) => void navigate({ search: next })} />
        {actions}
      </div>
      <Answer result={result} retry={() => again({ requestPolicy: 'network-only' })} skeleton={520}>
        {({ node }) => {
          const report = node && 'houseNetwork' in node ? node.houseNetwork?.losses : null;
          if (!report) return null;
          if (report.hours === 0) return <Panel><Empty icon="delivery" title={t('losses.noHours')}>{t('losses.noHoursLead')}</Empty></Panel>;
          return <Told report={report} />;
        }}
      </Answer>
    </>
  );
}

function Told({ report }: { report: Report }) {
  const { t, locale } = usePreferences();
  const kwh = (value: number) => formatAmount(value, 'kWh', locale);
  const money = (value: string | null) => (value === null ? '–' : `${formatNumber(Number(value), locale, 2)} ${report.currency ?? ''}`);
  const ofLoss = (value: number) => formatPercent(report.lossKwh > 0 ? value / report.lossKwh : null, locale);
  const conductors = [
    [t('losses.phase', { phase: 'A' }), report.phaseAKwh],
    [t('losses.phase', { phase: 'B' }), report.phaseBKwh],
    [t('losses.phase', { phase: 'C' }), report.phaseCKwh],
    [t('losses.neutral'), report.neutralKwh],
  ] as const;
  const most = Math.max(...conductors.map(([, value]) => value), 1e-9);
  const ranked = [...report.shares].sort((one, other) => other.kwh - one.kwh);
  return (
    <>
      <Figures>
        <Figure label={t('losses.loss')} value={kwh(report.lossKwh)} note={t('losses.ofConsumed', { percent: formatPercent(report.lossPercent === null ? null : report.lossPercent / 100, locale, 2), amount: kwh(report.consumedKwh) })} />
        <Figure label={t('losses.money')} value={money(report.lossMoney)} note={report.lossMoney === null ? t('losses.noPrice') : undefined} />
        <Figure label={t('losses.neutral')} value={kwh(report.neutralKwh)} note={t('losses.neutralNote')} />
        <Figure label={t('losses.best')} value={kwh(report.bestLossKwh)} note={t('losses.bestNote', { percent: ofLoss(report.lossKwh - report.bestLossKwh) })} />
        <Figure label={t('losses.hours')} value={formatNumber(report.hours, locale, 0)} note={`${formatPercent(report.coverage, locale)} ${t('losses.hoursNote')}`} />
      </Figures>
      <Panel flush title={t('losses.moves')} hint={t('losses.movesHint')}>
        {report.moves.length === 0 ? <Empty icon="ok" title={t('losses.noMoves')} /> : (
          <Rows
            label={t('losses.moves')}
            columns={[{ title: t('losses.step') }, { title: t('meter') }, { title: t('losses.move') }, { title: t('losses.saves'), number: true }, { title: t('losses.savesMoney'), number: true }, { title: t('losses.after'), number: true }]}
            rows={report.moves.map((move, at) => [at + 1, <PointLink point={move.point} />, <strong className="nowrap">{move.fromPhase} → {move.toPhase}</strong>, `${kwh(move.savesKwh)} (${ofLoss(move.savesKwh)})`, money(move.savesMoney), kwh(move.lossAfterKwh)])}
          />
        )}
      </Panel>
      <div className="grid-2">
        <Panel title={t('losses.byPhase')}>
          <dl className="bars">
            {conductors.map(([name, value]) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd><span className="bar" style={{ width: `calc((100% - 96px) * ${value / most})` }} /> <span className="nowrap">{kwh(value)}</span></dd>
              </div>
            ))}
          </dl>
        </Panel>
        <Panel flush title={t('losses.splits')}>
          {report.splits.length === 0 ? <Empty icon="ok" title={t('losses.noSplits')} /> : (
            <Rows
              label={t('losses.splits')}
              columns={[{ title: t('meter') }, { title: t('losses.split') }, { title: t('losses.saves'), number: true }, { title: t('losses.savesMoney'), number: true }]}
              rows={report.splits.map((split) => [<PointLink point={split.point} />, split.phases, `${kwh(split.savesKwh)} (${ofLoss(split.savesKwh)})`, money(split.savesMoney)])}
              height={300}
            />
          )}
        </Panel>
      </div>
      <Panel flush title={t('losses.shares')} hint={t('losses.sharesHint')}>
        <Rows
          label={t('losses.shares')}
          columns={[{ title: t('meter') }, { title: t('losses.share'), number: true }, { title: '%', number: true }, { title: t('losses.money'), number: true }]}
          rows={ranked.map((share) => [
            <span className="row"><PointLink point={share.point} />{share.kwh < 0 && <Status tone="ok">{t('losses.helps')}</Status>}</span>,
            kwh(share.kwh), ofLoss(share.kwh), money(share.money),
          ])}
          height={420}
        />
        {report.withoutPhase.length > 0 && (
          <p className="panel-note">{t('losses.unplaced')} {report.withoutPhase.map((point) => <span key={point.id}><PointLink point={{ ...point, premise: null }} /> </span>)}</p>
        )}
      </Panel>
      <Panel flush title={t('losses.sections')}>
        <Rows
          label={t('losses.sections')}
          columns={[{ title: t('losses.section') }, { title: t('losses.loss'), number: true }, { title: t('losses.amperes'), number: true }, { title: t('losses.volts'), number: true }]}
          rows={report.sections.map((section) => [section.name, kwh(section.lossKwh), `${formatNumber(section.largestAmperes, locale, 1)} ${unitText('A', locale)}`, `${formatNumber(section.lowestVolts, locale, 1)} ${unitText('V', locale)}`])}
          height={420}
        />
      </Panel>
    </>
  );
}

interface PointProps {
  point: { id: string; name: string; meter: { serial: string } | null; premise: { name: string } | null };
}

export function PointLink({ point }: PointProps) {
  return (
    <>
      <Link to="/meters/$id" params={{ id: point.id }} search={{}}>{point.meter?.serial ?? point.name}</Link>
      {point.premise && <span className="quiet"> {point.premise.name}</span>}
    </>
  );
}
