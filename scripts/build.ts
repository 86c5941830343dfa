/** Bundles the agent into dist/diffo.cjs; only the native addon stays outside. */
import { chmodSync } from 'node:fs';
import { build } from 'esbuild';

const top = new URL('..', import.meta.url).pathname;

await build({
  absWorkingDir: top,
  entryPoints: ['src/main.ts'],
  outfile: 'dist/diffo.cjs',
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'cjs',
  minify: true,
  keepNames: false,
  legalComments: 'none',
  external: ['better-sqlite3'],
  banner: { js: '#!/usr/bin/env node' },
  logLevel: 'warning',
});
chmodSync(`${top}dist/diffo.cjs`, 0o755);
