/** Large sets: compared bit by bit while others have their turns, and laid as if nothing had happened in between. */
import { expect, test } from 'vitest';
import { comparing, isStill, type PlacedSet } from '../../src/api/diffo/set-writing.ts';
import { expectationId, instanceId } from '../../src/core/ids.ts';
import { finish } from '../../src/core/look.ts';
import { tmfKeyedArrays as keyed } from '../../src/tmf/keyed-arrays.ts';
import { runAgent, type TestAgent } from '../kit/agent.ts';

const SETS = '/diffo/v1/sets';
const SIZE = 1_000;

const large = (value: string, size = SIZE) =>
  Array.from({ length: size }, (_, i) => ({
    name: `e${i}`,
    for: { kind: 'interface', name: `if${i}` },
    expect: { description: value, resourceCharacteristic: [{ name: 'mtu', value: { $gte: i } }] },
  }));
const put = (agent: TestAgent, expectations: readonly object[], query = '') =>
  agent.call('PUT', `${SETS}/site${query}`, { expectations });
const descriptions = (agent: TestAgent): Set<unknown> =>
  new Set(agent.store.expectations().map(each => (each.expect as { description?: unknown }).description));

test('two who lay one large set at the same time: each finds what the other has left, and nothing is mixed', async () => {
  const agent = await runAgent();
  const [one, other] = await Promise.all([put(agent, large('a')), put(agent, large('b'))]);
  expect([one.status, other.status]).toEqual([200, 200]);
  const counts = [one, other].map(({ body }) => [body.added.length, body.changed.length]).sort();
  expect(counts).toEqual([
    [0, SIZE],
    [SIZE, 0],
  ]);
  expect(descriptions(agent).size).toBe(1);
  expect(agent.store.expectations()).toHaveLength(SIZE);
  const [last] = descriptions(agent);
  await agent.loop.settle();
  const seq = agent.store.seq();
  const again = await put(agent, large(String(last)));
  expect(again.body.same).toHaveLength(SIZE);
  expect(agent.store.seq()).toBe(seq);
});

test('whoever saw the difference lays just that, or nothing, also when it moves while it is compared', async () => {
  const agent = await runAgent();
  await put(agent, large('a', 300));
  const hash = async (value: string) => (await put(agent, large(value, 300), '?dryRun=true')).body.hash;
  const [b, c] = [await hash('b'), await hash('c')];
  const [laid, moved] = await Promise.all([
    put(agent, large('b', 300), `?hash=${b}`),
    put(agent, large('c', 300), `?hash=${c}`),
  ]);
  expect([laid.status, moved.status].sort()).toEqual([200, 409]);
  expect(descriptions(agent)).toEqual(new Set([laid.status === 200 ? 'b' : 'c']));
});

test('it is compared in as many parts as there are expectations, and holds until what it was compared with moves', async () => {
  const agent = await runAgent();
  await agent.loop.settle();
  const { store } = agent;
  store.transact({ principal: 'test', kind: 'request' }, writer => {
    const document = { id: 'i1', name: 'one', '@type': 'LogicalResource' };
    writer.putInstance({ id: instanceId('i1'), type: 'resource', kind: 'interface', document, createdAt: 0 });
  });
  const items = [
    ...large('a', 200),
    { name: 'by id', for: { id: instanceId('i1') }, expect: { description: 'a' } },
  ].map(each => ({ ...each, priority: 50 }));
  const set: PlacedSet = { set: 'site', items, prune: false, at: '' };
  const keeper = { agent: store.agent, principal: 'operator', now: 0, keyed };
  let parts = 0;
  for (const look = comparing([set], store, keeper, []); look.next().done !== true; ) parts += 1;
  expect(parts).toBeGreaterThan(2 * items.length);

  const found = finish(comparing([set], store, keeper, []));
  expect(isStill(found, store)).toBe(true);
  const change = (write: Parameters<typeof store.transact>[1]) =>
    store.transact({ principal: 'test', kind: 'request' }, write);
  change(writer => writer.putPause({ scope: 'all', by: 'test', since: 0 }));
  change(writer => {
    const document = { id: 'i2', name: 'two', '@type': 'LogicalResource' };
    writer.putInstance({ id: instanceId('i2'), type: 'resource', kind: 'interface', document, createdAt: 0 });
  });
  expect(isStill(found, store)).toBe(true);
  change(writer => writer.removeInstance(instanceId('i1')));
  expect(isStill(found, store)).toBe(false);
  expect(() => finish(comparing([set], store, keeper, []))).toThrow(/no instance i1/);

  const others = { ...set, items: items.slice(0, 200) };
  const later = finish(comparing([others], store, keeper, []));
  change(writer =>
    writer.putExpectation({
      id: expectationId('stranger'),
      for: { kind: 'interface', name: 'if1' },
      expect: {},
      priority: 50,
      principal: 'operator',
      createdAt: 0,
    }),
  );
  expect(isStill(later, store)).toBe(false);
});
