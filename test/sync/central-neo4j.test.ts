import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { openNeo4j } from '../../src/adapters/neo4j/central.ts';
import { systemClock } from '../../src/adapters/system-clock.ts';
import type { LiveItem } from '../../src/core/stream/batch.ts';
import { silentLog } from '../../src/ports/log.ts';
import { batch, centralContract, instanceItem } from '../contracts/central.ts';
import { runNeo4j, type TestNeo4j, whyNoNeo4j } from '../kit/neo4j.ts';

const by = { boot: 'one', isReleased: false };

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

  test('rows the database refuses are set aside, also where only two together cannot stand', async () => {
    await server.run('CREATE CONSTRAINT of_the_operator FOR (n:Instance) REQUIRE n.name IS UNIQUE');
    onTestFinished(async () => void (await server.run('DROP CONSTRAINT of_the_operator')));
    const central = open();
    const id = (nth: number): string => `77777777-7777-4777-8777-${String(nth).padStart(12, '0')}`;
    const rows = Array.from({ length: 40 }, (_, i) => instanceItem(i + 1, id(i), i % 10 === 9 ? 'twice' : `name ${i}`));
    const reply = await central.push(batch(1, 0, 40, rows, rows), by);
    expect(reply).toMatchObject({ reply: 'ack', cursor: 40, agreed: true });
    expect(reply.errors.map(error => [error.key, error.code])).toEqual(
      [19, 29, 39].map(nth => [`instance/${id(nth)}`, 'refused']),
    );
    expect(reply.errors[0]?.message).toContain('already exists');
    const [{ n }] = await server.run('MATCH (n:Provider:Instance) RETURN count(n) AS n');
    expect(n).toBe(37);
    const [aside] = await server.run(
      'MATCH (q:DiffoEdge:Quarantine) RETURN count(q) AS n, collect(DISTINCT q.code) AS codes',
    );
    expect(aside).toEqual({ n: 3, codes: ['refused'] });
    await central.close();
  });

  test('many agents that speak of the same parties and of each other get along', async () => {
    const agents = ['a', 'b', 'c', 'd'].map(letter => `${letter.repeat(8)}-1111-4111-8111-111111111111`);
    const id = (agent: string, nth: number): string =>
      `${agent.slice(0, 8)}-2222-4222-8222-${String(nth).padStart(12, '0')}`;
    await Promise.all(
      agents.map(async (agent, k) => {
        const central = open();
        const other = agents[(k + 1) % agents.length] ?? agent;
        const rows: LiveItem[] = [];
        for (let part = 0; part < 5; part++) {
          const items = Array.from({ length: 40 }, (_, i) => {
            const nth = part * 40 + i;
            return instanceItem(nth + 1, id(agent, nth), `${agent} ${nth}`, {
              relatedParty: [`p${nth % 7}`, 'all'].map(party => ({
                role: 'owner',
                partyOrPartyRole: { id: party, '@type': 'PartyRef', name: party },
              })),
              resourceRelationship: [{ relationshipType: 'with', resource: { id: id(other, 199 - nth) } }],
            });
          });
          rows.push(...items);
          const isLast = part === 4;
          const reply = await central.push(
            {
              ...batch(1, part * 40, part * 40 + 40, items, isLast ? rows : undefined),
              stream: agent,
            },
            by,
          );
          expect(reply).toMatchObject({ reply: 'ack', errors: [], ...(isLast ? { agreed: true } : {}) });
        }
        await central.close();
      }),
    );
    const [counted] = await server.run(
      `MATCH (p:Party) WITH count(p) AS parties
       RETURN parties`,
    );
    expect(counted.parties).toBe(8);
    const [{ n }] = await server.run(
      'MATCH (:Provider:Instance)-[:RELATES]->(:Relationship)-[:RELATES]->(t:Provider:Instance) RETURN count(*) AS n',
    );
    expect(n).toBe(800);
  });

  test('it is reached by routing too', async () => {
    const url = server.url.replace('bolt:', 'neo4j:');
    const central = openNeo4j(
      { url, user: '', database: 'neo4j' },
      { clock: systemClock, log: silentLog, chance: () => 0 },
    );
    expect(await central.push(batch(1, 0, 0, [], []), by)).toMatchObject({ reply: 'ack', agreed: true });
    await central.close();
  });
});
