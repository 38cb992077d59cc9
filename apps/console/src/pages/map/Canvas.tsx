/** Borders of the world, and the houses upon them: near ones gathered in a circle of the worst colour. */
import { addProtocol, GeoJSONSource, Map as MapLibre, Marker, NavigationControl, ScaleControl, setWorkerUrl, type RasterSourceSpecification, type StyleSpecification } from 'maplibre-gl';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url';
import 'maplibre-gl/dist/maplibre-gl.css';
import { useEffect, useEffectEvent, useRef } from 'react';
import { feature } from 'topojson-client';
import type { GeometryCollection, Topology } from 'topojson-specification';
import bordersUrl from 'world-atlas/countries-50m.json?url';
import { usePreferences } from '../../app/preferences';
import { useColours } from '../../charts/useColours';
import { boundsOf, gridOver, joinedStreets, nameOf, severityOf, streetsOf, TONES, type House } from './houses';

setWorkerUrl(workerUrl);

const GATHERED_PX = 56;
const NEAREST = 17;
const FITTED = { padding: 48, maxZoom: 15 };
/** From here on streets are told apart; more names than these would cover each other. */
const NAMED_FROM = 11;
const MOST_NAMES = 40;
/** From here on a square is a part of a country at most, and as good as square. */
const SQUARES_FROM = 6;

interface CanvasProps {
  houses: House[];
  chosen: string | null;
  onChoose: (id: string) => void;
  /** Pictures below the houses; without them there are borders alone. */
  tiles: string | null;
  onLost: () => void;
  /** Side of the squares that are drawn where there are no tiles [m]. */
  onSquare: (metres: number) => void;
}

interface Gathered {
  cluster?: boolean;
  cluster_id?: number;
  point_count?: number;
  worst: number;
  wrong: number;
  id?: string;
  name?: string;
}

const collection = (houses: House[]): GeoJSON.FeatureCollection => ({
  type: 'FeatureCollection',
  features: houses.map((house) => ({
    type: 'Feature',
    geometry: { type: 'Point', coordinates: [house.longitude, house.latitude] },
    properties: { id: house.id, name: nameOf(house), worst: severityOf(house), wrong: severityOf(house) > 0 ? 1 : 0 },
  })),
});

const linesOf = (lines: [number, number][][]): GeoJSON.Feature => ({ type: 'Feature', geometry: { type: 'MultiLineString', coordinates: lines }, properties: {} });

async function borders(): Promise<GeoJSON.GeoJSON> {
  const topology = (await (await fetch(bordersUrl)).json()) as Topology<{ countries: GeometryCollection }>;
  return feature(topology, topology.objects.countries);
}

/** Tiles are drawn for daylight. */
const DIMMED = { 'raster-brightness-max': 0.55, 'raster-saturation': -0.5 };
const ARCHIVE = /\.pmtiles(\?|$)/;

/** The source of tiles: a template, or an archive that is read in parts by its own protocol. */
async function tileSource(url: string): Promise<RasterSourceSpecification> {
  if (!ARCHIVE.test(url)) return { type: 'raster', tiles: [url], tileSize: 256, maxzoom: 19 };
  const { Protocol } = await import('pmtiles');
  addProtocol('pmtiles', new Protocol().tile);
  return { type: 'raster', url: `pmtiles://${url}`, tileSize: 256 };
}

