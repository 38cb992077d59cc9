// A telephone's browser as a resident of the demo, in a zone that is not the house's, and listened to.
// What it needs stands in the environment variable APP as JSON: { url, chromium, shots, people, tenants,
// firebase, gateway, device }: the push service, and the concentrator that a walk speaks for.

import { createHash, randomBytes } from 'node:crypto';
import { AxeBuilder } from '@axe-core/playwright';
import { chromium } from 'playwright-core';

export const { url, chromium: executablePath, shots, people, tenants, firebase, gateway, device, everything = false } = JSON.parse(process.env.APP);
export const complaints = [];

const TAGS = { en: 'en-GB', ru: 'ru-RU', ro: 'ro-RO' };
let browser = null;

export async function start() {
  browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
}

export async function end() {
  await browser.close();
}

/** A page on a telephone; whatever its console complains of fails the walk. */
export async function phone({ scheme = 'light', locale = 'en', zone = 'America/New_York', listen = null } = {}) {
  const context = await browser.newContext({
    viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true,
    colorScheme: scheme, locale: TAGS[locale], timezoneId: zone, permissions: ['clipboard-read', 'clipboard-write'],
  });
  await context.addInitScript(() => {
    const look = () => {
      if (document.querySelector('[role=img] svg path')) window.firstChart = performance.now();
      else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  });
  const page = await context.newPage();
  if (listen) page.on('request', listen);
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(`${page.url()}: ${message.text()} ${message.location().url}`);
  });
  page.on('pageerror', (error) => complaints.push(`${page.url()}: ${error.stack}`));
  return page;
}

/** Fills the sign-in page, and waits for the home. */
export async function enter(page, { login, password }) {
  await page.waitForSelector('#login');
  await page.fill('#login', login);
  await page.fill('#password', password);
  await page.click('button[type=submit]');
  await page.waitForSelector('[data-testid=today-figure]');
}

export async function signIn(person, look = {}) {
  const page = await phone(look);
  await page.goto(`${url}/app/`);
  await page.getByRole('button').first().click();
  await enter(page, person);
  return page;
}

/** What can be seen: screens below the one on top stay in the document. */
export const seen = (locator) => locator.locator('visible=true').first();

export async function press(page, role, name) {
  await seen(page.getByRole(role, { name })).click();
}

export async function open(page, path) {
  await page.goto(`${url}/app${path}`);
  await settled(page);
}

/** Until nothing that is seen is being read any more. */
export async function settled(page) {
  await page.waitForSelector('[role=main]');
  await page.waitForFunction(() => [...document.querySelectorAll('[data-testid=waiting]')].every((one) => !one.checkVisibility()));
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
}

/** The whole of a screen, however far it scrolls. */
export async function shot(page, name) {
  const tall = await page.evaluate(() => Math.max(0, ...[...document.querySelectorAll('[role=main] div')].filter((one) => one.checkVisibility() && /auto|scroll/.test(getComputedStyle(one).overflowY)).map((one) => one.scrollHeight - one.clientHeight)));
  await page.setViewportSize({ width: 390, height: Math.min(844 + tall, 4000) });
  await page.waitForTimeout(150);
  await page.screenshot({ path: `${shots}/${name}.png` });
  await page.setViewportSize({ width: 390, height: 844 });
}

/** Serious findings of axe, in words. No page holds another one, so that one run in it tells all. */
export async function axe(page, name) {
  const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa']).options({ resultTypes: ['violations'] }).analyze();
  return violations
    .filter((one) => one.impact === 'serious' || one.impact === 'critical')
    .map((one) => `${name}: ${one.id} (${one.nodes.length}) ${one.nodes[0]?.target.join(' ')} ${one.nodes[0]?.failureSummary?.split('\n')[1] ?? ''}`);
}

/** Asks the API with the token that the app has of somebody of the staff. */
export async function staff(login) {
  const person = people.find((one) => one.login === login);
  const context = await browser.newContext();
  const page = await context.newPage();
  let token = null;
  page.on('request', (request) => {
    token ??= /^Bearer (.+)$/.exec(request.headers().authorization ?? '')?.[1] ?? null;
  });
  await page.goto(`${url}/app/`);
  await page.getByRole('button').first().click();
  await page.fill('#login', person.login);
  await page.fill('#password', person.password);
  await page.click('button[type=submit]');
  for (let tries = 0; token === null && tries < 100; tries++) await page.waitForTimeout(100);
  await context.close();
  return asker(() => token);
}

/** Asks the API as somebody with the rights of the console, in one of the places they work for. */
export async function office(login, place) {
  const person = people.find((one) => one.login === login);
  const verifier = randomBytes(32).toString('base64url');
  const redirect = `${url}/console/callback`;
  const context = await browser.newContext();
  const page = await context.newPage();
  let code = null;
  page.on('request', (request) => {
    if (request.url().startsWith(redirect)) code = new URL(request.url()).searchParams.get('code');
  });
  const asked = { response_type: 'code', client_id: 'console', redirect_uri: redirect, state: 's', scope: 'openid profile read administration', code_challenge_method: 'S256', code_challenge: createHash('sha256').update(verifier).digest('base64url') };
  await page.goto(`${url}/oauth/authorize?${new URLSearchParams(asked)}`);
  await page.fill('#login', person.login);
  await page.fill('#password', person.password);
  await page.click('button[type=submit]');
  await page.getByText(place, { exact: true }).click();
  for (let tries = 0; code === null && tries < 100; tries++) await page.waitForTimeout(100);
  await context.close();
  const answer = await fetch(`${url}/oauth/token`, { method: 'POST', body: new URLSearchParams({ grant_type: 'authorization_code', client_id: 'console', code, code_verifier: verifier, redirect_uri: redirect }) });
  const { access_token: token } = await answer.json();
  return asker(() => token);
}

/** Asks the API as a client program. */
export async function program({ client_id: id, client_secret: secret }) {
  const answer = await fetch(`${url}/oauth/token`, {
    method: 'POST',
    headers: { Authorization: `Basic ${btoa(`${id}:${secret}`)}` },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
  });
  const { access_token: token } = await answer.json();
  return asker(() => token);
}

const asker = (token) => async (query, variables = {}) => {
  const told = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${token()}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = await told.json();
  if (errors) throw new Error(JSON.stringify(errors));
  for (const payload of Object.values(data)) if (payload?.errors?.length) throw new Error(JSON.stringify(payload.errors));
  return data;
};
