// Measures the console on the real product: what the first route loads, how soon it paints, how long
// charts and a jump in the list take. Medians of several runs; prints one JSON object.

import { end, open, settled, signIn, start } from './browser.mjs';
import { asker, places } from './places.mjs';

const RUNS = 5;
const { tenants } = JSON.parse(process.env.CONSOLE);
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

/** Files of the console that this page has loaded, in kB as sent. */
const loaded = (page) =>
  page.evaluate(() =>
    performance.getEntriesByType('resource').filter((one) => one.name.includes('/console/')).reduce((sum, one) => sum + one.encodedBodySize, 0) / 1024,
  );

const paints = (page) =>
  page.evaluate(
    () =>
      new Promise((done) => {
        new PerformanceObserver((list) => {
          const fcp = performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0;
          done({ fcp, lcp: list.getEntries().at(-1).startTime });
        }).observe({ type: 'largest-contentful-paint', buffered: true });
      }),
  );

const measured = (page, name) =>
  page.evaluate((key) => performance.getEntriesByName(key, 'measure').map((one) => one.duration).at(-1), name);

await start();
const found = await places(await asker(tenants[0]));
const first = { kb: 0, fcp: [], lcp: [] };
const charts = { day: [], long: [] };
const jumps = [];
const page = await signIn('operator@riverside.example');
for (let run = 0; run < RUNS; run++) {
  await open(page, '/');
  first.kb = await loaded(page);
  const { fcp, lcp } = await paints(page);
  first.fcp.push(fcp);
  first.lcp.push(lcp);

  await open(page, `/meters/${found.meter}?date=2026-11-01`);
  await page.waitForSelector('.chart canvas');
  charts.day.push(await measured(page, 'chart'));

  await open(page, `/meters/${found.meter}?span=year`);
  await page.waitForSelector('.long-chart canvas');
  charts.long.push((await measured(page, 'band')) + (await measured(page, 'long')));
}

// Every meter of the tenant is loaded, then the list jumps from its top to its end and back.
await open(page, '/meters');
const list = page.locator('.list');
for (let more = true; more; ) {
  const before = await list.evaluate((one) => one.scrollHeight);
  await list.evaluate((one) => one.scrollTo(0, one.scrollHeight));
  await page.waitForTimeout(400);
  more = (await list.evaluate((one) => one.scrollHeight)) > before;
}
const rows = await list.evaluate((one) => Math.round(one.scrollHeight / 48));
for (let run = 0; run < RUNS * 2; run++) {
  jumps.push(
    await list.evaluate(
      (one, down) =>
        new Promise((done) => {
          const began = performance.now();
          one.scrollTo(0, down ? one.scrollHeight : 0);
          const look = () => {
            const shown = [...one.querySelectorAll('[aria-posinset]')].map((row) => Number(row.getAttribute('aria-posinset')));
            const count = Number(one.querySelector('[aria-setsize]').getAttribute('aria-setsize'));
            if (shown.includes(down ? count : 1)) done(performance.now() - began);
            else requestAnimationFrame(look);
          };
          requestAnimationFrame(look);
        }),
      run % 2 === 0,
    ),
  );
  await settled(page);
}
await end();
const round = (value, digits = 1) => Number(value.toFixed(digits));
console.log(
  JSON.stringify({
    first_route_gzip_kb: round(first.kb),
    fcp_ms: round(median(first.fcp)),
    lcp_ms: round(median(first.lcp)),
    day_chart_ms: round(median(charts.day)),
    points_8760_ms: round(median(charts.long)),
    list_jump_ms: round(median(jumps)),
    list_rows: rows,
    runs: RUNS,
  }),
);
