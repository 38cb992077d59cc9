/** Where a person may go: by their rights, not by the names of roles. */
import type { Key } from '@shared/i18n';
import type { IconName } from '../ui/Icon';
import type { Viewer } from './viewer';

export interface Place {
  to: string;
  title: Key;
  icon: IconName;
  /** Any of these. */
  needs: string | readonly string[];
  /** And this. */
  also?: string;
  where?: 'elsewhere';
}

interface Section {
  title: Key;
  places: Place[];
  /** Where it stands: in a partner's office, or with the others, unless in both. */
  where?: 'office' | 'elsewhere';
}

const SECTIONS: Section[] = [
  {
    title: 'nav.partner',
    where: 'office',
    places: [{ to: '/tenants', title: 'nav.tenants', icon: 'people', needs: 'partner:admin' }],
  },
  {
    title: 'nav.watch',
    where: 'elsewhere',
    places: [
      { to: '/', title: 'nav.overview', icon: 'overview', needs: 'readings:read' },
      { to: '/balances', title: 'nav.balances', icon: 'balance', needs: 'balances:read' },
      { to: '/findings', title: 'nav.findings', icon: 'finding', needs: 'findings:read' },
      { to: '/map', title: 'nav.map', icon: 'map', needs: 'findings:read' },
      { to: '/alarms', title: 'nav.alarms', icon: 'alarm', needs: ['alerts:read', 'health:read'] },
      { to: '/rules', title: 'nav.rules', icon: 'filter', needs: 'alerts:read' },
    ],
  },
  {
    title: 'nav.metering',
    where: 'elsewhere',
    places: [
      { to: '/sites', title: 'nav.sites', icon: 'tree', needs: 'metering:read' },
      { to: '/meters', title: 'nav.meters', icon: 'meter', needs: 'metering:read' },
      { to: '/networks', title: 'nav.networks', icon: 'network', needs: 'metering:read' },
      { to: '/delivery', title: 'nav.delivery', icon: 'delivery', needs: 'readings:read' },
    ],
  },
  {
    title: 'nav.work',
    where: 'elsewhere',
    places: [
      { to: '/commands', title: 'nav.commands', icon: 'command', needs: 'control:read' },
      { to: '/demand-response', title: 'nav.demandResponse', icon: 'clock', needs: 'demand-response:read' },
      { to: '/actuators', title: 'nav.actuators', icon: 'valve', needs: 'control:read' },
      { to: '/imports', title: 'nav.imports', icon: 'import', needs: 'metering:install' },
      { to: '/reports', title: 'nav.reports', icon: 'file', needs: 'reports:read' },
      { to: '/webhooks', title: 'nav.webhooks', icon: 'network', needs: 'clients:write', also: 'alerts:read' },
      { to: '/acceptance', title: 'nav.acceptance', icon: 'certificate', needs: 'readings:read' },
    ],
  },
  {
    title: 'nav.administration',
    places: [
      { to: '/settings', title: 'nav.settings', icon: 'settings', needs: 'tenant:admin', where: 'elsewhere' },
      { to: '/residents', title: 'nav.residents', icon: 'people', needs: 'residents:read' },
      { to: '/members', title: 'nav.members', icon: 'user', needs: 'members:write' },
      { to: '/clients', title: 'nav.clients', icon: 'shield', needs: 'clients:write', where: 'elsewhere' },
      { to: '/audit', title: 'nav.audit', icon: 'table', needs: 'audit:read' },
    ],
  },
];

export function navigation(viewer: Viewer): Section[] {
  const here = viewer.partner ? 'office' : 'elsewhere';
  const stands = ({ where }: { where?: string }) => !where || where === here;
  const may = (place: Place) => [place.needs].flat().some((one) => viewer.may(one)) && (!place.also || viewer.may(place.also));
  return SECTIONS.filter(stands).map((section) => ({
    ...section,
    places: section.places.filter((place) => stands(place) && may(place)),
  })).filter((section) => section.places.length > 0);
}
