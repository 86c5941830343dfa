/** Reference or value: whether what stands in a place is the thing itself. */
import { type JsonObject, property } from '../../core/json.ts';
import type { Version } from '../version.ts';

/** Attributes that only a thing itself has; a reference has none of them. */
const ofThings = ['state', 'operationalState', 'serviceSpecification', 'resourceSpecification', 'category'];
const arraysOfThings = ['serviceCharacteristic', 'resourceCharacteristic', 'relatedParty'];

/** The same question as `isThing`, as a JSON Schema. */
export function thingSchema(version: Version): JsonObject {
  const absent = (name: string): JsonObject => ({ not: { required: [name] } });
  return {
    not: { properties: { '@type': { type: 'string', pattern: 'Ref$' } }, required: ['@type'] },
    anyOf: [
      ...[...ofThings, ...arraysOfThings].map(name => ({ required: [name] })),
      { required: ['@type'], allOf: [absent('@referredType'), ...(version === 'v4' ? [absent('href')] : [])] },
    ],
  };
}

/**
 * Whether this is the thing itself rather than a reference: by `@type` in what is kept and in v5, by what it carries in
 * v4, where the `@type` of a reference may name what it leads to.
 */
export function isThing(value: JsonObject, version?: Version): boolean {
  const type = property(value, '@type');
  if (typeof type === 'string' && type.endsWith('Ref')) return false;
  if ([...ofThings, ...arraysOfThings].some(name => Object.hasOwn(value, name))) return true;
  if (type === undefined || property(value, '@referredType') !== undefined) return false;
  return version !== 'v4' || property(value, 'href') === undefined;
}
