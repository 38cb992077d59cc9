/** Meters in pages of 100 that follow the scrolling; only the rows in sight are drawn. */
import type { Commodity, } from '@shared/tokens';
import { Link } from '@tanstack/react-router';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useCallback, useEffect, useRef, useState } from 'react';
import { useClient } from 'urql';
import type { CombinedError } from '@urql/core';
import { graphql, type ResultOf } from '../../api/graphql';
import { useT } from '../../app/preferences';
import { useViewer } from '../../app/viewer';
import { Empty, FailureNote, Waiting } from '../../ui/Answer';
import { CommodityIcon } from '../../ui/Icon';

const METERS = graphql(`
  query Meters($after: String, $under: ID, $commodity: Commodity, $role: Role, $search: String) {
    viewer {
      meteringPoints(first: 100, after: $after, under: $under, commodity: $commodity, role: $role, search: $search) {
        edges { node { id name commodity role phase meter { id serial } site { id name path timezone } premise { id name } } }
        pageInfo { hasNextPage endCursor }
      }
    }
  }
`);

export type Point = ResultOf<typeof METERS>['viewer']['meteringPoints']['edges'][number]['node'];

export interface MeterFilter {
  under?: string | undefined;
  commodity?: Commodity | undefined;
  role?: Point['role'] | undefined;
  search?: string | undefined;
}

const ROW = 48;
const AHEAD = 40;

function useMeters(filter: MeterFilter) {
  const client = useClient();
  const [state, setState] = useState<{ points: Point[]; after: string | null; done: boolean; error?: CombinedError | undefined }>({ points: [], after: null, done: false });
  const busy = useRef(false);
  const key = JSON.stringify(filter);
  const wanted = useRef(key);
  useEffect(() => {
    wanted.current = key;
    busy.current = false;
    setState({ points: [], after: null, done: false });
  }, [key]);
  const more = useCallback(async () => {
    if (busy.current) return;
    busy.current = true;
    const asked = wanted.current;
    const { data, error } = await client.query(METERS, { ...(JSON.parse(asked) as MeterFilter), after: state.after }).toPromise();
    if (wanted.current !== asked) return;
    busy.current = false;
    const found = data?.viewer.meteringPoints;
    setState((known) =>
      found
        ? { points: [...known.points, ...found.edges.map((edge) => edge.node)], after: found.pageInfo.endCursor, done: !found.pageInfo.hasNextPage }
        : { ...known, error, done: !error },
    );
  }, [client, state.after]);
  return { ...state, more, retry: () => setState((known) => ({ ...known, error: undefined })) };
}

/** Rows that are chosen instead of opened, and what is loaded so far. */
export interface Choosing {
  chosen: ReadonlyMap<string, Point>;
  toggle: (point: Point) => void;
  loaded: (points: readonly Point[]) => void;
}

export function MeterList({ filter, height, choosing }: { filter: MeterFilter; height?: number; choosing?: Choosing | undefined }) {
  const t = useT();
  const imports = useViewer().may('metering:install');
  const { points, done, error, more, retry } = useMeters(filter);
  const place = useRef<HTMLDivElement>(null);
  const list = useVirtualizer({ count: points.length, getScrollElement: () => place.current, estimateSize: () => ROW, overscan: 10 });
  const items = list.getVirtualItems();
  const last = items.at(-1)?.index ?? -1;
  useEffect(() => {
    if (!done && !error && last >= points.length - AHEAD) void more();
  }, [done, error, last, points.length, more]);
  const tell = choosing?.loaded;
  useEffect(() => tell?.(points), [tell, points]);
  if (points.length === 0 && done) {
    const filtered = Object.values(filter).some((one) => one !== undefined && one !== null && one !== '');
    if (filtered) return <Empty icon="meter" title={t('meters.none')}>{t('meters.noneLead')}</Empty>;
    return <Empty icon="meter" title={t('meters.noneYet')} action={imports ? <Link to="/imports" search={{}}>{t('first.import')}</Link> : undefined}>{t(imports ? 'first.lead2' : 'first.wait')}</Empty>;
  }
  const waiting = points.length === 0 && !error;
  return (
    <>
      {error && <FailureNote error={error} retry={retry} />}
      <div className="list-head meter-cols" aria-hidden="true">
        <span />
        <span>{t('meter.serial')}</span>
        <span>{t('meter.place')}</span>
        <span>{t('meter.role')}</span>
        <span>{t('commodity')}</span>
      </div>
      {/* Bones stand in the frame of the list: what is below it stays where it is when the rows come. */}
      <div ref={place} className="list" style={height ? { height: waiting ? height : Math.min(height, Math.max(points.length, 1) * ROW) } : undefined} role={waiting ? undefined : 'list'} tabIndex={-1} aria-label={t('nav.meters')}>
        {waiting && <Waiting height={height ?? 960} shape="rows" />}
        <div role="presentation" style={{ height: list.getTotalSize(), position: 'relative' }}>
          {items.map((item) => {
            const point = points[item.index];
            return point && <Row key={point.id} point={point} top={item.start} count={done ? points.length : -1} index={item.index} choosing={choosing} />;
          })}
        </div>
      </div>
      <p className="hint" style={{ padding: '8px 20px' }} role="status">
        {done ? t('meters.all', { count: points.length }) : t('meters.some', { count: points.length })}
      </p>
    </>
  );
}

interface RowProps {
  point: Point;
  top: number;
  count: number;
  index: number;
  choosing: Choosing | undefined;
}

function Row({ point, top, count, index, choosing }: RowProps) {
  const t = useT();
  const told = (
    <>
      <strong>{point.meter?.serial ?? point.name}</strong>
      <span className="quiet">{point.site.path.split('/').slice(-2).join(' · ')}{point.premise && ` · ${point.premise.name}`}</span>
      <span className="quiet">{t(`role.point.${point.role}`)}</span>
      <span className="quiet">{t(`commodity.${point.commodity}`)}</span>
    </>
  );
  const look = { className: 'list-row meter-cols', style: { top, height: ROW } };
  return (
    <div role="listitem" aria-setsize={count} aria-posinset={index + 1}>
      {choosing ? (
        <label {...look}>
          <input type="checkbox" checked={choosing.chosen.has(point.id)} onChange={() => choosing.toggle(point)} />
          {told}
        </label>
      ) : (
        <Link {...look} to="/meters/$id" params={{ id: point.id }} search={{}} preload={false}>
          <CommodityIcon commodity={point.commodity} />
          {told}
        </Link>
      )}
    </div>
  );
}
