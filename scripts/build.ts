/** Bundles the agent into dist/diffo.cjs; the native addon and what is loaded only when configured stay outside. */
import { chmodSync } from 'node:fs';
import { build } from 'esbuild';
import { checkShippedProfiles, yamlProfiles } from './shipped-profiles.ts';

const top = new URL('..', import.meta.url).pathname;

await checkShippedProfiles();
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
  // Even unused they would have to be parsed: 1 MB of source and its memory.
  external: ['aedes', 'better-sqlite3', 'mqtt', 'neo4j-driver', 'ws', 'yaml'],
  plugins: [yamlProfiles],
  // By which the agent finds the program that it is, to run it once more.
  define: { 'import.meta.filename': '__filename' },
  banner: { js: '#!/usr/bin/env node' },
  logLevel: 'warning',
});
chmodSync(`${top}dist/diffo.cjs`, 0o755);
