/** The addresses of the console. Every view and filter has one. */
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

const routes = [
  createRoute({ getParentRoute: () => root, path: '/', component: Home }),
  createRoute({
    getParentRoute: () => root,
    path: '/sites',
    validateSearch: address.placeSearch,
    component: lazyRouteComponent(() => import('../pages/Sites'), 'Sites'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/meters',
    validateSearch: address.metersSearch,
    component: lazyRouteComponent(() => import('../pages/Meters'), 'Meters'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/meters/$id',
    validateSearch: address.meterSearch,
    component: lazyRouteComponent(() => import('../pages/meter/Meter'), 'Meter'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/balances',
    validateSearch: address.periodSearch,
    component: lazyRouteComponent(() => import('../pages/Balances'), 'Balances'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/balances/$id',
    validateSearch: address.spanSearch,
    component: lazyRouteComponent(() => import('../pages/balance/Balance'), 'Balance'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/balances/$id/losses',
    validateSearch: address.spanSearch,
    component: lazyRouteComponent(() => import('../pages/group/Losses'), 'Losses'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/balances/$id/verification',
    validateSearch: address.priceSearch,
    component: lazyRouteComponent(() => import('../pages/group/Verification'), 'Verification'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/balances/$id/comparison',
    component: lazyRouteComponent(() => import('../pages/group/GroupComparison'), 'GroupComparison'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/balances/$id/heat',
    validateSearch: address.heatSearch,
    component: lazyRouteComponent(() => import('../pages/group/Heat'), 'Heat'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/draw',
    validateSearch: address.drawSearch,
    component: lazyRouteComponent(() => import('../pages/Draw'), 'Draw'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/findings',
    validateSearch: address.findingSearch,
    component: lazyRouteComponent(() => import('../pages/Findings'), 'Findings'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/findings/$id',
    component: lazyRouteComponent(() => import('../pages/findings/Finding'), 'Finding'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/alarms',
    validateSearch: address.alarmSearch,
    component: lazyRouteComponent(() => import('../pages/Alarms'), 'Alarms'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/rules',
    validateSearch: address.ruleSearch,
    component: lazyRouteComponent(() => import('../pages/Rules'), 'Rules'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/webhooks',
    validateSearch: address.webhookSearch,
    component: lazyRouteComponent(() => import('../pages/Webhooks'), 'Webhooks'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/map',
    validateSearch: address.mapSearch,
    component: lazyRouteComponent(() => import('../pages/Map'), 'Map'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/networks',
    component: lazyRouteComponent(() => import('../pages/Networks'), 'Networks'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/firmware',
    component: lazyRouteComponent(() => import('../pages/Firmware'), 'Firmware'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/route',
    validateSearch: address.routeSearch,
    component: lazyRouteComponent(() => import('../pages/Route'), 'Route'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/networks/$id',
    validateSearch: address.daySearch,
    component: lazyRouteComponent(() => import('../pages/network/Concentrator'), 'Concentrator'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/delivery',
    validateSearch: address.periodSearch,
    component: lazyRouteComponent(() => import('../pages/Delivery'), 'Delivery'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/commands',
    validateSearch: address.stateSearch,
    component: lazyRouteComponent(() => import('../pages/Commands'), 'Commands'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/actuators',
    validateSearch: address.actuatorSearch,
    component: lazyRouteComponent(() => import('../pages/Actuators'), 'Actuators'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/imports',
    validateSearch: address.fileSearch,
    component: lazyRouteComponent(() => import('../pages/Imports'), 'Imports'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/reports',
    validateSearch: address.reportSearch,
    component: lazyRouteComponent(() => import('../pages/Reports'), 'Reports'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/acceptance',
    validateSearch: address.acceptanceSearch,
    component: lazyRouteComponent(() => import('../pages/Acceptance'), 'Acceptance'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/tenants',
    validateSearch: address.wordSearch,
    component: lazyRouteComponent(() => import('../pages/Tenants'), 'Tenants'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/tenants/$id',
    component: lazyRouteComponent(() => import('../pages/partner/Tenant'), 'Tenant'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/residents',
    validateSearch: address.wordSearch,
    component: lazyRouteComponent(() => import('../pages/admin/Residents'), 'Residents'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/members',
    component: lazyRouteComponent(() => import('../pages/admin/Members'), 'Members'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/clients',
    component: lazyRouteComponent(() => import('../pages/admin/Clients'), 'Clients'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/audit',
    validateSearch: address.wordSearch,
    component: lazyRouteComponent(() => import('../pages/admin/Audit'), 'Audit'),
  }),
] as const;

export const router = createRouter({
  routeTree: root.addChildren([...routes]),
  basepath: '/console',
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
