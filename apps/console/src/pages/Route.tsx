/** The way of the collector past what the network does not hear. */
import { Button, TextInput } from '@mantine/core';
import { formatNumber, unitText } from '@shared/units';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { useQuery } from 'urql';
import { graphql } from '../api/graphql';
import { usePreferences } from '../app/preferences';
import { useViewer } from '../app/viewer';
import { Answer, Empty } from '../ui/Answer';
import { NothingYet } from '../ui/NothingYet';
import { Figure, Figures, PageHead, Panel, type Tone } from '../ui/Panel';
import { Rows } from '../ui/Rows';
import { SitePicker } from '../ui/SitePicker';
import { NetworkViews } from './network/NetworkViews';

const ROUTE = graphql(`
  query CollectorRoute($under: ID, $latitude: Float, $longitude: Float) {
    viewer { collectorRoute(under: $under, latitude: $latitude, longitude: $longitude) { metres unlocated stops { path latitude longitude fromLastM silent weak } } }
  }
`);

export function Route() {
  const viewer = useViewer();
  if (viewer.tops.length === 0) return <NothingYet icon="network" title="network.route" lead="route.lead" />;
  return <Way />;
}

function Way() {
  const { t, locale } = usePreferences();
  const { from, under } = useSearch({ from: '/route' });
  const navigate = useNavigate({ from: '/route' });
  const [typed, setTyped] = useState(from ?? '');
  const [latitude, longitude] = (from ?? '').split(',').map(Number);
  const start = from && Number.isFinite(latitude) && Number.isFinite(longitude) ? { latitude: latitude ?? null, longitude: longitude ?? null } : { latitude: null, longitude: null };
  const [result, again] = useQuery({ query: ROUTE, variables: { ...start, under: under ?? null } });
  const way = (metres: number) => (metres >= 1000 ? `${formatNumber(metres / 1000, locale, 1)} ${unitText('km', locale)}` : `${formatNumber(metres, locale, 0)} ${unitText('m', locale)}`);
  const toneIf = (count: number, tone: Tone) => (count > 0 ? tone : 'ok');
  return (
    <>
      <PageHead title={t('network.route')} lead={t('route.lead')} actions={<Button variant="default" onClick={() => print()}>{t('route.print')}</Button>} />
      <NetworkViews />
      <Panel>
        <form
          className="row row-end"
          onSubmit={(event) => {
            event.preventDefault();
            void navigate({ search: { from: typed.replace(/\s/g, '') || undefined, under } });
          }}
        >
          <SitePicker label={t('route.under')} none={t('route.everywhere')} onChange={(id) => void navigate({ search: { from, under: id ?? undefined } })} />
          <TextInput label={t('route.from')} description={t('route.fromHint')} placeholder="47.0105, 28.8638" pattern="\s*-?[0-9.]+\s*,\s*-?[0-9.]+\s*" value={typed} onChange={(event) => setTyped(event.currentTarget.value)} style={{ width: 300 }} />
          <Button type="submit" variant="default">{t('route.compute')}</Button>
        </form>
      </Panel>
      <Answer result={result} retry={() => again({ requestPolicy: 'network-only' })} skeleton={320}>
        {({ viewer: { collectorRoute: route } }) => {
          if (route.stops.length === 0 && route.unlocated.length === 0) return <Panel><Empty icon="ok" title={t('route.none')}>{t('route.noneLead')}</Empty></Panel>;
          const [silent, weak] = (['silent', 'weak'] as const).map((part) => route.stops.reduce((sum, stop) => sum + stop[part].length, 0)) as [number, number];
          return (
            <>
              <Figures>
                <Figure label={t('route.length')} value={way(route.metres)} />
                <Figure label={t('route.stops')} value={route.stops.length} />
                <Figure label={t('route.silent')} value={silent} tone={toneIf(silent, 'critical')} />
                <Figure label={t('route.weak')} value={weak} tone={toneIf(weak, 'warning')} />
              </Figures>
              <Panel flush title={t('route.stops')}>
                <Rows
                  label={t('route.stops')}
                  height={900}
                  columns={[{ title: t('route.stop') }, { title: t('route.place') }, { title: t('route.distance'), number: true }, { title: t('route.silent') }, { title: t('route.weak') }]}
                  rows={route.stops.map((stop, at) => [at + 1, <Link to="/sites" search={{ path: stop.path }}>{stop.path.split('/').slice(-2).join(' · ')}</Link>, at === 0 && !from ? '–' : way(stop.fromLastM), <span className="mono">{stop.silent.join(' ') || '–'}</span>, <span className="mono">{stop.weak.join(' ') || '–'}</span>])}
                />
                {route.unlocated.length > 0 && <p className="panel-note">{t('route.unlocated')} <span className="mono">{route.unlocated.join(' ')}</span></p>}
              </Panel>
            </>
          );
        }}
      </Answer>
    </>
  );
}
