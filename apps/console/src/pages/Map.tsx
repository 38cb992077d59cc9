/** The map of the houses, filtered by what is wrong, with the same as a list beside it. */
import { SegmentedControl } from '@mantine/core';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { formatNumber, unitText } from '@shared/units';
import { lazy, Suspense, useMemo, useState } from 'react';
import { useQuery } from 'urql';
import { graphql } from '../api/graphql';
import { usePreferences, useT } from '../app/preferences';
import { useViewer } from '../app/viewer';
import { Answer, Empty, Waiting } from '../ui/Answer';
import { Icon } from '../ui/Icon';
import { PageHead, Panel } from '../ui/Panel';
import { Status } from '../ui/Status';
import { isShown, nameOf, severityOf, SHOWN, toneOf, unpacked, type House, type Packed } from './map/houses';

const Canvas = lazy(async () => ({ default: (await import('./map/Canvas')).Canvas }));

const SITE_MAP = graphql(`
  query SiteMap($under: ID) {
    viewer {
      siteMap(under: $under) { ids paths addresses latitudes longitudes concentrators devices findings withoutPlace withoutPlaceCount }
    }
  }
`);

const LISTED = 200;
/** Houses that are named because nobody knows where they are. */
const MOST_LOST = 12;

export function Map() {
  const t = useT();
  const { show, under } = useSearch({ from: '/map' });
  const [result, again] = useQuery({ query: SITE_MAP, variables: { under: under ?? null }, requestPolicy: 'cache-and-network' });
  return (
    <>
      <PageHead title={t('nav.map')} lead={t('map.lead')} actions={under && <Link to="/map" search={{ show }}>{t('map.whole')}</Link>} />
      <Answer result={result} retry={() => again({ requestPolicy: 'network-only' })} skeleton={560}>
        {({ viewer }) => <Shown packed={viewer.siteMap as unknown as Packed} lost={viewer.siteMap.withoutPlace} lostCount={viewer.siteMap.withoutPlaceCount} />}
      </Answer>
    </>
  );
}

function Shown({ packed, lost, lostCount }: { packed: Packed; lost: string[]; lostCount: number }) {
  const { t, locale } = usePreferences();
  const search = useSearch({ from: '/map' });
  const navigate = useNavigate({ from: '/map' });
  const [chosen, setChosen] = useState<string | null>(null);
  const [lostTiles, setLost] = useState(false);
  const [square, setSquare] = useState(0);
  const tiles = useViewer().tenant.mapTiles;
  const show = search.show ?? 'all';
  const all = useMemo(() => unpacked(packed), [packed]);
  const shown = useMemo(() => all.filter((house) => isShown(house, show)), [all, show]);
  const listed = useMemo(() => [...shown].sort((one, other) => severityOf(other) - severityOf(one) || one.path.localeCompare(other.path)), [shown]);
  const choices = SHOWN.filter((one) => (one !== 'silent' || packed.devices !== null) && (one !== 'found' || packed.findings !== null));
  const unplaced = lostCount > 0 && <p className="hint">{t('map.lost', { count: lostCount })} {lost.slice(0, MOST_LOST).map((path) => <span key={path}><Link to="/sites" search={{ path }}>{path.split('/').slice(-2).join(' · ')}</Link> </span>)}{lostCount > MOST_LOST && '…'}</p>;
  // A map of the world without a house on it helps nobody.
  if (all.length === 0) return <Panel><Empty icon="map" title={t('map.none')}>{t('map.noneLead')}</Empty>{unplaced}</Panel>;
  return (
    <>
      <div className="spread">
        <SegmentedControl
          aria-label={t('map.show')}
          value={show}
          onChange={(value) => void navigate({ search: { ...search, show: SHOWN.find((one) => one === value) } })}
          data={choices.map((value) => ({ value, label: t(`map.${value}`) }))}
        />
        <span className="quiet">{t('map.houses', { count: shown.length })}</span>
      </div>
      <div className="map-page">
        <div className="panel panel-flush map-frame">
          <Suspense fallback={<Waiting height={560} />}>
            <Canvas houses={shown} chosen={chosen} onChoose={setChosen} tiles={tiles?.url ?? null} onLost={() => setLost(true)} onSquare={setSquare} />
          </Suspense>
          {lostTiles ? <p className="panel-note hint" role="status">{t('map.tilesLost')}</p> : tiles?.attribution && <p className="panel-note hint">{tiles.attribution}</p>}
          {!tiles && square > 0 && <p className="panel-note hint">{t('map.schematic', { length: square < 1000 ? `${formatNumber(square, locale, 0)} ${unitText('m', locale)}` : `${formatNumber(square / 1000, locale, 0)} ${unitText('km', locale)}` })}</p>}
        </div>
        <Panel flush title={t(show === 'all' ? 'map.all' : 'map.list')}>
          {listed.length === 0 && <Empty icon="ok" title={t('map.noneWrong')} />}
          <ul className="map-list" aria-label={t('map.list')}>
            {listed.slice(0, LISTED).map((house) => (
              <li key={house.id} data-chosen={house.id === chosen || undefined}>
                <div className="spread">
                  <Link to="/sites" search={{ path: house.path }}>{nameOf(house)}</Link>
                  <button type="button" className="tool" aria-label={`${t('nav.map')}: ${nameOf(house)}`} onClick={() => setChosen(house.id)}><Icon name="map" size={18} /></button>
                </div>
                {house.address && <span className="hint">{house.address}</span>}
                <States house={house} />
              </li>
            ))}
          </ul>
        </Panel>
      </div>
      {unplaced}
    </>
  );
}

function States({ house }: { house: House }) {
  const t = useT();
  if (toneOf(house) === 'ok') return <Status tone="ok">{t('map.ok')}</Status>;
  return (
    <span className="row">
      {house.concentrators > 0 && <Status tone="critical" icon="network">{t('map.concentrators', { count: house.concentrators })}</Status>}
      {house.devices > 0 && <Status tone="warning" icon="network">{t('map.devices', { count: house.devices })}</Status>}
      {house.findings > 0 && <Status tone="critical" icon="finding">{t('map.findings', { count: house.findings })}</Status>}
    </span>
  );
}
