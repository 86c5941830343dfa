import { describe, expect, test } from 'vitest';
import { readExpected } from '../../src/core/expected.ts';
import type { Json } from '../../src/core/json.ts';
import { expectedAt, explain, judge, outstanding } from '../../src/core/outstanding.ts';
import { tmfKeyedArrays as keyed } from '../../src/tmf/keyed-arrays.ts';

const context = { now: Date.UTC(2026, 0, 15), keyed };
const read = (source: Json) => readExpected(source, { keyed });
const rest = (expected: Json, actual: Json | undefined): Json | undefined =>
  outstanding(read(expected), actual, context);

const atLeast = (amount: number): Json => ({ $gte: { $quantity: { amount, units: 'Mbps' } } });

test('of a broadband service that is down, slow and homeless, just that is outstanding', () => {
  const expected = {
    state: 'active',
    operatingStatus: { $noneOf: ['failed', { $absent: true }] },
    serviceSpecification: { name: 'broadband', version: { $match: '^v1\\.' } },
    serviceCharacteristic: [
      { name: 'downstream', value: atLeast(250) },
      { name: 'technology', value: { $oneOf: ['nbnEthernet', 'fixed4g'] } },
    ],
    place: { $keyed: { by: ['role', 'name'], items: [{ role: 'CustomerSite', name: 'locationId' }] } },
    decommissionDate: { $absent: true },
  };
  const actual = {
    state: 'inactive',
    operatingStatus: 'running',
    serviceSpecification: { name: 'broadband', version: 'v1.2' },
    serviceCharacteristic: [
      { name: 'technology', value: 'fixed4g' },
      { name: 'downstream', value: { amount: 100, units: 'Mbps' } },
    ],
    place: [],
  };
  expect(rest(expected, actual)).toEqual({
    state: 'active',
    serviceCharacteristic: [{ name: 'downstream', value: atLeast(250) }],
    place: expected.place,
  });
});

describe('plain JSON', () => {
  test('an object is open, an array has its order and length', () => {
    expect(rest({ a: 1 }, { a: 1, b: 2 })).toBeUndefined();
    expect(rest([1, 2], [1, 3])).toEqual([null, 2]);
    expect(rest([1, 2], [1])).toEqual([null, 2]);
    expect(rest([1, 2], [1, 2, 3])).toEqual([null, null]);
    expect(rest([], [1])).toEqual([]);
    expect(rest([null], [])).toEqual([null]);
    expect(rest({ a: false }, { a: true })).toEqual({ a: false });
  });

  test('where a container is missing, what was expected of it comes back raw', () => {
    expect(rest({ a: { b: null, c: { $absent: true } } }, {})).toEqual({ a: { b: null, c: { $absent: true } } });
    expect(rest({ a: {} }, { a: 1 })).toEqual({ a: {} });
    expect(rest({ a: {} }, { a: {} })).toBeUndefined();
  });
});

