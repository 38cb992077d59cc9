// Every route of the console, by a name for its picture, and by who has it. A test compares them with
// the router's own list, so that none is forgotten.

export const HOUSE = 'Lower Valley/Portmere/Old Town/Mill Street/Mill Street 2';

/** Who looks at the pages: a login of the demo, and the organisation where there are several. */
export const LOOKERS = {
  operator: { login: 'operator@riverside.example' },
  admin: { login: 'admin@riverside.example' },
  partner: { login: 'partner@demo.example', place: 'Demo Partner' },
};

/** Addresses by looker and name; `found` holds ids of real things. */
export function routes({ group, heat, boiler, meter, concentrator, finding, alert, tenant, event }) {
  return {
    operator: {
      overview: '/',
      balances: '/balances',
      balance: `/balances/${group}?span=month`,
      'group-losses': `/balances/${group}/losses`,
      'group-verification': `/balances/${group}/verification?verify=150&replace=600&unit=3`,
      'group-comparison': `/balances/${group}/comparison`,
      'group-heat': `/balances/${boiler}/heat?span=day&scheme=FLOW_METERS`,
      'group-mains': `/balances/${heat}/mains?span=day`,
      draw: '/draw',
      map: '/map',
      findings: '/findings?state=ALL',
      finding: `/findings/${finding}`,
      alarms: '/alarms?all=true',
      alert: `/alarms?alert=${encodeURIComponent(alert)}`,
      rules: '/rules',
      sites: `/sites?path=${encodeURIComponent(HOUSE)}`,
      meters: '/meters',
      'meter-day': `/meters/${meter}`,
      'meter-month': `/meters/${meter}?span=month`,
      'meter-year': `/meters/${meter}?span=year`,
      networks: '/networks',
      concentrator: `/networks/${concentrator}`,
      delivery: '/delivery',
      commands: '/commands',
      'demand-response': '/demand-response',
      event: `/demand-response/${event}`,
      actuators: '/actuators',
      imports: '/imports',
      firmware: '/firmware',
      route: '/route',
      reports: '/reports',
      residents: '/residents',
      acceptance: '/acceptance',
    },
    admin: {
      settings: '/settings',
      members: '/members',
      clients: '/clients',
      webhooks: '/webhooks',
      audit: '/audit',
    },
    partner: {
      tenants: '/tenants',
      tenant: `/tenants/${tenant}`,
    },
  };
}
