/** How an assignment, and whatever else has an alias, stands in the document of the one that relies on it. */
import type { InstanceType } from '../instance.ts';
import { isArray, isObject, type Json, type JsonObject, property } from '../json.ts';
import type { Assignment } from './link.ts';
import { assignedFrom } from './links.ts';

/** How TMF calls what leads to instances of a type. */
const words: Record<InstanceType, Words> = {
  service: {
    relationship: 'serviceRelationship',
    relationshipType: 'ServiceRelationship',
    characteristic: 'serviceRelationshipCharacteristic',
    supporting: 'supportingService',
    reference: 'ServiceRef',
  },
  resource: {
    relationship: 'resourceRelationship',
    relationshipType: 'ResourceRelationship',
    characteristic: 'resourceRelationshipCharacteristic',
    supporting: 'supportingResource',
    reference: 'ResourceRef',
  },
};

interface Words {
  readonly relationship: string;
  readonly relationshipType: string;
  readonly characteristic: string;
  readonly supporting: string;
  readonly reference: string;
}

/** The assignee's document with an assignment from an owner of a type; an element that stands for it already is completed. */
export function withAssignedFrom(document: JsonObject, assignment: Assignment, ownerType: InstanceType): JsonObject {
  const { relationship, relationshipType, characteristic, reference } = words[ownerType];
  const { owner, pool, value, alias } = assignment;
  const before = elements(document, relationship);
  const found = before.findIndex(each => isAssignment(each, assignment, ownerType));
  const former = before[found];
  const element: JsonObject = {
    '@type': relationshipType,
    ...(isObject(former) ? former : {}),
    relationshipType: assignedFrom,
    alias,
    [ownerType]: { id: owner, '@type': reference },
    [characteristic]: [{ name: pool, value, '@type': 'IntegerCharacteristic' }],
  };
  const now = found < 0 ? [...before, element] : before.with(found, element);
  return withSupport({ ...document, [relationship]: now }, ownerType, owner);
}

/** The same without it, also where its client took the element away already. */
export function withoutAssignedFrom(document: JsonObject, assignment: Assignment): JsonObject {
  const types: readonly InstanceType[] = ['service', 'resource'];
  return types.reduce((all, type) => {
    const { relationship } = words[type];
    const before = elements(all, relationship);
    const left = before.filter(each => !isAssignment(each, assignment, type));
    const without = left.length === before.length ? all : withElements(all, relationship, left);
    return withSupport(without, type, assignment.owner);
  }, document);
}

/**
 * The document with the target listed as supporting it, under the first alias that a relationship or assignment to it
 * has; without an entry of ours for it when none is left. An entry without alias is its client's own and stays.
 */
export function withSupport(document: JsonObject, type: InstanceType, target: string): JsonObject {
  const { relationship, supporting, reference } = words[type];
  const aliased = elements(document, relationship).find(
    each => targetOf(each, type) === target && typeof property(each, 'alias') === 'string',
  );
  const alias = property(aliased, 'alias');
  const before = elements(document, supporting);
  const found = before.findIndex(each => property(each, 'id') === target);
  const former = before[found];
  if (!isObject(former)) {
    if (alias === undefined) return document;
    return { ...document, [supporting]: [...before, { id: target, alias, '@type': reference }] };
  }
  if (former.alias === undefined || former.alias === alias) return document;
  if (alias === undefined) return withElements(document, supporting, before.toSpliced(found, 1));
  return { ...document, [supporting]: before.with(found, { ...former, alias }) };
}

function isAssignment(element: Json, { owner, alias }: Assignment, type: InstanceType): boolean {
  return (
    property(element, 'relationshipType') === assignedFrom &&
    property(element, 'alias') === alias &&
    targetOf(element, type) === owner
  );
}

function targetOf(element: Json, type: InstanceType): Json | undefined {
  const below = property(element, type);
  return property(isObject(below) ? below : element, 'id');
}

function elements(document: JsonObject, name: string): readonly Json[] {
  const array = property(document, name);
  return isArray(array) ? array : [];
}

/** An empty array of ours says nothing and is left out. */
function withElements(document: JsonObject, name: string, array: readonly Json[]): JsonObject {
  if (array.length > 0) return { ...document, [name]: array };
  const { [name]: _, ...rest } = document;
  return rest;
}
