import { defineConfig } from 'vitest/config';
import { jsonOfProfile, shippedYaml } from '../scripts/shipped-profiles.ts';

// Vitest loads its configuration by its default export.
// biome-ignore lint/style/noDefaultExport: see above
export default defineConfig({
  root: new URL('..', import.meta.url).pathname,
  plugins: [
    {
      name: 'profiles in YAML',
      load: async (id: string) => (shippedYaml.test(id) ? `export default ${await jsonOfProfile(id)}` : null),
    },
  ],
  test: {
    include: ['test/**/*.test.ts'],
    // Every answer of an agent is compared with the descriptions of its APIs.
    setupFiles: ['test/kit/openapi/listen.ts', 'test/kit/properties.ts'],
    // Kernels, processes and disks take their time on a busy machine; no test asserts how long.
    // By default one core is left to vitest itself, which hardly needs it.
    maxWorkers: '100%',
    testTimeout: 240_000,
    hookTimeout: 240_000,
  },
});
