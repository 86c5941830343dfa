/** The arrays of a document whose elements become nodes, and for each how. */
import type { InstanceType } from '../../core/instance.ts';
import { isObject, type Json, type JsonObject, property } from '../../core/json.ts';
import { characteristicType } from '../shape.ts';
import { valueIn, valueProperties } from './characteristic-value.ts';
import { graphUuid } from './keys.ts';
import { identityOf, idLink, namedParty, sharedLink } from './links.ts';
import { assignments, isAssignment, isPool, nameWord, pools } from './pools.ts';
import { type Properties, text } from './properties.ts';
import type { Link, OwnedLabel } from './subgraph.ts';
import { flag, heard, isText, json, moments, plain, said, type Words } from './words.ts';

/** How the elements of an array become nodes. */
export interface OwnedTable {
  readonly label: OwnedLabel;
  /** What names an element among its like, the other end of its edge included: an edge never moves. */
  key(element: JsonObject): readonly (Json | undefined)[];
  properties(element: JsonObject, context: ElementContext): Properties;
  /** What properties and the other end say of the element. */
  gives(properties: Properties, linked: Properties | undefined): JsonObject;
  link?(element: JsonObject, agent: string): Link | undefined;
  /** The array of characteristics below it. */
  readonly inner?: string;
  /** How those of its elements become nodes that Diffo has another label for. */
  readonly special?: { readonly table: OwnedTable; isOne(element: JsonObject, context: ElementContext): boolean };
}

export interface ElementContext {
  readonly agent: string;
  /** What the numbers that an instance was given stand for, by alias. */
  readonly things?: Readonly<Record<string, string>>;
  readonly ownerType: 'instance' | 'feature' | 'relationship';
}

export const characteristics: OwnedTable = {
  label: 'Characteristic',
  key: element => [element.name],
  properties: (element, { ownerType }) => ({
    ...said(element, nameWord),
    ...valueProperties(property(element, 'value')),
    type: ownerType,
  }),
  gives: properties => {
    const value = valueIn(properties);
    return {
      '@type': characteristicType(value),
      ...heard(properties, nameWord),
      ...(value === undefined ? {} : { value }),
    };
  },
  special: { table: pools, isOne: isPool },
};

const featureWords: Words = new Map([
  ['name', plain('name')],
  // So Diffo spells it.
  ['isEnabled', flag('isenabled')],
]);

const features: OwnedTable = {
  label: 'Feature',
  key: element => [element.name],
  properties: element => ({ isenabled: true, ...said(element, featureWords) }),
  gives: properties => ({ '@type': 'Feature', ...heard(properties, featureWords) }),
  inner: 'featureCharacteristic',
};

/** A relationship of TMF, whose target stands below it. */
function relationships(target: InstanceType): OwnedTable {
  const title = target === 'service' ? 'Service' : 'Resource';
  const words: Words = new Map([
    ['relationshipType', plain('type')],
    ['alias', plain('alias')],
  ]);
  return {
    label: 'Relationship',
    key: element => [element.relationshipType, property(element[target], 'id')],
    properties: (element, { agent }) => ({
      ...said(element, words),
      ...targetProperties(target, property(element[target], 'id'), agent),
    }),
    gives: (properties, linked) => ({
      '@type': `${title}Relationship`,
      ...heard(properties, words),
      ...(linked === undefined ? {} : { [target]: { id: text(linked.uuid), '@type': `${title}Ref` } }),
    }),
    link: (element, agent) => idLink(property(element[target], 'id'), agent),
    inner: `${target}RelationshipCharacteristic`,
    special: { table: assignments(target), isOne: element => isAssignment(element, target) },
  };
}

/** What supports an instance: in Diffo a relationship with an alias, under which it is listed; else its name is told. */
function supports(target: InstanceType): OwnedTable {
  const words = (attribute: string): Words => new Map([[attribute, plain('alias')]]);
  const [byName, byAlias] = [words('name'), words('alias')];
  return {
    label: 'Relationship',
    key: element => [element.id],
    properties: (element, { agent }) => ({
      type: 'supportedBy',
      ...(isText(element.alias ?? null) ? { ...said(element, byAlias), _aliased: true } : said(element, byName)),
      ...targetProperties(target, element.id, agent),
    }),
    gives: (properties, linked) => ({
      '@type': target === 'service' ? 'ServiceRef' : 'ResourceRef',
      ...heard(properties, properties._aliased === true ? byAlias : byName),
      ...(linked === undefined ? {} : { id: text(linked.uuid) }),
    }),
    link: (element, agent) => idLink(element.id, agent),
  };
}

