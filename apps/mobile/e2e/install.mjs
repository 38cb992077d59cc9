// A meter is placed on a channel that the network hears and nobody knew: with the contactor that switches its supply.

import assert from 'node:assert/strict';
import { axe, device, gateway, open, people, press, seen, settled, shot, signIn } from './browser.mjs';
import { Concentrator } from './concentrator.mjs';

const HOUR = 3_600_000;
const CHANNEL = 150;
const SERIAL = 'WILLOW-NEW';
const FOUND = '{ viewer { foundChannels { edges { node { channel readings } } } } }';
const SUPPLY = `query($s: String!) { viewer { meteringPoints(first: 1, search: $s) { edges { node { id meter { serial }
  supply { bar offered } } } } } }`;

export async function install(admin, findings) {
  const now = Math.floor(Date.now() / HOUR) * HOUR;
  const hours = [3, 2].map((back) => ({ hour: now - back * HOUR, counters: { [CHANNEL]: 1000 * (4 - back) } }));
  await new Concentrator(gateway, device).push(hours);
  for (let tries = 0; ; tries++) {
    const heard = (await admin(FOUND)).viewer.foundChannels.edges.find(({ node }) => node.channel === CHANNEL);
    if (heard?.node.readings >= 2) break;
    assert.ok(tries < 60, 'the channel is not found');
    await new Promise((done) => setTimeout(done, 1000));
  }
  const page = await signIn(people.find(({ login }) => login === 'operator@riverside.example'));
  await open(page, '/install');
  await press(page, 'radio', new RegExp(`${device.serial}, network 1, channel ${CHANNEL}`));
  assert.match(await seen(page.getByRole('radio', { name: new RegExp(`channel ${CHANNEL}`) })).innerText(), /2 hours kept/);
  await press(page, 'button', 'Connect the meter');
  await seen(page.getByText('Write what stands on the face of the meter.')).waitFor();
  await page.getByLabel('Serial of the meter').fill(SERIAL);
  await page.getByLabel('Dial now').fill('12,5');
  await press(page, 'switch', 'A contactor switches this supply');
  await settled(page);
  await shot(page, 'journey-install');
  findings.push(...(await axe(page, 'install')));
  await press(page, 'button', 'Connect the meter');
  await seen(page.getByText('The meter is connected')).waitFor();
  await shot(page, 'journey-installed');
  const { viewer } = await admin(SUPPLY, { s: SERIAL });
  const [{ node }] = viewer.meteringPoints.edges;
  assert.equal(node.meter.serial, SERIAL);
  assert.notEqual(node.supply.bar, 'NO_ACTUATOR', 'its contactor is not known');
  await page.context().close();
}
