// The main journeys through the console on the real product, each person in their role, in a browser
// in New York; then axe on every route. Any error on a browser's console fails the run.

import assert from 'node:assert/strict';
import { archiveOf, part, shareOf, tileOf } from './archive.mjs';
import { axe, complaints, end, everything, gateway, look, open, settled, shot, signIn, start } from './browser.mjs';
import { demand as demandOf } from './demand.mjs';
import { heating } from './heating.mjs';
import { asker, places } from './places.mjs';
import { HOUSE, LOOKERS, routes } from './routes.mjs';
import { settling } from './settling.mjs';

const { tenants } = JSON.parse(process.env.CONSOLE);
const ask = await asker(tenants[0]);
const found = { ...(await places(ask)), ...(await heating(ask, gateway)) };
const all = routes(found);
const findings = [];

const settle = settling({ ask, findings });
const demand = demandOf({ findings, event: found.event });

const text = (page) => page.locator('main').innerText();

async function operator() {
  const page = await signIn('operator@riverside.example');
  assert.match(await text(page), /Delivered, 24 hours/);

  // The thief's house stands in the ranking; its balance opens from there.
  await page.click('nav >> text=Balances');
  await page.waitForSelector('table .cell-link');
  await settled(page);
  const first = page.locator('table .cell-link').first();
  const house = await first.innerText();
  await first.click();
  await page.waitForSelector('.long-chart canvas');
  assert.match(await text(page), new RegExp(house));
  assert.match(await text(page), /hours judged/);

  // From everywhere to a meter by its serial, with the keyboard alone.
  await page.keyboard.press('/');
  await page.keyboard.type('31100001');
  await page.waitForSelector('#found [role=option] >> text=31100001');
  await page.keyboard.press('Enter');
  await page.waitForSelector('h1 >> text=31100001');
  await page.waitForSelector('.chart canvas');
  await settled(page);
  assert.match(await text(page), /31100001/);

  await correct(page);
  await page.context().close();
}

/** The demo's thief: named in the queue, with curves, taken on and inspected. */
async function suspects() {
  const page = await signIn('operator@riverside.example');
  await page.click('nav >> text=Suspects');
  await page.getByRole('link', { name: 'Meter slowed down' }).first().click({ timeout: 120_000 });
  await page.waitForSelector('.long-chart canvas');
  await settled(page);
  assert.match(await text(page), /What vanished/);
  await page.getByLabel('Note').fill('sent Ion to look');
  await page.getByRole('button', { name: 'Take it on' }).click();
  await page.waitForSelector('.past >> text=sent Ion to look');
  await page.getByRole('button', { name: 'Confirmed on the spot' }).click();
  await page.waitForSelector('.past >> text=inspected, confirmed');
  await shot(page, 'journey-suspect');
  await page.context().close();
  const reader = await signIn('manager@riverside.example', { at: '/findings?state=ALL' });
  await reader.getByRole('link', { name: 'Meter slowed down' }).first().click();
  await reader.waitForSelector('.past');
  assert.equal(await reader.getByRole('button', { name: 'Close', exact: true }).count(), 0, 'a manager settles nothing');
  await reader.context().close();
}

/** An alert that the demo's suspects raised: noted, written about, handed over. */
async function alarms() {
  const page = await signIn('operator@riverside.example');
  await page.click('nav >> text=Alarms');
  await page.getByText('Unacknowledged', { exact: true }).click();
  await page.getByRole('link', { name: 'Tampering' }).first().click({ timeout: 120_000 });
  await page.waitForSelector('.past >> text=raised');
  const link = page.url();
  assert.match(link, /alert=/, 'an alert has an address');
  await page.getByLabel('Note').fill('called the flat, nobody home');
  await page.getByRole('button', { name: 'Acknowledge' }).click();
  await page.waitForSelector('.past >> text=called the flat');
  assert.equal(await page.getByRole('button', { name: 'Acknowledge' }).count(), 0, 'it is noted once');
  await page.getByLabel('Assign to').first().click();
  await page.getByRole('option', { name: 'Victor Rusu' }).click();
  await page.waitForSelector('.past >> text=Victor Rusu');
  await shot(page, 'journey-alert');
  await open(page, link.slice(link.indexOf('/alarms')));
  assert.match(await text(page), /called the flat/);
  await page.context().close();
  const reader = await signIn('manager@riverside.example', { at: '/alarms?state=ALL&kind=TAMPER' });
  await reader.getByRole('link', { name: 'Tampering' }).first().click();
  await reader.waitForSelector('.past');
  assert.equal(await reader.getByRole('button', { name: 'Acknowledge' }).count(), 0, 'a manager handles nothing');
  await reader.context().close();
}

/** Rules of one's own: about a meter it was opened from, about a place, and how one is told. */
async function rules() {
  const page = await signIn('manager@riverside.example', { at: `/meters/${found.meter}` });
  await page.getByRole('link', { name: 'Alert me' }).click();
  const drawer = page.getByRole('dialog');
  await drawer.getByText('A meter', { exact: true }).first().waitFor();
  assert.match(await drawer.getByRole('combobox', { name: 'A meter' }).or(drawer.getByLabel('A meter', { exact: true })).first().inputValue(), /31100001/);
  await drawer.getByLabel(/After so many hours/).fill('12');
  await drawer.getByRole('button', { name: 'Save' }).click();
  await page.waitForSelector('td >> text=31100001');
  assert.match(await page.locator('tr', { hasText: '31100001' }).innerText(), /12 h/);
  await page.locator('tr', { hasText: '31100001' }).getByRole('button', { name: 'Remove' }).click();
  await page.locator('tr', { hasText: '31100001' }).getByRole('button', { name: 'Really remove' }).click();
  await page.locator('tr', { hasText: '31100001' }).waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'New rule' }).click();
  await drawer.getByLabel('Kind').first().click();
  await page.getByRole('option', { name: 'Missing readings' }).click();
  await drawer.getByLabel('About').first().click();
  await page.getByRole('option', { name: 'A place and all below it' }).click();
  await page.getByLabel('Place 1').selectOption({ index: 1 });
  await drawer.getByLabel(/Less than/).fill('140');
  await drawer.getByRole('button', { name: 'Save' }).click();
  await page.waitForSelector('.refusals li');
  await drawer.getByLabel(/Less than/).fill('95');
  await shot(page, 'journey-rule');
  await drawer.getByRole('button', { name: 'Save' }).click();
  await page.waitForSelector('td >> text=95 %');
  await page.getByLabel('until', { exact: true }).fill('');
  await page.getByLabel('Quiet from').fill('22:00');
  await page.locator('main form').getByRole('button', { name: 'Save' }).click();
  await page.waitForSelector('.refusals >> text=quiet hours');
  await page.getByLabel('until', { exact: true }).fill('07:00');
  await page.getByLabel('Leak, SMS').selectOption('OFF');
  await page.locator('main form').getByRole('button', { name: 'Save' }).click();
  await page.waitForSelector('[role=status] >> text=Saved');
  await page.reload();
  await settled(page);
  assert.equal(await page.getByLabel('Quiet from').inputValue(), '22:00');
  assert.equal(await page.getByLabel('Leak, SMS').inputValue(), 'OFF');
  await page.context().close();
}

