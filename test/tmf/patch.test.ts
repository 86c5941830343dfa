import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AgentError } from '../../src/core/errors.ts';
import { canonical, isArray, isObject, type Json, type JsonObject } from '../../src/core/json.ts';
import { applyPatch, type PatchMedia, patchMedia, patchMediaOf } from '../../src/tmf/patch/patch.ts';

const patch = (document: JsonObject, ...operations: Json[]): JsonObject =>
  applyPatch(document, operations, 'application/json-patch+json');
const query = (document: JsonObject, ...operations: Json[]): JsonObject =>
  applyPatch(document, operations, 'application/json-patch-query+json', { type: 'resource', version: 'v5' });

function refusal(run: () => unknown): AgentError {
  try {
    run();
  } catch (error) {
    if (error instanceof AgentError) return error;
    throw error;
  }
  throw new Error('it was carried out');
}

test('the media type is read without its parameters', () => {
  expect(patchMediaOf('Application/JSON-patch+json; charset=utf-8')).toBe('application/json-patch+json');
  expect(patchMediaOf('application/json-patch')).toBeUndefined();
  expect(patchMediaOf(undefined)).toBeUndefined();
});

test.each(['application/json', 'application/merge-patch+json'] as const)('T81 T82: %s is merge patch', media => {
  const shown = { id: 'a', b: { c: 1, d: 2 }, e: [1, 2] };
  expect(applyPatch(shown, { b: { c: null }, e: [3] }, media)).toEqual({ id: 'a', b: { d: 2 }, e: [3] });
  expect(() => applyPatch(shown, [], media)).toThrow(expect.objectContaining({ code: 'invalid' }));
});

