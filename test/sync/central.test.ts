/** Agents and a real Neo4j: what each knows is in the graph in Diffo's shape, and is so again after every bad day. */
import { cpSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { instanceId } from '../../src/core/ids.ts';
import type { JsonObject } from '../../src/core/json.ts';
import type { Writer } from '../../src/ports/store.ts';
import { graphUuid } from '../../src/tmf/graph/keys.ts';
import { type Answer, callAgent, makeDirectory, runAgent, type TestAgent, until } from '../kit/agent.ts';
import { type CuttingProxy, startProxy } from '../kit/cutting-proxy.ts';
import { type Counted, countIn, countOf, documentsIn } from '../kit/graph.ts';
import { inventory } from '../kit/inventory.ts';
import { runNeo4j, type TestNeo4j, whyNoNeo4j } from '../kit/neo4j.ts';
import { makeNetns, noNamespaces } from '../kit/netns.ts';
import { lastingPort, launch } from '../kit/process.ts';

const roots = {
  service: '/tmf-api/serviceInventory/v5/service',
  resource: '/tmf-api/resourceInventoryManagement/v5/resource',
};
const postTo = {
  service: { v4: '/tmf-api/serviceInventory/v4/service', v5: roots.service },
  resource: { v4: '/tmf-api/resourceInventoryManagement/v4/resource', v5: roots.resource },
};

/** An agent of this process or another one. */
interface Reached {
  readonly id: string;
  call(method: string, path: string, body?: unknown): Promise<Answer>;
}
const reach = (agent: TestAgent): Reached => ({ id: agent.store.agent, call: agent.call });

/** Of what instances share. */
const sharedHref = /^\/(tmf-api\/(service|resource)CatalogManagement|diffo\/v1\/(parties|places|entities))\//;

/** As central keeps it: what the agent adds to each answer is left out, its links and its telemetry. */
function asKept(document: JsonObject, own: ReadonlySet<string>): JsonObject {
  const clean = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.filter(each => !Object.hasOwn(each ?? {}, 'sampledAt')).map(clean);
    if (typeof value !== 'object' || value === null) return value;
    const members = Object.entries(value).filter(
      ([name, href]) => !(name === 'href' && (own.has(String(href)) || sharedHref.test(String(href)))),
    );
    return Object.fromEntries(members.map(([name, member]) => [name, clean(member)]));
  };
  return clean(document) as JsonObject;
}

async function documentsOf({ id, call }: Reached): Promise<Map<string, JsonObject>> {
  const all: JsonObject[] = [];
  for (const root of Object.values(roots)) all.push(...(await call('GET', `${root}?limit=1000`)).body);
  const own = new Set(all.map(each => String(each.href)));
  return new Map(all.map(each => [graphUuid(id, String(each.id)), asKept(each, own)]));
}

/** Says so only when both sides have been found equal after the last change. */
function synced({ call }: Reached, withinMs = 180_000): Promise<unknown> {
  return until(
    'central has everything',
    async () => {
      const { state, lagRows, cursor, seq } = (await call('GET', '/diffo/v1/central')).body;
      const status = (await call('GET', '/diffo/v1/status')).body;
      return state === 'synced' && lagRows === 0 && cursor === seq && status.cursor.endsWith(`.${seq}`);
    },
    withinMs,
  );
}

