/** Two who want what cannot both be: one stands, and nothing alternates, however often the loop goes round. */
import { expect, onTestFinished, test } from 'vitest';
import { openSimulator, readElements } from '../../src/adapters/drivers/simulator.ts';
import { openStore } from '../../src/adapters/sqlite/store.ts';
import { expectationId } from '../../src/core/ids.ts';
import type { Json } from '../../src/core/json.ts';
import type { Kind } from '../../src/core/kind.ts';
import { at } from '../../src/core/path.ts';
import { read } from '../../src/core/standing/conflicts.ts';
import { merge } from '../../src/core/standing/merge.ts';
import { silentLog } from '../../src/ports/log.ts';
import { Loop } from '../../src/reconcile/loop.ts';
import { tmfKeyedArrays as keyed } from '../../src/tmf/keyed-arrays.ts';
import { handClock } from '../kit/clock.ts';

const port: Kind = {
  name: 'port',
  type: 'resource',
  specification: { id: '5a0c5a0c-0000-4000-8000-000000000000', name: 'port', version: '1.0.0', tmfVersion: 5 },
  observed: ['name', '@type'],
  characteristic: [{ name: 'mtu', schema: { type: 'integer' }, owner: 'driver' }],
};
const MTU = '/resourceCharacteristic/mtu/value';
const PASSES = 50;

async function world() {
  const clock = handClock();
  let ids = 0;
  const newId = () => `id-${String(++ids).padStart(4, '0')}`;
  const store = openStore({ path: ':memory:', clock, keyed, newId });
  const elements = readElements([
    {
      kind: 'port',
      key: 'p1',
      facts: { '@type': 'Resource', name: 'p1', resourceCharacteristic: [{ name: 'mtu', value: 1500 }] },
      settable: [{ path: MTU }],
    },
  ]);
  const driver = openSimulator({ clock, log: silentLog, elements });
  const loop = new Loop({
    store,
    drivers: [driver],
    kinds: new Map([[port.name, port]]),
    keyed,
    clock,
    log: silentLog,
    newId,
    chance: () => 0.5,
    profileMode: 'enforce',
    lookEveryMs: 60_000,
    freshnessMs: 180_000,
  });
  await loop.start();
  onTestFinished(() => loop.stop());
  const lay = async (id: string, value: Json, priority: number): Promise<void> => {
    store.transact({ principal: 'operator', kind: 'request' }, writer =>
      writer.putExpectation({
        id: expectationId(id),
        for: { kind: 'port', name: 'p1' },
        expect: { resourceCharacteristic: [{ name: 'mtu', value }] },
        mode: 'enforce',
        priority,
        principal: 'operator',
        createdAt: clock.now(),
      }),
    );
    loop.ring();
    await loop.settle();
  };
  const mtu = () => at([...store.instances({ kind: 'port' })][0]?.document, MTU, keyed);
  /** However often it goes round, nothing is done any more. */
  const rests = async (): Promise<void> => {
    const [before, tasks] = [mtu(), store.tasks().length];
    for (let i = 0; i < PASSES; i++) {
      await clock.advance(10_000);
      loop.ring();
      await loop.settle();
      expect(mtu()).toBe(before);
    }
    expect(store.tasks()).toHaveLength(tasks);
    expect(loop.draft().tasks).toEqual([]);
  };
  return { lay, mtu, store, loop, rests };
}

test.each<[string, Json, Json, number]>([
  ['two values', 1400, 9000, 1400],
  ['a bound and a value', { $lte: 1450 }, 9000, 1450],
  ['ranges that do not touch', { $lte: 1400 }, { $gte: 9000 }, 1400],
  ['other alternatives', { $anyOf: [1400, 1480] }, { $anyOf: [1500, 9000] }, 1400],
])('of two who enforce %s one stands, and the world comes to rest', async (_, first, second, becomes) => {
  const { lay, mtu, store, loop, rests } = await world();
  // The lower one comes first, so that it has already had its way.
  await lay('low', second, 40);
  await lay('high', first, 60);
  expect(mtu()).toBe(becomes);
  await rests();
  expect(loop.draft().waiting.map(each => each.because)).toEqual([expect.stringContaining('overruled by high')]);
  const { overruled } = merge(
    store.expectations().map(expectation => ({ expectation, expected: read(expectation, { keyed }) })),
  );
  expect(overruled.map(each => [each.expectation, each.by.map(by => by.expectation)])).toEqual([['low', ['high']]]);
});

test('three who leave room each, and together none, come to rest too', async () => {
  const { lay, mtu, rests } = await world();
  await lay('a', { $anyOf: [1400, 1480] }, 60);
  await lay('b', { $anyOf: [1480, 9000] }, 50);
  await lay('c', { $anyOf: [9000, 1400] }, 40);
  await rests();
  expect([1400, 1480]).toContain(mtu());
});