describe('keyed arrays', () => {
  const mtu = { name: 'mtu', value: 1500 };
  const speed = { name: 'speed', value: 10 };

  test('order and extra elements do not matter', () => {
    expect(
      rest({ resourceCharacteristic: [mtu, speed] }, { resourceCharacteristic: [speed, { name: 'x' }, mtu] }),
    ).toBeUndefined();
    expect(rest({ resourceCharacteristic: [] }, { resourceCharacteristic: [mtu] })).toBeUndefined();
  });

  test('only unmet items are left, with their key', () => {
    const actual = { resourceCharacteristic: [speed, { name: 'mtu', value: 1400, valueType: 'integer' }] };
    const expected = { resourceCharacteristic: [{ ...mtu, valueType: 'integer' }, speed] };
    expect(rest(expected, actual)).toEqual({ resourceCharacteristic: [mtu] });
  });

  test('the key is the first that the expected item carries', () => {
    const party = { role: 'owner', partyOrPartyRole: { id: 'p1', name: 'Operator' } };
    const other = { role: 'owner', partyOrPartyRole: { id: 'p2', name: 'Other' } };
    expect(rest({ relatedParty: [{ role: 'owner' }] }, { relatedParty: [other] })).toBeUndefined();
    expect(rest({ relatedParty: [party] }, { relatedParty: [other] })).toEqual({ relatedParty: [party] });
    expect(
      rest({ relatedParty: [party] }, { relatedParty: [{ role: 'owner', partyOrPartyRole: { id: 'p1' } }] }),
    ).toEqual({
      relatedParty: [party],
    });
  });

  test('any of several elements with the key may meet an item; if none does, all of it is outstanding', () => {
    const items = [
      { name: 'mtu', value: 1 },
      { name: 'mtu', value: 1500 },
    ];
    expect(rest({ resourceCharacteristic: [mtu] }, { resourceCharacteristic: items })).toBeUndefined();
    const expected = { resourceCharacteristic: [{ ...mtu, valueType: 'integer' }] };
    expect(rest(expected, { resourceCharacteristic: items })).toEqual(expected);
  });

  test('a closed array has no extras, and its met items stay as bare keys', () => {
    const closed = { $keyed: { by: ['name'], items: [mtu, speed], closed: true } };
    expect(rest(closed, [speed, mtu])).toBeUndefined();
    const bare = { $keyed: { by: ['name'], items: [{ name: 'mtu' }, { name: 'speed' }], closed: true } };
    expect(rest(closed, [speed, mtu, { name: 'x' }])).toEqual(bare);
    expect(rest(closed, [mtu])).toEqual({ $keyed: { by: ['name'], items: [{ name: 'mtu' }, speed], closed: true } });
    expect(judge(read(closed), [speed, mtu, { name: 'x' }], context).leaves).toEqual([
      { path: '/x', expected: { $absent: true }, actual: { name: 'x' }, verdict: 'unmet', reason: 'extra' },
    ]);
  });

  test('the value of a characteristic may itself be keyed', () => {
    const route = (gateway: string): Json => ({ table: 'main', destination: 'default', gateway });
    const routes = (...value: Json[]): Json => ({ resourceCharacteristic: [{ name: 'route', value }] });
    expect(rest(routes(route('10.0.0.1')), routes(route('10.0.0.2'), route('10.0.0.1')))).toBeUndefined();
    expect(
      rest(
        { resourceCharacteristic: [{ name: 'dns', value: ['a'] }] },
        { resourceCharacteristic: [{ name: 'dns', value: ['a', 'b'] }] },
      ),
    ).toBeDefined();
  });
});

