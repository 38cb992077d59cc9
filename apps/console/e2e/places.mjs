// The real addresses of things in the demo, read over the API that the console itself uses.

import { url } from './browser.mjs';
import { HOUSE } from './routes.mjs';

/** Asks the API with the token of a client program. */
export async function asker({ client_id: id, client_secret: secret }) {
  const answer = await fetch(`${url}/oauth/token`, {
    method: 'POST',
    headers: { Authorization: `Basic ${btoa(`${id}:${secret}`)}` },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
  });
  const { access_token: token } = await answer.json();
  return async (query, variables = {}) => {
    const told = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ query, variables }),
    });
    const { data, errors } = await told.json();
    if (errors) throw new Error(JSON.stringify(errors));
    return data;
  };
}

/** Waits until the analyses of a new installation have named the demo's thief. */
async function suspectsFound(ask) {
  for (let tries = 0; tries < 90; tries++) {
    const { viewer } = await ask('{ viewer { findings(kinds: [METER_SLOWED]) { edges { node { id } } } alerts(kinds: [TAMPER]) { edges { node { id } } } } }');
    if (viewer.findings.edges.length > 0 && viewer.alerts.edges.length > 0) return;
    await new Promise((done) => setTimeout(done, 2_000));
  }
  throw new Error('the analyses named no slowed meter within three minutes');
}

/** An event of demand response that a house was asked to take part in: the newest, or one that is called now. */
async function calledEvent(ask, site) {
  const { viewer } = await ask('{ viewer { drEvents(first: 1) { edges { node { id } } } } }');
  if (viewer.drEvents.edges.length > 0) return viewer.drEvents.edges[0].node.id;
  const { createProgram } = await ask('mutation($input: CreateProgramInput!) { createProgram(input: $input) { program { id } errors { code } } }', { input: { name: 'Evening peaks', idempotencyKey: 'walk' } });
  const soon = new Date(Math.ceil(Date.now() / 3_600_000 + 2) * 3_600_000).toISOString();
  const input = { program: createProgram.program.id, name: 'Cold evening', targets: [site], startsAt: soon, durationMinutes: 120, level: 2, messages: [{ locale: 'en', text: 'Thank you for helping the street.' }], idempotencyKey: 'walk' };
  const { dispatchDrEvent } = await ask('mutation($input: DispatchDrEventInput!) { dispatchDrEvent(input: $input) { event { id } errors { code message } } }', { input });
  return dispatchDrEvent.event.id;
}

export async function places(ask) {
  await suspectsFound(ask);
  const { viewer } = await ask(
    `query($path: String!) { viewer {
      tenant { id }
      site(path: $path) { id timezone balanceGroups { id commodity } }
      meteringPoints(first: 1, search: "31100001") { edges { node { id meter { serial } } } }
      concentrators(first: 1) { edges { node { id serial } } }
      findings(kinds: [METER_SLOWED]) { edges { node { id } } }
      alerts(kinds: [TAMPER], first: 1) { edges { node { id } } } } }`,
    { path: HOUSE },
  );
  return {
    // As its partner's office names it.
    tenant: btoa(`Tenant:${viewer.tenant.id}`),
    zone: viewer.site.timezone,
    group: viewer.site.balanceGroups.find((one) => one.commodity === 'ELECTRICITY').id,
    meter: viewer.meteringPoints.edges[0].node.id,
    concentrator: viewer.concentrators.edges[0].node.id,
    finding: viewer.findings.edges[0].node.id,
    alert: viewer.alerts.edges[0].node.id,
    event: await calledEvent(ask, viewer.site.id),
  };
}
