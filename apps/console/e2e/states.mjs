// Every page when things are not as they should be: the API is down, overloaded, slow or out of reach,
// and an organisation with nothing, with one meter, and with a hundred thousand. `make states` walks it.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { axe, complaints, end, gateway, open, settled, shot, signIn, start, url } from './browser.mjs';
import { heating } from './heating.mjs';
import { asker, places } from './places.mjs';
import { LOOKERS, routes } from './routes.mjs';

const { tenants } = JSON.parse(process.env.CONSOLE);
const ask = await asker(tenants[0]);
const all = routes({ ...(await places(ask)), ...(await heating(ask, gateway)) });
const findings = [];

/** Questions of the frame around a page; without the first there is no page at all. */
const FRAME = ['Viewer', 'PlainViewer', 'Seats', 'SilentCount', 'UnheededCount', 'NodeNamed'];

/** Pages that ask nothing before somebody does something. */
const ASK_NOTHING = ['imports', 'reports', 'draw'];

const UNAVAILABLE = { status: 503, contentType: 'application/json', headers: { 'X-Request-Id': 'walk-503' }, body: JSON.stringify({ errors: [{ message: 'the database is being restarted', extensions: { code: 'UNAVAILABLE', id: 'walk-503' } }] }) };
const TOO_MANY = { status: 429, contentType: 'application/json', headers: { 'Retry-After': '1', 'X-Request-Id': 'walk-429' }, body: JSON.stringify({ errors: [{ message: 'too many questions in a minute', extensions: { code: 'RATE_LIMITED', id: 'walk-429' } }] }) };
const WAYS = {
  'server 503': (route) => route.fulfill(UNAVAILABLE),
  'too many 429': (route) => route.fulfill(TOO_MANY),
  offline: (route) => route.abort('internetdisconnected'),
};

const operationOf = (route) => /(?:query|mutation|subscription)\s+(\w+)/.exec(route.request().postData() ?? '')?.[1] ?? '';

/** Answers whatever a page asks, but for its frame, in a way of its own. */
async function troubled(page, answer) {
  await page.route('**/graphql', (route) => (FRAME.includes(operationOf(route)) ? route.continue() : answer(route)));
}

/** As settled, where a page may be nothing but its failure. */
async function calm(page) {
  await page.waitForSelector('main h1, main .empty, main [role=alert]');
  await page.waitForFunction(() => document.querySelectorAll('.waiting').length === 0);
}

const forget = () => complaints.splice(0, complaints.length, ...complaints.filter((one) => !/Failed to load resource|ERR_INTERNET_DISCONNECTED/.test(one)));

async function failures() {
  for (const [way, answer] of Object.entries(WAYS)) {
    for (const [who, addresses] of Object.entries(all)) {
      const { login, ...where } = LOOKERS[who];
      const page = await signIn(login, { ...where, locale: 'ru' });
      for (const [name, path] of Object.entries(addresses)) {
        await page.unroute('**/graphql');
        await troubled(page, answer);
        await page.goto(`${url}/console${path}`);
        const notes = page.locator('main [role=alert]');
        if (!ASK_NOTHING.includes(name)) await notes.first().waitFor();
        await calm(page);
        const many = await notes.count();
        assert.ok(ASK_NOTHING.includes(name) || many > 0, `${name}: nothing says ${way}`);
        if (way !== 'offline' && many > 0) assert.match(await notes.first().innerText(), /walk-(503|429)/, `${name}: no request id`);
        if (way === 'server 503') {
          findings.push(...(await axe(page, `${name} ${way}`)));
          await shot(page, `state-503-${name}`);
        }
        await page.unroute('**/graphql');
        // What is tried again comes; what hung on it is asked for then, too.
        for (let tries = 0; (await notes.count()) > 0; tries++) {
          assert.ok(tries < 12, `${name}: it does not come back after ${way}: ${await notes.allInnerTexts()}`);
          await notes.first().getByRole('button').click().catch(() => null);
          await calm(page);
        }
        await settled(page);
      }
      await page.context().close();
      forget();
    }
    console.log(`  ${way}: every page says so, and comes back`);
  }
}

/** A page that moves more than this while it comes is felt to jump (Core Web Vitals: cumulative layout shift). */
const SHIFT = 0.1;