export function Canvas({ houses, chosen, onChoose, tiles, onLost, onSquare }: CanvasProps) {
  const { t } = usePreferences();
  const { colours, scheme } = useColours();
  const lost = useEffectEvent(onLost);
  const square = useEffectEvent(onSquare);
  const place = useRef<HTMLDivElement>(null);
  const map = useRef<MapLibre | null>(null);
  const markers = useRef(new Map<string, Marker>());
  const names = useRef<Marker[]>([]);
  const choose = useEffectEvent(onChoose);
  const begins = useEffectEvent(() => (houses.length > 0 ? { bounds: boundsOf(houses), fitBoundsOptions: FITTED } : {}));
  const wordsOf = useEffectEvent((one: Gathered) =>
    one.cluster ? t('map.cluster', { count: one.point_count ?? 0, wrong: one.wrong }) : t('map.open', { name: one.name ?? '' }),
  );

  useEffect(() => {
    if (!place.current) return;
    const style: StyleSpecification = {
      version: 8,
      sources: { grid: { type: 'geojson', data: linesOf([]) }, streets: { type: 'geojson', data: linesOf([]) }, houses: { type: 'geojson', data: collection([]), cluster: true, clusterRadius: GATHERED_PX, clusterMaxZoom: NEAREST - 1, clusterProperties: { worst: ['max', ['get', 'worst']], wrong: ['+', ['get', 'wrong']] } } },
      layers: [
        { id: 'ground', type: 'background', paint: { 'background-color': colours.sunken } },
        { id: 'grid', type: 'line', source: 'grid', minzoom: SQUARES_FROM, layout: { visibility: tiles ? 'none' : 'visible' }, paint: { 'line-color': colours.line, 'line-width': 1 } },
        { id: 'streets', type: 'line', source: 'streets', minzoom: NAMED_FROM, layout: { visibility: tiles ? 'none' : 'visible', 'line-cap': 'round', 'line-join': 'round' }, paint: { 'line-color': colours.line, 'line-width': ['interpolate', ['exponential', 2], ['zoom'], NAMED_FROM, 1, NEAREST, 22] } },
        // Drawn without a trace, so that the source is read; what is seen are the buttons above it.
        { id: 'houses', type: 'circle', source: 'houses', paint: { 'circle-radius': 1, 'circle-opacity': 0 } },
      ],
    };
    const made = new MapLibre({ container: place.current, style, ...begins(), attributionControl: false, maxZoom: NEAREST, dragRotate: false, pitchWithRotate: false });
    made.addControl(new NavigationControl({ showCompass: false }), 'top-right');
    made.addControl(new ScaleControl({ unit: 'metric' }), 'bottom-left');
    made.touchZoomRotate.disableRotation();
    made.on('load', () => {
      // Borders lie below the tiles, too: they are what is seen where a tile is missing.
      void borders().then((data) => {
        if (!map.current) return;
        const above = made.getLayer('tiles') ? 'tiles' : 'grid';
        made.addSource('borders', { type: 'geojson', data });
        made.addLayer({ id: 'land', type: 'fill', source: 'borders', paint: { 'fill-color': colours.card } }, above);
        made.addLayer({ id: 'borders', type: 'line', source: 'borders', paint: { 'line-color': colours.field, 'line-width': 0.8 } }, above);
      });
      if (!tiles) return;
      void tileSource(tiles).then((source) => {
        if (!map.current) return;
        made.addSource('tiles', source);
        made.addLayer({ id: 'tiles', type: 'raster', source: 'tiles', paint: scheme === 'dark' ? DIMMED : {} }, 'houses');
      });
    });
    made.on('error', () => lost());
    const squares = () => {
      const bounds = made.getBounds();
      const { metres, lines } = gridOver([bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()]);
      if (made.getZoom() >= SQUARES_FROM) (made.getSource('grid') as GeoJSONSource | undefined)?.setData(linesOf(lines));
      square(made.getZoom() >= SQUARES_FROM ? metres : 0);
    };
    if (!tiles) {
      made.on('load', squares);
      made.on('moveend', squares);
    }
    const unlaid = () => place.current?.removeAttribute('data-drawn');
    unlaid();
    made.on('resize', unlaid);
    // Whoever looks from outside (a test, a printer) learns when everything stands.
    made.on('idle', () => {
      layNames(made, names.current, [...markers.current.values()]);
      place.current?.setAttribute('data-drawn', '');
    });
    const redraw = () => draw(made, markers.current, wordsOf, choose);
    made.on('render', () => made.isSourceLoaded('houses') && redraw());
    map.current = made;
    const known = markers.current;
    return () => {
      map.current = null;
      known.clear();
      made.remove();
    };
  }, [colours, scheme, tiles]);

  useEffect(() => {
    const shown = map.current;
    if (!shown) return;
    const lay = () => {
      markers.current.forEach((marker) => marker.remove());
      markers.current.clear();
      (shown.getSource('houses') as GeoJSONSource | undefined)?.setData(collection(houses));
      (shown.getSource('streets') as GeoJSONSource | undefined)?.setData(linesOf(joinedStreets(houses)));
      if (houses.length > 0) shown.fitBounds(boundsOf(houses), { ...FITTED, animate: false });
    };
    if (shown.isStyleLoaded()) lay();
    else void shown.once('load', lay);
  }, [houses, colours]);

  useEffect(() => {
    const shown = map.current;
    const streets = streetsOf(houses);
    if (!shown || streets.length > MOST_NAMES) return;
    const laid = streets.map((street) => {
      const element = document.createElement('span');
      element.className = 'map-name';
      element.textContent = street.name;
      return new Marker({ element, anchor: 'top', offset: BELOW }).setLngLat([street.longitude, street.latitude]).addTo(shown);
    });
    names.current = laid;
    const hide = () => laid.forEach((name) => name.getElement().toggleAttribute('hidden', shown.getZoom() < NAMED_FROM));
    hide();
    if (shown.loaded()) layNames(shown, laid, [...markers.current.values()]);
    shown.on('zoomend', hide);
    return () => {
      shown.off('zoomend', hide);
      names.current = [];
      laid.forEach((name) => name.remove());
    };
  }, [houses, colours]);

  useEffect(() => {
    markers.current.forEach((marker, key) => marker.getElement().toggleAttribute('data-chosen', key === chosen));
    const house = houses.find((one) => one.id === chosen);
    if (house) map.current?.jumpTo({ center: [house.longitude, house.latitude], zoom: Math.max(map.current.getZoom(), 15) });
  }, [chosen, houses]);

  return <div ref={place} className="map" role="region" aria-label={t('map.title')} />;
}

