import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Expected, readExpected } from '../../../src/core/expected.ts';
import { expectationId } from '../../../src/core/ids.ts';
import type { Json } from '../../../src/core/json.ts';
import { isOutstanding } from '../../../src/core/outstanding.ts';
import { implies, intersect } from '../../../src/core/standing/intersect.ts';
import { type Laid, merge } from '../../../src/core/standing/merge.ts';
import { tmfKeyedArrays } from '../../../src/tmf/keyed-arrays.ts';
import { keyed as someKeyed } from '../../kit/expectations.ts';
import { value, wish } from '../../kit/wishes.ts';

const read = (source: Json, keyed = someKeyed): Expected => readExpected(source, { keyed, lenient: true });
const meets = (expected: Json, actual: Json | undefined, keyed = someKeyed): boolean =>
  !isOutstanding(read(expected, keyed), actual, { now: 0, keyed });

function laid(id: string, source: Json, priority = 50, keyed = tmfKeyedArrays): Laid {
  const expectation = { id: expectationId(id), priority, createdAt: 0, principal: 'operator', owner: `owner of ${id}` };
  return { expectation, expected: read(source, keyed) };
}

const mtu = (wanted: Json): Json => ({ resourceCharacteristic: [{ name: 'mtu', value: wanted }] });
const MTU = '/resourceCharacteristic/mtu/value';

test('what several want of one device is one expectation, and each part says whose it is', () => {
  const merged = merge([
    laid('a', { ...(mtu({ $gte: 1400 }) as object), administrativeState: 'unlocked' }, 60),
    laid('b', mtu({ $lte: 9000 })),
    laid('c', { administrativeState: { $present: true }, note: [{ id: 'n', text: 'x' }] }, 40),
  ]);
  expect(merged.expect).toEqual({
    ...(mtu({ $between: [1400, 9000] }) as object),
    administrativeState: 'unlocked',
    note: [{ id: 'n', text: 'x' }],
  });
  expect(merged.overruled).toEqual([]);
  expect(merged.leaves.map(leaf => [leaf.path, leaf.expected, leaf.origin.map(each => each.expectation)])).toEqual([
    [MTU, { $between: [1400, 9000] }, ['a', 'b']],
    ['/administrativeState', 'unlocked', ['a', 'c']],
    ['/note/n/text', 'x', ['c']],
  ]);
});

test('of two that cannot both hold the higher stands, and the rest of the lower with it', () => {
  const low = { ...(mtu(9000) as object), administrativeState: 'unlocked' };
  const merged = merge([laid('low', low, 10), laid('high', mtu({ $lte: 1500 }), 90)]);
  expect(merged.expect).toEqual({ ...(mtu({ $lte: 1500 }) as object), administrativeState: 'unlocked' });
  expect(merged.overruled).toEqual([
    {
      path: MTU,
      expectation: 'low',
      principal: 'operator',
      owner: 'owner of low',
      priority: 10,
      wants: 9000,
      by: [{ expectation: 'high', principal: 'operator', owner: 'owner of high', priority: 90, wants: { $lte: 1500 } }],
    },
  ]);
  expect(merged.leaves[0]?.overruled).toEqual(merged.overruled);
});

test('several who leave room each, and together none, are all named', () => {
  const merged = merge([
    laid('a', mtu({ $anyOf: [1, 2] })),
    laid('b', mtu({ $anyOf: [2, 3] })),
    laid('c', mtu({ $anyOf: [1, 3] })),
  ]);
  expect(merged.expect).toEqual(mtu(2));
  expect(merged.overruled.map(each => [each.expectation, each.by.map(by => by.expectation)])).toEqual([
    ['c', ['a', 'b']],
  ]);
});

test('an object where none may be is overruled once, as a whole', () => {
  const merged = merge([laid('a', { place: { $absent: true } }), laid('b', { place: [{ role: 'x', name: 'y' }] })]);
  expect(merged.expect).toEqual({ place: { $absent: true } });
  expect(merged.overruled.map(each => [each.path, each.wants])).toEqual([['/place', [{ role: 'x', name: 'y' }]]]);
});

