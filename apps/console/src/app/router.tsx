/** The addresses of the console. Every view and filter has one. */
import { loadRest } from '@shared/i18n';
import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Navigate } from '@tanstack/react-router';
import { Empty, Waiting } from '../ui/Answer';
import { Overview } from '../pages/Overview';
import * as address from './addresses';
import { useT } from './preferences';
import { Shell } from './Shell';
import { useViewer, ViewerProvider } from './viewer';
import { navigation } from './navigation';

const root = createRootRoute({
  component: () => (
    <ViewerProvider>
      <Shell />
    </ViewerProvider>
  ),
  notFoundComponent: Lost,
});

function Lost() {
  const t = useT();
  return <Empty icon="search" title={t('lost.title')}>{t('lost.lead')}</Empty>;
}

function Home() {
  const viewer = useViewer();
  if (viewer.may('readings:read')) return <Overview />;
  const first = navigation(viewer)[0]?.places[0];
  return first ? <Navigate to={first.to} /> : <NothingHere />;
}

function NothingHere() {
  const t = useT();
  return <Empty icon="info" title={t('nothingHere.title')}>{t('nothingHere.lead')}</Empty>;
}

/** A page that is fetched when it is shown or about to be, with its words. */
function page<Module extends Record<string, unknown>, Name extends keyof Module & string>(load: () => Promise<Module>, name: Name) {
  return lazyRouteComponent(async () => {
    const [found] = await Promise.all([load(), loadRest()]);
    return found;
  }, name);
}

const routes = [
  createRoute({ getParentRoute: () => root, path: '/', component: Home }),
  createRoute({
    getParentRoute: () => root,
    path: '/sites',
    validateSearch: address.placeSearch,
    component: page(() => import('../pages/Sites'), 'Sites'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/meters',
    validateSearch: address.metersSearch,
    component: page(() => import('../pages/Meters'), 'Meters'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/meters/$id',
    validateSearch: address.meterSearch,
    component: page(() => import('../pages/meter/Meter'), 'Meter'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/balances',
    validateSearch: address.periodSearch,
    component: page(() => import('../pages/Balances'), 'Balances'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/balances/$id',
    validateSearch: address.spanSearch,
    component: page(() => import('../pages/balance/Balance'), 'Balance'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/balances/$id/losses',
    validateSearch: address.spanSearch,
    component: page(() => import('../pages/group/Losses'), 'Losses'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/balances/$id/verification',
    validateSearch: address.priceSearch,
    component: page(() => import('../pages/group/Verification'), 'Verification'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/balances/$id/comparison',
    component: page(() => import('../pages/group/GroupComparison'), 'GroupComparison'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/balances/$id/heat',
    validateSearch: address.heatSearch,
    component: page(() => import('../pages/group/Heat'), 'Heat'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/balances/$id/mains',
    validateSearch: address.spanSearch,
    component: page(() => import('../pages/group/Mains'), 'Mains'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/draw',
    validateSearch: address.drawSearch,
    component: page(() => import('../pages/Draw'), 'Draw'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/findings',
    validateSearch: address.findingSearch,
    component: page(() => import('../pages/Findings'), 'Findings'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/findings/$id',
    component: page(() => import('../pages/findings/Finding'), 'Finding'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/alarms',
    validateSearch: address.alarmSearch,
    component: page(() => import('../pages/Alarms'), 'Alarms'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/rules',
    validateSearch: address.ruleSearch,
    component: page(() => import('../pages/Rules'), 'Rules'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/webhooks',
    validateSearch: address.webhookSearch,
    component: page(() => import('../pages/Webhooks'), 'Webhooks'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/demand-response',
    validateSearch: address.stateSearch,
    component: page(() => import('../pages/DemandResponse'), 'DemandResponse'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/demand-response/$id',
    component: page(() => import('../pages/demand/Event'), 'Event'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/map',
    validateSearch: address.mapSearch,
    component: page(() => import('../pages/Map'), 'Map'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/networks',
    component: page(() => import('../pages/Networks'), 'Networks'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/firmware',
    component: page(() => import('../pages/Firmware'), 'Firmware'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/route',
    validateSearch: address.routeSearch,
    component: page(() => import('../pages/Route'), 'Route'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/networks/$id',
    validateSearch: address.daySearch,
    component: page(() => import('../pages/network/Concentrator'), 'Concentrator'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/delivery',
    validateSearch: address.periodSearch,
    component: page(() => import('../pages/Delivery'), 'Delivery'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/commands',
    validateSearch: address.stateSearch,
    component: page(() => import('../pages/Commands'), 'Commands'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/actuators',
    validateSearch: address.actuatorSearch,
    component: page(() => import('../pages/Actuators'), 'Actuators'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/imports',
    validateSearch: address.fileSearch,
    component: page(() => import('../pages/Imports'), 'Imports'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/reports',
    validateSearch: address.reportSearch,
    component: page(() => import('../pages/Reports'), 'Reports'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/acceptance',
    validateSearch: address.acceptanceSearch,
    component: page(() => import('../pages/Acceptance'), 'Acceptance'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/tenants',
    validateSearch: address.wordSearch,
    component: page(() => import('../pages/Tenants'), 'Tenants'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/tenants/$id',
    component: page(() => import('../pages/partner/Tenant'), 'Tenant'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/residents',
    validateSearch: address.wordSearch,
    component: page(() => import('../pages/admin/Residents'), 'Residents'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/settings',
    component: page(() => import('../pages/admin/Settings'), 'Settings'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/members',
    component: page(() => import('../pages/admin/Members'), 'Members'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/clients',
    component: page(() => import('../pages/admin/Clients'), 'Clients'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/audit',
    validateSearch: address.wordSearch,
    component: page(() => import('../pages/admin/Audit'), 'Audit'),
  }),
] as const;

export const router = createRouter({
  routeTree: root.addChildren([...routes]),
  basepath: '/console',
  // Ids end in these; a link and an address typed by hand are to be the same.
  pathParamsAllowedCharacters: ['='],
  parseSearch: address.parseSearch,
  stringifySearch: address.stringifySearch,
  defaultPreload: 'intent',
  scrollRestoration: true,
  defaultPendingComponent: () => <Waiting height={320} />,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
