/** The attributes that a store keeps an index of: the one table of them, and what an index holds of a document. */
import type { InstanceType } from '../../core/instance.ts';
import { isArray, isObject, type Json, type JsonObject, property } from '../../core/json.ts';
import { attributeOf, isAttribute, typesOf } from '../shape.ts';
import type { Asked } from './attribute.ts';

export interface IndexedAttribute {
  /** Its name in the index. */
  readonly name: string;
  /** Where it stands in what is kept, which is what v5 shows. */
  readonly path: readonly string[];
  /**
   * Where v4 shows it. What stands beside the flattened object may hide it there, and of several v4 may show one; its
   * index holds `unsaid` then.
   */
  readonly flat?: readonly string[];
  /** What is shown when it is not kept follows from the kind; its index holds `unsaid` then. */
  readonly ofKind?: true;
}

/** Stands in the index for what cannot be told from the document alone. */
export const unsaid = '';

const at = (name: string): IndexedAttribute => ({ name, path: name.split('.') });
const flattened = (name: string, path: string): IndexedAttribute => ({
  name,
  path: path.split('.'),
  flat: name.split('.'),
});

const ofBoth = [
  ...['id', 'name', '@type', 'category', 'supportingResource.id'].map(at),
  flattened('relatedParty.id', 'relatedParty.partyOrPartyRole.id'),
  flattened('place.id', 'place.place.id'),
];

/**
 * What people look for, and what leads from one to another. Each value is some 4 KiB more in the log when an instance is
 * created alone, so what says little is left out (`usageState`), and characteristics, of which there are many.
 */
export const indexedAttributes: Record<InstanceType, readonly IndexedAttribute[]> = {
  service: [
    ...ofBoth,
    ...['state', 'operatingStatus'].map(at),
    { ...at('serviceSpecification.id'), ofKind: true },
    ...['supportingService.id', 'serviceRelationship.service.id'].map(at),
  ],
  resource: [
    ...ofBoth,
    ...['operationalState', 'administrativeState', 'serialNumber'].map(at),
    { ...at('resourceSpecification.id'), ofKind: true },
    at('resourceRelationship.resource.id'),
  ],
};

/** The name in the index of the first-level attributes that the standard does not know. */
export const extensionEntry = 'extension';

/** Longer texts are looked at one by one; so that an index stays small whatever is written. */
export const MAX_INDEXED_LENGTH = 128;

export interface IndexEntry {
  readonly attribute: string;
  readonly value: string;
}

/** What an index holds of a kept document: every value of every indexed attribute once, as text. */
export function indexEntries(type: InstanceType, document: JsonObject): readonly IndexEntry[] {
  const entries = new Map<string, IndexEntry>();
  const enter = (attribute: string, value: string): void => {
    if (value.length <= MAX_INDEXED_LENGTH) entries.set(`${attribute}\0${value}`, { attribute, value });
  };
  for (const { name, path, flat, ofKind } of indexedAttributes[type]) {
    const values = name === '@type' ? furtherTypes(type, document) : textsAt(document, path);
    for (const value of values) enter(name, value);
    if (ofKind && isUnsaid(property(document, path[0] ?? ''), path[1] ?? '')) enter(name, unsaid);
    if (flat && (isOneOf4(type, document, flat) || textsAt(document, flat).length > 0)) enter(name, unsaid);
  }
  for (const name of Object.keys(document)) {
    // However long: who asks whether anybody has it is told so.
    if (!isAttribute(type, name)) entries.set(`${extensionEntry}\0${name}`, { attribute: extensionEntry, value: name });
  }
  return [...entries.values()];
}

/** All of them are services, or all resources; that needs no index. */
export function rootType(type: InstanceType): string {
  return type === 'service' ? 'Service' : 'Resource';
}

function furtherTypes(type: InstanceType, document: JsonObject): readonly string[] {
  return [...typesOf(type, document)].filter(each => each !== rootType(type));
}

/** Whether v4, which has room for one, leaves out others of an array. */
function isOneOf4(type: InstanceType, document: JsonObject, [name = '']: readonly string[]): boolean {
  const value = property(document, name);
  return isArray(value) && value.length > 1 && attributeOf(type, name)?.one4 === true;
}

function isUnsaid(value: Json | undefined, name: string): boolean {
  return isObject(value) && (property(value, name) ?? null) === null;
}

const nothing: readonly string[] = [];

function textsAt(value: Json | undefined, path: readonly string[]): readonly string[] {
  const first = property(value, path[0] ?? '');
  if (first === undefined) return nothing;
  const texts: string[] = [];
  addTexts(texts, first, path, 1);
  return texts;
}

function addTexts(texts: string[], value: Json | undefined, path: readonly string[], depth: number): void {
  const name = path[depth];
  if (isArray(value)) for (const each of value) addTexts(texts, each, path, depth);
  else if (name !== undefined) addTexts(texts, property(value, name), path, depth + 1);
  else if (value !== undefined && value !== null && typeof value !== 'object') texts.push(String(value));
}

const firsts: Record<InstanceType, ReadonlySet<string>> = {
  service: new Set([...indexedAttributes.service.map(({ path }) => path[0] ?? ''), '@baseType']),
  resource: new Set([...indexedAttributes.resource.map(({ path }) => path[0] ?? ''), '@baseType']),
};

/** What a store needs to know to keep the index. Ids and names are columns of their own there. */
export const documentIndex = {
  /** Another one whenever what is entered of some document changes; an older store is entered anew then. */
  version: JSON.stringify([2, MAX_INDEXED_LENGTH, indexedAttributes]),
  names: { service: namesIn('service'), resource: namesIn('resource') },
  /** First-level attributes that nothing is entered of. */
  ignores: (type: InstanceType, attribute: string): boolean =>
    isAttribute(type, attribute) && !firsts[type].has(attribute),
  entries: (type: InstanceType, document: JsonObject): readonly IndexEntry[] =>
    indexEntries(type, document).filter(({ attribute }) => attribute !== 'id' && attribute !== 'name'),
};

function namesIn(type: InstanceType): readonly string[] {
  const names = indexedAttributes[type].map(({ name }) => name).filter(name => name !== 'id' && name !== 'name');
  return [...names, extensionEntry];
}

/** The indexed attribute that a version shows at this path. */
export function indexedAt({ type, version }: Asked, path: readonly string[]): IndexedAttribute | undefined {
  if (version === 'v4' && attributeOf(type, path[0] ?? '')?.since5) return undefined;
  const shown = path.join('\0');
  return indexedAttributes[type].find(
    ({ path, flat }) => ((version === 'v4' ? flat : undefined) ?? path).join('\0') === shown,
  );
}