test('one wish among several alternatives of a whole is overruled alone', () => {
  const merged = merge([
    laid('a', { place: { $anyOf: [{ a: 1 }, { a: 2, b: 3 }] } }),
    laid('b', { place: { a: 2, b: 4, c: 5 } }),
  ]);
  expect(merged.overruled.map(each => [each.path, each.wants, each.by[0]?.expectation])).toEqual([
    ['/place/b', 4, 'a'],
  ]);
});

test('what no value meets is overruled by nobody', () => {
  expect(merge([laid('a', { a: { $anyOf: [] }, b: 1 })])).toMatchObject({
    expect: { b: 1 },
    overruled: [{ path: '/a', by: [] }],
  });
});

test('closed arrays keep what is wanted of their items, and leave no room for others', () => {
  const closed = { $keyed: { by: ['id'], items: [{ id: 1, a: { $gt: 1 } }, { id: 2 }], closed: true } };
  const merged = merge([laid('a', closed), laid('b', { $keyed: { by: ['id'], items: [{ id: 1, a: 3 }, { id: 3 }] } })]);
  expect(merged.expect).toEqual({ $keyed: { by: ['id'], items: [{ id: 1, a: 3 }, { id: 2 }], closed: true } });
  expect(merged.overruled.map(each => each.path)).toEqual(['/3']);
});

const several = fc.array(fc.tuple(wish, fc.constantFrom(10, 50, 90)), { minLength: 1, maxLength: 3 });
const layAll = (all: readonly (readonly [Json, number])[]): Laid[] =>
  all.map(([source, priority], i) => laid(String(i), source, priority, someKeyed));

test('what stands is met by exactly those who meet all, where all can stand', () => {
  let [met, stood] = [0, 0];
  fc.assert(
    fc.property(several, value, (all, actual) => {
      const { expect: merged, overruled } = merge(layAll(all));
      if (overruled.length > 0) return;
      stood += 1;
      const each = all.every(([source]) => meets(source, actual));
      if (each) met += 1;
      expect(meets(merged, actual)).toBe(each);
    }),
    { numRuns: 15_000 },
  );
  expect(met).toBeGreaterThan(50);
  expect(stood).toBeGreaterThan(1000);
});

test('what stands beside what is overruled is met by exactly those who meet each part of it', () => {
  fc.assert(
    fc.property(several, value, (all, actual) => {
      const { expect: merged, overruled } = merge(layAll(all));
      // Whoever meets everybody meets what stands; so does whoever meets all but what is overruled.
      if (all.every(([source]) => meets(source, actual))) {
        expect(overruled).toEqual([]);
        expect(meets(merged, actual)).toBe(true);
      }
      const untouched = all.filter((_, i) => !overruled.some(each => each.expectation === String(i)));
      if (meets(merged, actual)) expect(untouched.every(([source]) => meets(source, actual))).toBe(true);
    }),
    { numRuns: 10_000 },
  );
});

test('who is handed in first makes no difference', () => {
  fc.assert(
    fc.property(
      several.chain(all => fc.tuple(fc.constant(all), fc.shuffledSubarray(layAll(all), { minLength: all.length }))),
      ([all, shuffled]) => {
        expect(merge(shuffled)).toEqual(merge(layAll(all)));
      },
    ),
    { numRuns: 3000 },
  );
});

test('what stands, laid again, stands as it is', () => {
  fc.assert(
    fc.property(several, value, (all, actual) => {
      const { expect: merged } = merge(layAll(all));
      const again = merge([laid('again', merged, 50, someKeyed)]);
      expect(again.overruled).toEqual([]);
      expect(meets(again.expect, actual)).toBe(meets(merged, actual));
    }),
    { numRuns: 5000 },
  );
});

test('of two expectations comes one, or where they collide', () => {
  const both = intersect(read({ a: { $gte: 1 } }), read({ a: { $lte: 1 }, b: 2 }), someKeyed);
  expect(both).toMatchObject({ expected: { source: { a: { $between: [1, 1] }, b: 2 } } });
  expect(intersect(read({ a: { b: 1 } }), read({ a: { b: 2 } }), someKeyed)).toEqual({
    collision: { path: '/a/b', wants: [1, 2] },
  });
  expect(implies(read({ a: { b: 1 } }), read({ a: { b: { $gt: 0 } } }))).toBe(true);
});
