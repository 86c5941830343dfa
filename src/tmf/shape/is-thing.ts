/** Reference or value: whether what stands in a place is the thing itself. */
import { type JsonObject, property } from '../../core/json.ts';

/** Attributes that only a thing itself has; a reference has none of them. */
const ofThings = ['state', 'operationalState', 'serviceSpecification', 'resourceSpecification', 'category'];
const arraysOfThings = ['serviceCharacteristic', 'resourceCharacteristic', 'relatedParty'];

/** Whether this is the thing itself rather than a reference: by `@type` in v5, by what it carries in v4. */
export function isThing(value: JsonObject): boolean {
  const type = property(value, '@type');
  if (typeof type === 'string' && type.endsWith('Ref')) return false;
  if ([...ofThings, ...arraysOfThings].some(name => Object.hasOwn(value, name))) return true;
  return type !== undefined && property(value, '@referredType') === undefined && property(value, 'href') === undefined;
}
