/**
 * The third codec beside v4 and v5: a row of central's stream as nodes and edges in the shape that Diffo gives its
 * graph, and the way back from what its patterns find. Labels, edges, directions and property names are Diffo's, so its
 * queries work on what is written here.
 *
 *     (instance)-[:HAS]->(:Characteristic | :Feature -[:HAS]-> :Characteristic)
 *     (instance)-[:RELATES]->(:Relationship)-[:RELATES]->(instance)
 *     (instance)-[:RELATES]->(:PartyRef | :PlaceRef | :EntityRef)-[:RELATES]->(:Party | :Place | :Entity)
 *     (instance)-[:REFERENCES]->(:ExternalIdentifier)<-[:OWNS]-(:Party)
 *     (instance)<-[:ANNOTATES]-(:Note)<-[:AUTHORS]-(:Party)      (instance)<-[:STATUSES]-(:ProcessStatus)
 *     (instance)-[:SPECIFIED_BY]->(:Specification)               (:Outstanding)-[:OUTSTANDS]->(instance)
 *
 * What a document says and Diffo's shape does not is kept beside it on the same node: `_extra` holds the further
 * members as JSON, `_absent` the places that the shape speaks of and the document does not. A shared node
 * (specification, party, place, entity) gives back only what it is found by, for others write to it too.
 */
import type { Instant } from '../core/ids.ts';
import type { InstanceType } from '../core/instance.ts';
import { canonical, isArray, isObject, type Json, type JsonObject, property, sameJson } from '../core/json.ts';
import { segment, segments } from '../core/path.ts';
import { uuidOf } from '../core/uuid.ts';
import { characteristicType, shapeOf } from './shape.ts';
import { toV4 } from './v4.ts';
import { noLinks } from './version.ts';

/** A value as the database keeps it: whole numbers as integers, and moments as what they are. */
export type Property = string | number | boolean | readonly string[] | { readonly dateTime: Instant };
export type Properties = { readonly [name: string]: Property };

/** What hangs below an instance and is its alone. */
export const ownedLabels = [
  'Characteristic',
  'Feature',
  'Relationship',
  'PartyRef',
  'PlaceRef',
  'EntityRef',
  'ExternalIdentifier',
  'Note',
  'ProcessStatus',
] as const;
export type OwnedLabel = (typeof ownedLabels)[number];

/** What many speak of: merged on what Diffo knows it by, and never deleted. */
export const sharedLabels = ['Specification', 'Party', 'Place', 'Entity'] as const;
export type SharedLabel = (typeof sharedLabels)[number];

export const rootKinds = ['service', 'resource', 'outstanding'] as const;
export type RootKind = (typeof rootKinds)[number];

/** Where an edge leads beside the one to the parent. */
export type Link =
  | { readonly to: 'instance'; readonly key: string; readonly uuid: string }
  | { readonly to: SharedLabel; readonly identity: Properties; readonly properties: Properties };

export interface OwnedNode {
  readonly key: string;
  /** The key of the root or of an owned node. */
  readonly parent: string;
  readonly label: OwnedLabel;
  readonly properties: Properties;
  readonly link?: Link;
}

/** One row of the stream in the graph. */
export interface Subgraph {
  readonly kind: RootKind;
  readonly key: string;
  readonly properties: Properties;
  /** Of an instance its specification, of what is outstanding its instance. */
  readonly link?: Link;
  /** Parents before their children. */
  readonly owned: readonly OwnedNode[];
}

/** As Diffo's patterns find it. */
export interface FoundNode {
  readonly label: OwnedLabel;
  readonly properties: Properties;
  /** Of the shared node or the instance at the other end. */
  readonly linked?: Properties;
  readonly owned: readonly FoundNode[];
}

