import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openStore, snapshotOf } from '../../../src/adapters/sqlite/store.ts';
import { tmfKeyedArrays as keyed } from '../../../src/tmf/keyed-arrays.ts';
import { documentIndex } from '../../../src/tmf/query/indexed.ts';
import { makeDirectory, runAgent } from '../../kit/agent.ts';
import { handClock } from '../../kit/clock.ts';

const parts = { clock: handClock(), keyed, index: documentIndex, newId: () => 'new' };

test('a store that begins with what another one holds answers as that one, but for listeners', async () => {
  const data = makeDirectory();
  const agent = await runAgent({}, {}, data);
  const base = '/tmf-api/resourceInventoryManagement/v5/resource';
  for (let n = 0; n < 450; n++) {
    const place = {
      '@type': 'GeographicSite',
      id: `s${n % 3}`,
      name: `site ${n % 3}`,
      '@referredType': 'GeographicSite',
    };
    const { status } = await agent.call('POST', base, {
      '@type': 'LogicalResource',
      name: `thing ${n}`,
      place: [{ role: 'installed', place, '@type': 'RelatedPlaceRefOrValue' }],
    });
    expect(status).toBe(201);
  }
  await agent.call('POST', '/diffo/v1/expectations', { for: { where: {} }, expect: { name: 'thing 1' } });
  await agent.loop.settle();
  await agent.stop();

  const one = openStore({ ...parts, path: join(data, 'diffo.sqlite') });
  const tables = [...snapshotOf(one)];
  const other = openStore({ ...parts, path: ':memory:', from: JSON.parse(JSON.stringify(tables)) });
  expect([...snapshotOf(other)]).toEqual(tables);
  expect(tables.map(each => each.table)).not.toContain('listener');
  expect(other.epoch).toBe(one.epoch);
  expect(other.seq()).toBe(one.seq());
  expect([...other.instances({})]).toEqual([...one.instances({})]);
  expect(other.verdicts()).toEqual(one.verdicts());
  expect(other.changesAfter(0, 2_000)).toEqual(one.changesAfter(0, 2_000));
  expect(() => openStore({ ...parts, path: ':memory:', from: [{ table: 'novel', columns: ['a'], rows: [] }] })).toThrow(
    'the recording begins with a table novel, which this version does not have',
  );
  one.close();
  other.close();
});