const NAME_HEIGHT = 20;
/** From the middle of a street, where a button may be, to the name [px]. */
const AWAY = 26;
const BELOW: [number, number] = [0, AWAY];

/** Where a name of a width may stand, by the middle of its upper edge: below, above, right, left [px]. */
const placesOf = (half: number): [number, number][] => [BELOW, [0, -AWAY - NAME_HEIGHT], [AWAY + half, -NAME_HEIGHT / 2], [-AWAY - half, -NAME_HEIGHT / 2]];

type Box = readonly [left: number, top: number, right: number, bottom: number];

const covers = (one: Box, other: Box) => one[0] < other[2] && other[0] < one[2] && one[1] < other[3] && other[1] < one[3];

/** Each name where no button and no other name is; one for which there is no such place is not shown. */
function layNames(map: MapLibre, names: readonly Marker[], buttons: readonly Marker[]): void {
  const taken: Box[] = buttons.map((button) => {
    const { x, y } = map.project(button.getLngLat());
    const half = button.getElement().offsetWidth / 2;
    return [x - half, y - half, x + half, y + half];
  });
  for (const name of names) {
    const { x, y } = map.project(name.getLngLat());
    const half = name.getElement().offsetWidth / 2;
    const places = placesOf(half);
    const boxes = places.map(([right, down]): Box => [x + right - half, y + down, x + right + half, y + down + NAME_HEIGHT]);
    const at = boxes.findIndex((box) => !taken.some((other) => covers(box, other)));
    name.getElement().toggleAttribute('data-covered', at < 0);
    const [place, box] = [places[at], boxes[at]];
    if (!place || !box) continue;
    name.setOffset(place);
    taken.push(box);
  }
}

/** Lays a button on each house or gathering in sight, and takes away those that left it. */
function draw(map: MapLibre, markers: Map<string, Marker>, wordsOf: (one: Gathered) => string, choose: (id: string) => void): void {
  const seen = new Set<string>();
  for (const one of map.querySourceFeatures('houses')) {
    const told = one.properties as Gathered;
    const key = told.cluster ? `gathered ${told.cluster_id}` : (told.id ?? '');
    if (seen.has(key)) continue;
    seen.add(key);
    if (markers.has(key)) continue;
    const [longitude, latitude] = (one.geometry as GeoJSON.Point).coordinates as [number, number];
    const element = buttonOf(told, wordsOf(told));
    element.addEventListener('click', () => {
      if (!told.cluster) return choose(told.id ?? '');
      const source = map.getSource('houses') as GeoJSONSource;
      void source.getClusterExpansionZoom(told.cluster_id ?? 0).then((zoom) => map.jumpTo({ center: [longitude, latitude], zoom }));
    });
    markers.set(key, new Marker({ element }).setLngLat([longitude, latitude]).addTo(map));
  }
  for (const [key, marker] of markers) {
    if (seen.has(key)) continue;
    marker.remove();
    markers.delete(key);
  }
}

function buttonOf(told: Gathered, words: string): HTMLButtonElement {
  const element = document.createElement('button');
  element.type = 'button';
  element.className = told.cluster ? 'map-gathered' : 'map-house';
  element.dataset.tone = TONES[told.worst] ?? 'ok';
  element.title = words;
  element.setAttribute('aria-label', words);
  if (told.cluster) element.textContent = String(told.point_count);
  return element;
}