/** Two seconds for each answer: what waits shows its shape meanwhile, and what comes takes its place. */
async function slow() {
  const shifts = {};
  await Promise.all([{}, { width: 390, height: 844 }].map((size) => slowly(size, shifts)));
  const worst = Object.entries(shifts).sort((one, other) => other[1] - one[1]);
  console.log(`  pages that move most while they come: ${JSON.stringify(Object.fromEntries(worst.slice(0, 8)))}`);
  assert.deepEqual(worst.filter(([, shift]) => shift >= SHIFT), [], 'pages jump');
}

async function slowly(size, shifts) {
  const look = size.width ? '-narrow' : '';
  for (const [who, addresses] of Object.entries(all)) {
    const { login, ...where } = LOOKERS[who];
    const page = await signIn(login, { ...where, ...size });
    await page.addInitScript(() => {
      window.shifted = 0;
      new PerformanceObserver((list) => list.getEntries().forEach((one) => { if (!one.hadRecentInput) window.shifted += one.value; })).observe({ type: 'layout-shift', buffered: true });
    });
    await troubled(page, async (route) => {
      await new Promise((done) => setTimeout(done, 2_000));
      await route.continue().catch(() => null);
    });
    for (const [name, path] of Object.entries(addresses)) {
      await page.goto(`${url}/console${path}`);
      await page.waitForSelector('main');
      if (!ASK_NOTHING.includes(name)) {
        await page.waitForSelector('main .waiting', { timeout: 4_000 });
        await shot(page, `state-slow-${name}${look}`);
      }
      await settled(page);
      shifts[`${name}${look}`] = Math.round(1000 * (await page.evaluate(() => window.shifted))) / 1000;
      assert.equal(await page.locator('main [role=alert]').count(), 0, `${name} fails when it is slow`);
    }
    await page.context().close();
  }
}

/** The connection goes while one looks: what was read stays, and the page says since when it holds. */
async function cut() {
  const page = await signIn('operator@riverside.example');
  for (const path of [all.operator.overview, all.operator.balance, all.operator['meter-day'], all.operator.alarms]) {
    await open(page, path);
    const before = await page.locator('main h1').innerText();
    await page.context().setOffline(true);
    await page.getByText(/No connection|offline/i).first().waitFor();
    assert.equal(await page.locator('main h1').innerText(), before, `${path}: what was read stays`);
    await page.context().setOffline(false);
    await page.getByText(/No connection|offline/i).first().waitFor({ state: 'detached' });
  }
  await shot(page, 'state-back');
  await page.context().close();
  forget();
}

const HEAD = 'site_path,site_kinds,premise,commodity,role,meter_serial,pulse_constant,installed_at,initial_index,concentrator,network,channel,capacity';

/** An organisation of its own, and its administrator signed in. */
async function organisation(name, login) {
  const page = await signIn('partner@demo.example', { place: 'Demo Partner' });
  await page.getByRole('button', { name: 'Add an organisation' }).click();
  await page.getByRole('textbox', { name: 'Organisation' }).fill(name);
  await page.locator('form button[type=submit]').click();
  await page.waitForSelector(`h1 >> text=${name}`);
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill(`Head of ${name}`);
  await page.getByRole('textbox', { name: 'E-mail' }).fill(login);
  await page.getByRole('button', { name: 'Appoint an administrator' }).click();
  await page.waitForSelector(`li >> text=${login}`);
  const password = await page.locator('.secret').innerText();
  await page.context().close();
  const context = await page.context().browser().newContext({ viewport: { width: 1360, height: 860 } });
  const theirs = await context.newPage();
  theirs.on('pageerror', (error) => complaints.push(`${login} ${theirs.url()}: ${error.message}`));
  theirs.on('console', (message) => message.type() === 'error' && complaints.push(`${login} ${theirs.url()}: ${message.text()}`));
  await theirs.goto(`${url}/console/`);
  await theirs.fill('#login', login);
  await theirs.fill('#password', password);
  await theirs.click('button[type=submit]');
  await settled(theirs);
  return theirs;
}

/** Pages that every organisation has, whatever stands in it. */
const ADMIN = ['/', '/balances', '/draw', '/map', '/findings', '/alarms', '/rules', '/sites', '/meters', '/networks', '/delivery', '/commands', '/actuators', '/imports', '/firmware', '/route', '/reports', '/residents', '/acceptance', '/settings', '/members', '/clients', '/webhooks', '/audit'];

