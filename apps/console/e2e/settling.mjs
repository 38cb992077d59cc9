// What an operator has to find and to settle, each from the overview by clicks alone, which are
// counted: a thief, a leak, a dead concentrator. The wrong reading is settled by the walk itself.

import assert from 'node:assert/strict';
import { axe, gateway, open, settled, shot, signIn } from './browser.mjs';
import { pushAgain } from './heating.mjs';

/** A hand that counts what it presses on a page. */
function hand(page) {
  let many = 0;
  const press = async (locator) => {
    many += 1;
    await locator.first().click();
  };
  press.count = () => many;
  void page;
  return press;
}

/** Waits until the alert on the page is over: the analyses end it when its finding is closed. */
async function over(page) {
  for (let tries = 0; tries < 20; tries++) {
    await settled(page);
    if (await page.getByRole('main').getByText(/^over \d/).count()) return;
    await page.waitForTimeout(500);
    await page.reload();
  }
  throw new Error(`the alert is not over: ${await page.locator('main').innerText()}`);
}

/** From the queue of alarms to the finding behind, through all of its steps, and back to the alarm. */
async function alarmAndFinding(page, press, { kind, place, note, said, look }) {
  await press(page.locator('nav').getByRole('link', { name: /^Alarms/ }));
  await press(page.getByRole('row', { name: place }).getByRole('link', { name: kind }));
  await page.waitForSelector('.past >> text=raised');
  const alarm = page.url();
  await page.getByLabel('Note').fill(note);
  await press(page.getByRole('button', { name: 'Acknowledge' }));
  await page.waitForSelector(`.past >> text=${note}`);
  await press(page.getByRole('link', { name: 'The finding behind it' }));
  await page.waitForSelector(`h1 >> text=${said}`);
  await settled(page);
  await look?.();
  await press(page.getByRole('button', { name: 'Take it on' }));
  await page.getByLabel('Note').fill('seen on the spot');
  await press(page.getByRole('button', { name: 'Confirmed on the spot' }));
  await page.waitForSelector('.past >> text=inspected, confirmed');
  await page.getByLabel('Note').fill('repaired');
  await press(page.getByRole('button', { name: 'Close', exact: true }));
  await page.waitForSelector('.past >> text=“repaired”');
  assert.equal(await page.getByRole('button', { name: 'Close', exact: true }).count(), 0, 'what is closed is settled');
  await page.goto(alarm);
  await over(page);
}

