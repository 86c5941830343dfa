/** Documents of every sort that v5 allows, made from the tables of shapes: what round trips and codecs are tried on. */
import fc from 'fast-check';
import type { InstanceType } from '../../src/core/instance.ts';
import { isObject, type Json, type JsonObject } from '../../src/core/json.ts';
import { type Attribute, characteristicType, resourceTypes, type Shape, service } from '../../src/tmf/shape.ts';

/** Texts as people and machines write them. */
export const anyText = fc.oneof(
  {
    arbitrary: fc.constantFrom('a', 'b', 'eth0', 'Zürich', '日本', '🛰️', '', ' ', 'x/y~z', '0', '-1', 'null'),
    weight: 4,
  },
  { arbitrary: fc.string({ maxLength: 8, unit: 'grapheme' }), weight: 1 },
);

/** Few, so that elements meet others of the same key. */
const key = fc.constantFrom('a', 'b', 'c', 'é');

export const anyDate = fc.constantFrom(
  '2026-01-31T12:00:00Z',
  '2026-01-31t12:00:00.123456z',
  '2024-02-29T23:59:59+05:30',
  '1999-12-31T23:59:60Z',
);

/** What an extension may hold. */
const anyValue: fc.Arbitrary<Json> = fc
  .jsonValue({ maxDepth: 2 })
  .map(value => clean(value))
  .filter(value => value !== null);

const extension = fc.tuple(fc.constantFrom('x', 'colour', 'ünï', 'constructor', 'toString'), anyValue);

/** Without what may not be in a document (`__proto__`) or says nothing outside arrays (null). */
function clean(value: unknown): Json {
  if (Array.isArray(value)) return value.map(each => clean(each) ?? 0).map(each => each ?? 0);
  if (!isObject(value)) return value === undefined || Object.is(value, -0) ? 0 : (value as Json);
  const members = Object.entries(value).filter(([name, member]) => name !== '__proto__' && member !== null);
  return Object.fromEntries(members.map(([name, member]) => [name, clean(member)]));
}

/** Values of each of the typed characteristics. */
const anyCharacteristicValue: fc.Arbitrary<Json> = fc.oneof(
  anyText,
  fc.boolean(),
  fc.integer(),
  fc.constantFrom(1.5, 1e21, -0.25, 9007199254740991, 2),
  fc.dictionary(key, anyText, { maxKeys: 2 }),
  fc.array(anyText, { maxLength: 3 }),
  fc.array(fc.boolean(), { maxLength: 2 }),
  fc.array(fc.integer(), { maxLength: 2 }),
  fc.array(fc.constantFrom(1.5, 2), { maxLength: 3 }),
  fc.array(fc.dictionary(key, anyText, { maxKeys: 1 }), { maxLength: 2 }),
);

/** In how far nested things are made whole. */
const DEEPEST = 4;

/** How the parts of a document are chosen: seldom many at once, but each now and then. */
function someOf(names: readonly string[], most: number): fc.Arbitrary<readonly string[]> {
  return fc.uniqueArray(fc.constantFrom(...names), { maxLength: Math.min(most, names.length) });
}

/** What a value says of itself so that a table takes it for one thing or another. */
const guises: readonly JsonObject[] = [
  {},
  { '@type': 'ServiceRef' },
  { '@type': 'ResourceRef' },
  { '@type': 'PlaceRef' },
  { '@type': 'PartyRoleRef' },
  { '@type': 'MyOwnRef', '@baseType': 'EntityRef' },
  { '@type': 'Service', state: 'suspended', serviceSpecification: { id: 's' } },
  { '@type': 'PhysicalResource', operationalState: 'enabled', standbyStatus: 'hotStandby' },
  { '@type': 'Resource', category: 'c' },
  { '@type': 'GeographicSite' },
  { '@type': 'Intent' },
  { content: 'AA==' },
];

