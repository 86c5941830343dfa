import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AgentError } from '../../src/core/errors.ts';
import type { InstanceType } from '../../src/core/instance.ts';
import { isArray, isObject, type Json, type JsonObject, property } from '../../src/core/json.ts';
import { acceptCreate, acceptPatch, render } from '../../src/tmf/codec.ts';
import { instantOf } from '../../src/tmf/date.ts';
import { ShapeSchemas, type Use } from '../../src/tmf/describe/shape-schemas.ts';
import { type Attribute, resourceTypes, type Shape, service } from '../../src/tmf/shape.ts';
import { noLinks, type Version, versions } from '../../src/tmf/version.ts';
import { anyEntity } from '../kit/tmf-documents.ts';

const types = ['service', 'resource'] as const;
const each = types.flatMap(type => versions.map((version): [InstanceType, Version] => [type, version]));

function validator(type: InstanceType, version: Version, use: Use): ValidateFunction {
  const schemas = new ShapeSchemas(type, version);
  const { $ref } = schemas.entity(use);
  const ajv = new Ajv2020({ strict: false, formats: { 'date-time': text => instantOf(text) !== undefined } });
  return ajv.compile({ components: { schemas: schemas.components }, $ref });
}

/** Something that a client may send by mistake, at some place of a document that is in order. */
function spoilt(document: JsonObject, places: readonly number[], wrong: Json | undefined): JsonObject {
  const walk = (value: Json, [place, ...rest]: readonly number[]): Json => {
    const names = isObject(value) || isArray(value) ? Object.keys(value) : [];
    const name = place === undefined ? undefined : names[place % names.length];
    if (name === undefined) return wrong ?? null;
    if (isArray(value)) return value.map((one, i) => (String(i) === name ? walk(one, rest) : one));
    const { [name]: member = null, ...others } = isObject(value) ? value : {};
    if (wrong === undefined && rest.length === 0) return others;
    return { ...others, [name]: walk(member, rest) };
  };
  const result = walk(document, places);
  return isObject(result) ? result : document;
}

const wrongs = fc.constantFrom<Json | undefined>(undefined, null, 7, 1.5, true, 'x', 'active', '2026-01-01', [], {}, [
  { id: 'a' },
  null,
]);

const anySpoilt = (type: InstanceType): fc.Arbitrary<JsonObject> =>
  fc
    .tuple(anyEntity(type), fc.array(fc.nat(20), { minLength: 1, maxLength: 4 }), wrongs, fc.boolean())
    .map(([document, places, wrong, isKept]) => (isKept ? document : spoilt(document, places, wrong)));

/** The same body as a client of the version would have it. */
function spokenIn(version: Version, type: InstanceType, document: JsonObject): JsonObject {
  if (version === 'v5') return document;
  const { href: _, ...shown } = render(document, { type, version, publicUrl: '', links: noLinks });
  return shown;
}

function isTaken(take: () => unknown): boolean {
  try {
    take();
    return true;
  } catch (error) {
    if (error instanceof AgentError && error.code === 'invalid') return false;
    throw error;
  }
}

