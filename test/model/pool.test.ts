import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type InstanceId, instanceId } from '../../src/core/ids.ts';
import { algorithms, type Kind } from '../../src/core/kind.ts';
import type { PoolValue } from '../../src/core/model/link.ts';
import { definePool, freeValue, poolCharacteristics, poolOf } from '../../src/core/model/pool.ts';
import type { Store } from '../../src/ports/store.ts';
import { chanceOf } from '../kit/chance.ts';
import { memoryStore } from '../kit/memory-store.ts';
import { cause, pool, poolKind, put } from '../kit/pools.ts';

const { one } = chanceOf(1);

function handOut(store: Store, owner: InstanceId, thing: string, values: Iterable<number>, from = `${thing}s`): void {
  store.transact(cause, writer => {
    for (const value of values) {
      const alias = `${thing}${value}`;
      writer.putAssignment({ owner, pool: from, thing, value, assignee: instanceId('line'), alias });
    }
  });
}

/** What is handed out is told to the store, and the pool is read as one that has been counted afresh. */
function free(store: Store, kind: Kind, owner: InstanceId, chance = one): number | undefined {
  const shelf = store.instance(owner);
  if (!shelf) throw new Error('no shelf');
  const uncounted = { ...shelf, document: { id: owner } };
  return freeValue(store, shelf, poolOf(store, kind, uncounted, 'ports'), chance);
}

function define(store: Store, kind: Kind, owner: InstanceId, wanted: Parameters<typeof definePool>[4]): PoolValue {
  const shelf = store.instance(owner);
  if (!shelf) throw new Error('no shelf');
  const document = definePool(store, kind, shelf, 'ports', wanted, '/ports');
  store.transact(cause, writer => writer.putInstance({ ...shelf, document }));
  return poolOf(store, kind, { ...shelf, document }, 'ports').value;
}

describe('a pool', () => {
  test('of a new instance is whole and shows its bounds', () => {
    const kind = poolKind('shelf', 'resource', [
      pool('ports', 'port', { last: 48, type: 'GPON' }),
      pool('vlans', 'vlan'),
    ]);
    expect(poolCharacteristics(kind)).toEqual([
      {
        name: 'ports',
        value: { first: 1, last: 48, algorithm: 'lowest', type: 'GPON', assigned: 0, free: 48 },
        '@type': 'ObjectCharacteristic',
      },
      {
        name: 'vlans',
        value: { first: 1, last: 8, algorithm: 'lowest', assigned: 0, free: 8 },
        '@type': 'ObjectCharacteristic',
      },
    ]);
    expect(poolCharacteristics(poolKind('line', 'service', []))).toEqual([]);
  });

  test('that an instance is older than is counted from what is handed out', () => {
    const store = memoryStore();
    const kind = poolKind('shelf', 'resource', [pool('ports', 'port')]);
    const shelf = put(store, kind, 'shelf', { resourceCharacteristic: [] });
    handOut(store, shelf, 'port', [1, 2, 9]);
    const { value } = poolOf(
      store,
      kind,
      store.instance(shelf) ?? { id: shelf, type: 'resource', document: {} },
      'ports',
    );
    expect(value).toMatchObject({ assigned: 2, free: 6 });
  });

  test('that the kind does not declare is told with those it does', () => {
    const kind = poolKind('shelf', 'resource', [pool('ports', 'port'), pool('vlans', 'vlan')]);
    const shelf = { id: instanceId('s'), type: 'resource', document: { name: 'SHELF' } } as const;
    const store = memoryStore();
    expect(() => poolOf(store, kind, shelf, 'prots')).toThrow(
      'SHELF, a shelf, has no pool prots; it has ports, vlans; did you mean ports?',
    );
    expect(() => poolOf(store, undefined, shelf, 'ports')).toThrow('SHELF has no pool ports; it has no pools');
  });
});

