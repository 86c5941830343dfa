import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import { schemaRoutes } from '../../src/api/diffo/schemas.ts';
import { createServer } from '../../src/api/server.ts';
import type { JsonObject } from '../../src/core/json.ts';
import { silentLog } from '../../src/ports/log.ts';
import { defaultLimits } from '../kit/limits.ts';

test('the schema of the language is served under its own $id, and tells good from bad', async () => {
  const app = createServer({ loopback: true, hosts: [], log: silentLog, limits: defaultLimits });
  try {
    schemaRoutes(app, { publicUrl: 'https://edge.example' });
    const url = await app.listen({ host: '127.0.0.1', port: 0 });
    const answer = await fetch(`${url}/diffo/v1/schemas/expectation`);
    expect(answer.status).toBe(200);
    const schema = (await answer.json()) as JsonObject;
    expect(schema.$id).toBe('https://edge.example/diffo/v1/schemas/expectation');
    const fits = new Ajv2020({ allowUnionTypes: true, strictTuples: false }).compile(schema);
    expect(fits({ state: 'active', mtu: { $between: [1500, 9000] } })).toBe(true);
    expect(fits({ state: 'active', mtu: { $betwen: [1500, 9000] } })).toBe(false);
  } finally {
    await app.close();
  }
});
