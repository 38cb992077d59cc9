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

/** Cookies of those who have signed in once: each form is filled in once, later pages come in silently. */
const sessions = new Map();

/** Questions of a page that were not answered yet. */
const asked = new WeakMap();

function listen(page, login) {
  page.on('console', (message) => message.type() === 'error' && complaints.push(`${login} ${page.url()}: ${message.text()}`));
  page.on('pageerror', (error) => complaints.push(`${login} ${page.url()}: ${error.message}`));
  const open = new Set();
  asked.set(page, open);
  page.on('request', (request) => request.url().endsWith('/graphql') && request.method() === 'POST' && open.add(request));
  for (const end of ['requestfinished', 'requestfailed']) page.on(end, (request) => open.delete(request));
  page.on('framenavigated', (frame) => frame === page.mainFrame() && open.clear());
}

/** A page of a person, in the organisation `place` or their first, at the address `at`. */
export async function signIn(login, { scheme = 'light', locale = 'en', width = 1360, height = 860, zone = 'America/New_York', place, at = '/' } = {}) {
  const person = people.find((one) => one.login === login);
  const storageState = sessions.get(login);
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: scheme, locale: TAGS[locale], timezoneId: zone, storageState });
  const page = await context.newPage();
  page.setDefaultTimeout(45_000);
  listen(page, login);
  await page.goto(`${url}/console${at}`);
  if (!storageState) {
    await page.fill('#login', person.login);
    await page.fill('#password', person.password);
    await page.click('button[type=submit]');
    if (person.tenants.length > 1) await page.getByText(place ?? person.tenants[0]).first().click();
  }
  await settled(page);
  // Who has several organisations chooses one each time.
  if (person.tenants.length === 1) sessions.set(login, { cookies: await context.cookies(), origins: [] });
  return page;
}

/** Goes to a route, and waits until nothing is being read any more. */
export async function open(page, path) {
  await page.goto(`${url}/console${path}`);
  await settled(page);
}

export async function settled(page) {
  await page.waitForSelector('main h1, main .empty');
  do {
    await page.waitForFunction(() => document.querySelectorAll('.waiting').length === 0);
    // A map tells when all that belongs on it is there.
    if (await page.locator('.map').count()) await page.waitForSelector('.map[data-drawn]');
    // Canvases are drawn in the frame after their data came.
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  } while (asked.get(page)?.size);
}

/** The page that is shown, in another look: as a person changes it, without loading anything anew. */
export async function look(page, { scheme, locale, width = 1360, height = 860 }) {
  await page.setViewportSize({ width, height });
  await page.emulateMedia({ colorScheme: scheme });
  await page.evaluate((lang) => document.querySelector(`[role=menuitemradio][lang=${lang}]`)?.click(), locale);
  await page.waitForFunction((lang) => document.documentElement.lang === lang, locale);
  await settled(page);
}

export async function shot(page, name) {
  await page.screenshot({ path: `${shots}/${name}.png`, fullPage: true });
}

/** Serious findings of axe, in words. No page holds another one, so that one run in it tells all. */
export async function axe(page, name) {
  const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa']).options({ resultTypes: ['violations'] }).analyze();
  return violations
    .filter((one) => one.impact === 'serious' || one.impact === 'critical')
    .map((one) => `${name}: ${one.id} (${one.nodes.length}) ${one.nodes[0]?.target.join(' ')} ${one.nodes[0]?.failureSummary?.split('\n')[1] ?? ''}`);
}