/** A balance beside the tree: drawn of a house's inlet and meters, then changed. */
async function drawn() {
  const page = await signIn('operator@riverside.example', { at: '/balances' });
  await page.getByRole('link', { name: 'Draw a group' }).click();
  await page.getByLabel('Name').fill('Mill Street, both sides');
  for (const [place, name] of [[1, 'Lower Valley'], [2, 'Portmere'], [3, 'Old Town'], [4, 'Mill Street'], [5, 'Mill Street 2']]) await page.getByLabel(`Below a place ${place}`).selectOption({ label: name });
  await page.waitForSelector('.picks li');
  await page.getByRole('button', { name: /^Add all/ }).click();
  await page.waitForSelector('[role=status] >> text=Without an inlet', { state: 'detached' });
  await shot(page, 'journey-draw');
  await page.getByRole('button', { name: 'Draw', exact: true }).click();
  await page.waitForSelector('h1 >> text=Mill Street, both sides');
  await page.getByRole('link', { name: 'Change the members' }).click();
  await page.waitForFunction(() => [...document.querySelectorAll('[aria-label=Chosen] select')].some((one) => one.value === 'INLET'));
  await page.getByRole('button', { name: /^Take out/ }).last().click();
  await page.getByRole('button', { name: 'Keep the members' }).click();
  await page.waitForSelector('h1 >> text=Mill Street, both sides');
  await open(page, '/balances');
  await page.waitForSelector('.plain >> text=Mill Street, both sides');
  await page.context().close();
}

/** From place to place and from organisation to organisation, by the header and by links. */
async function switching() {
  const page = await signIn('operator@riverside.example', { at: '/balances?days=30' });
  await page.getByRole('button', { name: /^Place/ }).click();
  const tree = page.getByRole('dialog');
  for (const name of ['Lower Valley', 'Portmere', 'Old Town']) await tree.getByRole('button', { name: `What is below ${name}` }).click();
  await shot(page, 'journey-place');
  findings.push(...(await axe(page, 'place switcher')));
  await tree.getByRole('link', { name: 'Show Mill Street', exact: true }).click();
  await page.waitForURL(/path=.*Mill/);
  assert.match(page.url(), /days=30/, 'other filters stay');
  assert.match(await page.getByRole('button', { name: /^Place/ }).innerText(), /Mill Street/);
  await page.getByRole('button', { name: 'Language' }).click();
  await page.getByRole('menuitemradio', { name: 'Română' }).click();
  await page.waitForSelector('h1 >> text=Balanțe');
  await page.reload();
  await page.waitForSelector('h1 >> text=Balanțe');
  await page.context().close();

  const partner = await signIn('partner@demo.example', { place: 'Demo Partner' });
  await partner.getByRole('button', { name: 'Account' }).click();
  await partner.getByRole('menuitem', { name: /Northwater/ }).click();
  await partner.waitForSelector('.rail-foot >> text=Northwater');
  const number = tenants.find((one) => one.name === 'Riverside').tenant;
  await partner.goto(`${new URL(partner.url()).origin}/console/alarms?seat=${number}`);
  await partner.waitForSelector('.rail-foot >> text=Riverside');
  assert.match(partner.url(), /\/console\/alarms$/, 'a link names organisation and page');
  await partner.context().close();
}

/** GraphiQL: found from the clients, signs in by itself, and answers. */
async function graphiql() {
  const page = await signIn('admin@riverside.example', { at: '/clients' });
  const [opened] = await Promise.all([page.context().waitForEvent('page'), page.getByRole('link', { name: /GraphiQL/ }).click()]);
  await opened.waitForLoadState();
  await opened.waitForFunction(() => document.getElementById('who')?.textContent);
  assert.match(opened.url(), /\/graphiql$/);
  await opened.click('button[data-name=Points]');
  await opened.click('#run');
  await opened.waitForFunction(() => document.getElementById('status').textContent.startsWith('Done'));
  const { data, errors } = JSON.parse(await opened.locator('#result').innerText());
  assert.equal(errors, undefined);
  assert.equal(data.viewer.tenant.name, 'Riverside');
  assert.ok(data.viewer.meteringPoints.edges.length > 0, 'it answers with real meters');
  await page.context().close();
}

/** An endpoint: refused when it is none, made with a secret that is shown once, removed. */
async function webhooks() {
  const page = await signIn('admin@riverside.example');
  await page.click('nav >> text=Webhooks');
  await page.getByLabel('Address').fill('http://inner.example/hook');
  await page.getByRole('button', { name: 'Add an endpoint' }).click();
  await page.waitForSelector('.refusals >> text=WEBHOOK_URL');
  await page.getByLabel('Address').fill('https://hooks.example.org/balance');
  await page.getByLabel('Other events').first().click();
  for (const event of ['a suspect was confirmed', 'a concentrator fell silent']) await page.getByRole('option', { name: event }).click();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Add an endpoint' }).click();
  await page.waitForSelector('.secret >> text=whsec_');
  await shot(page, 'journey-webhook');
  await page.reload();
  await page.waitForSelector('td >> text=hooks.example.org');
  assert.equal(await page.locator('.secret').count(), 0, 'a secret is shown once');
  assert.match(await page.locator('tr', { hasText: 'hooks.example.org' }).innerText(), /a concentrator fell silent, a suspect was confirmed/);
  await page.getByRole('button', { name: 'Show deliveries' }).click();
  // Whatever other journeys set off meanwhile was sent there, too.
  await page.getByText('Nothing was delivered yet').or(page.getByRole('region', { name: 'Deliveries' })).first().waitFor();
  await page.getByRole('button', { name: 'Remove' }).click();
  await page.waitForSelector('text=No endpoint yet');
  await page.context().close();
}

