// From opening the app to its first chart: signed in, nothing of the home kept, some times over.
// Prints the milliseconds of each time as JSON; what it needs is told as to the walk, with runs.

import { end, phone, signIn, start, url } from './browser.mjs';

const { runs, login, password } = JSON.parse(process.env.APP);
await start();
const times = { again: [], first: [] };
const page = await signIn({ login, password });
const opened = async (one) => {
  await one.goto(`${url}/app/`);
  await one.waitForFunction(() => window.firstChart);
  return Math.round(await one.evaluate(() => window.firstChart));
};
await page.addInitScript(() => localStorage.removeItem('balance.kept'));
for (let run = 0; run < runs; run++) {
  times.again.push(await opened(page));
}
// The same with nothing of the app itself on the device: its files are fetched, too.
const session = await page.context().storageState();
for (let run = 0; run < runs; run++) {
  const fresh = await phone();
  await fresh.context().addCookies(session.cookies);
  await fresh.addInitScript(() => localStorage.setItem('balance.session', '1'));
  times.first.push(await opened(fresh));
  session.cookies = (await fresh.context().storageState()).cookies;
  await fresh.context().close();
}
await end();
console.log(JSON.stringify(times));
