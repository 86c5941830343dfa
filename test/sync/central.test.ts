import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { JsonObject } from '../../src/core/json.ts';
import { graphUuid } from '../../src/tmf/graph.ts';
import { runAgent, type TestAgent, until } from '../kit/agent.ts';
import { countIn, documentsIn } from '../kit/graph.ts';
import { inventory } from '../kit/inventory.ts';
import { runNeo4j, type TestNeo4j, whyNoNeo4j } from '../kit/neo4j.ts';

const roots = {
  service: '/tmf-api/serviceInventory/v5/service',
  resource: '/tmf-api/resourceInventoryManagement/v5/resource',
};
const postTo = {
  service: { v4: '/tmf-api/serviceInventory/v4/service', v5: roots.service },
  resource: { v4: '/tmf-api/resourceInventoryManagement/v4/resource', v5: roots.resource },
};

/** As central keeps it: what the agent alone adds to an answer is left out. */
function withoutLinks(document: JsonObject, own: ReadonlySet<string>): JsonObject {
  const clean = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(clean);
    if (typeof value !== 'object' || value === null) return value;
    const members = Object.entries(value).filter(([name, href]) => !(name === 'href' && own.has(String(href))));
    return Object.fromEntries(members.map(([name, member]) => [name, clean(member)]));
  };
  return clean(document) as JsonObject;
}

async function documentsOf(agent: TestAgent): Promise<ReadonlyMap<string, JsonObject>> {
  const all: JsonObject[] = [];
  for (const root of Object.values(roots)) all.push(...(await agent.get<JsonObject[]>(`${root}?limit=1000`)));
  const own = new Set(all.map(each => String(each.href)));
  return new Map(all.map(each => [graphUuid(agent.store.agent, String(each.id)), withoutLinks(each, own)]));
}

const synced = (agent: TestAgent, withinMs = 30_000): Promise<unknown> =>
  until(
    'central has everything',
    async () => {
      const { state, lagRows, cursor, seq } = await agent.get('/diffo/v1/central');
      return state === 'synced' && lagRows === 0 && cursor === seq && seq === agent.store.seq();
    },
    withinMs,
  );

describe.skipIf(whyNoNeo4j !== '')(`agents and one Neo4j${whyNoNeo4j}`, () => {
  let server: TestNeo4j;
  beforeAll(async () => {
    server = await runNeo4j();
  }, 120_000);
  afterAll(() => server.remove());
  beforeEach(() => server.clear());

  const central = (): Record<string, string> => ({ 'central.url': server.url, 'central.heartbeatMs': '2000' });

  const fill = async (agent: TestAgent): Promise<void> => {
    for (const { type, version, body } of inventory) {
      const { status, body: answer } = await agent.call('POST', postTo[type][version], body);
      expect(answer, JSON.stringify(answer)).toBeDefined();
      expect(status, JSON.stringify(answer)).toBe(201);
    }
  };

  test('every document comes back from the graph, and there is no further node or edge', async () => {
    const agent = await runAgent(central());
    await fill(agent);
    await synced(agent);
    expect(Object.fromEntries(await documentsIn(server))).toEqual(Object.fromEntries(await documentsOf(agent)));
    console.log(await countIn(server));
  });
});