describe('T85: JSON patch as RFC 6902 has it', () => {
  test.each<[string, JsonObject, Json, JsonObject]>([
    ['adds a member', { foo: 'bar' }, { op: 'add', path: '/baz', value: 'qux' }, { foo: 'bar', baz: 'qux' }],
    [
      'adds an element',
      { foo: ['bar', 'baz'] },
      { op: 'add', path: '/foo/1', value: 'qux' },
      { foo: ['bar', 'qux', 'baz'] },
    ],
    ['removes a member', { baz: 'qux', foo: 'bar' }, { op: 'remove', path: '/baz' }, { foo: 'bar' }],
    ['removes an element', { foo: ['bar', 'qux', 'baz'] }, { op: 'remove', path: '/foo/1' }, { foo: ['bar', 'baz'] }],
    ['replaces a value', { baz: 'qux' }, { op: 'replace', path: '/baz', value: 'boo' }, { baz: 'boo' }],
    [
      'replaces an element whole',
      { a: [{ b: 1, c: 1 }] },
      { op: 'replace', path: '/a/0', value: { b: 2 } },
      { a: [{ b: 2 }] },
    ],
    [
      'moves a value',
      { foo: { bar: 'baz', waldo: 'fred' }, qux: { corge: 'grault' } },
      { op: 'move', from: '/foo/waldo', path: '/qux/thud' },
      { foo: { bar: 'baz' }, qux: { corge: 'grault', thud: 'fred' } },
    ],
    [
      'moves an element',
      { foo: ['all', 'grass', 'cows', 'eat'] },
      { op: 'move', from: '/foo/1', path: '/foo/3' },
      { foo: ['all', 'cows', 'eat', 'grass'] },
    ],
    ['moves to where it is', { foo: 1 }, { op: 'move', from: '/foo', path: '/foo' }, { foo: 1 }],
    ['moves onto an array', { a: [1], b: { c: 1 } }, { op: 'move', from: '/b', path: '/a' }, { a: { c: 1 } }],
    ['copies a value', { a: { b: 1 } }, { op: 'copy', from: '/a', path: '/c' }, { a: { b: 1 }, c: { b: 1 } }],
    [
      'tests a value',
      { baz: 'qux', foo: ['a', 2, 'c'] },
      { op: 'test', path: '/foo', value: ['a', 2, 'c'] },
      { baz: 'qux', foo: ['a', 2, 'c'] },
    ],
    [
      'adds a nested member',
      { foo: 'bar' },
      { op: 'add', path: '/child', value: { grandchild: {} } },
      { foo: 'bar', child: { grandchild: {} } },
    ],
    [
      'ignores what it does not know',
      { foo: 'bar' },
      { op: 'add', path: '/baz', value: 'qux', xyz: 123 },
      { foo: 'bar', baz: 'qux' },
    ],
    ['reads ~01', { '/': 9, '~1': 10 }, { op: 'test', path: '/~01', value: 10 }, { '/': 9, '~1': 10 }],
    ['reads ~1', { '/': 9 }, { op: 'replace', path: '/~1', value: 1 }, { '/': 1 }],
    [
      'adds an array as an element',
      { foo: ['bar'] },
      { op: 'add', path: '/foo/-', value: ['abc', 'def'] },
      { foo: ['bar', ['abc', 'def']] },
    ],
    ['adds at the end', { foo: [1] }, { op: 'add', path: '/foo/1', value: 2 }, { foo: [1, 2] }],
    ['replaces by add', { foo: 1 }, { op: 'add', path: '/foo', value: { a: 2 } }, { foo: { a: 2 } }],
    ['replaces an array by an array', { foo: [1] }, { op: 'add', path: '/foo', value: [2] }, { foo: [2] }],
    [
      'inserts an object before an inner array',
      { foo: [[1]] },
      { op: 'add', path: '/foo/0', value: {} },
      { foo: [{}, [1]] },
    ],
    ['replaces the whole', { foo: 1 }, { op: 'replace', path: '', value: { a: 1 } }, { a: 1 }],
    ['knows an empty name', { '': 1 }, { op: 'replace', path: '/', value: 2 }, { '': 2 }],
    ['sets null', { foo: 1 }, { op: 'replace', path: '/foo', value: null }, { foo: null }],
  ])('%s', (_, document, operation, result) => {
    expect(patch(document, operation)).toEqual(result);
  });

  test.each<[string, JsonObject, Json, string, string]>([
    ['an unknown operation', {}, { op: 'spam', path: '/a' }, 'invalid', '/1/op'],
    ['no operation', {}, { path: '/a' }, 'invalid', '/1/op'],
    ['no path', {}, { op: 'remove' }, 'invalid', '/1/path'],
    ['no value', {}, { op: 'add', path: '/a' }, 'invalid', '/1/value'],
    ['no from', {}, { op: 'move', path: '/a' }, 'invalid', '/1/from'],
    ['a place below nothing', { q: { bar: 2 } }, { op: 'add', path: '/a/b', value: 1 }, 'invalid', '/1/path'],
    ['nothing to remove', {}, { op: 'remove', path: '/a' }, 'invalid', '/1/path'],
    ['nothing to replace', {}, { op: 'replace', path: '/a', value: 1 }, 'invalid', '/1/path'],
    ['nothing to copy', {}, { op: 'copy', from: '/a', path: '/b' }, 'invalid', '/1/from'],
    ['nothing to move', {}, { op: 'move', from: '/a', path: '/b' }, 'invalid', '/1/from'],
    ['a move into itself', { a: { b: {} } }, { op: 'move', from: '/a', path: '/a/b/c' }, 'invalid', '/1/path'],
    ['an index beyond the end', { a: [1] }, { op: 'add', path: '/a/2', value: 1 }, 'invalid', '/1/path'],
    ['an index with a zero in front', { a: [1, 2] }, { op: 'replace', path: '/a/01', value: 1 }, 'invalid', '/1/path'],
    ['a name in an array', { a: [1] }, { op: 'add', path: '/a/b', value: 1 }, 'invalid', '/1/path'],
    ['removing the end of an array', { a: [1] }, { op: 'remove', path: '/a/-' }, 'invalid', '/1/path'],
    ['removing the whole', { a: [1] }, { op: 'remove', path: '' }, 'invalid', '/1/path'],
    ['a tilde alone', { a: [1] }, { op: 'remove', path: '/a~2' }, 'invalid', '/1/path'],
    ['a test of another value', { baz: 'qux' }, { op: 'test', path: '/baz', value: 'bar' }, 'conflict', '/1/value'],
    ['a test of another type', { '/': 10 }, { op: 'test', path: '/~1', value: '10' }, 'conflict', '/1/value'],
    ['a test of nothing', {}, { op: 'test', path: '/a', value: null }, 'conflict', '/1/value'],
    ['what is no object', {}, 5, 'invalid', '/1'],
  ])('refuses %s, with its place', (_, document, operation, code, pointer) => {
    const before = structuredClone(document);
    const error = refusal(() => patch(document, { op: 'add', path: '/z', value: 1 }, operation));
    expect(error).toMatchObject({ code, pointer });
    expect(document).toEqual(before);
  });

  test('refuses a body that is no list, and a result that is no object', () => {
    expect(refusal(() => applyPatch({}, { op: 'remove' }, 'application/json-patch+json')).code).toBe('invalid');
    expect(refusal(() => patch({ a: [1] }, { op: 'copy', from: '/a', path: '' })).code).toBe('invalid');
  });

  test('T52: names of prototypes are names', () => {
    const text = '[{"op":"add","path":"/__proto__","value":{"x":1}},{"op":"add","path":"/constructor","value":2}]';
    const result = applyPatch({ a: 1 }, JSON.parse(text), 'application/json-patch+json');
    expect(JSON.stringify(result)).toBe('{"a":1,"__proto__":{"x":1},"constructor":2}');
    expect(Object.hasOwn({}, 'x') || 'x' in {}).toBe(false);
    expect(refusal(() => patch({}, { op: 'add', path: '/__proto__/x', value: 1 })).code).toBe('invalid');
    expect(refusal(() => patch({}, { op: 'replace', path: '/toString', value: 1 })).code).toBe('invalid');
  });

  test('does not let copies of copies grow without end', () => {
    const copies = Array.from({ length: 60 }, (_, i) => ({ op: 'copy', from: '', path: `/${i}` }));
    expect(refusal(() => patch({ a: 'x'.repeat(100) }, ...copies)).code).toBe('tooLarge');
    const nested = Array.from({ length: 60 }, () => ({ op: 'copy', from: '/a', path: '/a/a/a/a/a/a' }));
    expect(refusal(() => patch({ a: { a: { a: { a: { a: {} } } } } }, ...nested)).code).toBe('invalid');
    const many = Array.from({ length: 300 }, () => ({ op: 'test', path: '', value: {} }));
    expect(refusal(() => patch({}, ...many)).code).toBe('tooLarge');
    const wide = { note: Array.from({ length: 2_000 }, () => ({ id: '1' })) };
    const long = { op: 'add', path: '$.note[*].text', value: 'x'.repeat(10_000) };
    expect(refusal(() => query(wide, long)).code).toBe('tooLarge');
  });
});