describe('verdicts', () => {
  const expected = {
    administrativeState: 'unlocked',
    operationalState: 'enable',
    resourceCharacteristic: [{ name: 'mtu', value: { $gte: 1500 } }],
  };
  const actual = {
    administrativeState: 'locked',
    operationalState: 'enable',
    resourceCharacteristic: [{ name: 'mtu', value: 1400 }],
  };
  const blind =
    (...stale: string[]) =>
    (path: string): 'known' | 'stale' | 'never' =>
      stale.includes(path) ? 'stale' : path.startsWith('/resourceCharacteristic') ? 'never' : 'known';

  test('one unmet leaf makes all unmet; what is unknown stands beside the residual', () => {
    expect(judge(read(expected), actual, { ...context, known: blind('/operationalState') })).toEqual({
      verdict: 'unmet',
      residual: { administrativeState: 'unlocked' },
      leaves: [
        { path: '/administrativeState', expected: 'unlocked', actual: 'locked', verdict: 'unmet', reason: 'different' },
        { path: '/operationalState', expected: 'enable', actual: 'enable', verdict: 'unknown', reason: 'stale' },
        {
          path: '/resourceCharacteristic/mtu/value',
          expected: { $gte: 1500 },
          actual: 1400,
          verdict: 'unknown',
          reason: 'never',
        },
      ],
    });
  });

  test('to be blind is not to be healthy', () => {
    const known = blind('/administrativeState');
    const judgement = judge(read(expected), actual, { ...context, known });
    expect(judgement.verdict).toBe('unknown');
    expect(judgement).not.toHaveProperty('residual');
    expect(judge(read(expected), undefined, { ...context, known: () => 'never' }).verdict).toBe('unknown');
  });

  test('a choice is known when what is unknown cannot change it', () => {
    const verdict = (source: Json): string =>
      judge(read(source), { a: 1, b: 2 }, { ...context, known: path => (path === '/b' ? 'stale' : 'known') }).verdict;
    expect(verdict({ $anyOf: [{ a: 1 }, { b: 2 }] })).toBe('met');
    expect(verdict({ $anyOf: [{ a: 2 }, { b: 2 }] })).toBe('unknown');
    expect(verdict({ $oneOf: [{ a: 1 }, { b: 2 }] })).toBe('unknown');
    expect(verdict({ $noneOf: [{ a: 1 }, { b: 3 }] })).toBe('unmet');
  });

  test('explain tells every leaf, met ones too, by paths that stay true when the order changes', () => {
    const leaves = explain(read(expected), actual, context);
    expect(leaves.map(leaf => [leaf.path, leaf.verdict, leaf.reason])).toEqual([
      ['/administrativeState', 'unmet', 'different'],
      ['/operationalState', 'met', undefined],
      ['/resourceCharacteristic/mtu/value', 'unmet', 'bound'],
    ]);
    expect(explain(read([1, [2]]), [1, [3], 4], context).map(leaf => [leaf.path, leaf.reason])).toEqual([
      ['/0', undefined],
      ['/1/0', 'different'],
      ['', 'length'],
    ]);
  });

  test('an item that is only its key is there or is missing', () => {
    const port = read({ resourceRelationship: [{ relationshipType: 'bearer', resource: { id: 'r/1' } }] });
    const [missing] = explain(port, { resourceRelationship: [] }, context);
    expect(missing).toMatchObject({ path: '/resourceRelationship/bearer,r~11', verdict: 'unmet', reason: 'missing' });
    const named = read({ feature: [{ name: 'dlm' }] });
    expect(explain(named, { feature: [{ name: 'dlm', isEnabled: true }] }, context)).toMatchObject([
      { path: '/feature/dlm', verdict: 'met' },
    ]);
  });
});

test('the part of an expectation that speaks of a path', () => {
  const expected = {
    a: [1, { b: 2 }, null],
    resourceCharacteristic: [{ name: 'mtu', value: { $gte: 1500 } }],
    place: { $keyed: { by: ['role', 'name'], items: [{ role: 'site', name: 'rack/4', note: 'x' }] } },
    m: { $map: { $ref: { c: 3 } } },
    l: { $literal: { $lt: [{ $gt: 1 }] } },
    e: { $eq: { d: { f: 4 } } },
    x: { $allOf: [{ y: { $gt: 1 } }, { $allOf: [{ $eq: { y: 2 } }, { z: 1 }] }, { y: 2 }] },
  };
  const part = (path: string): Json | undefined => expectedAt(expected, path, keyed);
  expect(part('')).toEqual(expected);
  expect(part('/a/1/b')).toBe(2);
  expect(part('/a/2')).toBeUndefined();
  expect(part('/resourceCharacteristic/mtu/value')).toEqual({ $gte: 1500 });
  expect(part('/resourceCharacteristic/0')).toBeUndefined();
  expect(part('/place/site,rack~14/note')).toBe('x');
  expect(part('/m/$ref/c')).toBe(3);
  expect(part('/l/$lt/0')).toEqual({ $literal: { $gt: 1 } });
  expect(part('/e/d')).toEqual({ $eq: { f: 4 } });
  expect(part('/nobody/knows')).toBeUndefined();
  expect(part('/x/y')).toEqual({ $allOf: [{ $gt: 1 }, { $eq: 2 }, 2] });
});