// A Neo4j that has just been started takes its time for the first of each question.
describe.skipIf(whyNoNeo4j !== '')(`agents and one Neo4j${whyNoNeo4j}`, { timeout: 240_000 }, () => {
  let server: TestNeo4j;
  beforeAll(async () => {
    server = await runNeo4j();
  }, 240_000);
  afterAll(() => server.remove());
  beforeEach(() => server.clear());

  const central = (more: Record<string, string> = {}): Record<string, string> => ({
    'central.url': server.url,
    'central.heartbeatMs': '1000',
    'central.epochEveryMs': '1000',
    ...more,
  });

  const fill = async (agent: Pick<Reached, 'call'>): Promise<void> => {
    for (const { type, version, body } of inventory) {
      const { status, body: answer } = await agent.call('POST', postTo[type][version], body);
      expect(status, JSON.stringify(answer)).toBe(201);
    }
  };

  /** The whole promise: each document is in the graph, and nothing else is but what these numbers say. */
  const agree = async (
    agents: readonly Reached[],
    more: Record<string, number> = {},
    edges: Record<string, number> = {},
  ) => {
    const all: { agent: string; document: JsonObject }[] = [];
    const documents = new Map<string, JsonObject>();
    for (const each of agents) {
      for (const [uuid, document] of await documentsOf(each)) {
        documents.set(uuid, document);
        all.push({ agent: each.id, document });
      }
    }
    expect(Object.fromEntries(await documentsIn(server))).toEqual(Object.fromEntries(documents));
    const counted = countOf(all, graphUuid);
    const wanted: Counted = { nodes: { ...counted.nodes, ...more }, edges: { ...counted.edges, ...edges } };
    expect(await countIn(server)).toEqual(wanted);
  };

  const put = (agent: Reached, id: string, name: string, characteristics: Record<string, unknown> = {}) =>
    agent.call('POST', roots.resource, {
      '@type': 'Resource',
      id,
      name,
      resourceCharacteristic: Object.entries(characteristics).map(([key, value]) => ({ name: key, value })),
    });

  test('documents of every shape come back, through every change, and there is no further node or edge', async () => {
    const agent = await runAgent(central());
    const one = reach(agent);
    await fill(one);
    await synced(one);
    await agree([one]);

    // Things change, lose parts, move their references, and go.
    const services: JsonObject[] = await agent.get(roots.service);
    for (const { id } of services) {
      const changed = await agent.call('PATCH', `${roots.service}/${id}`, {
        name: 'renamed',
        relatedParty: null,
        note: [{ '@type': 'Note', text: 'another', author: 'Al' }],
        serviceCharacteristic: [{ name: 'left', value: 1 }],
        serviceSpecification: { id: 'other', name: 'other', version: '3.1' },
        serviceRelationship: [],
      });
      expect(changed.status, JSON.stringify(changed.body)).toBe(200);
    }
    await synced(one);
    const before = await countIn(server);
    await agree([one], { Specification: before.nodes.Specification ?? 0, Party: before.nodes.Party ?? 0 });
    for (const root of [roots.service, roots.resource]) {
      for (const { id } of await agent.get<JsonObject[]>(root)) await agent.call('DELETE', `${root}/${id}`);
    }
    await synced(one);
    const { nodes, edges } = await countIn(server);
    expect(edges).toEqual({});
    const { Specification, Party, Place, Entity, ...own } = nodes;
    expect(own).toEqual({ SyncStream: 1, tombstone: inventory.length });
    expect([Specification, Party, Place, Entity].every(n => (n ?? 0) > 0)).toBe(true);
  });

  test(`two agents, one of which sees a machine, share a graph${noNamespaces ? ` (without the machine: ${noNamespaces})` : ''}`, async () => {
    const first = await runAgent(central());
    const netns = noNamespaces === undefined ? makeNetns() : undefined;
    netns?.veth('one', 'other');
    netns?.ip('address add 192.0.2.1/24 dev one');
    const second = await runAgent(
      central(netns ? { profile: 'linux-host', 'linux.netns': netns.name } : { profile: 'simulator' }),
    );
    await fill(first);
    await synced(reach(first));
    await synced(reach(second));
    await agree([reach(first), reach(second)]);

    // What one says of the other's thing is an edge between them.
    const [theirs] = await second.get<JsonObject[]>(roots.resource);
    await first.call('POST', roots.resource, {
      '@type': 'Resource',
      name: 'near end',
      resourceRelationship: [{ relationshipType: 'connectedTo', resource: { id: theirs?.id, '@type': 'ResourceRef' } }],
    });
    netns?.ip('link set one mtu 1400');
    netns?.veth('three', 'four');
    await until('the second agent has seen it', async () =>
      netns ? (await second.get<JsonObject[]>(`${roots.resource}?name=three`)).length === 1 : true,
    );
    await synced(reach(first));
    await synced(reach(second));
    await agree([reach(first), reach(second)]);
    const [edge] = await server.run(
      'MATCH (:Provider:Instance {name: "near end"})-[:RELATES]->(r:Relationship)-[:RELATES]->(t:Provider:Instance) RETURN r.type AS type, t.uuid AS uuid',
    );
    expect(edge).toEqual({ type: 'connectedTo', uuid: theirs?.id });
  });

  test('a number that was handed out is an edge from its owner, which moves and goes with it', async () => {
    const agent = await runAgent(central());
    const one = reach(agent);
    const { store } = agent;
    const [card, other, line] = ['c', 'd', 'e'].map(each => `0000000${each}-0000-4000-8000-000000000000`);
    const pool = (assigned: number): JsonObject => ({
      '@type': 'ObjectCharacteristic',
      name: 'ports',
      value: { first: 1, last: 4, algorithm: 'lowest', assigned, free: 4 - assigned },
    });
    const write = (call: (writer: Writer) => void): void => {
      store.transact({ principal: 'client', kind: 'request' }, call);
    };
    const owner = (writer: Writer, id = '', assigned = 0): void => {
      const document = { id, '@type': 'Resource', resourceCharacteristic: [pool(assigned)] };
      writer.putInstance({ id: instanceId(id), type: 'resource', kind: 'resource', document, createdAt: 1 });
    };
    const assignee = (writer: Writer, from?: string): void => {
      const given = {
        '@type': 'ResourceRelationship',
        relationshipType: 'assignedFrom',
        alias: 'primary',
        resource: { '@type': 'ResourceRef', id: from ?? '' },
        resourceRelationshipCharacteristic: [{ '@type': 'IntegerCharacteristic', name: 'ports', value: 2 }],
      };
      const document = {
        id: line ?? '',
        '@type': 'Service',
        state: 'active',
        ...(from === undefined ? {} : { resourceRelationship: [given] }),
      };
      writer.putInstance({ id: instanceId(line ?? ''), type: 'service', kind: 'service', document, createdAt: 1 });
    };
    const handOut = (writer: Writer, from = ''): void =>
      writer.putAssignment({
        owner: instanceId(from),
        pool: 'ports',
        thing: 'port',
        value: 2,
        assignee: instanceId(line ?? ''),
        alias: 'primary',
      });
    const takeBack = (writer: Writer, from = ''): void => writer.removeAssignment(instanceId(from), 'port', 2);
    const edges = (): Promise<unknown[]> =>
      server.run(
        `MATCH (o:Provider:Instance)-[:RELATES]->(a:Provider:AssignmentRelationship)-[:RELATES]->(l:Provider:Instance)
         RETURN o.uuid AS owner, a.alias AS alias, a.pool AS pool, a.thing AS thing, a.value AS value, l.uuid AS assignee`,
      );
    const isWhole = async (): Promise<void> => {
      await synced(one);
      const kept = [...store.instances({})].map(({ id, document }) => [id, document]);
      expect(Object.fromEntries(await documentsIn(server))).toEqual(Object.fromEntries(kept));
    };

    write(writer => {
      assignee(writer, card);
      owner(writer, card, 1);
      owner(writer, other);
      handOut(writer, card);
    });
    await isWhole();
    const edge = { alias: 'primary', pool: 'ports', thing: 'port', value: 2, assignee: line };
    expect(await edges()).toEqual([{ ...edge, owner: card }]);
    expect((await countIn(server)).nodes).toMatchObject({ AssignableCharacteristic: 2, AssignmentRelationship: 1 });

    // The owner is written again; what others wrote of it stays.
    write(writer => owner(writer, card, 2));
    await isWhole();
    expect(await edges()).toEqual([{ ...edge, owner: card }]);

    write(writer => {
      takeBack(writer, card);
      handOut(writer, other);
      assignee(writer, other);
      owner(writer, card, 0);
      owner(writer, other, 1);
    });
    await isWhole();
    expect(await edges()).toEqual([{ ...edge, owner: other }]);

    write(writer => {
      takeBack(writer, other);
      assignee(writer);
      owner(writer, other);
      writer.removeInstance(instanceId(card ?? ''));
    });
    await isWhole();
    expect(await edges()).toEqual([]);
    expect((await countIn(server)).nodes).not.toHaveProperty('AssignmentRelationship');
  });

  test('what is outstanding stands beside its instance, and goes when it is met', async () => {
    const agent = await runAgent(central());
    const one = reach(agent);
    const id = '44444444-4444-4444-8444-444444444444';
    await put(one, id, 'port', { mtu: 1500 });
    const lay = (body: object) => agent.call('POST', '/diffo/v1/expectations', body);
    const { body: unmet } = await lay({
      for: { id },
      expect: { resourceCharacteristic: [{ name: 'mtu', value: 9000 }] },
    });
    await lay({ for: { id }, expect: { name: 'port' } });
    await lay({ for: { kind: 'resource', name: 'missing' }, expect: { name: 'missing' } });
    await until('judged', async () => (await agent.get('/diffo/v1/outstanding')).length === 2);
    await synced(one);
    const rows = await server.run(
      `MATCH (o:DiffoEdge:Outstanding) OPTIONAL MATCH (o)-[:OUTSTANDS]->(i:Provider:Instance)
       RETURN o.expectation AS expectation, o.verdict AS verdict, o.residual AS residual, o.since AS since, i.uuid AS uuid
       ORDER BY uuid`,
    );
    const told = await agent.get<JsonObject[]>('/diffo/v1/outstanding');
    const residual = told.find(each => each.expectation === unmet.id)?.residual ?? told[0]?.outstanding;
    expect(rows).toHaveLength(2);
    expect(rows[0]).toMatchObject({ expectation: unmet.id, verdict: 'unmet', uuid: id });
    expect(residual === undefined ? null : JSON.parse(rows[0].residual)).toEqual(residual ?? null);
    expect(rows[1]).toMatchObject({ verdict: 'unmet', uuid: null });
    await agree([one], { Outstanding: 2, tombstone: 1 }, { OUTSTANDS: 1 });

    await agent.call('PATCH', `${roots.resource}/${id}`, { resourceCharacteristic: [{ name: 'mtu', value: 9000 }] });
    await put(one, 'm', 'missing');
    await until('met', async () => (await agent.get('/diffo/v1/outstanding')).length === 0);
    await synced(one);
    const { nodes, edges } = await countIn(server);
    expect(nodes.Outstanding).toBeUndefined();
    expect(edges.OUTSTANDS).toBeUndefined();
  });

  test('Neo4j is killed while it is told, and comes back: everything is there', async () => {
    const agent = await runAgent(central());
    const one = reach(agent);
    await fill(one);
    for (let round = 0; round < 2; round++) {
      const writing = (async () => {
        for (let i = 0; i < 150; i++) await put(one, `r${round}-${i}`, `resource ${i}`, { a: i, b: [i], c: 'text' });
      })();
      await new Promise(resolve => setTimeout(resolve, 300 + 700 * round));
      await server.kill();
      await writing;
      // It serves on, and says what is wrong.
      expect((await agent.get<JsonObject[]>(`${roots.resource}?limit=1`)).length).toBe(1);
      await until('it says so', async () => (await agent.get('/diffo/v1/central')).state === 'backing off', 120_000);
      await server.start();
      const began = Date.now();
      await synced(one);
      console.log(`after a kill: agreed ${Date.now() - began} ms after it answers again`);
      await agree([one]);
    }
    const { counts, failures } = await agent.get('/diffo/v1/central');
    expect(failures.unreachable).toBeGreaterThanOrEqual(2);
    expect(counts.epochs).toBe(0);
  }, 240_000);

  describe('the line is cut', () => {
    let proxy: CuttingProxy;
    beforeEach(async () => {
      proxy = await startProxy(server.port);
      onTestFinished(() => proxy.close());
    });

    test.each([
      ['between the writes and their commit', 'commits'],
      ['between a commit and its answer', 'answers'],
    ] as const)('%s: it converges without a snapshot', async (_, which) => {
      const agent = await runAgent(central({ 'central.url': proxy.url }));
      const one = reach(agent);
      await synced(one);
      for (let round = 0; round < 3; round++) {
        proxy.cutNext = { commits: 0, answers: 0, [which]: 1 };
        const before = proxy.cuts;
        await fill({ call: one.call }).catch(() => {});
        await put(one, `round-${round}`, 'again', { round });
        await until('cut', () => proxy.cuts > before, 120_000);
        await synced(one);
        await agree([one]);
      }
      const { counts, failures } = await agent.get('/diffo/v1/central');
      expect(failures.unreachable).toBeGreaterThanOrEqual(3);
      expect(counts).toMatchObject({ epochs: 0, mismatches: 0, rewinds: 0 });
    });
  });

  test('the agent is killed in mid-push again and again: it converges by itself', async () => {
    const data = makeDirectory();
    const http = `127.0.0.1:${await lastingPort()}`;
    const proxy = await startProxy(server.port);
    onTestFinished(() => proxy.close());
    const settings = {
      profile: 'inventory',
      data,
      http,
      'log.level': 'info',
      ...central({ 'central.url': proxy.url }),
    };
    let written = 0;
    for (let round = 0; round < 4; round++) {
      const child = launch(settings);
      const { url } = await child.ready;
      const call: Reached['call'] = (method, path, body) => callAgent(url, method, path, body);
      for (let i = 0; i < 80; i++) {
        await put({ id: '', call }, `w${written++}`, 'written', { round, i });
        await call('PATCH', `${roots.resource}/w0`, { name: `round ${round}, ${i}` });
      }
      // The commit does not reach the server, and the one who sent it is gone.
      const before = proxy.cuts;
      if (round % 2 === 0) {
        proxy.cutNext = { commits: 1, answers: 0 };
        await put({ id: '', call }, `w${written++}`, 'last');
        await until('in mid-push', () => proxy.cuts > before, 120_000);
      } else {
        await new Promise(resolve => setTimeout(resolve, 900 + 100 * round));
      }
      proxy.cutNext = { commits: 0, answers: 0 };
      await child.kill();
    }
    const child = launch(settings);
    const { url } = await child.ready;
    const call: Reached['call'] = (method, path, body) => callAgent(url, method, path, body);
    const { agent } = (await call('GET', '/diffo/v1/status')).body;
    const last = { id: agent, call };
    await synced(last);
    await agree([last]);
    expect(await child.stop()).toBe(0);
  }, 240_000);

  test("an old backup of Neo4j's data is put back: it converges by itself", async () => {
    const agent = await runAgent(central());
    const one = reach(agent);
    await fill(one);
    await put(one, 'goes', 'goes', { a: 1 });
    await synced(one);
    await server.kill();
    const backup = server.backUp();
    await server.start();
    await put(one, 'comes', 'comes', { b: 2 });
    await agent.call('DELETE', `${roots.resource}/goes`);
    await agent.call('PATCH', `${roots.resource}/rack-7~a`, { name: 'moved on' });
    await synced(one);
    await server.kill();
    server.restore(backup);
    await server.start();
    // Nothing is written any more: the agent finds it by its heartbeat.
    const began = Date.now();
    await until('the rewind', async () => (await agent.get('/diffo/v1/central')).counts.rewinds > 0, 120_000);
    await synced(one);
    console.log(`after a restore: agreed ${Date.now() - began} ms after it answers again`);
    await agree([one], { tombstone: 1 });
    expect((await agent.get('/diffo/v1/central')).counts).toMatchObject({ epochs: 0 });
  }, 240_000);

  test("the agent's own old backup is put back: a new epoch puts everything right", async () => {
    const data = makeDirectory();
    const copy = makeDirectory();
    const first = await runAgent(central(), {}, data);
    await fill(first);
    await synced(reach(first));
    await first.stop();
    cpSync(data, copy, { recursive: true });
    const second = await runAgent(central(), {}, data);
    await put(reach(second), 'lost', 'lost with the disk', { a: 1 });
    await second.call('PATCH', `${roots.resource}/rack-7~a`, { name: 'lost too' });
    await synced(reach(second));
    await second.stop();
    const third = await runAgent(central(), {}, copy);
    await put(reach(third), 'new', 'written since');
    await until('a new epoch', async () => (await third.get('/diffo/v1/central')).counts.epochs > 0, 120_000);
    await synced(reach(third));
    await agree([reach(third)]);
  });

  test('a week offline costs rows, not changes', async () => {
    const data = makeDirectory();
    const first = await runAgent(central({ 'central.url': 'bolt://127.0.0.1:9' }), {}, data);
    for (let i = 0; i < 10; i++) await put(reach(first), `id-${i}`, `name ${i}`);
    for (let i = 0; i < 500; i++) await first.call('PATCH', `${roots.resource}/id-${i % 10}`, { name: `changed ${i}` });
    const offline = await first.get('/diffo/v1/central');
    expect(offline).toMatchObject({ lastError: { code: 'unreachable' } });
    await first.stop();
    const agent = await runAgent(central(), {}, data);
    await synced(reach(agent));
    expect((await agent.get('/diffo/v1/central')).counts.rows).toBe(10);
    await agree([reach(agent)]);
  });

  test('an id that two agents claim stays with the first, and the second says so', async () => {
    const id = '55555555-5555-4555-8555-555555555555';
    const first = await runAgent(central());
    await put(reach(first), id, 'mine');
    await synced(reach(first));
    const second = await runAgent(central());
    await put(reach(second), id, 'mine too');
    await put(reach(second), 'other', 'behind it');
    await synced(reach(second));
    const { quarantined } = await second.get('/diffo/v1/central');
    expect(quarantined).toMatchObject([{ key: `instance/${id}`, code: 'conflict' }]);
    const names = await server.run('MATCH (n:Instance) RETURN n.name AS name ORDER BY name');
    expect(names.map(row => row.name)).toEqual(['behind it', 'mine']);
    // When the first lets go of it, the second's next word counts.
    await first.call('DELETE', `${roots.resource}/${id}`);
    await synced(reach(first));
    await second.call('PATCH', `${roots.resource}/${id}`, { name: 'mine alone' });
    await synced(reach(second));
    expect((await second.get('/diffo/v1/central')).quarantined).toEqual([]);
    const after = await server.run('MATCH (n:Instance) RETURN n.name AS name ORDER BY name');
    expect(after.map(row => row.name)).toEqual(['behind it', 'mine alone']);
  });
});
