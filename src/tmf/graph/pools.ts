/** Pools, and the numbers that they hand out, as Diffo has them in its graph. */
import type { InstanceType } from '../../core/instance.ts';
import { isArray, isObject, type Json, type JsonObject, property } from '../../core/json.ts';
import { algorithms } from '../../core/kind.ts';
import { assignedFrom, assignedTo } from '../../core/model/links.ts';
import { idLink } from './links.ts';
import type { ElementContext, OwnedTable } from './owned-arrays.ts';
import { compact, text } from './properties.ts';
import { heard, isText, plain, said, type Words } from './words.ts';

export const nameWord: Words = new Map([['name', plain('name')]]);

/** A pool: Diffo has its bounds as properties. */
export const pools: OwnedTable = {
  label: 'AssignableCharacteristic',
  key: element => [element.name],
  properties: (element, { ownerType }) => {
    const { first, last, algorithm, type } = element.value as JsonObject;
    return {
      ...said(element, nameWord),
      ...compact({
        first: whole(first),
        last: whole(last),
        algorithm: String(algorithm),
        assignableType: typeof type === 'string' ? type : undefined,
      }),
      type: ownerType,
    };
  },
  gives: ({ first, last, algorithm, assignableType, ...properties }) => ({
    '@type': 'ObjectCharacteristic',
    ...heard(properties, nameWord),
    value: {
      first: Number(first),
      last: Number(last),
      algorithm: text(algorithm),
      ...(assignableType === undefined ? {} : { type: text(assignableType) }),
    },
  }),
};

/** The value of a pool and nothing else. */
const poolMembers = ['first', 'last', 'algorithm', 'assigned', 'free'];

export function isPool({ value }: JsonObject, { ownerType }: ElementContext): boolean {
  if (ownerType !== 'instance' || !isObject(value)) return false;
  const { type, algorithm, ...rest } = value;
  const names = Object.keys(rest);
  return (
    algorithms.some(each => each === algorithm) &&
    (type === undefined || isText(type)) &&
    names.length === poolMembers.length - 1 &&
    names.every(name => poolMembers.includes(name) && whole(rest[name]) !== undefined)
  );
}

function whole(value: Json | undefined): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) ? value : undefined;
}

/** A number that an instance was given: the edge comes from the owner of its pool. */
export function assignments(owner: InstanceType): OwnedTable {
  const title = owner === 'service' ? 'Service' : 'Resource';
  const array = `${owner}RelationshipCharacteristic`;
  const number = (element: JsonObject): JsonObject => {
    const list = property(element, array);
    return isArray(list) && isObject(list[0]) ? list[0] : {};
  };
  const words: Words = new Map([['alias', plain('alias')]]);
  return {
    label: 'AssignmentRelationship',
    key: element => [element.relationshipType, element.alias, property(element[owner], 'id')],
    properties: (element, { things = {} }) => {
      const { name, value } = number(element);
      const { alias } = element;
      return {
        type: assignedTo,
        ...said(element, words),
        ...compact({
          pool: isText(name ?? null) ? String(name) : undefined,
          thing: typeof alias === 'string' && Object.hasOwn(things, alias) ? things[alias] : undefined,
          value: whole(value),
        }),
      };
    },
    gives: (properties, linked) => {
      const { pool, value } = properties;
      return {
        '@type': `${title}Relationship`,
        relationshipType: assignedFrom,
        ...heard(properties, words),
        ...(linked === undefined ? {} : { [owner]: { id: text(linked.uuid), '@type': `${title}Ref` } }),
        ...(pool === undefined || value === undefined
          ? {}
          : { [array]: [{ name: text(pool), value: Number(value), '@type': 'IntegerCharacteristic' }] }),
      };
    },
    link: (element, agent) => idLink(property(element[owner], 'id'), agent),
  };
}

/** One that names an owner. */
export function isAssignment(element: JsonObject, owner: InstanceType): boolean {
  const id = property(element[owner], 'id');
  return element.relationshipType === assignedFrom && typeof id === 'string' && id !== '';
}