export interface FoundInstance {
  readonly properties: Properties;
  readonly specification?: Properties;
  readonly owned: readonly FoundNode[];
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** The uuid of an instance in the graph: its own id where that is one, for a client's other ids one made from it. */
export function graphUuid(agent: string, id: string): string {
  return uuid.test(id) ? id : uuidOf(agent, 'tmf-id', id);
}

/** By uuid and not by agent, so that a reference from another agent's instance meets the same node. */
export function instanceKey(agent: string, id: string): string {
  return `instance/${graphUuid(agent, id)}`;
}

/** The key in the graph of a row of an agent's stream. */
export function rootKey(agent: string, rowKey: string): string {
  const slash = rowKey.indexOf('/');
  const [subject, id] = [rowKey.slice(0, slash), rowKey.slice(slash + 1)];
  return subject === 'instance' ? instanceKey(agent, id) : `${subject}/${agent}/${id}`;
}

export interface InstanceRow {
  readonly type: InstanceType;
  readonly kind: string;
  readonly observedBy?: string | null;
  readonly createdAt: Instant;
  readonly document: JsonObject;
}

export function instanceToGraph(agent: string, row: InstanceRow): Subgraph {
  const { type, document } = row;
  const id = String(document.id);
  const key = instanceKey(agent, id);
  const owned: OwnedNode[] = [];
  const others: [string, Json][] = [];
  for (const [name, value] of Object.entries(document)) {
    const table = ownedArrays.get(name);
    if (table && isList(value)) {
      addOwned(owned, { agent, parent: key, array: name, table, ownerType: 'instance' }, value);
    } else {
      others.push([name, value]);
    }
  }
  const rest = Object.fromEntries(others);
  const written = instanceProperties(agent, row, rest);
  const specification = property(rest, `${type}Specification`);
  const link = isObject(specification) ? specificationLink(type, specification) : undefined;
  const given = instanceGives(written, link?.identity);
  return {
    kind: type,
    key,
    properties: { ...written, ...beside(rest, given) },
    ...(link === undefined ? {} : { link }),
    owned,
  };
}

/** The document again, as it was kept. */
export function instanceFromGraph({ properties, specification, owned }: FoundInstance): JsonObject {
  const document: { [name: string]: Json } = { ...restored(properties, instanceGives(properties, specification)) };
  for (const [array, nodes] of byArray(owned)) document[array] = nodes.map(elementOf);
  return document;
}

export interface VerdictRow {
  readonly expectation: string;
  readonly instance?: string;
  readonly verdict: string;
  readonly residual?: Json;
  readonly unknown?: readonly string[];
  readonly since: Instant;
}

/** A verdict that is not met: what is outstanding, and on what. */
export function outstandingToGraph(agent: string, rowKey: string, row: VerdictRow): Subgraph {
  const { expectation, instance, verdict, residual, unknown, since } = row;
  const key = rootKey(agent, rowKey);
  return {
    kind: 'outstanding',
    key,
    properties: compact({
      uuid: uuidOf(key),
      expectation,
      verdict,
      residual: residual === undefined ? undefined : canonical(residual),
      unknown: unknown && unknown.length > 0 ? unknown : undefined,
      since: moment(since),
    }),
    ...(instance === undefined ? {} : { link: instanceLink(agent, instance) }),
    owned: [],
  };
}

// ---------------------------------------------------------------- the instance itself

/** Diffo's word for an attribute and its value; undefined where it has none, then it stands beside. */
interface Word {
  readonly property: string;
  to(value: Json): Property | undefined;
  from(value: Property): Json | undefined;
}

const isText = (value: Json): value is string => typeof value === 'string' && value.isWellFormed();
const plain = (name: string): Word => ({
  property: name,
  to: value => (isText(value) ? value : undefined),
  from: value => (typeof value === 'string' ? value : undefined),
});
const flag = (name: string): Word => ({
  property: name,
  to: value => (typeof value === 'boolean' ? value : undefined),
  from: value => (typeof value === 'boolean' ? value : undefined),
});
const spelt = (name: string, words: Readonly<Record<string, string>>): Word => ({
  property: name,
  to: value => (isText(value) ? (words[value] ?? value) : undefined),
  from: value => Object.entries(words).find(([, inGraph]) => inGraph === value)?.[0] ?? plain(name).from(value),
});
/** A moment of a day of our time; others, and texts that say the same moment otherwise, stand beside. */
const moments = (name: string): Word => ({
  property: name,
  to: value => {
    if (typeof value !== 'string') return undefined;
    const at = Date.parse(value);
    return /^\d{4}-\d\d-\d\dT/.test(value) && at >= 0 ? moment(at) : undefined;
  },
  from: value =>
    typeof value === 'object' && 'dateTime' in value ? new Date(value.dateTime).toISOString() : undefined,
});
const json = (name: string): Word => ({
  property: name,
  to: value => (isObject(value) ? canonical(value) : undefined),
  from: value => (typeof value === 'string' ? (JSON.parse(value) as Json) : undefined),
});

type Words = ReadonlyMap<string, Word>;

const instanceWords: Record<InstanceType, Words> = {
  service: new Map([
    ['name', plain('name')],
    ['serviceDate', moments('createdAt')],
    ['startDate', moments('startedAt')],
    ['endDate', moments('stoppedAt')],
    ['state', plain('state')],
    ['operatingStatus', plain('operatingStatus')],
  ]),
  resource: new Map([
    ['name', plain('name')],
    ['creationDate', moments('createdAt')],
    ['startOperatingDate', moments('startedAt')],
    ['endOperatingDate', moments('stoppedAt')],
    ['resourceVersion', plain('resourceVersion')],
    ['lifecycleState', plain('lifecycleState')],
    ['administrativeState', spelt('administrativeState', { shuttingDown: 'shutdown' })],
    ['operationalState', plain('operationalState')],
    ['usageState', plain('usageState')],
  ]),
};

/** The states of v5 that the one status of Diffo is made of. */
const statuses = ['unknownStatus', 'controlStatus', 'alarmStatus', 'standbyStatus', 'allocationStatus'];

function instanceProperties(agent: string, row: InstanceRow, rest: JsonObject): Properties {
  const { type, kind, observedBy, createdAt, document } = row;
  return {
    ...compact({
      uuid: graphUuid(agent, String(document.id)),
      which: 'actual',
      type,
      createdAt: moment(createdAt),
      resourceStatus: type === 'resource' ? resourceStatus(rest) : undefined,
      _kind: kind,
      _observedBy: observedBy ?? undefined,
    }),
    ...said(rest, instanceWords[type]),
  };
}

/** Told for Diffo's readers; v5 has no such attribute, so it is not read back. */
function resourceStatus(document: JsonObject): string | undefined {
  const says = statuses.flatMap(name => (document[name] === undefined ? [] : [[name, document[name]] as const]));
  if (says.length === 0) return undefined;
  const status = property(toV4(Object.fromEntries(says), shapeOf('resource', {}), noLinks), 'resourceStatus');
  return typeof status === 'string' && status !== 'unknown' ? status : undefined;
}

/** What the properties of an instance and its specification say of the document. */
function instanceGives(properties: Properties, specification: Properties | undefined): JsonObject {
  const type: InstanceType = properties.type === 'service' ? 'service' : 'resource';
  const name = specification?.name;
  return {
    id: text(properties.uuid),
    '@type': type === 'service' ? 'Service' : 'Resource',
    ...heard(properties, instanceWords[type]),
    ...(name === undefined
      ? {}
      : {
          [`${type}Specification`]: {
            name: text(name),
            '@type': type === 'service' ? 'ServiceSpecificationRef' : 'ResourceSpecificationRef',
          },
        }),
  };
}

/** By name and major version; one that a document names by its id alone bears that as its name. */
function specificationLink(type: InstanceType, reference: JsonObject): (Link & { identity: Properties }) | undefined {
  const id = property(reference, 'id');
  const named = property(reference, 'name');
  const name = typeof named === 'string' && named !== '' ? named : id;
  if (typeof name !== 'string' || !isKey(name)) return undefined;
  const version = property(reference, 'version');
  const [, major = '1', minor, patch] =
    /^v?(\d{1,9})(?:\.(\d{1,9}))?(?:\.(\d{1,9}))?/.exec(String(version ?? '')) ?? [];
  return {
    to: 'Specification',
    identity: { name, majorVersion: Number(major) },
    properties: compact({
      uuid: typeof id === 'string' ? (uuid.test(id) ? id : uuidOf('specification', id)) : uuidOf(name, major),
      type: `${type}Specification`,
      minorVersion: Number(minor ?? 0),
      patchVersion: Number(patch ?? 0),
      tmfVersion: 4,
    }),
  };
}

// ---------------------------------------------------------------- what an instance has

/** How the elements of an array become nodes. */
interface OwnedTable {
  readonly label: OwnedLabel;
  /** What names an element among its like, the other end of its edge included: an edge never moves. */
  key(element: JsonObject): readonly (Json | undefined)[];
  properties(element: JsonObject, context: ElementContext): Properties;
  /** What properties and the other end say of the element. */
  gives(properties: Properties, linked: Properties | undefined): JsonObject;
  link?(element: JsonObject, agent: string): Link | undefined;
  /** The array of characteristics below it. */
  readonly inner?: string;
}

interface ElementContext {
  readonly agent: string;
  readonly ownerType: 'instance' | 'feature' | 'relationship';
}

interface Place extends ElementContext {
  readonly parent: string;
  readonly array: string;
  readonly table: OwnedTable;
}

function addOwned(owned: OwnedNode[], place: Place, elements: readonly JsonObject[]): void {
  const { agent, parent, array, table } = place;
  const taken = new Map<string, number>();
  elements.forEach((element, index) => {
    const name = table.key(element).map(keyPiece).join(':');
    const twin = (taken.get(name) ?? 0) + 1;
    taken.set(name, twin);
    const key = `${parent}/${array}/${name}${twin === 1 ? '' : `#${twin}`}`;
    const link = table.link?.(element, agent);
    const inner = table.inner === undefined ? undefined : property(element, table.inner);
    const properties = { uuid: uuidOf(key), ...table.properties(element, place) };
    const below = isList(inner) ? inner : undefined;
    const own = below && table.inner !== undefined ? without(element, table.inner) : element;
    const given = table.gives(properties, link && linkedProperties(link));
    owned.push({
      key,
      parent,
      label: table.label,
      properties: { ...properties, _in: array, _index: index, ...beside(own, given) },
      ...(link === undefined ? {} : { link }),
    });
    if (!below || table.inner === undefined) return;
    const ownerType = table.label === 'Feature' ? 'feature' : 'relationship';
    addOwned(owned, { agent, parent: key, array: table.inner, table: characteristics, ownerType }, below);
  });
}

function elementOf({ label, properties, linked, owned }: FoundNode): JsonObject {
  const table = ownedArrays.get(String(properties._in)) ?? characteristics;
  const element: { [name: string]: Json } = { ...restored(properties, table.gives(properties, linked)) };
  if (label === 'Characteristic') return element;
  for (const [array, nodes] of byArray(owned)) element[array] = nodes.map(elementOf);
  return element;
}

function byArray(owned: readonly FoundNode[]): ReadonlyMap<string, readonly FoundNode[]> {
  const arrays = new Map<string, FoundNode[]>();
  for (const node of [...owned].sort((a, b) => Number(a.properties._index) - Number(b.properties._index))) {
    const array = String(node.properties._in);
    arrays.set(array, [...(arrays.get(array) ?? []), node]);
  }
  return arrays;
}

const characteristics: OwnedTable = {
  label: 'Characteristic',
  key: element => [element.name],
  properties: (element, { ownerType }) => ({
    ...said(element, new Map([['name', plain('name')]])),
    ...valueProperties(property(element, 'value')),
    type: ownerType,
  }),
  gives: properties => {
    const value = valueIn(properties);
    return {
      '@type': characteristicType(value),
      ...heard(properties, new Map([['name', plain('name')]])),
      ...(value === undefined ? {} : { value }),
    };
  },
};

function valueProperties(value: Json | undefined): Properties {
  if (isArray(value)) return { isArray: true, values: value.map(wrapped) };
  return { isArray: false, ...(value === undefined || value === null ? {} : { value: wrapped(value) }) };
}

function valueIn({ isArray: many, value, values }: Properties): Json | undefined {
  if (many === true) return texts(values).map(unwrapped);
  return typeof value === 'string' ? unwrapped(value) : undefined;
}

/** As Diffo keeps a value: its type beside it, as JSON. What is no primitive is `dynamic`. */
function wrapped(value: Json): string {
  if (typeof value === 'string') return canonical({ type: 'string', value });
  if (typeof value === 'boolean') return canonical({ type: 'boolean', value });
  if (typeof value === 'number') return canonical({ type: Number.isInteger(value) ? 'integer' : 'float', value });
  return canonical({ type: 'dynamic', value: { type: 'json', value } });
}

function unwrapped(value: string): Json {
  const { type, value: inner } = JSON.parse(value) as { readonly type: string; readonly value: Json };
  return type === 'dynamic' ? (property(inner, 'value') ?? null) : inner;
}

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
  };
}

