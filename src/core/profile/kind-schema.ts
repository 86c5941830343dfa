/** The JSON Schema of the documents of a kind: of an instance in TMF v5 shape, of a party or a place. */
import { characteristicArray } from '../instance.ts';
import type { Json, JsonObject } from '../json.ts';
import type { Kind, KindCharacteristic, KindFeature, KindPool, KindRole, RecordKind } from '../kind.ts';

const dialect = 'https://json-schema.org/draft/2020-12/schema';

/**
 * Values stand under `$defs` by name, each with its unit; the arrays of the document say which belongs where. `$id` is
 * the address at which it is read.
 */
export function schemaOfKind(kind: Kind, $id?: string): JsonObject {
  const { characteristic, pool = [], feature = [], inheritedCharacteristic = [], field = [] } = kind;
  const [array, features] = [characteristicArray[kind.type], kind.type === 'service' ? 'feature' : 'activationFeature'];
  const derived = [...inheritedCharacteristic, ...field].map(each => each.name);
  const definitions: Record<string, Json> = {
    ...definitionsOf(characteristic, ''),
    ...Object.fromEntries(pool.map(each => [each.name, poolSchema(each)])),
    ...Object.fromEntries(derived.map(name => [name, { readOnly: true, description: 'read from other instances' }])),
  };
  for (const one of feature) Object.assign(definitions, definitionsOf(one.characteristic, `${one.name}.`));
  const names = [...characteristic, ...pool].map(each => each.name);
  return {
    ...headOf(kind, $id),
    properties: {
      [array]: valuesArray([...names, ...derived], mandatoryIn(characteristic), ''),
      ...(feature.length === 0 ? {} : { [features]: featuresArray(feature) }),
      ...rolesOf(kind),
    },
    ...(mandatoryIn(characteristic).length === 0 ? {} : { required: [array] }),
    $defs: definitions,
  };
}

export function schemaOfRecordKind(kind: RecordKind, $id?: string): JsonObject {
  const { characteristic } = kind;
  const array = kind.type === 'party' ? 'partyCharacteristic' : 'characteristic';
  return {
    ...headOf(kind, $id),
    properties: {
      [array]: valuesArray(
        characteristic.map(each => each.name),
        mandatoryIn(characteristic),
        '',
      ),
      ...rolesOf(kind),
    },
    $defs: definitionsOf(characteristic, ''),
  };
}

function headOf({ name, description }: Kind | RecordKind, $id: string | undefined): JsonObject {
  return {
    $schema: dialect,
    ...($id === undefined ? {} : { $id }),
    title: name,
    ...(description === undefined ? {} : { description }),
    type: 'object',
  };
}

function definitionsOf(characteristics: readonly KindCharacteristic[], prefix: string): Record<string, Json> {
  return Object.fromEntries(characteristics.map(each => [`${prefix}${each.name}`, valueSchema(each, prefix)]));
}

function valueSchema(one: KindCharacteristic, prefix: string): JsonObject {
  const { name, schema, unit, description, owner, telemetry } = one;
  return {
    // Its own references begin at itself.
    ...(JSON.stringify(schema).includes('"$ref"') ? { $id: `value/${encodeURIComponent(prefix + name)}` } : {}),
    ...(description === undefined ? {} : { description }),
    ...schema,
    ...(one.default === undefined ? {} : { default: one.default }),
    ...(unit === undefined ? {} : { 'x-unit': unit }),
    'x-owner': owner,
    ...(telemetry ? { 'x-telemetry': true } : {}),
  };
}

const whole: JsonObject = { type: 'integer', minimum: 0 };

function poolSchema({ description, thing, first, last, algorithm }: KindPool): JsonObject {
  return {
    ...(description === undefined ? {} : { description }),
    type: 'object',
    properties: {
      first: { ...whole, default: first },
      last: { ...whole, default: last },
      algorithm: { enum: ['lowest', 'highest', 'random'], default: algorithm },
      type: { type: 'string' },
      assigned: { ...whole, readOnly: true },
      free: { ...whole, readOnly: true },
    },
    'x-thing': thing,
  };
}

/** An array of `{name, value}`, each value as its name asks. */
function valuesArray(names: readonly string[], mandatory: readonly string[], prefix: string): JsonObject {
  return {
    type: 'array',
    items: {
      type: 'object',
      required: ['name'],
      ...allOf(
        names.map(name =>
          whenNamed('name', name, { value: { $ref: `#/$defs/${encodeURIComponent(pointerPart(prefix + name))}` } }),
        ),
      ),
    },
    ...allOf(mandatory.map(name => ({ contains: named('name', name) }))),
  };
}

function featuresArray(features: readonly KindFeature[]): JsonObject {
  return {
    type: 'array',
    items: {
      type: 'object',
      required: ['name'],
      allOf: features.map(({ name, characteristic }) =>
        whenNamed('name', name, {
          isEnabled: { type: 'boolean' },
          featureCharacteristic: valuesArray(
            characteristic.map(each => each.name),
            mandatoryIn(characteristic),
            `${name}.`,
          ),
        }),
      ),
    },
  };
}

/** Where a kind declares roles, there are these and no others, each as often as it says. */
function rolesOf({ party, place, ...kind }: Kind | RecordKind): JsonObject {
  const inherited = 'inheritedParty' in kind || 'inheritedPlace' in kind ? kind : undefined;
  const rolesArray = (roles: readonly KindRole[], others: readonly string[]): JsonObject => ({
    type: 'array',
    items: { properties: { role: { enum: [...roles.map(each => each.role), ...others] } } },
    allOf: roles.map(({ role, min, max }) => ({
      contains: named('role', role),
      minContains: min,
      ...(max === undefined ? {} : { maxContains: max }),
    })),
  });
  const rolesIn = (list: readonly { readonly role: string }[] | undefined) => list?.map(each => each.role) ?? [];
  return {
    ...(party ? { relatedParty: rolesArray(party, rolesIn(inherited?.inheritedParty)) } : {}),
    ...(place ? { place: rolesArray(place, rolesIn(inherited?.inheritedPlace)) } : {}),
  };
}

/** Of an empty list there is no such keyword. */
function allOf(schemas: readonly JsonObject[]): JsonObject {
  return schemas.length === 0 ? {} : { allOf: schemas };
}

function mandatoryIn(characteristics: readonly KindCharacteristic[]): readonly string[] {
  return characteristics.filter(each => each.mandatory).map(each => each.name);
}

function whenNamed(key: string, name: string, properties: JsonObject): JsonObject {
  // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
  return { if: named(key, name), then: { properties } };
}

function named(key: string, name: string): JsonObject {
  return { properties: { [key]: { const: name } }, required: [key] };
}

function pointerPart(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}