function targetProperties(target: InstanceType, id: Json | undefined, agent: string): Properties {
  if (typeof id !== 'string' || id === '') return { targetType: target };
  const path = `${target}InventoryManagement/v4/${target}/${graphUuid(agent, id)}`;
  return { targetType: target, targetHref: path };
}

/** A party, place or entity in a role: the reference is the instance's own, what it leads to is shared. */
function references(label: 'PartyRef' | 'PlaceRef' | 'EntityRef', below: string, type: string): OwnedTable {
  const to = label.slice(0, -3) as 'Party' | 'Place' | 'Entity';
  const words: Words = new Map([['role', plain('role')]]);
  // Clients of v5 that flatten as v4 does are served too.
  const target = (element: JsonObject): JsonObject => {
    const inner = property(element, below);
    return isObject(inner) ? inner : element;
  };
  return {
    label,
    key: element => [element.role, target(element).id],
    properties: element => ({ ...said(element, words), ...(isObject(element[below]) ? {} : { _flat: true }) }),
    gives: (properties, linked) => {
      const id = linked === undefined ? {} : { id: text(linked[identityOf[to]]) };
      const nested = { ...id, '@type': label };
      return {
        '@type': type,
        ...heard(properties, words),
        ...(properties._flat === true ? id : { [below]: nested }),
      };
    },
    link: element => sharedLink(to, target(element)),
  };
}

const identifierWords: Words = new Map([
  ['externalIdentifierType', plain('type')],
  ['id', plain('externalId')],
]);

const identifiers: OwnedTable = {
  label: 'ExternalIdentifier',
  key: element => [element.externalIdentifierType, element.id, element.owner],
  properties: element => said(element, identifierWords),
  gives: (properties, owner) => ({
    '@type': 'ExternalIdentifier',
    ...heard(properties, identifierWords),
    ...(owner === undefined ? {} : { owner: text(owner.key) }),
  }),
  link: element => namedParty(property(element, 'owner')),
};

const noteWords: Words = new Map([
  ['text', plain('text')],
  ['id', plain('noteId')],
  ['date', moments('timestamp')],
]);

const notes: OwnedTable = {
  label: 'Note',
  key: element => [element.id ?? element.text, element.author],
  properties: element => said(element, noteWords),
  gives: (properties, author) => ({
    '@type': 'Note',
    ...heard(properties, noteWords),
    ...(author === undefined ? {} : { author: text(author.key) }),
  }),
  link: element => namedParty(property(element, 'author')),
};

const statusWords: Words = new Map([
  ['code', plain('code')],
  ['severity', plain('severity')],
  ['message', plain('message')],
  ['parameterizedMessage', json('parameterizedMessage')],
  ['timeStamp', moments('timestamp')],
]);

const processStatuses: OwnedTable = {
  label: 'ProcessStatus',
  key: element => [element.code, element.timeStamp],
  properties: element => said(element, statusWords),
  gives: properties => heard(properties, statusWords),
};

export const ownedArrays: ReadonlyMap<string, OwnedTable> = new Map([
  ['serviceCharacteristic', characteristics],
  ['resourceCharacteristic', characteristics],
  ['feature', features],
  ['activationFeature', features],
  ['serviceRelationship', relationships('service')],
  ['resourceRelationship', relationships('resource')],
  ['supportingService', supports('service')],
  ['supportingResource', supports('resource')],
  ['relatedParty', references('PartyRef', 'partyOrPartyRole', 'RelatedPartyRefOrPartyRoleRef')],
  ['place', references('PlaceRef', 'place', 'RelatedPlaceRefOrValue')],
  ['relatedEntity', references('EntityRef', 'entity', 'RelatedEntityRefOrValue')],
  ['externalIdentifier', identifiers],
  ['note', notes],
  ['processStatus', processStatuses],
]);
