import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AgentError } from '../../src/core/errors.ts';
import type { Json, JsonObject } from '../../src/core/json.ts';
import { type CursorScope, decodeCursor, encodeCursor } from '../../src/tmf/query/cursor.ts';
import { cursorLinks } from '../../src/tmf/query/pages.ts';
import {
  comparePositions,
  orderOf,
  type Position,
  parseSort,
  Sorter,
  type SortKey,
  sortValue,
  type Window,
} from '../../src/tmf/query/sort.ts';
import { meets, parseFields, project, readQuery, strangers } from '../../src/tmf/query.ts';

const read = (text: string) => readQuery(text, 'resource', 'v5');

describe('a query', () => {
  const entity = { id: 'a', '@type': 'Resource', name: 'x', note: [{ author: 'y', text: 't' }] };

  test.each([
    [`name=x&filter=$[?(@.id=='a')]`, true],
    [`name=z&filter=$[?(@.id=='a')]`, false],
    [`name=x&filter=$[?(@.id=='b')]`, false],
    [`filter=%24%5B%3F(%40.id%3D%3D'a'%20%26%26%20%40.name%3D%3D'x')%5D`, true],
    [`filter=$[?(@.id=='a'+&&+@.name=='x')]&name=x`, true],
    [`filter=$[?(@.id=='a'+&&+@.name=='z')]&name=x`, false],
    [`filter=note[?(@.text=='a;b'||@.author=='y')]`, true],
    [`filter=note[?(@.text==']&['||@.author=='y')]&name=x`, true],
    [`filter=note%5B?(@.text==%27]%27%20&&%20@.author=='y')%5D&name=x`, false],
  ])('T59: filter and attributes must both hold: %s', (text, found) => {
    expect(meets(entity, read(text), 'resource')).toBe(found);
  });

  test('T51: says what is shown without asking for attributes', () => {
    const query = read('sort=-name,id&fields=id&offset=6&limit=3&filter=$[?(@.a)]');
    expect(query).toMatchObject({ all: [], offset: 6, limit: 3, rest: 'sort=-name,id&fields=id&filter=$[?(@.a)]' });
    expect(read('limit=3&after=x')).toMatchObject({ all: [], limit: 3, after: 'x', before: undefined, rest: '' });
  });

  test('T47 T63: names unknown to the standard are told, wherever they stand', () => {
    const query = read('nope=1&name=a&sort=-extra.x,name&filter=$[?(@.odd||@.id)]');
    expect(strangers(query, 'resource')).toEqual(['nope', 'extra', 'odd']);
  });

  test.each([
    'filter=$[?(@.',
    'filter=$[?(@.a)]&filter=$[?(@.b)]',
    'sort=',
    'sort=a,,b',
    'sort=a..b',
    'sort=note[0]',
    'sort=a,b,c,d,e,f,g,h,i',
    'offset=1&after=x',
    'filter=a;name=x',
  ])('T58: %s is refused', text => {
    expect(() => read(text)).toThrow(expect.objectContaining({ code: 'invalid' }));
  });

  test('whatever text comes, it is read or refused', () => {
    const part = fc.constantFrom(
      'filter=',
      'sort=',
      'fields=',
      '&',
      ';',
      '=',
      '%3E',
      '%',
      '[',
      ']',
      '?',
      '@.',
      'a',
      '.gt',
      ',',
      '\\',
      "'",
      '*',
      '~',
      '+',
      'name',
      '__proto__',
      'limit=',
      '1',
      'after=',
    );
    const text = fc.oneof(
      fc.string(),
      fc.array(part, { maxLength: 25 }).map(parts => parts.join('')),
    );
    fc.assert(
      fc.property(text, fc.constantFrom('v4' as const, 'v5' as const), (text, version) => {
        try {
          const query = readQuery(text, 'service', version);
          meets(entity, query, 'service');
          project(entity, query.fields);
        } catch (error) {
          expect(error).toBeInstanceOf(AgentError);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('fields', () => {
  const entity: JsonObject = {
    id: 'a',
    '@type': 'Service',
    note: [
      { '@type': 'Note', author: 'x', text: '1', date: 'd' },
      { '@type': 'Note', author: 'y', text: '2' },
    ],
    place: { role: 'here', id: 'p' },
    feature: [
      {
        name: 'f',
        featureCharacteristic: [
          { name: 'a', value: 1 },
          { name: 'b', value: 2 },
        ],
      },
    ],
  };
  const shown = (text: string): JsonObject => project(entity, parseFields(text, { type: 'service', version: 'v5' }));

  test('T31: show the elements of an array that are so, whole', () => {
    expect(shown(`note[?(@.author=='x')]`).note).toEqual([{ '@type': 'Note', author: 'x', text: '1', date: 'd' }]);
    expect(shown(`note[?(@.author=='z')]`).note).toEqual([]);
    expect(Object.keys(shown(`note[?(@.author=='x')]`))).toEqual(['id', '@type', 'note']);
  });

  test('T31: or some of what is in them', () => {
    const some = { note: [{ '@type': 'Note', text: '1' }] };
    expect(shown(`note[?(@.author=='x')].text`)).toMatchObject(some);
    expect(
      shown(`$.note[?(@.author=='x' && @.text=="1,")].text,note[?(@.author=='x' && @.text=="1,")].date`).note,
    ).toEqual([]);
    expect(shown(`note[?(@.author=='x')].text,note[?(@.author=='x')].author`).note).toEqual([
      { '@type': 'Note', author: 'x', text: '1' },
    ]);
    expect(shown(`note[?(@.author=='x')].text,note[?(@.author=='x')]`).note).toEqual([
      { '@type': 'Note', author: 'x', text: '1', date: 'd' },
    ]);
  });

  test('T31: deeper in, and of what stands alone', () => {
    expect(shown(`feature.featureCharacteristic[?(@.name=='b')].value`).feature).toEqual([
      { featureCharacteristic: [{ value: 2 }] },
    ]);
    expect(shown(`place[?(@.role=='here')]`).place).toEqual({ role: 'here', id: 'p' });
    expect(shown(`place[?(@.role=='there')]`).place).toBeUndefined();
  });

  test.each([
    [`note[?(@.a)],note`, 'invalid'],
    [`note[?(@.a)],note[?(@.b)]`, 'invalid'],
    ['note[?(@.a', 'invalid'],
    ['note[0]', 'unsupported'],
    ['note[*]', 'unsupported'],
    ['$[?(@.a)]', 'unsupported'],
    ['note[?(@.a)][?(@.b)]', 'unsupported'],
  ])('%s is refused as %s', (text, code) => {
    expect(() => shown(text)).toThrow(expect.objectContaining({ code }));
  });

  test('T27 T28: none, and names nothing has', () => {
    expect(shown('none')).toEqual({ id: 'a', '@type': 'Service' });
    expect(shown('zzz,__proto__.x,constructor')).toEqual({ id: 'a', '@type': 'Service' });
  });
});

/** Sorts as the page of a list shows it. */
function sorted(entities: readonly JsonObject[], sort: string, window: Partial<Window> = {}): readonly JsonObject[] {
  const sorter = new Sorter<JsonObject>(parseSort(sort), { offset: 0, limit: Number.POSITIVE_INFINITY, ...window });
  for (const [row, entity] of entities.entries()) sorter.add(entity, row, entity);
  return sorter.page().items.map(({ item }) => item);
}

describe('sort', () => {
  const entities = [
    { id: '1', name: 'b', n: 10, spec: { id: 'y' }, at: '2024-02-01T01:00:00+01:00' },
    { id: '2', name: 'a', n: 9, on: true, notes: [{ t: 'b' }, { t: 'a' }], at: '2024-01-31T23:59:00Z' },
    { id: '3', name: 'b', on: false, spec: { id: 'x' }, notes: [{}, { t: 'a' }] },
  ];
  const ids = (sort: string): string =>
    sorted(entities, sort)
      .map(each => each.id)
      .join('');

  test('T62: ascending, descending, several keys', () => {
    expect(ids('name')).toBe('213');
    expect(ids('+name')).toBe('213');
    expect(ids(' name')).toBe('213');
    expect(ids('-name')).toBe('132');
    expect(ids('-name,-id')).toBe('312');
  });

  test('T63: inside objects and arrays; what is missing stands last in both directions', () => {
    expect(ids('spec.id')).toBe('312');
    expect(ids('-spec.id')).toBe('132');
    expect(ids('notes.t')).toBe('321');
    expect(ids('zzz,-id')).toBe('321');
  });

  test('values in their own order', () => {
    expect(ids('n')).toBe('213');
    expect(ids('on')).toBe('321');
    expect(ids('at')).toBe('213');
  });
});

const leaf = fc.oneof(
  fc.integer({ min: -2, max: 2 }),
  fc.boolean(),
  fc.constant(null),
  fc.constantFrom('', 'a', 'b', '2024-02-01T00:00:00Z', '2024-02-01T01:00:00+01:00'),
);
const value: fc.Arbitrary<Json> = fc.oneof(leaf, fc.array(leaf, { maxLength: 2 }), fc.record({ c: leaf }));
const entities = fc.array(fc.dictionary(fc.constantFrom('a', 'b'), value), { maxLength: 25 });
const sort = fc
  .array(fc.tuple(fc.constantFrom('', '-', '+'), fc.constantFrom('a', 'b', 'a.c')), { minLength: 1, maxLength: 3 })
  .map(keys => keys.map(key => key.join('')).join(','));

const placed = (list: readonly JsonObject[], keys: readonly SortKey[]): Position[] =>
  list.map((entity, row) => ({ row, values: keys.map(key => sortValue(entity, key)) }));

describe('laws of order', () => {
  test('T64: it is total: no two are equal, and it is the same however they come', () => {
    fc.assert(
      fc.property(entities, sort, (list, text) => {
        const keys = parseSort(text);
        const positions = placed(list, keys);
        const order = (a: Position, b: Position): number => comparePositions(a, b, keys);
        const rows = positions.toSorted(order).map(({ row }) => row);
        expect(
          positions
            .toReversed()
            .toSorted(order)
            .map(({ row }) => row),
        ).toEqual(rows);
        for (const a of positions)
          for (const b of positions) expect(Math.sign(order(a, b)) + Math.sign(order(b, a))).toBe(0);
      }),
    );
  });

  test('a page is the part of the whole list that the window shows', () => {
    const place = fc.nat({ max: 25 });
    fc.assert(
      fc.property(
        entities,
        sort,
        fc.nat({ max: 6 }),
        fc.nat({ max: 6 }),
        fc.option(place, { nil: undefined }),
        fc.option(place, { nil: undefined }),
        (list, text, offset, limit, afterAt, beforeAt) => {
          const keys = parseSort(text);
          const all = placed(list, keys).sort((a, b) => comparePositions(a, b, keys));
          const after = afterAt === undefined ? undefined : all[afterAt];
          const before = beforeAt === undefined ? undefined : all[beforeAt];
          const from = after ? all.indexOf(after) + 1 : 0;
          const to = Math.max(before ? all.indexOf(before) : all.length, from);
          const between = all.slice(from, to);
          const backward = before !== undefined && after === undefined;
          const wanted = backward
            ? between
                .toReversed()
                .slice(offset, offset + limit)
                .reverse()
            : between.slice(offset, offset + limit);
          const sorter = new Sorter<number>(keys, { offset, limit, after, before });
          for (const [row, entity] of list.entries()) sorter.add(entity, row, row);
          const page = sorter.page();
          expect(page.items.map(({ row }) => row)).toEqual(wanted.map(({ row }) => row));
          expect(page.total).toBe(list.length);
          const [first] = wanted;
          const last = wanted.at(-1);
          if (first && last) {
            expect(page).toMatchObject({ isFirst: all[0] === first, isLast: all.at(-1) === last });
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  test('T73: walking by cursors, forth and back, meets everything once', () => {
    fc.assert(
      fc.property(entities, sort, fc.integer({ min: 1, max: 4 }), (list, text, limit) => {
        const keys = parseSort(text);
        const scope: CursorScope = { epoch: 'e', order: orderOf(keys) };
        const whole = sorted(list, text).map(each => list.indexOf(each));
        const walk = (name: 'after' | 'before'): number[] => {
          const met: number[] = [];
          let cursor: string | undefined;
          for (;;) {
            const at =
              cursor === undefined ? (name === 'before' ? behindAll : undefined) : decodeCursor(cursor, name, scope);
            const sorter = new Sorter<number>(keys, { offset: 0, limit, [name]: at });
            for (const [row, entity] of list.entries()) sorter.add(entity, row, row);
            const { items, isFirst, isLast } = sorter.page();
            const rows = items.map(({ row }) => row);
            met.splice(name === 'after' ? met.length : 0, 0, ...rows);
            const end = name === 'after' ? items.at(-1) : items[0];
            if (end === undefined || (name === 'after' ? isLast : isFirst)) return met;
            cursor = encodeCursor(end, scope);
          }
        };
        expect(walk('after')).toEqual(whole);
        expect(walk('before')).toEqual(whole);
      }),
      { numRuns: 200 },
    );
  });
});

/** Everything stands before it: all its values are missing, and no row is as high. */
const behindAll: Position = { values: [], row: Number.MAX_SAFE_INTEGER };

test('of a long list the best are found wherever they come', () => {
  const sorter = new Sorter<number>(parseSort('-n'), { offset: 5, limit: 5 });
  for (let row = 0; row < 50_000; row++) sorter.add({ n: (row * 7919) % 50_000 }, row, row);
  const { items, total } = sorter.page();
  expect(total).toBe(50_000);
  expect(items.map(({ values }) => values[0]?.[1])).toEqual([49_994, 49_993, 49_992, 49_991, 49_990]);
});

describe('cursors', () => {
  const scope: CursorScope = { epoch: 'e1', order: '-name' };
  const position: Position = {
    row: 7,
    values: [
      [3, 'Zürich\u0000'],
      [4, 0],
    ],
  };

  test('T73: say a position as text that may stand in an address', () => {
    const text = encodeCursor(position, scope);
    expect(text).toMatch(/^[A-Za-z0-9_-]+$/);
    expect(decodeCursor(text, 'after', scope)).toEqual(position);
  });

  test('T73: tampered, cut, or from another store or order they are refused', () => {
    const text = encodeCursor(position, scope);
    const refused = (text: string, scope: CursorScope): void =>
      expect(() => decodeCursor(text, 'before', scope)).toThrow(expect.objectContaining({ code: 'invalid' }));
    refused(text, { ...scope, epoch: 'e2' });
    refused(text, { ...scope, order: 'name' });
    for (let i = 0; i < text.length; i++) {
      refused(text.slice(0, i), scope);
      refused(`${text.slice(0, i)}${text[i] === 'A' ? 'B' : 'A'}${text.slice(i + 1)}`, scope);
    }
    fc.assert(
      fc.property(fc.string(), text => {
        refused(text, scope);
      }),
    );
  });

  test('links lead to where there is more', () => {
    expect(cursorLinks('/x', { limit: 3, rest: 'a=b' }, { after: 'c1' })).toBe(
      '</x?a=b&after=&limit=3>; rel="first", </x?a=b&after=c1&limit=3>; rel="next"',
    );
    expect(cursorLinks('/x', { limit: undefined, rest: '' }, { before: 'c0' })).toBe(
      '</x?after=>; rel="first", </x?before=c0>; rel="prev"',
    );
  });
});

test.each([
  ['digits', `name=${'1'.repeat(15_000)}x`],
  ['quotes', `fields=${"'\\".repeat(7_000)}`],
  ['spaces', `sort=a${'+'.repeat(15_000)}b`],
  ['ampersands', `filter=[${'&'.repeat(15_000)}`],
  ['patterns', Array.from({ length: 60 }, (_, i) => `a${i}.regex=((.{10}){10}){10}.*(x|y){0,60}`).join('&')],
])('a query made to be slow is read or refused at once: %s', (_, text) => {
  // Whatever is not linear in it runs into the time a test has.
  for (let i = 0; i < 20; i++) {
    try {
      meets({ name: 'x' }, read(text), 'resource');
    } catch (error) {
      expect(error).toBeInstanceOf(AgentError);
    }
  }
});