export function documentOf(shape: Shape, depth = 0, guise: JsonObject = {}): fc.Arbitrary<JsonObject> {
  const { flat, mandatory } = shape;
  const names = Object.keys(shape.attributes).filter(
    name => !name.startsWith('@') && (depth < DEEPEST || isPlain(shape, name)),
  );
  const must = [...new Set([...mandatory, ...(flat === undefined ? [] : [flat])])].filter(name => name !== '@type');
  const most = depth === 0 ? 10 : 4;
  return fc
    .tuple(
      someOf(names, most),
      fc.array(extension, { maxLength: 1 }),
      fc.option(fc.constantFrom('Mine', 'Yours'), { freq: 8, nil: undefined }),
      fc.integer({ min: 0, max: 9 }),
    )
    .chain(([chosen, extensions, baseType, chance]) => {
      const all = [...new Set([...must.filter(name => names.includes(name) || depth < DEEPEST + 1), ...chosen])];
      const members = all
        .filter(name => !(name in guise))
        .map(name => fc.tuple(fc.constant(name), anyOf(name, shape.attributes[name] ?? { is: 'any' }, depth)));
      return fc.tuple(...members).map(made => {
        const document: { [name: string]: Json } = { ...Object.fromEntries(made), ...guise };
        for (const [name, value] of extensions) document[name] = value;
        if (baseType !== undefined && guise['@type'] === undefined) document['@baseType'] = baseType;
        if (shape.characteristic && chance > 3) document['@type'] = characteristicType(document.value);
        else if (shape.type && guise['@type'] === undefined && chance > 6) document['@type'] = shape.type(document);
        if (shape.reference && chance < 4)
          document['@referredType'] = ['Individual', 'PartyRole', 'Site', 'X'][chance] ?? 'X';
        return document;
      });
    });
}

function isPlain(shape: Shape, name: string): boolean {
  return shape.attributes[name]?.is !== 'object' || shape.mandatory.includes(name);
}

function anyOf(name: string, attribute: Attribute, depth: number): fc.Arbitrary<Json> {
  const one = oneValueOf(name, attribute, depth);
  if (!attribute.many) return one;
  const { least = 0 } = attribute;
  const few = fc.array(one, { minLength: least, maxLength: depth > 1 ? 2 : 4 });
  // Now and then the same element twice.
  return fc.tuple(few, fc.integer({ min: 0, max: 5 })).map(([elements, chance]) => {
    const [first] = elements;
    return chance === 0 && first !== undefined ? [...elements, first] : elements;
  });
}

function oneValueOf(name: string, attribute: Attribute, depth: number): fc.Arbitrary<Json> {
  switch (attribute.is) {
    case 'text':
      if (name === 'href' || name === 'url')
        return fc.constantFrom('/a/b', 'http://127.0.0.1/x?y=z', 'https://example.org/%C3%BC');
      return ['id', 'name', 'role', 'relationshipType', 'alias'].includes(name) ? key : anyText;
    case 'flag':
      return fc.boolean();
    case 'integer':
      return fc.integer({ min: attribute.from ?? -1_000_000, max: attribute.to ?? 1_000_000 });
    case 'number':
      return fc.constantFrom(1.5, 2, -1e-7);
    case 'date':
      return anyDate;
    case 'word':
      return fc.constantFrom(...(attribute.words ?? []));
    case 'any':
      return anyCharacteristicValue;
    case 'object': {
      const { shape } = attribute;
      if (!shape) return fc.dictionary(key, anyText, { maxKeys: 2 });
      const distinct = new Map(guises.toReversed().map(guise => [shape(guise), guise]));
      return fc.constantFrom(...distinct).chain(([of, guise]) => documentOf(of, depth + 1, guise));
    }
  }
}

/** The types that an entity may say it is of, with the shape each is held to. */
export function entityTypes(type: InstanceType): ReadonlyMap<string, Shape> {
  return type === 'service' ? new Map([['Service', service]]) : resourceTypes;
}

/** An entity of each of the types that the standard names, and of a client's own. */
export function anyEntity(type: InstanceType): fc.Arbitrary<JsonObject> {
  return fc.constantFrom(...entityTypes(type)).chain(([name, shape]) =>
    fc.tuple(documentOf(shape, 0, { '@type': name }), fc.integer({ min: 0, max: 9 })).map(([document, chance]) => ({
      ...document,
      id: 'a',
      ...(chance === 0 ? { '@type': 'MyOwn', '@baseType': name } : {}),
    })),
  );
}