describe('T86: forms of the official examples', () => {
  test('a path without the slash in front', () => {
    const shown = { id: '5351', state: 'active', '@type': 'Service' };
    expect(patch(shown, { op: 'replace', path: 'state', value: 'inactive' })).toEqual({ ...shown, state: 'inactive' });
  });

  test('an object added onto an array is one more element', () => {
    const contains = (id: string): JsonObject => ({
      relationshipType: 'contains',
      '@type': 'ResourceRelationship',
      resource: { id, '@type': 'ResourceRef', '@referredType': 'PhysicalResource' },
    });
    const shown = {
      description: 'This is a Router resource.',
      administrativeState: 'unlocked',
      resourceRelationship: [contains('a'), contains('b')],
    };
    expect(
      patch(
        shown,
        { op: 'replace', path: '/administrativeState', value: 'locked' },
        { op: 'replace', path: '/description', value: 'This is the Router owned by John Doe.' },
        { op: 'add', path: '/resourceRelationship', value: contains('c') },
      ),
    ).toEqual({
      description: 'This is the Router owned by John Doe.',
      administrativeState: 'locked',
      resourceRelationship: [contains('a'), contains('b'), contains('c')],
    });
  });

  test('also when it is the first, where the standard has an array', () => {
    const add = [{ op: 'add', path: '/place', value: { role: 'r' } }];
    const added = (version: 'v4' | 'v5', type: 'service' | 'resource'): Json | undefined =>
      applyPatch({}, add, 'application/json-patch+json', { type, version }).place;
    expect(added('v5', 'resource')).toEqual([{ role: 'r' }]);
    expect(added('v4', 'service')).toEqual([{ role: 'r' }]);
    expect(added('v4', 'resource')).toEqual({ role: 'r' });
  });
});

