// Compresses what the web build serves, and fails when its entry has grown over its budget.

import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

const BUDGET_KB = 500;
const dist = new URL('../dist', import.meta.url).pathname;
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
