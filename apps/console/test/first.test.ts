import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { en } from '@shared/i18n/en';
import { rest } from '@shared/i18n/rest/en';

const FROM = /^(?:import|export)\s(?!type)[^;]*?from\s+'([^']+)'/gm;

function fileOf(from: string, named: string): string | null {
  const base = named.startsWith('@shared/') ? join('../shared/src', named.slice(8)) : named.startsWith('.') ? join(dirname(from), named) : null;
  return base === null ? null : ([base, `${base}.ts`, `${base}.tsx`, join(base, 'index.ts')].find((one) => /\.tsx?$/.test(one) && existsSync(one)) ?? null);
}

/** Files that the first page is made of: what is imported at once, and not when it is wanted. */
function first(file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file) || file.includes('i18n')) return seen;
  seen.add(file);
  for (const [, named] of readFileSync(file, 'utf8').matchAll(FROM)) {
    const found = fileOf(file, named ?? '');
    if (found) first(found, seen);
  }
  return seen;
}

describe('the first page', () => {
  const files = [...first('src/main.tsx')];
  const lazily = ['src/app/Palette.tsx', 'src/app/NodeTree.tsx'];
  const text = [...files, ...lazily].map((file) => readFileSync(file, 'utf8')).join('\n');

  it('is the shell and the overview', () => {
    expect(files).toContain('src/pages/Overview.tsx');
    expect(files).not.toContain('src/pages/Rules.tsx');
  });

  it('uses no words that are fetched with other pages', () => {
    const early = Object.keys(rest).filter((key) => text.includes(`'${key}'`));
    const begun = [...text.matchAll(/\bt\(`([\w.]+\.)\$\{/g)].map(([, start]) => start ?? '');
    const built = Object.keys(rest).filter((key) => begun.some((start) => key.startsWith(start)));
    expect([...early, ...built]).toEqual([]);
    expect(begun.some((start) => Object.keys(en).some((key) => key.startsWith(start)))).toBe(true);
  });
});
