// Demand response: an operator calls an event by the form, is refused the same time twice, moves it,
// and calls it off; the running one is told as a chart.

import assert from 'node:assert/strict';
import { axe, open, settled, shot, signIn } from './browser.mjs';
import { HOUSE } from './routes.mjs';

const NAME = 'Transformer of Mill Street';

export function demand({ findings, event }) {
  return async () => {
    const page = await signIn('operator@riverside.example');
    const text = () => page.locator('main').innerText();
    await page.click('nav >> text=Demand response');
    await settled(page);
    await page.getByRole('button', { name: 'Call an event' }).click();
    const day = new Date(Date.now() + Math.ceil(5 + Math.random() * 80) * 86_400_000).toISOString().slice(0, 10);
    await fill(page, day);
    await shot(page, 'journey-event-form');
    findings.push(...(await axe(page, 'event form')));
    await page.getByRole('button', { name: 'Publish and tell' }).click();
    await page.waitForSelector(`h1 >> text=${NAME}`);
    await settled(page);
    assert.match(await text(), /Announced/);
    assert.match(await text(), /of \d+ homes/);
    const address = page.url();

    // No home is asked twice at once by one program.
    await page.click('nav >> text=Demand response');
    await page.getByRole('button', { name: 'Call an event' }).first().click();
    await fill(page, day);
    await page.getByRole('button', { name: 'Publish and tell' }).click();
    await page.getByText('DR_OVERLAP').waitFor();
    await page.getByRole('button', { name: 'Cancel' }).click();

    await page.goto(address);
    await page.getByRole('button', { name: 'Move', exact: true }).click();
    await choose(page, 'Lasts', '45 min');
    await page.getByRole('button', { name: 'Move and tell' }).click();
    await page.locator('.past >> text=Moved to another time').waitFor();
    assert.match(await text(), /45 min/);
    await page.getByRole('button', { name: 'Call off' }).click();
    await page.getByRole('button', { name: 'Really call it off' }).click();
    await page.locator('.past >> text=Called off').waitFor();
    await shot(page, 'journey-event');
    await open(page, `/demand-response/${event}`);
    await page.getByRole('region', { name: 'Homes' }).waitFor();
    await page.context().close();
  };
}

async function fill(page, day) {
  const form = page.getByRole('dialog');
  await form.getByLabel('Name of the event').waitFor();
  if (await form.getByLabel('Name of the program').isVisible()) await form.getByLabel('Name of the program').fill('Works on the network');
  await form.getByLabel('Name of the event').fill(NAME);
  for (const [at, name] of HOUSE.split('/').entries()) await form.getByLabel(`Where ${at + 1}`).selectOption({ label: name });
  await form.getByLabel('Begins').fill(`${day}T18:00`);
  await choose(page, 'Lasts', '1 h 30 min');
  await form.getByLabel('English').fill('The street gets a new transformer.');
}

async function choose(page, field, value) {
  await page.getByRole('combobox', { name: field }).click();
  await page.getByRole('option', { name: value, exact: true }).click();
}