/** A wrong reading: its effect on meter and groups is seen before, and afterwards in their balances. */
async function correct(page) {
  const register = async (at) => (await ask('query($id: ID!, $at: DateTime!) { node(id: $id) { ... on MeteringPoint { readingAt(at: $at) { value } } } }', { id: found.meter, at })).node.readingAt.value;
  const day = new Date(Date.now() - 5 * 86_400_000).toISOString().slice(0, 10);
  const hour = (many) => new Date(midnight(day) + many * 3_600_000).toISOString();
  const before = await imbalance(day);
  // By clicks alone: the house among the balances, its entrance, the meter, and days back.
  const { hand } = settle;
  await open(page, '/');
  const press = hand(page);
  await press(page.locator('nav').getByRole('link', { name: 'Balances' }));
  await press(page.locator('table').getByRole('link', { name: 'Mill Street 2', exact: true }));
  await press(page.getByRole('link', { name: 'Entrance 1', exact: true }));
  await page.waitForSelector('h1 >> text=Entrance 1');
  await press(page.getByRole('link', { name: '31100001' }));
  await page.waitForSelector('h1 >> text=31100001');
  for (let back = 0; !page.url().includes(day); back++) {
    assert.ok(back < 10, `${day} is not reached`);
    await press(page.getByRole('button', { name: 'Earlier' }).first());
  }
  await settled(page);
  await press(page.getByRole('button', { name: 'Correct a reading' }));
  const drawer = page.getByRole('dialog');
  await drawer.getByLabel('Hour', { exact: true }).selectOption({ index: 12 });
  const [wrong, next] = [await register(hour(13)), await register(hour(14))];
  const right = ((wrong + next) / 2).toFixed(3);
  await drawer.getByLabel(/^Register at/).fill(String(next + 2));
  await drawer.getByLabel('Reason').fill('read wrongly');
  await drawer.getByRole('button', { name: 'Show the effect' }).click();
  assert.match(await drawer.locator('.refusals li').innerText(), /, 13:00/, 'refused in the time of the house');
  await drawer.getByLabel(/^Register at/).fill(right);
  await drawer.getByRole('button', { name: 'Show the effect' }).click();
  await drawer.getByText('What it changes').waitFor();
  await drawer.getByRole('cell', { name: 'Mill Street 2', exact: true }).waitFor();
  findings.push(...(await axe(page, 'correction')));
  await shot(page, 'journey-correction');
  await press(drawer.getByRole('button', { name: 'Apply' }));
  await drawer.getByText('The reading is corrected').waitFor();
  await press(drawer.getByRole('link', { name: 'Mill Street 2', exact: true }));
  console.log(`wrong reading settled in ${press.count()} clicks`);
  await page.waitForSelector('h1 >> text=Mill Street 2');
  await page.waitForSelector('.long-chart canvas');
  for (let tries = 0; tries < 60 && (await imbalance(day))[12] === before[12]; tries++) await page.waitForTimeout(500);
  const after = await imbalance(day);
  assert.ok(Math.abs(before[12] - after[12] - (Number(right) - wrong)) < 0.0021, `the balance follows: ${before[12]} to ${after[12]}`);
  await open(page, `/meters/${found.meter}`);
  await page.getByRole('tab', { name: 'Corrections' }).click();
  await page.waitForSelector('td >> text=read wrongly');
  await shot(page, 'journey-corrected');
}

/** The instant at which a day begins at the house. */
function midnight(day) {
  const noon = new Date(`${day}T12:00:00Z`);
  const shown = Number(new Intl.DateTimeFormat('en-GB', { timeZone: found.zone, hour: '2-digit', hourCycle: 'h23' }).format(noon));
  return Date.parse(`${day}T00:00:00Z`) - (shown - 12) * 3_600_000;
}

/** Imbalance of the thief's neighbours' house by the hours of a local day. */
async function imbalance(day) {
  const [from, to] = [0, 24].map((many) => new Date(midnight(day) + many * 3_600_000).toISOString());
  const { node } = await ask('query($id: ID!, $from: DateTime!, $to: DateTime!) { node(id: $id) { ... on BalanceGroup { imbalance(from: $from, to: $to, step: "PT1H") { imbalance } } } }', { id: found.group, from, to });
  return node.imbalance.imbalance;
}

/** The hours on the chart are those of the house, wherever the browser is. */
async function zones() {
  const path = `/meters/${found.meter}?span=day&date=2026-10-25`;
  const shown = [];
  for (const zone of ['America/New_York', 'Europe/Chisinau']) {
    const page = await signIn('operator@riverside.example', { zone });
    await open(page, path);
    await page.getByRole('button', { name: 'Table' }).click();
    const rows = await page.locator('.chart-table tbody tr').allInnerTexts();
    shown.push(rows);
    await shot(page, `zone-${zone.replace('/', '-')}`);
    await page.context().close();
  }
  assert.equal(shown[0].length, 25, 'the day on which the clock goes back has 25 hours');
  assert.deepEqual(shown[0], shown[1], 'a browser in New York shows other hours');
  const { node } = await ask(
    'query($id: ID!) { node(id: $id) { ... on Metered { profile(from: "2026-10-24T21:00:00Z", to: "2026-10-25T22:00:00Z", step: "PT1H") { values } } } }',
    { id: found.meter },
  );
  for (const [index, value] of node.profile.values.entries()) {
    const told = Number(/([\d.]+) kWh/.exec(shown[0][index])[1]);
    assert.ok(Math.abs(told - value) < 0.006, `hour ${index}: ${shown[0][index]}, not ${value}`);
  }
}