describe('the next number', () => {
  const of = (algorithm: (typeof algorithms)[number], first = 1, last = 8) =>
    poolKind('shelf', 'resource', [pool('ports', 'port', { first, last, algorithm })]);

  test.each([
    [[], 1, 8],
    [[1, 2, 3], 4, 8],
    [[2, 7], 1, 8],
    [[1, 8], 2, 7],
    [[1, 2, 7, 8], 3, 6],
    [[1, 2, 3, 4, 6, 7, 8], 5, 5],
    [[0, 1, 9], 2, 8],
    [[0, 1, 2, 3, 4, 5, 6, 7, 8, 9], undefined, undefined],
  ])('of 1 to 8 without %j is %j from below and %j from above', (held, lowest, highest) => {
    const store = memoryStore();
    const shelf = put(store, of('lowest'), 'shelf');
    handOut(store, shelf, 'port', held);
    expect(free(store, of('lowest'), shelf)).toBe(lowest);
    expect(free(store, of('highest'), shelf)).toBe(highest);
    const drawn = free(store, of('random'), shelf);
    if (lowest === undefined) expect(drawn).toBeUndefined();
    else expect(held).not.toContain(drawn);
  });

  test('law: it is in the bounds, free, and the least or the greatest of those; none only when none is', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...algorithms),
        fc.integer({ min: 0, max: 20 }),
        fc.integer({ min: 0, max: 20 }),
        fc.uniqueArray(fc.integer({ min: 0, max: 45 })),
        (algorithm, first, size, held) => {
          const store = memoryStore();
          const kind = of(algorithm, first, first + size);
          const shelf = put(store, kind, 'shelf');
          handOut(store, shelf, 'port', held);
          const left = Array.from({ length: size + 1 }, (_, i) => first + i).filter(each => !held.includes(each));
          const given = free(store, kind, shelf);
          if (algorithm === 'lowest') expect(given).toBe(left[0]);
          if (algorithm === 'highest') expect(given).toBe(left.at(-1));
          if (algorithm === 'random' && left.length === 0) expect(given).toBeUndefined();
          if (algorithm === 'random' && left.length > 0) expect(left).toContain(given);
        },
      ),
      { numRuns: 80 },
    );
  });

  test.each([
    ['few of many', [5, 6, 7, 8], 8],
    ['many of few', [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 17, 19, 20], 20],
  ])('at random is any of the free ones alike: %s are held', (_, held, last) => {
    const store = memoryStore();
    const kind = of('random', 1, last);
    const shelf = put(store, kind, 'shelf');
    handOut(store, shelf, 'port', held);
    const drawn = new Map<number | undefined, number>();
    const rounds = 8_000;
    for (let i = 0; i < rounds; i++) {
      const value = free(store, kind, shelf);
      drawn.set(value, (drawn.get(value) ?? 0) + 1);
    }
    const left = last - held.length;
    expect([...drawn.keys()]).toHaveLength(left);
    expect([...drawn.keys()].filter(each => held.includes(each ?? 0))).toEqual([]);
    // Chi squared with three degrees of freedom: above 30 once in a million.
    const expected = rounds / left;
    const away = [...drawn.values()].reduce((sum, times) => sum + (times - expected) ** 2 / expected, 0);
    expect(left).toBe(4);
    expect(away).toBeLessThan(30);
  });

  test('at random asks the store few questions, however full the pool is', () => {
    for (const used of [0, 0.5, 0.9, 0.99, 0.9999]) {
      const store = memoryStore();
      const kind = of('random', 1, 10_000);
      const shelf = put(store, kind, 'shelf');
      const chance = chanceOf(7);
      const order = Array.from({ length: 10_000 }, (_, i) => ({ value: i + 1, at: chance.one() }));
      const held = order.sort((a, b) => a.at - b.at).slice(0, Math.round(used * 10_000));
      handOut(
        store,
        shelf,
        'port',
        held.map(each => each.value),
      );
      const asked = { questions: 0 };
      const counting = Object.create(store, {
        runAtOrBelow: {
          value: (...given: Parameters<Store['runAtOrBelow']>) => {
            asked.questions++;
            return store.runAtOrBelow(...given);
          },
        },
        runs: {
          *value(...given: Parameters<Store['runs']>) {
            for (const run of store.runs(...given)) {
              asked.questions++;
              yield run;
            }
          },
        },
      }) as Store;
      const owner = store.instance(shelf);
      if (!owner) throw new Error('no shelf');
      const {
        value: { assigned: _, free: __, ...bounds },
        declared,
      } = poolOf(store, kind, owner, 'ports');
      const counts = { assigned: held.length, free: 10_000 - held.length };
      for (let i = 0; i < 50; i++) {
        expect(freeValue(counting, owner, { declared, value: { ...bounds, ...counts } }, one)).toBeGreaterThan(0);
      }
      expect(asked.questions / 50).toBeLessThan(120);
    }
  });
});