describe.each(each)('a %s in %s', (type, version) => {
  test('is taken exactly when the described schema takes it, whatever is wrong with it', () => {
    const isDescribed = validator(type, version, 'made');
    let taken = 0;
    let refused = 0;
    fc.assert(
      fc.property(
        anyEntity(type),
        fc.array(fc.nat(20), { minLength: 1, maxLength: 4 }),
        wrongs,
        fc.boolean(),
        (entity, places, wrong, isKept) => {
          const whole = spokenIn(version, type, entity);
          const body = isKept ? whole : spoilt(whole, places, wrong);
          const is = isTaken(() => acceptCreate(body, type, version));
          if (is) taken++;
          else refused++;
          expect(isDescribed(body), `${JSON.stringify(body)} ${JSON.stringify(isDescribed.errors)}`).toBe(is);
        },
      ),
      { numRuns: 600 },
    );
    expect(taken).toBeGreaterThan(20);
    expect(refused).toBeGreaterThan(20);
  });

  test('is shown as described, whatever was taken', () => {
    const isDescribed = validator(type, version, 'shown');
    fc.assert(
      fc.property(anySpoilt(type), document => {
        if (!isTaken(() => acceptCreate(document, type, 'v5'))) return;
        const kept = { ...acceptCreate(document, type, 'v5'), id: 'a' };
        const shown = render(kept, { type, version, publicUrl: '', links: noLinks });
        expect(isDescribed(shown), `${JSON.stringify(shown)} ${JSON.stringify(isDescribed.errors)}`).toBe(true);
      }),
      { numRuns: 600 },
    );
  });

  test('a merge patch that is taken is described', () => {
    const isDescribed = validator(type, version, 'patched');
    const rendering = { type, version, publicUrl: '', links: noLinks };
    const mandatory = ['name', 'state', 'serviceSpecification'];
    // What is there already passes as it is, whatever the version asks of what is new.
    const specified = { state: 'active', serviceSpecification: { id: 's', '@type': 'ServiceSpecificationRef' } };
    const bare = { id: 'a', '@type': 'MyOwn', ...(type === 'service' ? specified : {}) };
    let taken = 0;
    fc.assert(
      fc.property(anySpoilt(type), other => {
        const { id: _, ...patch } = spokenIn(version, type, other);
        // Where nothing is, taking it away is nothing.
        if (mandatory.some(name => patch[name] === null)) return;
        const is = isTaken(() => acceptPatch(bare, patch, rendering));
        if (!is) return;
        taken++;
        expect(isDescribed(patch), `${JSON.stringify(patch)} ${JSON.stringify(isDescribed.errors)}`).toBe(true);
      }),
      { numRuns: 400 },
    );
    expect(taken).toBeGreaterThan(40);
  });
});

test('where a shape depends on the value, the cases of the table say what its function says', () => {
  const attributes = new Map<string, Attribute>();
  const seen = new Set<Shape>();
  const walk = (shape: Shape, at: string): void => {
    if (seen.has(shape)) return;
    seen.add(shape);
    for (const [name, attribute] of Object.entries(shape.attributes)) {
      if (attribute.cases) attributes.set(`${at}/${name}`, attribute);
      for (const one of attribute.cases?.('v5') ?? (attribute.shape ? [{ shape: attribute.shape({}) }] : [])) {
        walk(one.shape, `${at}/${name}`);
      }
    }
  };
  for (const shape of [service, ...resourceTypes.values()]) walk(shape, '');
  expect(attributes.size).toBeGreaterThan(6);
  const words = fc.constantFrom('Service', 'ServiceRef', 'ResourceRef', 'Intent', 'PlaceRef', 'X');
  const value = fc.dictionary(
    fc.constantFrom('@type', '@referredType', 'href', 'id', 'content', 'state', 'category', 'relatedParty'),
    words,
    { maxKeys: 4 },
  );
  const all = [...attributes].flatMap(([at, attribute]) => versions.map(version => ({ at, version, ...attribute })));
  for (const { at, version, cases, shape } of all) {
    const known = (cases?.(version) ?? []).map(one => ({
      ...one,
      holds: new Ajv2020({ strict: false }).compile(one.when),
    }));
    fc.assert(
      fc.property(value, given => {
        const found = known.filter(({ holds }) => holds(given));
        expect(found, `${at} ${JSON.stringify(given)}`).toHaveLength(1);
        expect(found[0]?.shape).toBe(shape?.(given, version));
      }),
    );
  }
});

test('no schema is so open that anything passes', () => {
  const isShown = validator('resource', 'v5', 'shown');
  const whole = { id: 'a', href: '/a', '@type': 'PhysicalResource' };
  expect(isShown(whole)).toBe(true);
  for (const name of Object.keys(whole)) {
    expect(isShown(Object.fromEntries(Object.entries(whole).filter(([key]) => key !== name)))).toBe(false);
  }
  expect(isShown({ ...whole, powerConsumingState: 'humming' })).toBe(false);
  expect(isShown({ ...whole, '@type': 'Resource', powerConsumingState: 'humming' })).toBe(true);
  expect(property(new ShapeSchemas('service', 'v4').entity('made'), '$ref')).toBe(
    '#/components/schemas/Service_Create',
  );
});
