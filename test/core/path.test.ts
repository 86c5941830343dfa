import { expect, test } from 'vitest';
import { at, differences, type KeyedArrays, segments } from '../../src/core/path.ts';

const keyed: KeyedArrays = {
  characteristic: [['name']],
  place: [['role', 'place/id'], ['role']],
  'route/value': [['destination']],
};

test('an element of a keyed array is named by its key, whatever its index', () => {
  const document = {
    characteristic: [
      { name: 'a', value: 1 },
      { name: 'mtu', value: 1400 },
    ],
  };
  expect(at(document, '/characteristic/mtu/value', keyed)).toBe(1400);
  expect(at(document, '/characteristic/1/value', keyed)).toBe(1400);
  expect(at(document, '/characteristic/none/value', keyed)).toBeUndefined();
});

test('a key of several parts is joined with a comma, and may reach inside an element', () => {
  const document = { place: [{ role: 'site', place: { id: 'p1' } }] };
  expect(at(document, '/place/site,p1/role', keyed)).toBe('site');
});

test('segments escape as JSON pointers do', () => {
  expect(segments('/a~1b/c~0d')).toEqual(['a/b', 'c~d']);
  expect(at({ 'a/b': { 'c~d': 1 } }, '/a~1b/c~0d', keyed)).toBe(1);
});

test('names such as __proto__ are only names', () => {
  expect(at({}, '/__proto__/toString', keyed)).toBeUndefined();
  expect(at({}, '/constructor', keyed)).toBeUndefined();
});

test('differences go down to the leaves, by key where there is one', () => {
  const before = {
    state: 'a',
    characteristic: [
      { name: 'x', value: 1 },
      { name: 'y', value: 2 },
    ],
    list: [1, 2],
  };
  const after = {
    state: 'b',
    characteristic: [
      { name: 'y', value: 3 },
      { name: 'x', value: 1 },
    ],
    list: [1, 3],
    more: {},
  };
  expect(differences(before, after, keyed)).toEqual([
    { path: '/state', old: 'a', new: 'b' },
    { path: '/characteristic/y/value', old: 2, new: 3 },
    { path: '/list', old: [1, 2], new: [1, 3] },
    { path: '/more', new: {} },
  ]);
  expect(differences(before, before, keyed)).toEqual([]);
});

test('an array inside a keyed element can have a key of its own', () => {
  const characteristic = (gateway: string) => [{ name: 'route', value: [{ destination: 'd', gateway }] }];
  expect(differences({ characteristic: characteristic('a') }, { characteristic: characteristic('b') }, keyed)).toEqual([
    { path: '/characteristic/route/value/d/gateway', old: 'a', new: 'b' },
  ]);
});
