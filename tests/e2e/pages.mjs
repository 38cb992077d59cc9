// Walks through the landing page and GraphiQL in a real browser, in light and dark, on a desktop and
// on a phone: node pages.mjs, with what it needs in the environment variable PAGES as JSON
// { url, chromium, shots, client: { id, secret }, person: { login, password } }.
// Any error on a browser's console fails the run.

import assert from 'node:assert/strict';
import { chromium } from 'playwright-core';

const { url, chromium: executablePath, shots, client, person } = JSON.parse(process.env.PAGES);
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
const complaints = [];

async function open(path, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1360, height: 820 }, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  page.on('console', (message) => message.type() === 'error' && complaints.push(`${path}: ${message.text()}`));
  page.on('pageerror', (error) => complaints.push(`${path}: ${error.message}`));
  await page.goto(url + path);
  return page;
}

const shot = (page, name) => page.screenshot({ path: `${shots}/${name}.png` });
const result = (page) => page.locator('#result').textContent();

async function ready(page) {
  await page.waitForSelector('body[data-ready]');
}

async function run(page) {
  await page.click('#run');
  const status = page.locator('#status');
  try {
    await page.waitForFunction(() => /^(Done|\d+ error)/.test(document.getElementById('status').textContent));
  } catch {
    assert.fail(`the run did not end: ${await status.textContent()}`);
  }
}

async function landing(scheme) {
  const page = await open('/', { colorScheme: scheme });
  await page.waitForSelector('.dot.ok');
  assert.equal(await page.locator('#ready-words').textContent(), 'Ready');
  await shot(page, `landing-${scheme}`);
  await page.click('text=Open GraphiQL');
  await ready(page);
  await page.context().close();
}

async function asClient(scheme) {
  const page = await open('/graphiql?sign-in', { colorScheme: scheme });
  await ready(page);
  await shot(page, `sign-in-${scheme}`);
  await page.click('summary:has-text("client")');
  await page.fill('#client-id', client.id);
  await page.fill('#client-secret', 'wrong');
  await page.click('text=Get a token');
  await page.waitForSelector('#sign-in-problem:not([hidden])');
  // The browser itself reports the refusal.
  assert.match(complaints.pop() ?? '', /401/);
  await page.fill('#client-secret', client.secret);
  await page.click('text=Get a token');
  await page.waitForFunction(() => document.getElementById('who').textContent !== '');
  await page.waitForSelector('body[data-completes=true]');
  const names = scheme === 'dark' ? ['Profile'] : ['Points', 'Groups', 'Profile', 'Imbalance', 'Month', 'Delivery'];
  for (const name of names) {
    await page.click(`button[data-name=${name}]`);
    await run(page);
    const { data, errors } = JSON.parse(await result(page));
    assert.equal(errors, undefined, `${name}: ${JSON.stringify(errors)}`);
    assert.notEqual(data.viewer ?? data.node, null, name);
    await shot(page, `${name.toLowerCase()}-${scheme}`);
  }
  await page.context().close();
}

async function editing() {
  const page = await open('/graphiql');
  await ready(page);
  await page.evaluate(({ id, secret }) => {
    document.getElementById('client-id').value = id;
    document.getElementById('client-secret').value = secret;
    document.getElementById('client-form').requestSubmit();
  }, client);
  await page.waitForFunction(() => document.getElementById('who').textContent !== '');
  await page.waitForSelector('body[data-completes=true]');
  await page.fill('#query textarea', '');
  await page.click('#query textarea');
  await page.keyboard.type('{');
  await page.keyboard.press('Enter');
  await page.keyboard.type('vi');
  await page.waitForSelector('#query-completions li[aria-selected=true]:has-text("viewer")');
  await page.keyboard.press('Enter');
  await page.keyboard.type(' {');
  await page.keyboard.press('Enter');
  await page.keyboard.type('tena');
  await page.waitForSelector('#query-completions li[aria-selected=true]:has-text("tenant")');
  await shot(page, 'completion');
  await page.keyboard.press('Tab');
  await page.keyboard.type(' { name ');
  await page.keyboard.press('Control+Enter');
  await page.waitForFunction(() => document.getElementById('status').textContent.startsWith('Done'));
  const { data } = JSON.parse(await result(page));
  assert.equal(typeof data.viewer.tenant.name, 'string');

  await page.click('button[data-name=Folded]');
  await page.click('#run');
  await page.waitForFunction(() => document.getElementById('status').textContent.startsWith('Listening'));
  await page.click('#run');
  await page.waitForFunction(() => document.getElementById('status').textContent === 'Stopped');
  await page.context().close();
}

async function asPerson() {
  const page = await open('/graphiql?sign-in');
  await ready(page);
  await page.click('#sign-in-person');
  await page.fill('#login', person.login);
  await page.fill('#password', person.password);
  await page.click('button[type=submit]');
  await page.waitForURL(`${url}/graphiql`);
  await page.waitForFunction(() => document.getElementById('who').textContent !== '');
  await page.click('button[data-name=Points]');
  await run(page);
  assert.equal(JSON.parse(await result(page)).errors, undefined);
  await page.click('#sign-out');
  await page.waitForSelector('#sign-in:not([hidden])');
  await page.context().close();
}

async function onPhone() {
  for (const path of ['/', '/graphiql']) {
    const page = await open(path, { viewport: { width: 390, height: 844 } });
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.equal(wide, 390, `${path} is wider than a phone`);
    await shot(page, `phone${path.replace('/', '-')}`);
    await page.context().close();
  }
}

for (const scheme of ['light', 'dark']) {
  await landing(scheme);
  await asClient(scheme);
}
await editing();
await asPerson();
await onPhone();
await browser.close();
assert.deepEqual(complaints, []);
console.log('all pages walked');