const noted: JsonObject = {
  id: 'a',
  name: 'n',
  note: [
    { id: '1', author: 'x', text: 'first', date: '2025-05-12T00:00:00.000Z', '@type': 'Note' },
    { id: '2', author: 'y', text: 'second', date: '2025-05-13T00:00:00.000Z', '@type': 'Note' },
    { id: '3', author: 'y', text: 'third', date: '2025-05-14T00:00:00.000Z', '@type': 'Note' },
  ],
  feature: [
    {
      name: 'f',
      featureCharacteristic: [
        { name: 'a', value: 1 },
        { name: 'b', value: 2 },
      ],
    },
    { name: 'g', featureCharacteristic: [{ name: 'a', value: 3 }] },
  ],
  resourceSpecification: { id: 's' },
};
const notes = (result: JsonObject): readonly Json[] => (isArray(result.note) ? result.note : []);
const texts = (result: JsonObject): string =>
  notes(result)
    .map(each => (isObject(each) ? (each.text ?? '-') : each))
    .join(' ');

describe('T87: JSON patch with conditions after the path', () => {
  test('changes the element that is meant, and no other', () => {
    const result = query(noted, { op: 'replace', path: '/note/text?note.id=2', value: 'new' });
    expect(texts(result)).toBe('first new third');
  });

  test('the official example', () => {
    const shown = {
      note: [
        { id: '77456', author: 'Harvey Poupon', text: 't' },
        { id: '77457', author: 'z' },
      ],
    };
    expect(query(shown, { op: 'replace', path: '/note/author?note.id=77456', value: 'Mr. N. Bene' })).toEqual({
      note: [
        { id: '77456', author: 'Mr. N. Bene', text: 't' },
        { id: '77457', author: 'z' },
      ],
    });
  });

  test.each<[string, Json, string]>([
    ['removes', { op: 'remove', path: '/note?note.author=y' }, 'first'],
    ['removes what is in it', { op: 'remove', path: '/note/text?note.id=1' }, '- second third'],
    ['merges an object', { op: 'replace', path: '/note?note.id=2', value: { text: 'new' } }, 'first new third'],
    ['several conditions', { op: 'remove', path: '/note?note.author=y&note.text=third' }, 'first second'],
    ['alternatives', { op: 'remove', path: '/note?note.id=1,3' }, 'second'],
    [
      'spaces and encoded signs',
      { op: 'replace', path: '/note/text?note.text=fir%73t', value: 'a b' },
      'a b second third',
    ],
    ['operators', { op: 'remove', path: '/note?note.date.gt=2025-05-12T12:00:00Z' }, 'first'],
    ['without the slash', { op: 'remove', path: 'note?note.id=1' }, 'second third'],
    ['by an index as well', { op: 'remove', path: '/note/0' }, 'second third'],
    ['adds to the end', { op: 'add', path: '/note/-', value: { text: 'z' } }, 'first second third z'],
    ['adds an object', { op: 'add', path: '/note', value: { text: 'z' } }, 'first second third z'],
    ['tests', { op: 'test', path: '/note/text?note.id=1', value: 'first' }, 'first second third'],
    ['copies', { op: 'copy', from: '/note/text?note.id=1', path: '/note/text?note.id=2' }, 'first first third'],
    ['moves', { op: 'move', from: '/note/text?note.id=1', path: '/note/text?note.id=2' }, '- first third'],
  ])('%s', (_, operation, result) => {
    expect(texts(query(noted, operation))).toBe(result);
  });

  test('arrays in arrays, by their whole name or the last', () => {
    const path = '/feature/featureCharacteristic/value?feature.name=f&featureCharacteristic.name=a';
    const whole = '/feature/featureCharacteristic/value?feature.name=f&feature.featureCharacteristic.name=a';
    for (const each of [path, whole]) {
      expect(query(noted, { op: 'replace', path: each, value: 9 }).feature).toEqual([
        {
          name: 'f',
          featureCharacteristic: [
            { name: 'a', value: 9 },
            { name: 'b', value: 2 },
          ],
        },
        { name: 'g', featureCharacteristic: [{ name: 'a', value: 3 }] },
      ]);
    }
  });

  test.each<[string, Json, string, string]>([
    ['no match', { op: 'remove', path: '/note?note.id=7' }, 'invalid', '/0/path'],
    ['no condition where one is needed', { op: 'replace', path: '/note/text', value: 1 }, 'invalid', '/0/path'],
    ['a condition on what is not on the way', { op: 'remove', path: '/name?note.id=1' }, 'invalid', '/0/path'],
    ['several sources', { op: 'copy', from: '/note?note.author=y', path: '/x' }, 'invalid', '/0/from'],
    ['a failing test', { op: 'test', path: '/note/text?note.author=y', value: 'second' }, 'conflict', '/0/value'],
  ])('refuses %s', (_, operation, code, pointer) => {
    expect(refusal(() => query(noted, operation))).toMatchObject({ code, pointer });
  });
});

