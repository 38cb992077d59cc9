// A browser as a person of the demo: signed in, in a zone that is not the house's, and listened to.
// What it needs stands in the environment variable CONSOLE as JSON: { url, gateway, chromium, shots, people }.

import { AxeBuilder } from '@axe-core/playwright';
import { chromium } from 'playwright-core';

export const { url, gateway, chromium: executablePath, shots, people, everything = false } = JSON.parse(process.env.CONSOLE);
export const complaints = [];

let browser = null;

export async function start() {
  browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
}

export async function end() {
  await browser.close();
}

const TAGS = { en: 'en-GB', ru: 'ru-RU', ro: 'ro-RO' };

/** A page of a person, in the organisation `place` or their first. */
export async function signIn(login, { scheme = 'light', locale = 'en', width = 1360, height = 860, zone = 'America/New_York', place } = {}) {
  const person = people.find((one) => one.login === login);
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: scheme, locale: TAGS[locale], timezoneId: zone });
  const page = await context.newPage();
  page.setDefaultTimeout(45_000);
  page.on('console', (message) => message.type() === 'error' && complaints.push(`${login} ${page.url()}: ${message.text()}`));
  page.on('pageerror', (error) => complaints.push(`${login} ${page.url()}: ${error.message}`));
  await page.goto(`${url}/console/`);
  await page.fill('#login', person.login);
  await page.fill('#password', person.password);
  await page.click('button[type=submit]');
  if (person.tenants.length > 1) await page.getByText(place ?? person.tenants[0]).first().click();
  await settled(page);
  return page;
}

/** Goes to a route, and waits until nothing is being read any more. */
export async function open(page, path) {
  await page.goto(`${url}/console${path}`);
  await settled(page);
}

export async function settled(page) {
  await page.waitForSelector('main h1, main .empty');
  await page.waitForFunction(() => document.querySelectorAll('.waiting').length === 0);
  // A map tells when all that belongs on it is there.
  if (await page.locator('.map').count()) await page.waitForSelector('.map[data-drawn]');
  // Canvases are drawn in the frame after their data came.
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
}

export async function shot(page, name) {
  await page.screenshot({ path: `${shots}/${name}.png`, fullPage: true });
}

/** Serious findings of axe, in words. */
export async function axe(page, name) {
  const { violations } = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa']).options({ resultTypes: ['violations'] }).analyze();
  return violations
    .filter((one) => one.impact === 'serious' || one.impact === 'critical')
    .map((one) => `${name}: ${one.id} (${one.nodes.length}) ${one.nodes[0]?.target.join(' ')} ${one.nodes[0]?.failureSummary?.split('\n')[1] ?? ''}`);
}