describe('defining a pool', () => {
  const kind = poolKind('shelf', 'resource', [
    pool('ports', 'port', { last: 48 }),
    pool('uplinks', 'port', { last: 99 }),
  ]);

  test('sets what is said and keeps the rest, and counts again', () => {
    const store = memoryStore();
    const shelf = put(store, kind, 'shelf');
    handOut(store, shelf, 'port', [2, 3, 50]);
    expect(define(store, kind, shelf, { last: 64 })).toEqual({
      first: 1,
      last: 64,
      algorithm: 'lowest',
      assigned: 3,
      free: 61,
    });
    expect(define(store, kind, shelf, { first: 2, algorithm: 'random', type: 'GPON' })).toEqual({
      first: 2,
      last: 64,
      algorithm: 'random',
      type: 'GPON',
      assigned: 3,
      free: 60,
    });
    expect(define(store, kind, shelf, { type: null })).not.toHaveProperty('type');
  });

  test('the value as it is shown changes nothing', () => {
    const store = memoryStore();
    const shelf = put(store, kind, 'shelf');
    const before = store.seq();
    define(store, kind, shelf, { first: 1, last: 48, algorithm: 'lowest', assigned: 0, free: 48 });
    expect(store.seq()).toBe(before);
  });

  test.each([
    [{ first: 9, last: 8 }, '/ports/first', /first is at most last, and 9 is more than 8/],
    [{ first: 49 }, '/ports/first', /49 is more than 48/],
    [{ last: 0 }, '/ports/last', /1 is more than 0/],
    [{ first: -1 }, '/ports/first', /first is a whole number from 0 to 9007199254740991, not -1/],
    [{ last: 1.5 }, '/ports/last', /not 1.5/],
    [{ last: 'x' }, '/ports/last', /not "x"/],
    [{ algorithm: 'best' }, '/ports/algorithm', /one of lowest, highest, random, not "best"/],
    [{ type: 3 }, '/ports/type', /type is a text, not 3/],
    [{ frist: 3 }, '/ports/frist', /it has no frist; it has first, last, algorithm, type; did you mean first\?/],
    [{ assigned: 3 }, '/ports/assigned', /assigned is counted/],
    [7, '/ports', /it is an object/],
  ])('%j is refused at %s', (wanted, pointer, why) => {
    const store = memoryStore();
    const shelf = put(store, kind, 'shelf');
    expect(() => define(store, kind, shelf, wanted)).toThrow(why);
    expect(() => define(store, kind, shelf, wanted)).toThrow(expect.objectContaining({ code: 'invalid', pointer }));
  });

  test('bounds that leave out numbers that are handed out are refused with the first five', () => {
    const store = memoryStore();
    const shelf = put(store, kind, 'shelf');
    handOut(store, shelf, 'port', [1, 2, 40, 41, 42, 44]);
    expect(() => define(store, kind, shelf, { last: 43 })).toThrow(
      'the pool ports of SHELF cannot be 1 to 43: port 44 outside of that is handed out; unassign it first',
    );
    expect(() => define(store, kind, shelf, { first: 10, last: 20 })).toThrow(
      /port 1, 2, 40, 41, 42 and more outside of that are handed out; unassign them first/,
    );
    expect(define(store, kind, shelf, { last: 44 })).toMatchObject({ assigned: 6, free: 38 });
  });

  test('numbers of the same thing that another pool has handed out do not hold it', () => {
    const store = memoryStore();
    const shelf = put(store, kind, 'shelf');
    handOut(store, shelf, 'port', [40, 41], 'uplinks');
    expect(define(store, kind, shelf, { last: 40 })).toMatchObject({ assigned: 1, free: 39 });
  });
});
