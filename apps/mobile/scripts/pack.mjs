// Writes the worker of the web build, compresses what is served, and fails when the entry has grown over its budget.

import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

const BUDGET_KB = 500;
const root = new URL('..', import.meta.url).pathname;
const dist = join(root, 'dist');

writeFileSync(join(dist, 'sw.js'), worker());
const files = readdirSync(dist, { recursive: true }).map((name) => join(dist, name)).filter((path) => statSync(path).isFile());
let entry = 0;
for (const path of files) {
  if (!/\.(js|css|svg|json)$/.test(path)) continue;
  const packed = gzipSync(readFileSync(path), { level: 9 });
  writeFileSync(`${path}.gz`, packed);
  if (/entry-[^/]*\.js$/.test(path)) entry += packed.length;
}
const kb = entry / 1024;
console.log(`app: entry ${kb.toFixed(0)} kB compressed, of ${BUDGET_KB}`);
if (entry === 0 || kb > BUDGET_KB) {
  console.error(`error: the entry of the app has ${kb.toFixed(0)} kB; its budget is ${BUDGET_KB}`);
  process.exit(1);
}

/** The worker with the files that the page names, and a version that changes with any of them. */
function worker() {
  const page = readFileSync(join(dist, 'index.html'));
  const named = [...page.toString().matchAll(/(?:src|href)="(\/app\/[^"?#]+\.[a-z0-9]+)"/g)].map(([, path]) => path);
  const kept = [...new Set(named)].sort();
  const text = readFileSync(join(root, 'worker/sw.js'), 'utf8');
  const digest = createHash('sha256').update(text).update(page);
  for (const path of kept) digest.update(readFileSync(join(dist, path.slice('/app/'.length))));
  if (!kept.some((path) => path.endsWith('.js'))) throw new Error('the page of the build names no script');
  return text.replace('__VERSION__', digest.digest('hex').slice(0, 16)).replace('__FILES__', JSON.stringify(kept));
}