async function manager() {
  const page = await signIn('manager@riverside.example');
  const menu = await page.locator('nav').innerText();
  assert.doesNotMatch(menu, /Imports/, 'a manager imports nothing');
  await open(page, `/sites?path=${encodeURIComponent(HOUSE)}`);
  assert.match(await text(page), /Mill Street 2/);
  assert.ok((await page.locator('[role=treeitem][aria-selected=true]').innerText()).includes('Mill Street 2'));
  await open(page, `/meters/${found.meter}`);
  assert.equal(await page.getByText('Correct a reading').count(), 0, 'a manager corrects nothing');
  await page.context().close();
}

/** One asks, the administrator turned control on, and the steps arrive by themselves. */
async function dispatcher() {
  const admin = await signIn('admin@riverside.example', { at: '/commands' });
  if (await admin.getByText('Turn control on').count()) await admin.getByText('Turn control on').click();
  await admin.waitForSelector('text=Control is on');
  await admin.context().close();
  const page = await signIn('dispatcher@riverside.example', { at: `/meters/${found.meter}` });
  await page.getByRole('tab', { name: 'Commands' }).click();
  await page.getByRole('button', { name: 'Ask for a reading' }).click();
  await page.waitForSelector('table .step');
  await page.waitForFunction(() => /done|expired|failed/.test(document.querySelector('table tbody tr .status')?.textContent ?? ''), null, { timeout: 90_000 });
  await shot(page, 'journey-command');
  await page.context().close();
}

/** An exchange that cannot be is refused by its fields; one that can is seen at the point, with both dials. */
async function exchange() {
  const page = await signIn('operator@riverside.example', { at: '/meters?q=31100012' });
  await page.getByRole('link', { name: /31100012/ }).click();
  await page.waitForSelector('h1 >> text=31100012');
  await page.getByRole('button', { name: 'Exchange or take away' }).click();
  const drawer = page.getByRole('dialog');
  await drawer.getByLabel('Serial of the new meter').fill('31100002');
  await shot(page, 'journey-exchange');
  findings.push(...(await axe(page, 'exchange')));
  await drawer.locator('button[type=submit]').click();
  await page.waitForSelector('.refusals li');
  await drawer.getByLabel('Serial of the new meter').fill('99100012');
  await drawer.locator('button[type=submit]').click();
  await page.waitForSelector('h1 >> text=99100012');
  const stood = page.locator('.installation');
  assert.equal(await stood.count(), 2);
  assert.match(await stood.first().innerText(), /99100012/);
  assert.match(await stood.first().innerText(), /stands there/);
  assert.match(await stood.last().innerText(), /31100012/);
  assert.doesNotMatch(await stood.last().innerText(), /stands there/, 'the one before has left');
  await settled(page);
  await shot(page, 'journey-exchanged');
  await page.context().close();
}

/** Many meters at once: chosen below filters, asked together; what was left out is told. */
async function bulk() {
  const page = await signIn('dispatcher@riverside.example', { at: '/meters?q=Mill+Street+2&commodity=ELECTRICITY' });
  await page.waitForSelector('.list-row');
  await page.getByRole('button', { name: 'Choose several' }).click();
  for (const at of [0, 1, 2]) await page.locator('label.list-row').nth(at).click();
  await page.waitForSelector('text=3 meters chosen');
  await shot(page, 'journey-bulk');
  findings.push(...(await axe(page, 'bulk')));
  await page.getByRole('button', { name: 'Ask for readings' }).first().click();
  await page.getByLabel('Reason, kept with each order').fill('before the audit');
  await page.locator('form').getByRole('button', { name: 'Ask for readings' }).click();
  await page.waitForSelector('text=3 orders made');
  const [table] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'CSV' }).click()]);
  assert.equal(table.suggestedFilename(), 'meters.csv');
  await page.context().close();
}

/** What protects a customer: told where the meter is, and the order to cut them off is refused. */
async function actuators() {
  const page = await signIn('operator@riverside.example', { at: `/meters/${found.meter}` });
  await page.getByRole('tab', { name: 'Commands' }).click();
  await page.getByRole('region', { name: 'Actuator' }).getByRole('button').click();
  await page.getByLabel(/Critical customer/).check();
  await page.getByRole('region', { name: 'Actuator' }).getByRole('button', { name: 'Save' }).click();
  await page.getByRole('region', { name: 'Actuator' }).getByText('critical').waitFor();
  await open(page, '/actuators?show=critical');
  await page.waitForSelector('td >> text=31100001');
  assert.equal(await page.getByLabel(/Days of notice/).isEditable(), false, 'an operator sets no policy');
  await shot(page, 'journey-actuators');
  const dispatcher = await signIn('dispatcher@riverside.example', { at: `/meters/${found.meter}` });
  await dispatcher.getByRole('tab', { name: 'Commands' }).click();
  await dispatcher.getByRole('button', { name: 'Switch the supply' }).click();
  await dispatcher.getByLabel('Reason').fill('trying it');
  await dispatcher.getByRole('dialog').locator('button[type=submit]').click();
  await dispatcher.waitForSelector('.refusals >> text=INTERLOCK_CRITICAL');
  await dispatcher.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
  await dispatcher.getByRole('button', { name: 'Limit the load' }).click();
  await dispatcher.getByLabel('Largest power, kW').fill('0');
  await dispatcher.getByRole('dialog').getByLabel('Reason').fill('trying it');
  await dispatcher.getByRole('dialog').locator('button[type=submit]').click();
  await dispatcher.waitForSelector('.refusals li');
  await dispatcher.context().close();
  await page.getByRole('button', { name: 'Change 31100001' }).click();
  await page.getByRole('dialog').getByLabel(/Critical customer/).uncheck();
  await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
  await page.waitForSelector('text=No actuator here');
  await page.context().close();
  const admin = await signIn('admin@riverside.example', { at: '/actuators' });
  await admin.getByLabel('Nobody is cut off for a debt from hour').fill('99');
  await admin.getByRole('button', { name: 'Save' }).click();
  await admin.waitForSelector('.refusals li');
  await admin.getByLabel('Nobody is cut off for a debt from hour').fill('19');
  await admin.getByRole('button', { name: 'Save' }).click();
  await admin.waitForSelector('[role=status] >> text=Saved');
  await admin.context().close();
}

