// Two households of one house: hours that are pushed cross the limit of one, who is told on the telephone and in
// the inbox; the other hears and sees nothing of it.

import assert from 'node:assert/strict';
import { axe, device, firebase, gateway, open, people, phone, press, seen, shot, signIn, url } from './browser.mjs';
import { Concentrator } from './concentrator.mjs';

const HOUR = 3_600_000;
const FLATS = [1, 2, 3, 4, 5, 6, 7];
const PASSWORD = 'seven quiet herons';
export const petru = { login: 'petru@willow.example', password: PASSWORD, phone: 'telephone-of-petru', locale: 'ro', flat: 1 };
const mira = { login: 'mira@willow.example', password: PASSWORD, phone: 'telephone-of-mira', locale: 'en', flat: 2 };
const APP = { 'X-Balance-App': 'android/1.0.0', 'Content-Type': 'application/json' };

const bff = async (path, access, body) => {
  const headers = { ...APP, ...(access ? { Authorization: `Bearer ${access}` } : {}) };
  const answer = await fetch(`${url}/bff${path}`, body ? { method: 'POST', headers, body: JSON.stringify(body) } : { headers });
  const told = await answer.json();
  assert.ok(answer.ok, JSON.stringify(told));
  return told;
};

/** Invited and settled; the browser is signed in, and a telephone of theirs is told by push. */
async function settle(admin, pointOf, person, movedInAt) {
  const { premise } = await pointOf(`WILLOW-${person.flat}`);
  const { inviteResident } = await admin(
    'mutation($input: InviteResidentInput!) { inviteResident(input: $input) { invitation { code } errors { code field message } } }',
    { input: { premise: premise.id, name: person.login, locale: person.locale, movedInAt } },
  );
  await bff('/invitations/claim', null, { code: inviteResident.invitation.code, email: person.login, password: PASSWORD, consent: true, locale: person.locale });
  const tokens = [];
  const page = await signIn(person, { listen: (request) => tokens.push(/^Bearer (.+)$/.exec(request.headers().authorization ?? '')?.[1]) });
  const access = tokens.find(Boolean);
  await bff('/devices', access, { token: person.phone, locale: person.locale, zone: 'Europe/Chisinau' });
  return { page, access };
}

export async function told(admin, pointOf) {
  const concentrator = new Concentrator(gateway, device);
  const now = Math.floor(Date.now() / HOUR) * HOUR;
  const movedInAt = new Date(now - 30 * HOUR).toISOString();
  const dials = Object.fromEntries(FLATS.map((flat) => [100 + flat, 0]));
  const turn = (flat, pulses) => (dials[100 + flat] += pulses);
  const hours = [];
  for (let hour = now - 36 * HOUR; hour < now - HOUR; hour += HOUR) {
    FLATS.forEach((flat) => turn(flat, 100 + 10 * flat));
    hours.push({ hour, counters: { ...dials } });
  }
  await concentrator.push(hours);
  const mine = await settle(admin, pointOf, petru, movedInAt);
  const theirs = await settle(admin, pointOf, mira, movedInAt);

  await open(mine.page, '/alerts/rule');
  await press(mine.page, 'radio', 'Limit of an hour');
  await mine.page.getByLabel('Limit', { exact: true }).fill('1,5');
  await press(mine.page, 'button', 'Save');
  await seen(mine.page.getByText('Limit of an hour: 1.5 kWh')).waitFor();
  await open(mine.page, '/');

  FLATS.forEach((flat) => turn(flat, 150));
  turn(petru.flat, 4200);
  await concentrator.push([{ hour: now - HOUR, counters: { ...dials } }]);
  const pushed = performance.now();
  const message = await arrived(petru.phone);
  console.log(`from the pushed hour to the telephone ${((performance.now() - pushed) / 1000).toFixed(1)} s`);
  assert.equal(message.notification.title, 'Limita orară depășită');
  assert.match(message.notification.body, /4,35.kWh.*1,5.kWh/s);
  assert.match(message.data.path, /^\/app\/alerts\//);

  // The app that is open hears of it by itself, and what was tapped opens the alert.
  await seen(mine.page.getByText('Hour limit exceeded')).waitFor({ timeout: 60_000 });
  console.log(`from the pushed hour to the open app ${((performance.now() - pushed) / 1000).toFixed(1)} s`);
  await shot(mine.page, 'journey-told');
  await open(mine.page, message.data.path.replace(/^\/app/, ''));
  await seen(mine.page.getByText('Hour limit exceeded')).waitFor();
  await open(mine.page, '/alerts');
  await seen(mine.page.getByText('Hour limit exceeded')).waitFor();

  const others = (await messages()).filter(({ token }) => token === mira.phone);
  assert.deepEqual(others, [], 'a neighbour is told');
  const home = await bff('/home?locale=en', theirs.access);
  assert.equal(home.alert, null);
  const told = JSON.stringify([home, await bff('/changes', theirs.access)]);
  for (const word of ['WILLOW-1', 'Flat 1', petru.login, '4.35']) assert.ok(!told.includes(word), `${word} is told to a neighbour`);
  assert.ok(home.meters[0].today.average.every((value) => value === null || value < 2), 'no average singles a home out');
  await mine.page.context().close();
  await theirs.page.context().close();
}

/** Without a mail server the letter of the same alert is kept, and the administrator of the demo reads it. */
export async function outbox(findings) {
  const page = await phone();
  await page.goto(`${url}/outbox`);
  await page.click('#sign-in');
  const { login, password } = people.find((one) => one.login === 'admin@riverside.example');
  await page.fill('#login', login);
  await page.fill('#password', password);
  await page.click('button[type=submit]');
  const letter = page.locator('.letter', { hasText: petru.login }).filter({ hasText: 'email' }).filter({ hasText: 'Limita orară' }).first();
  await letter.waitFor();
  assert.match(await letter.innerText(), /Limita orară depășită[\s\S]*4,35.kWh[\s\S]*kept/);
  await shot(page, 'journey-outbox');
  findings.push(...(await axe(page, 'outbox')));
  await page.context().close();
}

const messages = async () => (await fetch(`${firebase}/messages`)).json();

/** The message to a telephone, as the push service has it. */
async function arrived(token) {
  for (let tries = 0; tries < 1200; tries++) {
    const found = (await messages()).find((one) => one.token === token);
    if (found) return found;
    await new Promise((done) => setTimeout(done, 50));
  }
  throw new Error(`nothing came to ${token} in a minute`);
}