export function settling({ ask, findings }) {
  async function thief() {
    const page = await signIn('operator@riverside.example');
    const press = hand(page);
    const row = { kind: 'Tampering', place: /Willow Street 3/, note: 'Ion goes there on Friday', said: 'Meter bypassed for hours' };
    await alarmAndFinding(page, press, row);
    assert.ok(press.count() <= 8, `${press.count()} clicks`);
    console.log(`thief settled in ${press.count()} clicks`);
    await shot(page, 'journey-thief');
    await page.locator('nav').getByRole('link', { name: 'Overview' }).click();
    await settled(page);
    assert.equal(await page.getByRole('main').getByText('Meter bypassed for hours').count(), 0, 'a settled one leaves the overview');
    await page.context().close();
  }

  async function leak() {
    const page = await signIn('operator@northwater.example');
    const press = hand(page);
    const look = async () => {
      await page.waitForSelector('.long-chart canvas, .chart canvas');
      await press(page.getByRole('link', { name: '62200033' }));
      await page.waitForSelector('h1 >> text=62200033');
      await page.waitForSelector('.chart canvas');
      await press(page.getByRole('tabpanel').getByRole('link').first());
      await page.waitForSelector('.past');
    };
    await alarmAndFinding(page, press, { kind: 'Leak', place: /62200033|Dwelling/, note: 'called the owner', said: /leak/i.source, look });
    console.log(`leak settled in ${press.count()} clicks`);
    await shot(page, 'journey-leak');
    await page.context().close();
  }

  /** A reading that the rules doubt: found from the overview, seen at the meter, made void; it leaves the list. */
  async function wrong() {
    const page = await signIn('operator@riverside.example');
    const press = hand(page);
    await press(page.getByRole('main').getByRole('link', { name: /doubtful reading/ }));
    const queue = page.getByRole('region', { name: 'Doubtful readings' });
    await queue.waitFor();
    await page.getByRole('main').getByLabel('Rule').first().click();
    await page.getByRole('option', { name: 'Spike', exact: true }).click();
    const rows = queue.locator('tbody tr', { hasText: 'Spike' });
    await queue.locator('tbody tr', { hasNotText: 'Spike' }).first().waitFor({ state: 'detached' });
    await rows.first().waitFor();
    const told = await rows.first().innerText();
    const [serial] = /\d{8}/.exec(told);
    const [, clock] = /, (\d\d:00)/.exec(told);
    assert.match(told, /in an hour; the third highest/, 'why it is doubted is said');
    const many = await rows.count();
    await shot(page, 'journey-doubtful');
    await press(rows.first().getByRole('link'));
    await page.waitForSelector(`h1 >> text=${serial}`);
    await page.waitForSelector('.chart canvas');
    await press(page.getByRole('button', { name: 'Correct a reading' }));
    const drawer = page.getByRole('dialog');
    const hours = drawer.getByLabel('Hour', { exact: true });
    assert.match(await hours.locator('option:checked').innerText(), new RegExp(`^${clock}`), 'the hour in doubt is chosen');
    await press(drawer.getByText('Void', { exact: true }));
    await drawer.getByLabel('Reason').fill('the module jumped');
    await press(drawer.getByRole('button', { name: 'Show the effect' }));
    await drawer.getByText('What it changes').waitFor();
    await shot(page, 'journey-void');
    await press(drawer.getByRole('button', { name: 'Apply' }));
    await drawer.getByText('The reading is corrected').waitFor();
    console.log(`doubtful reading settled in ${press.count()} clicks`);
    await open(page, '/delivery');
    await page.getByRole('main').getByLabel('Rule').first().click();
    await page.getByRole('option', { name: 'Spike', exact: true }).click();
    await queue.locator('tbody tr', { hasNotText: 'Spike' }).first().waitFor({ state: 'detached' });
    assert.equal(await rows.count(), many - 1, 'what was corrected leaves the list');
    await odd(page, queue);
    await page.context().close();
  }

  /** Another one is odd and right: confirmed with a note it leaves the list, too, and stands at its meter as such. */
  async function odd(page, queue) {
    await open(page, '/delivery');
    const button = queue.getByRole('button', { name: /^It is right: / }).first();
    const about = await button.getAttribute('aria-label');
    const [serial] = /\d{8}/.exec(about);
    const press = hand(page);
    await press(button);
    const asked = page.getByRole('dialog', { name: 'It is right' });
    await asked.getByLabel('Note').fill('a party on the roof');
    findings.push(...(await axe(page, 'a reading that is right')));
    await shot(page, 'journey-right');
    await press(asked.getByRole('button', { name: 'Confirm the reading' }));
    await queue.getByRole('button', { name: about, exact: true }).waitFor({ state: 'detached' });
    console.log(`odd reading confirmed in ${press.count()} clicks`);
    const { viewer } = await ask('query($s: String!) { viewer { meteringPoints(first: 1, search: $s) { edges { node { id } } } } }', { s: serial });
    await open(page, `/meters/${encodeURIComponent(viewer.meteringPoints.edges[0].node.id)}`);
    await page.getByRole('tab', { name: 'Checks and sensors' }).click();
    await page.getByText(/Found right by .+: a party on the roof/).waitFor();
  }

  /** Silent for hours, as its link says; it is looked after, pushes again, and its alarm ends by itself. */
  async function dead() {
    const page = await signIn('operator@riverside.example');
    const press = hand(page);
    for (let tries = 0; (await page.getByText('1 concentrator down').count()) === 0; tries++) {
      assert.ok(tries < 120, 'no silence was raised');
      await page.waitForTimeout(500);
      await open(page, '/');
    }
    await press(page.getByRole('main').getByRole('link', { name: /J900-000001/ }));
    await page.waitForSelector('h1 >> text=J900-000001');
    const panel = page.getByRole('region', { name: 'J900-000001' });
    await panel.waitFor();
    findings.push(...(await axe(page, 'silent concentrator')));
    await press(panel.getByLabel('Assign to'));
    await press(page.getByRole('option', { name: 'Victor Rusu' }));
    await panel.getByLabel('Note').fill('the fuse had gone');
    await press(panel.getByRole('button', { name: 'Acknowledge' }));
    await panel.getByText(/Acknowledged|acknowledged/).first().waitFor();
    await shot(page, 'journey-dead');
    await pushAgain(gateway);
    console.log(`dead concentrator settled in ${press.count()} clicks`);
    await page.context().close();
  }

  /** Later: it was heard, and nobody had to close anything. */
  async function heard() {
    const page = await signIn('operator@riverside.example');
    for (let tries = 0; (await page.getByText('0 concentrators down').count()) === 0; tries++) {
      assert.ok(tries < 60, 'the alarm does not end');
      await page.waitForTimeout(500);
      await open(page, '/');
    }
    const { viewer } = await ask('{ viewer { networkAlarms(onlyOpen: false) { edges { node { id kind closedAt note concentrator { id } } } } } }');
    const [alarm] = viewer.networkAlarms.edges.map((edge) => edge.node).filter((one) => one.kind === 'CONCENTRATOR_SILENT');
    assert.ok(alarm.closedAt !== null && alarm.note === 'the fuse had gone');
    await open(page, `/networks/${alarm.concentrator.id}`);
    await page.waitForSelector('.past >> text=the fuse had gone');
    await shot(page, 'journey-heard');
    await page.context().close();
  }

  return { hand, thief, leak, wrong, dead, heard };
}