async function partner() {
  const page = await signIn('partner@demo.example');
  // Partners see the health of their tenants' devices, and no residents' readings.
  assert.match(await text(page), /Silent devices/);
  assert.doesNotMatch(await page.locator('nav').innerText(), /Meters|Balances|Delivery/);
  await page.context().close();
  await office();
}

/** From the partner's office: an organisation is brought, run and suspended; its people are told. */
async function office() {
  const page = await signIn('partner@demo.example', { place: 'Demo Partner' });
  await page.waitForSelector('td >> text=Riverside');
  assert.doesNotMatch(await page.locator('nav').innerText(), /Meters|Balances|Alarms/);
  await page.getByRole('button', { name: 'Add an organisation' }).click();
  await page.getByRole('textbox', { name: 'Organisation' }).fill('Hillside Homes');
  await page.locator('form button[type=submit]').click();
  await page.waitForSelector('h1 >> text=Hillside Homes');
  await page.waitForSelector('text=The way to the first balance');
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Sorin Hill');
  await page.getByRole('textbox', { name: 'E-mail' }).fill('sorin@hillside.example');
  await page.getByRole('button', { name: 'Appoint an administrator' }).click();
  await page.waitForSelector('li >> text=sorin@hillside.example');
  const password = await page.locator('.secret').innerText();
  await page.getByLabel('Name shown').fill('Hillside');
  await page.getByLabel('Colour, light').fill('green');
  await page.locator('.panel', { hasText: 'Name shown' }).getByRole('button', { name: 'Save' }).click();
  await page.waitForSelector('.refusals >> text=INVALID_COLOUR');
  await page.getByLabel('Colour, light').fill('#1B7F46');
  await page.locator('.panel', { hasText: 'Name shown' }).getByRole('button', { name: 'Save' }).click();
  await page.waitForSelector('text=Saved');
  for (const [scheme, width] of [['light', 1360], ['dark', 390]]) {
    await page.emulateMedia({ colorScheme: scheme });
    await page.setViewportSize({ width, height: 860 });
    for (const name of ['tenants', 'tenant']) {
      await page.locator('main').getByRole('link', { name: name === 'tenants' ? 'Organisations' : 'Hillside Homes' }).click();
      await settled(page);
      findings.push(...(await axe(page, `${name} ${scheme}`)));
      await shot(page, `${name}-${scheme}-${width}`);
      assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= width, `${name} is too wide`);
    }
  }
  await page.setViewportSize({ width: 1360, height: 860 });

  const sorin = await page.context().browser().newContext();
  const theirs = await sorin.newPage();
  await theirs.goto(`${page.url().split('/console')[0]}/console/`);
  await theirs.fill('#login', 'sorin@hillside.example');
  await theirs.fill('#password', password);
  await theirs.click('button[type=submit]');
  await theirs.waitForSelector('nav .brand >> text=Hillside');
  await theirs.waitForSelector('text=Nothing is metered here yet');
  await shot(theirs, 'first-steps');

  await page.getByRole('button', { name: 'Suspend' }).click();
  await page.getByLabel(/^Why/).fill('three months unpaid');
  await page.getByRole('button', { name: 'Suspend' }).click();
  await page.waitForSelector('text=nobody signs in');
  await theirs.goto(theirs.url());
  await theirs.waitForSelector('h1 >> text=Access is suspended');
  await shot(theirs, 'suspended');
  await page.getByRole('button', { name: 'Resume' }).click();
  await page.getByRole('button', { name: 'Suspend' }).waitFor();
  await sorin.close();
  await page.context().close();
}

async function files() {
  const page = await signIn('operator@riverside.example', { at: '/imports' });
  await page.setInputFiles('input[type=file]', { name: 'meters.csv', mimeType: 'text/csv', buffer: Buffer.from('site_path,site_kinds\nA,region\n') });
  await page.getByRole('button', { name: 'Import', exact: true }).click();
  await page.waitForSelector('.refusals li');
  assert.match(await page.locator('main').innerText(), /Nothing was imported/);
  await shot(page, 'journey-import');
  await page.context().close();
}

/** Deep links survive a reload, a refused connection is said, and comes back. */
async function outage() {
  const page = await signIn('operator@riverside.example', { at: '/meters?q=mill&commodity=GAS' });
  assert.equal(await page.getByLabel('Serial, flat or address').inputValue(), 'mill');
  await page.route('**/graphql', (route) => route.abort());
  await page.click('nav >> text=Networks');
  await page.waitForSelector('[role=alert] >> text=could not be read');
  complaints.splice(0, complaints.length, ...complaints.filter((one) => !/ERR_FAILED|Failed to load/.test(one)));
  await page.unroute('**/graphql');
  await page.getByRole('button', { name: 'Try again' }).first().click();
  await page.waitForSelector('table .cell-link');
  complaints.splice(0, complaints.length, ...complaints.filter((one) => !/ERR_FAILED|Failed to load/.test(one)));
  await page.context().close();
}

/** Files to keep: a table as CSV, a certificate as PDF. */
async function kept() {
  const page = await signIn('manager@riverside.example', { at: `/meters/${found.meter}?span=month&date=2026-11-01` });
  await page.getByRole('button', { name: 'Table' }).click();
  const [table] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'CSV' }).click()]);
  assert.match(table.suggestedFilename(), /\.csv$/);
  await open(page, `/acceptance?path=${encodeURIComponent(HOUSE)}`);
  const [certificate] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'PDF' }).click()]);
  assert.match(certificate.suggestedFilename(), /\.pdf$/);
  await page.context().close();
}

