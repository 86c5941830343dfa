import { afterAll, beforeAll, beforeEach, describe } from 'vitest';
import { openNeo4j } from '../../src/adapters/neo4j/central.ts';
import { systemClock } from '../../src/adapters/system-clock.ts';
import { silentLog } from '../../src/ports/log.ts';
import { centralContract } from '../contracts/central.ts';
import { runNeo4j, type TestNeo4j, whyNoNeo4j } from '../kit/neo4j.ts';

describe.skipIf(whyNoNeo4j !== '')(`Neo4j as central${whyNoNeo4j}`, () => {
  let server: TestNeo4j;
  beforeAll(async () => {
    server = await runNeo4j();
  }, 120_000);
  afterAll(() => server.remove());
  beforeEach(() => server.clear());

  const open = () =>
    openNeo4j({ url: server.url, user: '', database: '' }, { clock: systemClock, log: silentLog, chance: Math.random });

  centralContract('the contract of central', async () => ({
    central: open(),
    shown: async () => {
      const rows = await server.run('MATCH (n:Provider:Instance) RETURN n.name AS name ORDER BY name');
      return rows.map(row => row.name);
    },
  }));
});