describe('T88: JSON patch with JSONPath', () => {
  test('the official example keeps the other attributes', () => {
    const operation = {
      op: 'replace',
      path: `.note[?(@.date=='2025-05-13T00:00:00.000Z')]`,
      value: { text: 'Port 1 configured' },
    };
    const result = query(noted, operation);
    expect(texts(result)).toBe('first Port 1 configured third');
    expect(notes(result)[1]).toEqual({
      id: '2',
      author: 'y',
      text: 'Port 1 configured',
      date: '2025-05-13T00:00:00.000Z',
      '@type': 'Note',
    });
  });

  test.each<[string, Json, string]>([
    ['inside the element', { op: 'replace', path: `$.note[?(@.id==2)].text`, value: 'new' }, 'first new third'],
    ['without a root', { op: 'replace', path: `note[?(@.id=='2')].text`, value: 'new' }, 'first new third'],
    ['several', { op: 'replace', path: `$.note[?(@.author=='y')].text`, value: 'new' }, 'first new new'],
    ['each', { op: 'replace', path: '$.note[*].text', value: 'new' }, 'new new new'],
    ['by index', { op: 'remove', path: '$.note[-1]' }, 'first second'],
    ['removes', { op: 'remove', path: `$.note[?(@.id=='1' || @.id=='3')]` }, 'second'],
    ['adds what was not there', { op: 'add', path: `$.note[?(@.id=='1')].more`, value: 1 }, 'first second third'],
    [
      'null removes in a merge',
      { op: 'replace', path: `$.note[?(@.id=='1')]`, value: { text: null } },
      '- second third',
    ],
    ['replaces by what is no object', { op: 'replace', path: `$.note[?(@.id=='1')]`, value: 'x' }, 'x second third'],
    ['outside arrays', { op: 'replace', path: '$.resourceSpecification.id', value: 't' }, 'first second third'],
  ])('%s', (_, operation, result) => {
    expect(texts(query(noted, operation))).toBe(result);
  });

  test('a thing that stands alone is an array of one', () => {
    const operation = { op: 'replace', path: `$.resourceSpecification[?(@.id=='s')]`, value: { version: '2' } };
    expect(query(noted, operation).resourceSpecification).toEqual({ id: 's', version: '2' });
  });

  test.each<[string, Json, string]>([
    ['no match', { op: 'remove', path: `$.note[?(@.id=='7')]` }, 'invalid'],
    ['a name that is not there', { op: 'replace', path: `$.note[?(@.id=='1')].zzz`, value: 1 }, 'invalid'],
    ['all elements unsaid', { op: 'replace', path: '$.note.text', value: 1 }, 'invalid'],
    ['what cannot be read', { op: 'remove', path: '$.note[?(@.' }, 'invalid'],
    ['functions', { op: 'remove', path: '$.note[?(length(@.text)>1)]' }, 'invalid'],
  ])('refuses %s', (_, operation, code) => {
    expect(refusal(() => query(noted, operation)).code).toBe(code);
  });
});

const leaf = fc.constantFrom<Json[]>(1, 'x', null, true);
const { value } = fc.letrec<{ value: Json }>(tie => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    leaf,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('a', 'b', '0', '__proto__'), tie('value'), { maxKeys: 3 }),
  ),
}));
const document = fc.dictionary(fc.constantFrom('a', 'b', '~', '/'), value, { maxKeys: 3 });

