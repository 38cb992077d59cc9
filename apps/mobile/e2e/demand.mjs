// Being asked to use less: on the first screen, in the inbox, answered, and seen by who asked.

import assert from 'node:assert/strict';
import { axe, open, press, seen, shot, signIn, url } from './browser.mjs';

const HOUR = 3_600_000;
const WORDS = 'Thank you for helping the street.';

/** Address of the screen of an event that is left open. */
export async function demand(admin, person, serial, findings) {
  const { viewer } = await admin('query($s: String!) { viewer { meteringPoints(first: 1, search: $s) { edges { node { site { id timezone } } } } } }', { s: serial });
  const { id: site, timezone: zone } = viewer.meteringPoints.edges[0].node.site;
  const startsAt = new Date(Math.ceil(Date.now() / HOUR + 2) * HOUR);
  const id = await called(admin, site, startsAt.toISOString());
  const counts = async () => (await admin('query($id: ID!) { viewer { drEvent(id: $id) { counts { takingPart declined } } } }', { id })).viewer.drEvent.counts;
  const page = await signIn(person);
  await seen(page.getByText('Please use less electricity')).waitFor({ timeout: 60_000 });
  // The clock is that of the house, wherever the telephone is.
  const hour = new Intl.DateTimeFormat('en-GB', { timeZone: zone, hour: '2-digit', minute: '2-digit' });
  await seen(page.getByText(new RegExp(`${hour.format(startsAt)}–${hour.format(startsAt.getTime() + 1.5 * HOUR)}`))).waitFor();
  await seen(page.getByText('Not answered yet')).waitFor();
  await press(page, 'button', 'I take part');
  await seen(page.getByText('You take part')).waitFor();
  // The app shows what was pressed while it is being sent.
  const arrived = async (wanted) => {
    for (let tries = 0; JSON.stringify(await counts()) !== JSON.stringify(wanted); tries++) {
      assert.ok(tries < 50, 'the answer did not arrive');
      await page.waitForTimeout(200);
    }
  };
  await arrived({ takingPart: 1, declined: 0 });
  await shot(page, 'journey-asked');
  await open(page, '/alerts');
  await seen(page.getByText(/^Please use less: /)).waitFor({ timeout: 60_000 });
  await seen(page.getByText(/^Please use less: /)).click();
  await press(page, 'button', 'See and answer');
  await seen(page.getByText(WORDS)).waitFor();
  await press(page, 'button', 'Not this time');
  await seen(page.getByText('Not this time', { exact: true })).waitFor();
  await arrived({ takingPart: 0, declined: 1 });
  findings.push(...(await axe(page, 'event')));
  assert.match(page.url(), new RegExp(`^${url}/app/event/`));
  await page.context().close();
  return `/event/${encodeURIComponent(id)}`;
}

async function called(admin, site, startsAt) {
  const { createProgram } = await admin('mutation($input: CreateProgramInput!) { createProgram(input: $input) { program { id } errors { code message } } }', { input: { name: `Evenings ${startsAt}`, idempotencyKey: crypto.randomUUID() } });
  const input = { program: createProgram.program.id, name: 'Cold evening', targets: [site], startsAt, durationMinutes: 90, level: 2, messages: [{ locale: 'en', text: WORDS }], idempotencyKey: crypto.randomUUID() };
  const { dispatchDrEvent } = await admin('mutation($input: DispatchDrEventInput!) { dispatchDrEvent(input: $input) { event { id } errors { code message } } }', { input });
  assert.deepEqual(dispatchDrEvent.errors, []);
  return dispatchDrEvent.event.id;
}
