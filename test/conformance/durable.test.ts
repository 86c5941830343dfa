/** What was answered before `kill -9` is there after it, with many clients writing at once; a batch is there whole or not at all. */
import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { type Answer, callAgent, makeDirectory } from '../kit/agent.ts';
import { lastingPort, launch } from '../kit/process.ts';

const CLIENTS = 16;
const KILLS = 6;
/** Then each life has had time to answer something. */
const ANSWERED_AT_LEAST = 60;

const roots = [
  ['/tmf-api/serviceInventory/v4/service', { state: 'active', serviceSpecification: { id: 's' } }],
  [
    '/tmf-api/serviceInventory/v5/service',
    { '@type': 'Service', state: 'active', serviceSpecification: { id: 's', '@type': 'ServiceSpecificationRef' } },
  ],
  ['/tmf-api/resourceInventoryManagement/v4/resource', {}],
  ['/tmf-api/resourceInventoryManagement/v5/resource', { '@type': 'LogicalResource' }],
] as const;

const BATCH = 5;
const operations = { 'content-type': 'application/json-patch+json' };

test('whatever sixteen clients had been answered is there after each kill, and of a batch all or nothing', {
  timeout: 180_000,
}, async () => {
  const settings = { profile: 'inventory', data: makeDirectory(), http: `127.0.0.1:${await lastingPort()}` };
  /** What must be there, by path: its name; null where it was deleted. */
  const answered = new Map<string, string | null>();
  /** What was sent and not answered may or may not have become so. */
  const uncertain = new Set<string>();
  let serial = 0;
  let cutOff = 0;

  let agent = launch(settings);
  for (let kill = 0; kill < KILLS; kill++) {
    const { url } = await agent.ready;
    await verify(url, answered, uncertain);
    let alive = true;
    let count = 0;
    const call = async (
      method: string,
      path: string,
      body?: unknown,
      headers?: Record<string, string>,
    ): Promise<Answer | undefined> => {
      try {
        const answer = await callAgent(url, method, path, body, headers);
        count++;
        return answer;
      } catch {
        cutOff++;
        return undefined;
      }
    };
    const client = async (i: number): Promise<void> => {
      const [root, base] = roots[i % roots.length] ?? roots[0];
      while (alive) {
        const nr = ++serial;
        const name = `n${nr}`;
        const made = await call('POST', root, { ...base, name });
        if (!made) return;
        expect(made.status).toBe(201);
        const path = `${root}/${made.body.id}`;
        answered.set(path, name);

        const batch = `b${nr}`;
        const adds = Array.from({ length: BATCH }, () => ({
          op: 'add',
          path: '/',
          value: { ...base, name: batch, category: batch },
        }));
        const several = await call('PATCH', root, adds, operations);
        for (const { id } of several?.body ?? []) answered.set(`${root}/${id}`, batch);
        if (!several) return;

        const next = `${name} renamed`;
        uncertain.add(path);
        const renamed = await call('PATCH', path, { name: next }, { 'if-match': made.headers.get('etag') ?? '' });
        if (!renamed) return;
        expect(renamed.status).toBe(200);
        answered.set(path, next);
        uncertain.delete(path);

        if (nr % 3 !== 0) continue;
        uncertain.add(path);
        const deleted = await call('DELETE', path);
        if (!deleted) return;
        expect(deleted.status).toBe(204);
        answered.set(path, null);
        uncertain.delete(path);
      }
    };
    const clients = Array.from({ length: CLIENTS }, (_, i) => client(i));
    while (count < ANSWERED_AT_LEAST) await wait(5);
    await wait(Math.random() * 50);
    alive = false;
    await agent.kill();
    await Promise.all(clients);
    agent = launch(settings);
  }
  const { url } = await agent.ready;
  await verify(url, answered, uncertain);
  expect(answered.size).toBeGreaterThan(KILLS * ANSWERED_AT_LEAST);
  // They were cut off in the middle of it.
  expect(cutOff).toBeGreaterThan(0);
  expect(await agent.stop()).toBe(0);
});

async function verify(
  url: string,
  answered: ReadonlyMap<string, string | null>,
  uncertain: ReadonlySet<string>,
): Promise<void> {
  const wrong: string[] = [];
  const batches = new Map<string, number>();
  for (const [root] of roots) {
    const { body } = await callAgent(url, 'GET', root);
    const found = new Map<string, string>();
    for (const { id, name, category } of body) {
      found.set(`${root}/${id}`, name);
      if (category !== undefined) batches.set(`${root} ${category}`, (batches.get(`${root} ${category}`) ?? 0) + 1);
    }
    for (const [path, name] of answered) {
      if (!path.startsWith(`${root}/`) || uncertain.has(path)) continue;
      const there = found.get(path) ?? null;
      if (there !== name) wrong.push(`${path} is ${there} and must be ${name}`);
    }
  }
  for (const [batch, size] of batches) if (size !== BATCH) wrong.push(`of ${batch} there are ${size}`);
  expect(wrong).toEqual([]);
}