/** Every place in a document, and its value. */
function places(value: Json, at = ''): { readonly at: string; readonly value: Json }[] {
  const inside = isArray(value) ? [...value.entries()] : isObject(value) ? Object.entries(value) : [];
  const name = (key: string | number): string => String(key).replaceAll('~', '~0').replaceAll('/', '~1');
  return [{ at, value }, ...inside.flatMap(([key, member]) => places(member, `${at}/${name(key)}`))];
}

/** A place of the document that is not its root. */
const inDocument = fc
  .tuple(document, fc.nat())
  .filter(([document]) => Object.keys(document).length > 0)
  .map(([document, n]) => {
    const below = places(document).slice(1);
    const place = below[n % below.length];
    if (!place) throw new Error('a document with members has places');
    return { document, ...place };
  });

describe('laws', () => {
  test('replacing puts the value there and changes nothing else', () => {
    fc.assert(
      fc.property(inDocument, value, ({ document, at }, value) => {
        const result = patch(document, { op: 'replace', path: at, value });
        const inner = (path: string): boolean => path === at || path.startsWith(`${at}/`);
        const outer = (path: string): boolean => at === path || at.startsWith(`${path}/`);
        expect(places(result).find(each => each.at === at)?.value).toEqual(value);
        const rest = (of: Json) => places(of).filter(each => !inner(each.at) && !outer(each.at));
        expect(rest(result)).toEqual(rest(document));
      }),
    );
  });

  test('what is removed can be added again', () => {
    fc.assert(
      fc.property(inDocument, ({ document, at, value }) => {
        const result = patch(document, { op: 'remove', path: at }, { op: 'add', path: at, value });
        expect(result).toEqual(document);
      }),
    );
  });

  test('a move is a removal and an addition, a copy an addition', () => {
    fc.assert(
      fc.property(inDocument, ({ document, at, value }) => {
        const path = '/to';
        const added = { op: 'add', path, value };
        expect(patch(document, { op: 'move', from: at, path })).toEqual(
          patch(document, { op: 'remove', path: at }, added),
        );
        expect(patch(document, { op: 'copy', from: at, path })).toEqual(patch(document, added));
      }),
    );
  });

  test('a test holds for what is there and for nothing else', () => {
    fc.assert(
      fc.property(inDocument, value, ({ document, at, value: there }, value) => {
        const tested = (): JsonObject => patch(document, { op: 'test', path: at, value });
        expect(patch(document, { op: 'test', path: at, value: there })).toEqual(document);
        if (canonical(value) === canonical(there)) expect(tested()).toEqual(document);
        else expect(refusal(tested).code).toBe('conflict');
      }),
    );
  });

  test('whatever is sent, it is done whole or refused, and nothing is changed in place', () => {
    const path = fc.oneof(
      fc.string({ maxLength: 12 }),
      fc
        .array(
          fc.constantFrom(
            '/',
            'a',
            'b',
            '0',
            '-',
            '~1',
            '~',
            '?',
            'a.b=1',
            '&',
            '$',
            '.',
            '[',
            ']',
            '(',
            ')',
            "@.a=='x'",
            '*',
            '__proto__',
            '%',
          ),
          { maxLength: 10 },
        )
        .map(parts => parts.join('')),
    );
    const op = fc.constantFrom('add', 'remove', 'replace', 'move', 'copy', 'test', 'x');
    const operation = fc.oneof(fc.record({ op, path, from: path, value }, { requiredKeys: ['op', 'path'] }), value);
    fc.assert(
      fc.property(
        document,
        fc.oneof(fc.array(operation, { maxLength: 5 }), value),
        fc.constantFrom<PatchMedia[]>(...patchMedia),
        (document, body, media) => {
          const before = JSON.stringify(document);
          try {
            expect(isObject(applyPatch(document, body, media, { type: 'service', version: 'v4' }))).toBe(true);
          } catch (error) {
            expect(error).toBeInstanceOf(AgentError);
          }
          expect(JSON.stringify(document)).toBe(before);
        },
      ),
      { numRuns: 3_000 },
    );
  });
});