/** What supports an instance: in Diffo a relationship with an alias, under which it is listed. */
function supports(target: InstanceType): OwnedTable {
  const words: Words = new Map([['name', plain('alias')]]);
  return {
    label: 'Relationship',
    key: element => [element.id],
    properties: (element, { agent }) => ({
      type: 'supportedBy',
      ...said(element, words),
      ...targetProperties(target, element.id, agent),
    }),
    gives: (properties, linked) => ({
      '@type': target === 'service' ? 'ServiceRef' : 'ResourceRef',
      ...heard(properties, words),
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

function idLink(id: Json | undefined, agent: string): Link | undefined {
  return typeof id === 'string' && id !== '' ? instanceLink(agent, id) : undefined;
}

function instanceLink(agent: string, id: string): Link {
  return { to: 'instance', key: instanceKey(agent, id), uuid: graphUuid(agent, id) };
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

/** What Diffo knows each by. */
const identityOf = { Party: 'key', Place: 'key', Entity: 'string' } as const;
const referredTypes: Record<'Party' | 'Place' | 'Entity', readonly string[] | undefined> = {
  Party: ['Individual', 'Organization', 'Entity'],
  Place: ['GeographicSite', 'GeographicLocation', 'GeographicAddress'],
  Entity: undefined,
};

function sharedLink(to: 'Party' | 'Place' | 'Entity', target: JsonObject): Link | undefined {
  const { id } = target;
  if (typeof id !== 'string' || !isKey(id)) return undefined;
  const referred = property(target, '@referredType');
  const known = referredTypes[to];
  const referredType = isText(referred ?? null) && (known?.includes(String(referred)) ?? true) ? referred : undefined;
  return {
    to,
    identity: { [identityOf[to]]: id },
    properties: compact({
      ...said(
        target,
        new Map([
          ['name', plain('name')],
          ['href', plain('href')],
        ]),
      ),
      type: `${to}Ref`,
      referredType: typeof referredType === 'string' ? referredType : undefined,
    }),
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

/** Whoever is named by a word alone. */
function namedParty(name: Json | undefined): Link | undefined {
  if (typeof name !== 'string' || !isKey(name)) return undefined;
  return { to: 'Party', identity: { key: name }, properties: { type: 'PartyRef' } };
}

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

const ownedArrays: ReadonlyMap<string, OwnedTable> = new Map([
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

function linkedProperties(link: Link): Properties {
  return link.to === 'instance' ? { uuid: link.uuid } : link.identity;
}

// ---------------------------------------------------------------- words, and what stands beside them

function said(source: JsonObject, words: Words): Properties {
  const properties: { [name: string]: Property } = {};
  for (const [attribute, word] of words) {
    const value = property(source, attribute);
    const found = value === undefined ? undefined : word.to(value);
    if (found !== undefined) properties[word.property] = found;
  }
  return properties;
}

function heard(properties: Properties, words: Words): JsonObject {
  const source: { [name: string]: Json } = {};
  for (const [attribute, word] of words) {
    const value = properties[word.property];
    const found = value === undefined ? undefined : word.from(value);
    if (found !== undefined) source[attribute] = found;
  }
  return source;
}

/** What the shape does not say of a source, and what it says too much. */
function beside(source: JsonObject, given: JsonObject): Properties {
  const absent: string[] = [];
  const extra = difference(source, given, '', absent);
  return {
    ...(Object.keys(extra).length === 0 ? {} : { _extra: canonical(extra) }),
    ...(absent.length === 0 ? {} : { _absent: absent }),
  };
}

function difference(source: JsonObject, given: JsonObject, at: string, absent: string[]): JsonObject {
  const extra: [string, Json][] = [];
  for (const [name, value] of Object.entries(source)) {
    const known = property(given, name);
    if (sameJson(known, value)) continue;
    if (isObject(known) && isObject(value)) {
      const rest = difference(value, known, `${at}/${segment(name)}`, absent);
      if (Object.keys(rest).length > 0) extra.push([name, rest]);
    } else {
      extra.push([name, value]);
    }
  }
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(source, name)) absent.push(`${at}/${segment(name)}`);
  }
  return Object.fromEntries(extra);
}

function restored(properties: Properties, given: JsonObject): JsonObject {
  const { _extra, _absent } = properties;
  const extra = typeof _extra === 'string' ? (JSON.parse(_extra) as JsonObject) : {};
  let document = merged(given, extra);
  for (const path of texts(_absent)) document = withoutAt(document, segments(path));
  return document;
}

function merged(given: JsonObject, extra: JsonObject): JsonObject {
  const members = new Map(Object.entries(given));
  for (const [name, value] of Object.entries(extra)) {
    const known = members.get(name);
    members.set(name, isObject(known) && isObject(value) ? merged(known, value) : value);
  }
  return Object.fromEntries(members);
}

function withoutAt(source: JsonObject, [name, ...deeper]: readonly string[]): JsonObject {
  if (name === undefined) return source;
  if (deeper.length === 0) return without(source, name);
  const members = new Map(Object.entries(source));
  const inner = members.get(name);
  if (isObject(inner)) members.set(name, withoutAt(inner, deeper));
  return Object.fromEntries(members);
}

function without(source: JsonObject, name: string): JsonObject {
  return Object.fromEntries(Object.entries(source).filter(([each]) => each !== name));
}

/** An array that becomes nodes: nothing but objects; an empty one leaves no trace and stands beside. */
function isList(value: Json | undefined): value is readonly JsonObject[] {
  return isArray(value) && value.length > 0 && value.every(isObject);
}

function compact(properties: { readonly [name: string]: Property | undefined }): Properties {
  return Object.fromEntries(
    Object.entries(properties).filter((each): each is [string, Property] => each[1] !== undefined),
  );
}

function moment(at: Instant): Property {
  return { dateTime: at };
}

function text(value: Property | undefined): string {
  return typeof value === 'string' ? value : '';
}

function texts(value: Property | undefined): readonly string[] {
  return typeof value === 'object' && 'length' in value ? value : [];
}

/** The database indexes texts up to about 8,000 bytes. */
const LONGEST_KEY = 2_000;
const LONGEST_PIECE = 100;

function isKey(value: string): boolean {
  return value !== '' && value.length <= LONGEST_KEY && value.isWellFormed();
}

function keyPiece(value: Json | undefined): string {
  if (value === undefined) return '';
  const whole = typeof value === 'string' ? value : canonical(value);
  return whole.length <= LONGEST_PIECE && whole.isWellFormed() ? encodeURIComponent(whole) : uuidOf(whole);
}
