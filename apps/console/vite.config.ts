import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import react from '@vitejs/plugin-react';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';

/** Writes each text file beside itself compressed: the back end sends it as it lies. */
function compressed(): Plugin {
  return {
    name: 'compressed',
    apply: 'build',
    writeBundle({ dir = 'dist' }, bundle) {
      for (const name of Object.keys(bundle).filter((one) => /\.(m?js|css|svg|json)$/.test(one))) {
        const file = join(dir, name);
        const content = readFileSync(file);
        if (content.length > 1024) writeFileSync(`${file}.gz`, gzipSync(content, { level: 9 }));
      }
    },
  };
}

export default defineConfig({
  base: '/console/',
  plugins: [react(), compressed()],
  resolve: { alias: { '@shared': new URL('../shared/src', import.meta.url).pathname } },
  worker: { format: 'es' },
  html: { cspNonce: '__NONCE__' },
  build: { target: 'es2022', manifest: true, chunkSizeWarningLimit: 1200, reportCompressedSize: false },
  server: { proxy: { '/graphql': { target: 'http://127.0.0.1:8000', ws: true }, '/oauth': 'http://127.0.0.1:8000' } },
  test: { environment: 'jsdom', include: ['test/**/*.test.{ts,tsx}'], setupFiles: ['test/setup.ts'] },
});