async function everyPage(page, label) {
  const took = {};
  for (const path of ADMIN) {
    const began = Date.now();
    await open(page, path);
    took[path] = Date.now() - began;
    assert.equal(await page.locator('main [role=alert]').count(), 0, `${label} ${path}: ${await page.locator('main [role=alert]').allInnerTexts()}`);
    const said = await page.locator('main').innerText();
    assert.doesNotMatch(said, /NaN|undefined|null|Infinity/, `${label} ${path}`);
    findings.push(...(await axe(page, `${label} ${path}`)));
    await shot(page, `state-${label}-${path === '/' ? 'overview' : path.slice(1)}`);
  }
  return took;
}

async function importFile(page, rows) {
  await open(page, '/imports');
  await page.setInputFiles('input[type=file]', { name: 'meters.csv', mimeType: 'text/csv', buffer: Buffer.from([HEAD, ...rows].join('\n')) });
  await page.getByRole('button', { name: 'Import', exact: true }).click();
  await page.locator('.refusals li').or(page.getByText(/new, [\d,]+ changed/)).first().waitFor({ timeout: 600_000 });
  assert.equal(await page.locator('.refusals li').count(), 0, await page.locator('main').innerText());
}

async function nothing() {
  const page = await organisation(`Empty ${randomUUID().slice(0, 4)}`, `empty-${randomUUID().slice(0, 6)}@states.example`);
  await everyPage(page, 'nothing');
  // Without a file, too, there is a way on: the first place is brought by hand.
  await open(page, '/sites');
  await page.getByRole('button', { name: 'Add a place at the top' }).click();
  await page.getByRole('dialog').getByLabel('Name').fill('New Town');
  await page.getByRole('dialog').getByRole('button', { name: 'Add', exact: true }).click();
  await page.waitForSelector('h1 >> text=New Town');
  await page.context().close();
}

async function one() {
  const mark = randomUUID().slice(0, 6).toUpperCase();
  const page = await organisation(`One ${mark}`, `one-${mark.toLowerCase()}@states.example`);
  const since = new Date(Date.now() - 86_400_000).toISOString().slice(0, 13);
  await importFile(page, [`Town/High Street/High Street 1,city/street/house,Flat 1,electricity,consumer,O-${mark},1000,${since}:00:00Z,0,J1-${mark},1,1,60`]);
  await everyPage(page, 'one');
  await page.context().close();
}

const HOUSES = 1000;
const FLATS = 100;

async function many() {
  const mark = randomUUID().slice(0, 4).toUpperCase();
  const page = await organisation(`Many ${mark}`, `many-${mark.toLowerCase()}@states.example`);
  const since = new Date(Date.now() - 3_600_000).toISOString().slice(0, 13);
  const began = Date.now();
  for (let part = 0; part < 10; part++) {
    const rows = [];
    for (let house = (part * HOUSES) / 10; house < ((part + 1) * HOUSES) / 10; house++) {
      const street = `Street ${Math.floor(house / 20)}`;
      for (let flat = 0; flat < FLATS; flat++) {
        const inlet = flat === 0;
        rows.push(`Great City/District ${Math.floor(house / 200)}/${street}/House ${house},city/district/street/house,${inlet ? '' : `Flat ${flat}`},electricity,${inlet ? 'inlet' : 'consumer'},M${mark}-${house}-${flat},1000,${since}:00:00Z,0,J${mark}-${house},1,${flat + 1},60`);
      }
    }
    await importFile(page, rows);
  }
  console.log(`  ${HOUSES * FLATS} meters imported in ${Math.round((Date.now() - began) / 1000)} s`);
  const took = await everyPage(page, 'many');
  console.log(`  slowest pages, ms: ${JSON.stringify(Object.fromEntries(Object.entries(took).sort((a, b) => b[1] - a[1]).slice(0, 6)))}`);
  await open(page, '/meters?q=77-42');
  await page.waitForSelector('.list-row');
  await page.context().close();
}

const JOURNEYS = { failures, slow, cut, nothing, one, many };
const wanted = process.argv.slice(2);
await start();
for (const [name, journey] of Object.entries(JOURNEYS)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const began = Date.now();
  await journey();
  console.log(`${name} ${((Date.now() - began) / 1000).toFixed(1)} s`);
}
await end();
assert.deepEqual(findings, []);
assert.deepEqual(complaints, []);
console.log('every state was seen');
