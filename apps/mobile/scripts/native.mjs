// Bundles the app for Android and iOS to Hermes bytecode, and fails when a bundle has grown over its budget.

import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const BUDGET_MB = 4.5;
const root = new URL('..', import.meta.url).pathname;
const out = join(root, 'dist-native');
const began = Date.now();
console.log('app: bundling for Android and iOS (a minute or two)');
execFileSync(join(root, 'node_modules/.bin/expo'), ['export', '--platform', 'android', '--platform', 'ios', '--output-dir', out], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
for (const platform of ['android', 'ios']) {
  const folder = join(out, '_expo/static/js', platform);
  const [bundle] = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.hbc')) : [];
  if (!bundle) throw new Error(`no bytecode for ${platform}`);
  const mb = statSync(join(folder, bundle)).size / 2 ** 20;
  console.log(`app: ${platform} ${mb.toFixed(2)} MB of bytecode, of ${BUDGET_MB}`);
  if (mb > BUDGET_MB) {
    console.error(`error: the bundle for ${platform} has ${mb.toFixed(2)} MB; its budget is ${BUDGET_MB}`);
    process.exitCode = 1;
  }
}
console.log(`app: bundled in ${((Date.now() - began) / 1000).toFixed(0)} s`);