/** A house from the map to its conductors: which few moves save, and what each meter is worth. */
async function losses() {
  const page = await signIn('operator@riverside.example');
  await page.click('nav >> text=Map');
  await page.waitForSelector('.map-gathered, .map-house');
  await page.getByText('Findings', { exact: true }).click();
  await page.waitForURL(/show=found/);
  assert.match(await page.locator('.map-list').innerText(), /finding/);
  await open(page, `/balances/${found.group}`);
  await page.getByRole('link', { name: 'Phases and losses' }).click();
  await page.waitForSelector('h2 >> text=Moves that are worth it');
  await settled(page);
  assert.match(await text(page), /[ABC] → [ABC]/);
  await page.getByRole('button', { name: 'Change the conductors' }).click();
  await page.getByLabel('Length, m, main').fill('0');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.waitForSelector('.refusals li');
  await page.getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('link', { name: 'Verification' }).click();
  await page.getByLabel(/A verification/).fill('150');
  await page.getByLabel(/A replacement/).fill('600');
  await page.getByLabel(/A kWh/).fill('3');
  await page.getByRole('button', { name: 'Compute' }).click();
  await page.waitForSelector('text=Loses a year');
  await page.context().close();
}

/** Reports as files; a comparison that everybody may see while it is published, and no longer. */
async function published() {
  const page = await signIn('manager@riverside.example');
  await page.click('nav >> text=Reports');
  await page.getByText('Common-house needs').click();
  for (const form of ['CSV', 'XLSX', 'PDF']) {
    const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: form, exact: true }).click()]);
    assert.match(file.suggestedFilename(), new RegExp(`^common-needs-.*\\.${form.toLowerCase()}$`));
    await page.waitForSelector('text=The file was made.');
  }
  await open(page, `/balances/${found.group}/comparison`);
  await page.getByRole('button', { name: 'Publish' }).click();
  const address = await page.locator('a[target=_blank]').innerText();
  const guest = await page.context().browser().newContext();
  const seen = await guest.newPage();
  await seen.goto(`${address}?lang=ro`);
  assert.match(await seen.locator('main').innerText(), /Cine cât consumă/);
  findings.push(...(await axe(seen, 'public comparison')));
  await shot(seen, 'public-comparison');
  await page.getByRole('button', { name: 'Take back' }).click();
  await page.waitForSelector('text=Seen by nobody outside');
  await guest.close();
  await page.context().close();
}

