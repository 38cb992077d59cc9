/** Who used what of the heat of a house: allocated to the last watt-hour. */
import { formatAmount, formatPercent, unitText } from '@shared/units';
import { HOUR_MS, iso, rangeOf } from '@shared/zones';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useQuery } from 'urql';
import { graphql } from '../../api/graphql';
import { usePreferences } from '../../app/preferences';
import { Answer, Empty } from '../../ui/Answer';
import { Figure, Figures, Panel } from '../../ui/Panel';
import { Rows } from '../../ui/Rows';
import { chosenSpan, SpanPicker } from '../../ui/SpanPicker';
import { Status } from '../../ui/Status';
import { GroupView, type Group } from './GroupViews';

const HEAT = graphql(`
  query HeatAllocation($id: ID!, $from: DateTime!, $to: DateTime!, $scheme: HeatScheme!, $basicShare: Float!) {
    node(id: $id) {
      id
      ... on BalanceGroup {
        heatAllocation(from: $from, to: $to, scheme: $scheme, basicShare: $basicShare) {
          totalKwh coverage parts { premise { id name areaM2 } kwh own estimated }
        }
      }
    }
  }
`);

const SCHEMES = ['HEAT_METERS', 'FLOW_METERS', 'HOT_WATER', 'RISER_SENSORS', 'RISER_METERS'] as const;

export function Heat() {
  const { t } = usePreferences();
  const { id } = useParams({ from: '/balances/$id/heat' });
  return <GroupView id={id} lead={t('heat.lead')}>{(group, zone) => <Shared group={group} zone={zone} />}</GroupView>;
}

function Shared({ group, zone }: { group: Group; zone: string }) {
  const { t, locale } = usePreferences();
  const search = useSearch({ from: '/balances/$id/heat' });
  const navigate = useNavigate({ from: '/balances/$id/heat' });
  const { span, date } = chosenSpan(search, zone, 'month');
  const scheme = search.scheme ?? 'HEAT_METERS';
  const basic = search.basic ?? '30';
  const range = rangeOf(span, date, zone);
  const end = Math.max(range.from + HOUR_MS, Math.min(range.to, Math.floor(Date.now() / HOUR_MS) * HOUR_MS));
  const [result, again] = useQuery({ query: HEAT, variables: { id: group.id, from: iso(range.from), to: iso(end), scheme, basicShare: Number(basic) / 100 } });
  return (
    <>
      <div className="spread">
        <SpanPicker span={span} date={date} zone={zone} spans={['day', 'month']} onChange={(next) => void navigate({ search: { ...search, ...next } })} />
        <div className="row">
          <label className="row">{t('heat.scheme')}
            <select className="field" value={scheme} onChange={(event) => { const { value } = event.currentTarget; void navigate({ search: { ...search, scheme: SCHEMES.find((one) => one === value) } }); }}>
              {SCHEMES.map((value) => <option key={value} value={value}>{t(`heat.${value}`)}</option>)}
            </select>
          </label>
          <label className="row">{t('heat.basic')}
            <select className="field" value={basic} onChange={(event) => void navigate({ search: { ...search, basic: event.currentTarget.value } })}>
              {['0', '10', '20', '30', '40', '50', '60', '100'].map((one) => <option key={one}>{one}</option>)}
            </select>
          </label>
        </div>
      </div>
      <Answer result={result} retry={() => again({ requestPolicy: 'network-only' })} skeleton={420}>
        {({ node }) => {
          if (!node || !('heatAllocation' in node)) return null;
          const { totalKwh, coverage, parts } = node.heatAllocation;
          const unit = scheme === 'HOT_WATER' ? 'm3' : 'kWh';
          return (
            <>
              <Figures>
                <Figure label={t('heat.total')} value={formatAmount(totalKwh, 'kWh', locale)} note={t('heat.known', { percent: formatPercent(coverage, locale) })} />
                <Figure label={t('heat.parts')} value={parts.length} />
              </Figures>
              <Panel flush title={t('heat.parts')}>
                {parts.length === 0 ? <Empty icon="house" title={t('heat.none')} /> : (
                  <Rows
                    label={t('heat.parts')}
                    height={640}
                    columns={[{ title: t('heat.premise') }, { title: unitText('m2', locale), number: true }, { title: t('heat.part'), number: true }, { title: '%', number: true }, { title: t('heat.own'), number: true }]}
                    rows={parts.map((part) => [
                      part.premise.name, part.premise.areaM2 ?? '–', formatAmount(part.kwh, 'kWh', locale), formatPercent(totalKwh > 0 ? part.kwh / totalKwh : null, locale),
                      part.estimated ? <Status tone="warning">{t('heat.estimated')}</Status> : formatAmount(part.own, unit, locale),
                    ])}
                  />
                )}
              </Panel>
            </>
          );
        }}
      </Answer>
    </>
  );
}
