// The main journeys of a resident through the app on the real product, on a telephone in New York;
// then axe on every screen. Any error on a browser's console fails the walk.

import assert from 'node:assert/strict';
import { demand as demandOf } from './demand.mjs';
import { install as installOf, installOwn as ownOf } from './install.mjs';
import { outbox as outboxOf, told as toldOf } from './told.mjs';
import { axe, complaints, end, enter, everything, office, open, phone, press, program, seen, settled, shot, signIn, staff, start, tenants, url } from './browser.mjs';

const PASSWORD = 'seven quiet herons';
const vera = { login: 'vera@riverside.example', password: PASSWORD };
const SERIAL = '31100002';
const NEIGHBOUR = '31100003';
const HOUR = 3_600_000;
const LOGO = 'https://logos.example/riverside.svg';
const MARK = '<svg xmlns="http://www.w3.org/2000/svg" width="96" height="96"><rect width="96" height="96" rx="20" fill="#1B6B3A"/><path d="M20 68 48 24l28 44z" fill="#fff"/></svg>';
const findings = [];
await start();
const ask = await program(tenants[0]);
const admin = await staff('admin@riverside.example');

const text = (page) => page.locator('[role=main]').locator('visible=true').first().innerText();

async function pointOf(serial) {
  const { viewer } = await ask('query($s: String!) { viewer { meteringPoints(first: 1, search: $s) { edges { node { id site { timezone } premise { id name } } } } } }', { s: serial });
  return viewer.meteringPoints.edges[0].node;
}

const point = await pointOf(SERIAL);
const neighbour = await pointOf(NEIGHBOUR);
const zone = point.site.timezone;

const profile = async (id, from, to) => (await ask('query($id: ID!, $from: DateTime!, $to: DateTime!) { node(id: $id) { ... on Metered { profile(from: $from, to: $to, step: "PT1H") { values } } } }', { id, from, to })).node.profile.values;

/** Local midnight of today in the zone of the house. */
function midnight() {
  const wall = new Intl.DateTimeFormat('en-GB', { timeZone: zone, hourCycle: 'h23', hour: 'numeric' });
  let at = Math.floor(Date.now() / HOUR) * HOUR;
  while (Number(wall.format(at)) !== 0) at -= HOUR;
  return at;
}

const number = (words) => Number(/([\d.,]+)/.exec(words)[1].replaceAll(',', ''));

