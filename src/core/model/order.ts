/**
 * Diffo's order of what stands in arrays. None of them means anything by its order to TMF or to us, so what is of a kind
 * is put in order when it is made or changed, and shown as it is kept.
 */
import { isArray, isObject, type Json, type JsonObject, property } from '../json.ts';

/** The members that an array is sorted by, one after the other; what lacks one comes behind what has it. */
const orders: Readonly<Record<string, readonly string[]>> = {
  serviceCharacteristic: ['name'],
  resourceCharacteristic: ['name'],
  featureCharacteristic: ['name'],
  serviceRelationshipCharacteristic: ['name'],
  resourceRelationshipCharacteristic: ['name'],
  feature: ['name'],
  activationFeature: ['name'],
  serviceRelationship: ['alias', 'relationshipType'],
  resourceRelationship: ['alias', 'relationshipType'],
  supportingService: ['alias'],
  supportingResource: ['alias'],
  place: ['role'],
  relatedParty: ['role'],
};

/** The same document object where all of it is in order already. */
export function inOrder(document: JsonObject): JsonObject {
  let result: { [name: string]: Json } | undefined;
  for (const name of Object.keys(document)) {
    const by = Object.hasOwn(orders, name) ? orders[name] : undefined;
    const elements = document[name];
    if (!by || !isArray(elements)) continue;
    const ordered = sorted(
      elements.map(each => (isObject(each) ? inOrder(each) : each)),
      by,
    );
    if (ordered.every((each, i) => each === elements[i])) continue;
    result ??= { ...document };
    result[name] = ordered;
  }
  return result ?? document;
}

function sorted(elements: readonly Json[], by: readonly string[]): readonly Json[] {
  return elements.toSorted((a, b) => {
    for (const name of by) {
      const difference = compare(property(a, name), property(b, name));
      if (difference !== 0) return difference;
    }
    return 0;
  });
}

/** By code units, so that the order is the same wherever it is made. */
function compare(a: Json | undefined, b: Json | undefined): number {
  if (typeof a !== 'string' || typeof b !== 'string')
    return Number(typeof a !== 'string') - Number(typeof b !== 'string');
  return a < b ? -1 : a > b ? 1 : 0;
}
