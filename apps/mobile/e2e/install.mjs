// A meter is placed on a channel that the network hears and nobody knew: with the contactor that switches its supply.

import assert from 'node:assert/strict';
import { axe, device, gateway, open, people, press, seen, settled, shot, signIn } from './browser.mjs';
import { Concentrator } from './concentrator.mjs';
import { petru } from './told.mjs';

const HOUR = 3_600_000;
const CHANNEL = 150;
const SERIAL = 'WILLOW-NEW';
const OWN = { channel: 151, serial: 'WILLOW-OWN' };
const OFFER = 'mutation($input: OfferChannelInput!) { offerChannel(input: $input) { done errors { code field message } } }';
const FOUND = '{ viewer { foundChannels { edges { node { channel readings } } } } }';
const SUPPLY = `query($s: String!) { viewer { meteringPoints(first: 1, search: $s) { edges { node { id meter { serial }
  supply { bar offered } } } } } }`;

export async function install(admin, findings) {
  const now = Math.floor(Date.now() / HOUR) * HOUR;
  const hours = [3, 2].map((back) => ({ hour: now - back * HOUR, counters: { [CHANNEL]: 1000 * (4 - back), [OWN.channel]: 100 * (4 - back) } }));
  await new Concentrator(gateway, device).push(hours);
  for (let tries = 0; ; tries++) {
    const heard = (await admin(FOUND)).viewer.foundChannels.edges.filter(({ node }) => [CHANNEL, OWN.channel].includes(node.channel));
    if (heard.length === 2 && heard.every(({ node }) => node.readings >= 2)) break;
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

/** A household connects its own meter to the module that was left to its home. */
export async function installOwn(admin, pointOf, findings) {
  const { premise } = await pointOf('WILLOW-1');
  const page = await signIn(petru);
  await press(page, 'tab', 'Meters');
  await press(page, 'button', 'Add a meter');
  await seen(page.getByText('No module waits for your home yet')).waitFor();
  await admin(OFFER, { input: { concentrator: device.serial, network: 1, channel: OWN.channel, commodity: 'WATER_COLD', pulseConstant: '1000', premise: premise.id } });
  await press(page, 'button', 'Try again');
  const module = seen(page.getByRole('radio', { name: new RegExp(`${device.serial}, network 1, channel ${OWN.channel}`) }));
  assert.match(await module.innerText(), /Cold water[\s\S]*2 hours kept/);
  assert.equal(await page.getByRole('radio').count(), 1, 'a household sees channels of others');
  await press(page, 'button', 'Connect the meter');
  await seen(page.getByText('Write what stands on the face of the meter.')).waitFor();
  await page.getByLabel('Serial of the meter').fill('WILLOW-2');
  await page.getByLabel('Dial now').fill('3,25');
  await press(page, 'button', 'Connect the meter');
  await seen(page.getByText('This meter cannot stand there. Check its serial and its dial.')).waitFor();
  await page.getByLabel('Serial of the meter').fill(OWN.serial);
  await shot(page, 'journey-install-own');
  findings.push(...(await axe(page, 'install own')));
  await press(page, 'button', 'Connect the meter');
  await seen(page.getByText('Waiting until the network sees it: the next full hour')).waitFor();
  await press(page, 'button', 'Open the meter');
  await seen(page.getByText(OWN.serial)).waitFor();
  await page.context().close();
}