/** Invited with a code, an account of one's own, consent; and the first look at today's hours. */
async function onboarding() {
  const movedInAt = new Date(Math.floor(Date.now() / HOUR) * HOUR - 40 * 24 * HOUR).toISOString();
  const { inviteResident } = await admin(
    `mutation($input: InviteResidentInput!) { inviteResident(input: $input) { invitation { code link } errors { code field message } } }`,
    { input: { premise: point.premise.id, name: 'Vera Lungu', locale: 'en', movedInAt } },
  );
  const { code, link } = inviteResident.invitation;
  assert.match(link, /\/app\/invite\//);
  const page = await phone();
  await page.goto(`${url}/app/`);
  await press(page, 'button', 'I have an invitation code');
  await seen(page.getByLabel('Code of the invitation')).fill('nothing');
  await press(page, 'button', 'Next');
  await seen(page.getByText('This is no code of an invitation.')).waitFor();
  await seen(page.getByLabel('Code of the invitation')).fill(code.toLowerCase());
  await press(page, 'button', 'Next');
  await seen(page.getByText(point.premise.name)).waitFor();
  await shot(page, 'journey-invitation');
  findings.push(...(await axe(page, 'invitation')));
  await page.getByLabel('E-mail').fill(vera.login);
  await page.getByLabel('Password').fill('short');
  await press(page, 'button', 'Take the invitation');
  await seen(page.getByText('Take at least 10 characters.')).waitFor();
  await page.getByLabel('Password').fill(PASSWORD);
  await press(page, 'switch', 'I agree');
  await press(page, 'button', 'Take the invitation');
  await seen(page.getByText('Welcome', { exact: true })).waitFor();
  await press(page, 'button', 'Sign in');
  await enter(page, vera);
  assert.match(await text(page), new RegExp(point.premise.name));
  await page.context().close();
}

/** The figure of today is the sum of the hours that the API tells, and a reload needs no sign-in. */
async function home() {
  const page = await signIn(vera);
  const asked = [];
  page.on('request', (request) => {
    const path = new URL(request.url()).pathname;
    if (path.startsWith('/bff/')) asked.push(path);
  });
  await page.addInitScript(() => localStorage.removeItem('balance.kept'));
  await page.reload();
  await page.waitForSelector('[data-testid=today-figure]');
  assert.deepEqual(asked.filter((path) => path !== '/bff/changes'), ['/bff/session/refresh', '/bff/home'], 'the home takes more than one question');
  await settled(page);
  const from = midnight();
  const values = await profile(point.id, new Date(from).toISOString(), new Date(from + 24 * HOUR).toISOString());
  const sum = values.reduce((total, value) => total + (value ?? 0), 0);
  const told = await page.getByTestId('today-figure').innerText();
  if (values.some((value) => value !== null)) assert.ok(Math.abs(number(told) - sum) < 0.06, `today is ${told}, not ${sum}`);
  assert.match(await text(page), /This month[\s\S]*How you compare/);
  await shot(page, 'journey-home');
  await page.context().close();
}

/** Hours are those of the house wherever the telephone is; a table says the same as the chart. */
async function charts() {
  const shown = [];
  for (const place of ['America/New_York', 'Europe/Chisinau']) {
    const page = await signIn(vera, { zone: place });
    await open(page, `/history?point=${encodeURIComponent(point.id)}&span=day&date=2026-10-25`);
    await press(page, 'button', 'Show as table');
    shown.push(await seen(page.getByTestId('chart-table')).getByRole('row').allInnerTexts());
    await page.context().close();
  }
  assert.equal(shown[0].length, 26, 'the day on which the clock goes back has 25 hours and a head');
  assert.deepEqual(shown[0], shown[1], 'a telephone in New York shows other hours');
  const values = await profile(point.id, '2026-10-24T21:00:00Z', '2026-10-25T22:00:00Z');
  values.forEach((value, index) => {
    const told = number(shown[0][index + 1].replace(/^.*?–\d\d:\d\d( GMT[+-]\d+)?/s, ''));
    assert.ok(Math.abs(told - value) < 0.006, `hour ${index}: ${shown[0][index + 1]}, not ${value}`);
  });
  const page = await signIn(vera);
  await open(page, `/history?point=${encodeURIComponent(point.id)}&span=month&date=2026-11-01`);
  const box = await seen(page.getByTestId('chart-touch')).boundingBox();
  await page.touchscreen.tap(box.x + 60, box.y + box.height / 2);
  await press(page, 'button', 'Open this day');
  await settled(page);
  assert.match(await seen(page.getByTestId('span-title')).innerText(), /November 2026/);
  await press(page, 'radio', 'Year');
  await settled(page);
  await shot(page, 'journey-year');
  await page.context().close();
}

/** What the dial showed at the end of a date. */
async function reading() {
  const page = await signIn(vera);
  await press(page, 'tab', 'Meters');
  await seen(page.getByText(`Serial ${SERIAL}`)).click();
  await seen(page.getByTestId('reading')).waitFor();
  const { node } = await ask('query($id: ID!, $at: DateTime!) { node(id: $id) { ... on MeteringPoint { readingAt(at: $at) { value } } } }', { id: point.id, at: new Date(midnight()).toISOString() });
  const told = number(await seen(page.getByTestId('reading')).innerText());
  assert.ok(Math.abs(told - node.readingAt.value) < 1, `the dial is ${told}, not ${node.readingAt.value}`);
  await press(page, 'radio', 'Teal');
  await page.context().close();
}

/** A limit is set, readings come, and the alert is in the inbox. */
async function alert() {
  const page = await signIn(vera);
  await press(page, 'tab', 'Alerts');
  await seen(page.getByText('Limits and watches')).click();
  await seen(page.getByRole('switch', { name: 'Leaks' })).waitFor();
  assert.equal(await seen(page.getByRole('switch', { name: 'Leaks' })).getAttribute('aria-checked'), 'true', 'leaks are watched from the first day');
  await press(page, 'button', 'Set a limit');
  await press(page, 'button', 'Save');
  await seen(page.getByText('Write a number above zero.')).waitFor();
  await page.getByLabel('Limit', { exact: true }).fill('0,1');
  await press(page, 'button', 'Save');
  await seen(page.getByText('Limit of a day: 0.1 kWh')).waitFor();
  await correct({ void: true });
  await page.goto(`${url}/app/alerts`);
  await seen(page.getByText('Day limit exceeded')).waitFor({ timeout: 90_000 });
  await seen(page.getByText('Day limit exceeded')).click();
  await press(page, 'button', 'I have seen it');
  await seen(page.getByText('Seen', { exact: true })).waitFor();
  await shot(page, 'journey-alert');
  await correct({ restore: true });
  await page.context().close();
}

/** A correction of an hour is as good as a reading that comes: its house is rolled up again. */
async function correct(change) {
  const hour = new Date(Math.floor(Date.now() / HOUR) * HOUR - 2 * HOUR).toISOString();
  await ask(`mutation($input: CorrectReadingsInput!) { correctReadings(input: $input) { corrections { id } errors { code field message } } }`, {
    input: { point: point.id, changes: [{ hour, ...change }], reason: 'walk', idempotencyKey: crypto.randomUUID() },
  });
}

async function away() {
  const page = await signIn(vera);
  await open(page, '/alerts/away');
  if (await seen(page.getByRole('button', { name: 'I am back' })).isVisible()) await press(page, 'button', 'I am back');
  await press(page, 'button', 'Start the watch');
  await seen(page.getByText('Watching your home')).waitFor();
  await press(page, 'button', 'I am back');
  await seen(page.getByRole('button', { name: 'Start the watch' })).waitFor();
  await open(page, '/alerts/quiet');
  await press(page, 'switch', 'Quiet hours');
  await press(page, 'button', 'Save');
  await seen(page.getByText('Saved')).waitFor();
  await page.reload();
  await settled(page);
  assert.equal(await seen(page.getByRole('switch', { name: 'Quiet hours' })).getAttribute('aria-checked'), 'true');
  await page.context().close();
}

/** The own supply is cut with a word that is typed, and every step arrives by itself. */
async function supply() {
  const page = await signIn(vera);
  await open(page, `/meter/${encodeURIComponent(point.id)}`);
  await seen(page.getByText('Switch the supply')).click();
  await seen(page.getByTestId('supply-bar')).waitFor();
  assert.match(await text(page), /There is no valve or contactor at this meter/);
  assert.equal(await page.getByRole('button', { name: 'Switch off' }).count(), 0, 'what cannot be switched is offered');
  await shot(page, 'journey-no-supply');
  await ask('mutation($p: ID!) { saveActuator(input: { point: $p }) { errors { code field message } } }', { p: point.id });
  await page.reload();
  await press(page, 'button', 'Switch off');
  const sheet = page.getByRole('dialog');
  assert.ok(await sheet.getByRole('button', { name: 'Switch off' }).isDisabled(), 'nothing is switched without the word');
  await page.getByLabel('Type OFF to confirm').fill('off');
  await sheet.getByRole('button', { name: 'Switch off' }).click();
  await seen(page.getByTestId('command-state').getByText('Done', { exact: true })).waitFor({ timeout: 90_000 });
  await seen(page.getByText('Supply is off')).waitFor();
  await shot(page, 'journey-supply');
  await page.getByLabel('Limit', { exact: true }).fill('2,5');
  await press(page, 'button', 'Set the limit');
  await page.getByLabel('Type LIMIT to confirm').fill('limit');
  await page.getByRole('dialog').getByRole('button', { name: 'Set the limit' }).click();
  await seen(page.getByText('Limit 2.5 kW')).waitFor({ timeout: 90_000 });
  await page.waitForTimeout(10_000); // an actuator rests between two switches
  await press(page, 'button', 'Switch on');
  await page.getByLabel('Type ON to confirm').fill('on');
  await page.getByRole('dialog').getByRole('button', { name: 'Switch on' }).click();
  await seen(page.getByText('Supply is on')).waitFor({ timeout: 90_000 });
  await page.context().close();
}

/** In the lift: what was read stays, with its age; nothing is sent later. */
async function offline() {
  const page = await signIn(vera);
  await settled(page);
  await page.waitForFunction(() => navigator.serviceWorker.getRegistration('/app/').then((found) => Boolean(found?.active)));
  await page.waitForFunction(kept);
  const before = await page.getByTestId('today-figure').innerText();
  await press(page, 'tab', 'Meters');
  await seen(page.getByText(`Serial ${SERIAL}`)).waitFor();
  await page.context().setOffline(true);
  await press(page, 'tab', 'Home');
  await seen(page.getByText(/No connection. As of/)).waitFor();
  assert.equal(await page.getByTestId('today-figure').innerText(), before);
  await shot(page, 'journey-offline');
  await press(page, 'tab', 'Alerts');
  await seen(page.getByText('Limits and watches')).click();
  await page.waitForTimeout(500);
  for (const button of await page.getByRole('button', { name: 'Set a limit' }).locator('visible=true').all()) {
    assert.equal(await button.isEnabled(), false, 'a limit cannot be set without a connection');
  }
  // Opened anew in the lift, it still speaks, of what is kept and of nothing else.
  await page.goto(`${url}/app/`);
  await seen(page.getByText(/No connection. As of \d/)).waitFor();
  assert.equal(await page.getByTestId('today-figure').innerText(), before);
  assert.ok((await page.locator('[role=img] svg path').count()) > 0, 'there is no chart');
  await page.reload();
  await seen(page.getByText(/No connection. As of \d/)).waitFor();
  await shot(page, 'journey-offline-reload');
  const held = await page.evaluate(async () => (await Promise.all((await caches.keys()).map(async (name) => (await (await caches.open(name)).keys()).map(({ url }) => new URL(url).pathname)))).flat());
  assert.ok(held.length > 1 && held.every((path) => path.startsWith('/app/')), `the worker keeps ${held}`);
  await page.context().setOffline(false);
  forgive(/ERR_INTERNET_DISCONNECTED|Failed to load resource/);
  await page.context().close();
}

/** Whether the first screen lies on the device; runs in the page. */
const kept = () => (JSON.parse(localStorage.getItem('balance.kept') ?? 'null')?.clientState.queries ?? []).some(({ queryKey }) => queryKey[0] === 'Home');

/** An app of another version: what the server says of it is the server's own word. */
async function aged(version) {
  const page = await phone();
  await page.route('**/bff/**', (route) => {
    const request = route.request();
    const at = request.url().replace(/([?&]version=)[^&]+/, `$1${version}`);
    return route.continue({ url: at, headers: { ...request.headers(), 'x-balance-app': `web/${version}` } });
  });
  return page;
}

/** A newer version is offered; one that is served no more says so, and nothing else. */
async function versions() {
  const page = await aged('0.9.5');
  await page.goto(`${url}/app/`);
  await page.getByRole('button').first().click();
  await enter(page, vera);
  await seen(page.getByText('Version 1.0.0 is available')).waitFor();
  await shot(page, 'journey-newer');
  findings.push(...(await axe(page, 'newer')));
  await press(page, 'button', 'Take it now');
  await page.waitForSelector('[data-testid=today-figure]');
  await page.context().close();
  const old = await aged('0.8.0');
  await old.goto(`${url}/app/`);
  await seen(old.getByText('Update the app')).or(old.getByRole('button').first()).first().waitFor();
  if (!(await old.getByText('Update the app').isVisible())) {
    await old.getByRole('button').first().click();
    await old.waitForSelector('#login');
    await old.fill('#login', vera.login);
    await old.fill('#password', PASSWORD);
    await old.click('button[type=submit]');
  }
  await seen(old.getByText('Update the app')).waitFor();
  await seen(old.getByText('This version no longer works. Get version 0.9.0 or newer.')).waitFor();
  assert.equal(await old.getByTestId('today-figure').count(), 0);
  await shot(old, 'journey-blocked');
  findings.push(...(await axe(old, 'blocked')));
  await old.context().close();
  forgive(/426/);
}

/** An organisation's name, colours and logo stand above everything, and are gone with it. */
async function brand() {
  const partner = await office('partner@demo.example', 'Demo Partner');
  const { viewer } = await ask('query { viewer { tenant { id } } }', {});
  const dress = async (input) => {
    const { brandTenant } = await partner('mutation($input: TenantBrandInput!) { brandTenant(input: $input) { errors { code field message } } }', { input: { tenant: btoa(`Tenant:${viewer.tenant.id}`), ...input } });
    assert.deepEqual(brandTenant.errors, []);
  };
  await dress({ name: 'Riverside Homes', colour: '#1B6B3A', colourDark: '#6FD39A', logoUrl: LOGO });
  for (const [scheme, accent] of [['light', 'rgb(27, 107, 58)'], ['dark', 'rgb(111, 211, 154)']]) {
    const page = await phone({ scheme });
    await page.route(LOGO, (route) => route.fulfill({ contentType: 'image/svg+xml', body: MARK }));
    await page.goto(`${url}/app/`);
    await page.getByRole('button').first().click();
    await enter(page, vera);
    await seen(page.getByText('Riverside Homes')).waitFor();
    // The page's own policy lets this address through, and no other one.
    await page.waitForFunction((logo) => [...document.images].some((one) => one.src === logo && one.naturalWidth > 0), LOGO);
    const other = await page.evaluate(() => new Promise((told) => {
      addEventListener('securitypolicyviolation', (event) => told(event.blockedURI), { once: true });
      new Image().src = 'https://elsewhere.example/spy.png';
    }));
    assert.match(other, /elsewhere\.example/);
    forgive(/elsewhere\.example/);
    await press(page, 'tab', 'Charts');
    await settled(page);
    const colours = await page.evaluate(() => [...document.querySelectorAll('[role=tab], [role=radio], [role=tab] *')].map((one) => getComputedStyle(one)).flatMap((one) => [one.color, one.backgroundColor, one.stroke]));
    assert.ok(colours.includes(accent), `${accent} is not among the colours`);
    assert.match(await page.title(), /Riverside Homes$/);
    await press(page, 'tab', 'Home');
    await settled(page);
    await shot(page, `journey-brand-${scheme}`);
    findings.push(...(await axe(page, `brand ${scheme}`)));
    await page.context().close();
  }
  await dress({ name: null, colour: null, colourDark: null, logoUrl: null });
  const page = await signIn(vera);
  assert.equal(await page.getByText('Riverside Homes').count(), 0);
  await page.context().close();
}

/** A neighbour's meters are as absent as any that never were. */
async function private_() {
  const page = await signIn(vera);
  const hours = page.waitForRequest((one) => one.url().endsWith('/bff/graphql') && one.postDataJSON()?.variables?.step === 'PT1H');
  await open(page, `/history?point=${encodeURIComponent(point.id)}&span=day&date=2026-11-10`);
  const request = await hours;
  const asked = { id: request.postDataJSON().id, headers: request.headers(), variables: request.postDataJSON().variables };
  const tell = async (id) => {
    const answer = await fetch(`${url}/bff/graphql`, { method: 'POST', headers: { authorization: asked.headers.authorization, 'content-type': 'application/json', 'x-balance-app': 'web/1.0.0' }, body: JSON.stringify({ id: asked.id, variables: { ...asked.variables, id } }) });
    return answer.json();
  };
  assert.ok((await tell(point.id)).data.node.profile.values.length > 0);
  assert.deepEqual(await tell(neighbour.id), await tell('TWV0ZXJpbmdQb2ludDo5OTk5OTk5'), 'a neighbour is told apart from nobody');
  await page.context().close();
}

/** Whether nothing that was read is on the device any more; runs in the page. */
const bare = () => (JSON.parse(localStorage.getItem('balance.kept') ?? 'null')?.clientState.queries ?? []).length === 0;

/** Signing out leaves nothing on the device. */
async function leave() {
  const page = await signIn(vera);
  await settled(page);
  await page.waitForFunction(() => JSON.parse(localStorage.getItem('balance.kept') ?? 'null')?.clientState.queries.length > 0);
  await press(page, 'tab', 'Settings');
  await seen(page.getByText('Readings kept on this device are erased.')).waitFor();
  await settled(page);
  await seen(page.getByText('Sign out', { exact: true })).click();
  await page.waitForURL(/\/app\/(welcome)?$/);
  await page.waitForFunction(bare);
  assert.equal(await page.evaluate(() => localStorage.getItem('balance.session')), null);
  await page.context().close();
}

const routes = {
  home: '/', 'chart-day': `/history?point=${encodeURIComponent(point.id)}&span=day&date=2026-11-10`, 'chart-month': `/history?point=${encodeURIComponent(point.id)}&span=month`, 'chart-year': `/history?point=${encodeURIComponent(point.id)}&span=year`,
  meters: '/meters', meter: `/meter/${encodeURIComponent(point.id)}`, supply: `/control/${encodeURIComponent(point.id)}`,
  alerts: '/alerts', rules: '/alerts/rules', rule: '/alerts/rule', away: '/alerts/away', quiet: '/alerts/quiet',
  settings: '/settings', household: '/settings/household', export: '/settings/export', delete: '/settings/delete', invite: '/invite',
};

async function accessible() {
  const looks = [['light', 'en'], ['dark', 'ru'], ['light', 'ro'], ...(everything ? [['dark', 'en'], ['light', 'ru'], ['dark', 'ro']] : [])];
  // One each processor core, and one that waits for the server.
  await Promise.all([0, 1, 2].map(async () => {
    for (let look = looks.shift(); look; look = looks.shift()) await accessibleIn(...look);
  }));
}

async function accessibleIn(scheme, locale) {
  const welcome = await phone({ scheme, locale });
  await open(welcome, '/');
  await welcome.getByRole('button').first().waitFor();
  findings.push(...(await axe(welcome, `welcome ${scheme} ${locale}`)));
  await shot(welcome, `welcome-${scheme}-${locale}`);
  await welcome.context().close();
  const page = await signIn(vera, { scheme, locale });
  for (const [name, path] of Object.entries(routes)) {
    await open(page, path);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(wide <= 390, `${path} is ${wide} wide on a telephone`);
    findings.push(...(await axe(page, `${name} ${scheme} ${locale}`)));
    await shot(page, `${name}-${scheme}-${locale}`);
  }
  await page.context().close();
}

/** Who moves out is out with that hour, whatever the device still holds. */
async function moveOut() {
  const page = await signIn(vera);
  await settled(page);
  const { viewer } = await admin('query { viewer { residents(first: 20, search: "Vera") { edges { node { id } } } } }');
  const { moveOut: done } = await admin('mutation($input: MoveOutInput!) { moveOut(input: $input) { resident { id } errors { code field message } } }', { input: { resident: viewer.residents.edges[0].node.id, at: new Date(Math.floor(Date.now() / HOUR) * HOUR).toISOString() } });
  assert.ok(done.resident);
  await page.goto(`${url}/app/history?span=year&date=2026-01-01`);
  await seen(page.getByRole('button', { name: 'Sign in' })).waitFor({ timeout: 30_000 });
  await page.waitForFunction(bare);
  forgive(/401/);
  await page.context().close();
}

/** Seconds from opening the app to the first chart, signed in, nothing kept. */
async function started() {
  const page = await signIn(vera);
  const times = [];
  await page.addInitScript(() => localStorage.removeItem('balance.kept'));
  for (let run = 0; run < 5; run++) {
    await page.goto(`${url}/app/`);
    await page.waitForFunction(() => window.firstChart);
    times.push(await page.evaluate(() => window.firstChart));
  }
  console.log(`first chart ${(times.sort((a, b) => a - b)[2] / 1000).toFixed(2)} s`);
  await page.context().close();
}

function forgive(known) {
  complaints.splice(0, complaints.length, ...complaints.filter((one) => !known.test(one)));
}

// Names of journeys may be given, to walk those alone.
const chosen = process.argv.slice(2);
const told = () => toldOf(admin, pointOf);
const demand = async () => {
  routes.event = await demandOf(admin, vera, SERIAL, findings);
};
const outbox = () => outboxOf(findings);
const install = () => installOf(admin, findings);
const installOwn = () => ownOf(admin, pointOf, findings);
const journeys = [onboarding, home, started, charts, reading, alert, demand, told, outbox, install, installOwn, away, supply, versions, brand, offline, private_, leave, accessible, moveOut];
for (const journey of journeys.filter(({ name }) => chosen.length === 0 || chosen.includes(name))) {
  const began = Date.now();
  try {
    await journey();
  } catch (error) {
    error.message = `${journey.name}: ${error.message}\n${complaints.join('\n')}`;
    throw error;
  }
  console.log(`${journey.name} ${((Date.now() - began) / 1000).toFixed(1)} s`);
}
await end();
assert.deepEqual(findings, []);
assert.deepEqual(complaints, []);
console.log('the app was walked');