/** The map's tiles: refused where they cannot be, fetched where the page's policy names them, given up when lost. */
async function settings() {
  const page = await signIn('admin@riverside.example');
  const asked = [];
  let there = true;
  await page.context().route('https://tiles.example/**', (route) => {
    asked.push(route.request().url());
    return there ? route.fulfill({ status: 200, contentType: 'image/png', headers: { 'Access-Control-Allow-Origin': '*' }, body: Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64') }) : route.abort();
  });
  await open(page, '/settings');
  await page.getByLabel('Address of the tiles').fill('https://tiles.example/{z}/{x}.png');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.waitForSelector('.refusals >> text=INVALID_TILES');
  await page.getByLabel('Address of the tiles').fill('https://tiles.example/{z}/{x}/{y}.png');
  await page.getByLabel(/Whom they are owed to/).fill('© Surveyors of Portmere');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByRole('button', { name: 'Load anew' }).click();
  await page.waitForSelector('h1 >> text=Organisation');
  await open(page, '/map');
  await page.waitForSelector('text=© Surveyors of Portmere');
  await page.waitForSelector('.map-gathered, .map-house');
  for (let tries = 0; asked.length === 0 && tries < 50; tries++) await page.waitForTimeout(100);
  assert.match(asked[0] ?? '', /^https:\/\/tiles\.example\/\d+\/\d+\/\d+\.png$/);
  there = false;
  await open(page, '/map');
  await page.waitForSelector('text=borders are shown instead');
  await archive(page);
  await open(page, '/settings');
  await page.getByLabel('Address of the tiles').fill('');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.waitForSelector('[role=status] >> text=Saved');
  await page.context().close();
  complaints.splice(0, complaints.length, ...complaints.filter((one) => !/ERR_FAILED/.test(one)));
}

/** An archive of tiles (PMTiles) is read in parts, and seen. */
async function archive(page) {
  const file = archiveOf(await tileOf(page, '#2F9E8F'));
  await page.context().route('https://maps.example/town.pmtiles', (route) => part(route, file));
  await open(page, '/settings');
  await page.getByLabel('Address of the tiles').fill('https://maps.example/town.pmtiles');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByRole('button', { name: 'Load anew' }).click();
  await page.waitForSelector('h1 >> text=Organisation');
  await open(page, '/map');
  await page.waitForSelector('.map-gathered, .map-house');
  let share = 0;
  for (let tries = 0; share < 0.7 && tries < 30; tries++) {
    await page.waitForTimeout(200);
    share = await shareOf(page, '.map', [0x2f, 0x9e, 0x8f]);
  }
  assert.ok(share > 0.7, `${share} of the map shows the archive`);
  await shot(page, 'journey-archive');
}

/** A house is brought by hand, named anew, told where it lies, given a flat; a flat is described. */
async function sites() {
  const page = await signIn('operator@riverside.example');
  const street = HOUSE.split('/').slice(0, -1).join('/');
  await open(page, `/sites?path=${encodeURIComponent(street)}`);
  const drawer = page.getByRole('dialog');
  await page.getByRole('button', { name: 'Add below' }).click();
  await drawer.getByLabel('Name').fill('Mill Street 2');
  await drawer.getByRole('button', { name: 'Add', exact: true }).click();
  await page.waitForSelector('.refusals >> text=SITE_EXISTS');
  await drawer.getByLabel('Name').fill('Mill Street 8');
  await drawer.getByRole('button', { name: 'Add', exact: true }).click();
  await page.waitForSelector('h1 >> text=Mill Street 8');
  await page.getByRole('button', { name: 'Change the place' }).click();
  await drawer.getByLabel('Name').fill('Mill Street 8a');
  await drawer.getByLabel('Latitude').fill('47.024');
  await drawer.getByRole('button', { name: 'Save' }).click();
  await page.waitForSelector('.refusals li');
  await drawer.getByLabel('Longitude').fill('28.8323');
  findings.push(...(await axe(page, 'place form')));
  await drawer.getByRole('button', { name: 'Save' }).click();
  await page.waitForSelector('h1 >> text=Mill Street 8a');
  await page.waitForSelector('[role=treeitem] >> text=Mill Street 8a');
  await page.getByRole('button', { name: 'Move elsewhere' }).click();
  for (const [level, name] of ['Lower Valley', 'Portmere', 'Old Town', 'Mill Street'].entries()) await page.getByLabel(`Below which place ${level + 1}`).selectOption({ label: name });
  findings.push(...(await axe(page, 'move form')));
  assert.equal(await page.getByLabel('Below which place 5').count(), 0, 'a house is not hung below houses');
  await page.getByLabel('Below which place 4').selectOption({ label: 'Quay Street' });
  await shot(page, 'journey-move');
  await drawer.getByRole('button', { name: 'Move', exact: true }).click();
  await page.waitForURL(/Quay/);
  await page.waitForSelector('h1 >> text=Mill Street 8a');
  await page.waitForSelector('[role=treeitem][aria-selected=true] >> text=Mill Street 8a');
  await page.getByRole('button', { name: 'Change the place' }).click();
  await drawer.getByLabel('Time zone').fill('Europe/Nowhere');
  await drawer.getByRole('button', { name: 'Save' }).click();
  await page.waitForSelector('.refusals >> text=INVALID_TIMEZONE');
  await drawer.getByLabel('Time zone').fill('Europe/Bucharest');
  await drawer.getByRole('button', { name: 'Save' }).click();
  await page.waitForSelector('text=Times of Europe/Bucharest');

  // Its city tells its name to the post once; the house has street and code, and is found by them.
  await page.getByRole('button', { name: 'Change the place' }).click();
  await drawer.getByLabel('Street and number').fill('str. Cheiului 8a');
  await drawer.getByLabel('Postal code').fill('MD-2099');
  await drawer.getByLabel('City or village').fill('Portmere');
  await drawer.getByRole('button', { name: 'Save' }).click();
  await page.waitForSelector('.address >> text=str. Cheiului 8a, MD-2099 Portmere');
  await page.keyboard.press('/');
  await page.keyboard.type('cheiului md-2099');
  await page.waitForSelector('#found [role=option] >> text=str. Cheiului 8a');
  await page.keyboard.press('Escape');
  await page.getByRole('searchbox').or(page.getByLabel('Find a place by name or address')).first().fill('cheiului');
  findings.push(...(await axe(page, 'places found')));
  await page.locator('.found-places').getByRole('button', { name: /Mill Street 8a/ }).click();
  await page.waitForSelector('h1 >> text=Mill Street 8a');
  await page.getByRole('button', { name: 'Add below' }).click();
  await drawer.getByLabel('What it is').first().click();
  await page.getByRole('option', { name: 'Flat or shop' }).click();
  await drawer.getByLabel('Name').fill('Flat 1');
  await drawer.getByRole('button', { name: 'Add', exact: true }).click();
  await drawer.waitFor({ state: 'detached' });
  await open(page, '/map');
  await page.waitForSelector('.map-list >> text=Mill Street 8a');
  await page.waitForSelector('.map-list >> text=MD-2099');

  // A place made by mistake goes again; one with something in it stays, and says what.
  await open(page, `/sites?path=${encodeURIComponent(`${street.replace('Mill', 'Quay')}/Mill Street 8a`)}`);
  await page.getByRole('button', { name: 'Remove', exact: true }).click();
  await page.getByRole('button', { name: 'Really remove' }).click();
  await page.waitForSelector('.refusals >> text=SITE_IN_USE');
  await page.getByRole('button', { name: 'Add below' }).click();
  await drawer.getByLabel('Name').fill('Entrance 9');
  await drawer.getByRole('button', { name: 'Add', exact: true }).click();
  await page.waitForSelector('h1 >> text=Entrance 9');
  await page.getByRole('button', { name: 'Remove', exact: true }).click();
  await page.getByRole('button', { name: 'Really remove' }).click();
  await page.waitForSelector('h1 >> text=Mill Street 8a');

  await open(page, `/meters/${found.meter}`);
  await page.getByRole('tab', { name: 'Household' }).click();
  await page.getByRole('button', { name: 'Change', exact: true }).click();
  await drawer.getByLabel('Persons').fill('4');
  await drawer.getByLabel('Radiators by riser').fill('R1 two');
  assert.ok(await drawer.getByRole('button', { name: 'Save' }).isDisabled());
  await drawer.getByLabel('Radiators by riser').fill('R1: 2; R2: 1');
  await drawer.getByRole('button', { name: 'Save' }).click();
  await drawer.waitFor({ state: 'detached' });
  await page.waitForSelector('dd >> text=R1: 2; R2: 1');
  await shot(page, 'journey-premise');
  await page.context().close();
}

/** The demo's spare channel is left to a household: taken back, and left to it again. */
async function offers() {
  const page = await signIn('operator@riverside.example', { at: '/networks' });
  const waiting = page.getByRole('region', { name: 'Left to households' });
  await waiting.getByRole('row', { name: /Flat 4/ }).waitFor();
  await shot(page, 'journey-offers');
  await waiting.getByRole('button', { name: 'Take back' }).click();
  await waiting.getByRole('button', { name: 'Really take back' }).click();
  await waiting.waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Leave to a household' }).click();
  const drawer = page.getByRole('dialog');
  for (const [level, name] of HOUSE.split('/').entries()) await drawer.getByLabel(`Where the home is ${level + 1}`).selectOption({ label: name });
  await drawer.getByLabel('Flat or shop').first().fill('Flat 4');
  await page.getByRole('option', { name: /^Flat 4 · Entrance 1/ }).click();
  await drawer.getByLabel('Resource').first().click();
  await page.getByRole('option', { name: 'Hot water' }).click();
  findings.push(...(await axe(page, 'offer form')));
  await shot(page, 'journey-offer');
  await drawer.getByRole('button', { name: 'Leave it' }).click();
  await waiting.getByRole('row', { name: /Flat 4/ }).waitFor();
  assert.match(await waiting.innerText(), /100 pulses per m³/);
  await page.context().close();
}

/** Terms of alerts: refused where they make no sense, kept, seen in the rules, and taken back. */
async function terms() {
  const page = await signIn('admin@riverside.example', { at: '/settings' });
  const limit = page.getByLabel('No readings, Usual limit');
  const save = page.getByRole('button', { name: 'Save the terms' });
  await limit.fill('9999');
  await save.click();
  await page.waitForSelector('.refusals li');
  await limit.fill('30');
  await save.click();
  await page.waitForSelector('[role=status] >> text=Saved');
  const operator = await signIn('operator@riverside.example', { at: '/rules' });
  assert.match(await operator.locator('tr', { hasText: 'No readings' }).first().innerText(), /30 h/);
  await operator.context().close();
  await open(page, '/settings');
  assert.equal(await page.getByLabel('No readings, Usual limit').inputValue(), '30');
  await page.getByRole('button', { name: 'Back to usual: No readings' }).click();
  await save.click();
  await page.waitForFunction(() => document.querySelector('[aria-label="No readings, Usual limit"]')?.value === '26');
  await page.context().close();
}

/** Who works here, which programs, what was done; and a household that is invited. */
async function administration() {
  const page = await signIn('admin@riverside.example', { at: '/members' });
  await page.getByRole('button', { name: 'Add a user' }).click();
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Lidia Moraru');
  await page.getByRole('textbox', { name: 'E-mail' }).fill('lidia@riverside.example');
  await page.getByRole('combobox', { name: 'Role' }).or(page.getByRole('textbox', { name: 'Role' })).first().click();
  await page.getByRole('option', { name: 'Auditor' }).click();
  await page.locator('form button[type=submit]').click();
  await page.locator('.refusals').or(page.getByText('shown this once')).first().waitFor();
  assert.equal(await page.locator('.refusals').allInnerTexts().then((told) => told.join(' ')), '');
  await page.waitForSelector('td >> text=lidia@riverside.example');
  const row = page.locator('tr', { hasText: 'lidia@riverside.example' });
  await row.getByRole('button', { name: 'Take the role away' }).click();
  await row.getByRole('button', { name: 'Really take it away' }).click();
  await row.waitFor({ state: 'detached' });

  await open(page, '/clients');
  await page.getByRole('button', { name: 'Add a client' }).click();
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Billing');
  await page.locator('form button[type=submit]').click();
  await page.waitForSelector('text=Secret of Billing');

  await open(page, '/audit?q=membership.');
  assert.match(await text(page), /membership\./);
  await page.getByRole('button', { name: 'Verify the chain' }).click();
  await page.waitForSelector('text=follow one another');

  await open(page, '/residents');
  await page.getByRole('row', { name: /Balan/ }).getByRole('button', { name: 'Invite' }).click();
  await page.waitForSelector('h2 >> text=Invitation for Balan');
  await shot(page, 'journey-invitation');
  const waiting = page.getByRole('region', { name: 'Invitations that wait' }).getByRole('row', { name: /Balan/ });
  await waiting.first().waitFor();
  const many = await waiting.count();
  await waiting.first().getByRole('button', { name: 'Take back' }).click();
  await waiting.first().getByRole('button', { name: 'Really take back' }).click();
  for (let tries = 0; (await waiting.count()) === many && tries < 100; tries++) await page.waitForTimeout(100);
  assert.equal(await waiting.count(), many - 1, 'an invitation is taken back');
  await page.context().close();
}

const LOOKS = [['light', 'en'], ['dark', 'ru'], ['light', 'ro'], ...(everything ? [['dark', 'en'], ['light', 'ru'], ['dark', 'ro']] : [])].map(([scheme, locale]) => ({ scheme, locale }));
const NARROW = (everything ? [['light', 'en'], ['dark', 'ru'], ['light', 'ro']] : [['dark', 'ru']]).map(([scheme, locale]) => ({ scheme, locale, width: 390, height: 844 }));

/** What has to hold for a route in one look, and its picture. */
async function see(page, name, path, { scheme, locale, width }) {
  assert.ok(await page.locator('main h1').count(), `${path} shows nothing`);
  if (width === undefined) findings.push(...(await axe(page, `${name} ${scheme} ${locale}`)));
  else assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= width, `${path} is too wide for a phone`);
  await shot(page, width === undefined ? `${name}-${scheme}-${locale}` : `${name}-narrow-${scheme}-${locale}`);
}

/** Routes of a person, each loaded in one look and then changed to all others; the look that loads goes round. */
async function lane(login, where, addresses) {
  const looks = [...LOOKS, ...NARROW];
  let at = 0;
  const page = await signIn(login, where);
  await look(page, looks[at]);
  for (const [name, path] of addresses) {
    await open(page, path);
    await see(page, name, path, looks[at]);
    for (let others = 1; others < looks.length; others++) {
      at = (at + 1) % looks.length;
      await look(page, looks[at]);
      await see(page, name, path, looks[at]);
    }
  }
  await page.context().close();
}

/** Every route as who has it, in every look; some at a time, one each processor core and one that waits. */
async function accessible() {
  const lanes = Object.entries(all).flatMap(([who, addresses]) => {
    const { login, ...where } = LOOKERS[who];
    const own = Object.entries(addresses);
    const many = Math.max(1, Math.round(own.length / 11));
    return Array.from({ length: many }, (_, first) => () => lane(login, where, own.filter((one, index) => index % many === first)));
  });
  await Promise.all([0, 1, 2].map(async () => {
    for (let next = lanes.shift(); next; next = lanes.shift()) await next();
  }));
}

const JOURNEYS = { operator, suspects, alarms, thief: settle.thief, leak: settle.leak, wrong: settle.wrong, rules, drawn, switching, demand, graphiql, webhooks, zones, manager, dispatcher, actuators, bulk, exchange, dead: settle.dead, partner, files, outage, kept, heard: settle.heard, losses, published, settings, sites, offers, terms, administration, accessible };
const wanted = process.argv.slice(2);

await start();
for (const [name, journey] of Object.entries(JOURNEYS)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
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
console.log('the console was walked');
