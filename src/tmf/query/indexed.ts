/** The attributes that a store may keep an index of: the one table of them, and what an index holds of a document. */
import { characteristicArray, type InstanceType } from '../../core/instance.ts';
import { isArray, isObject, type Json, type JsonObject, property } from '../../core/json.ts';
import { elementsOf } from '../filter/predicate.ts';
import { attributeOf, typesOf } from '../shape.ts';
import type { Asked } from './attribute.ts';

export interface IndexedAttribute {
  /** Its name in the index. */
  readonly name: string;
  /** Where it stands in what is kept, which is what v5 shows. */
  readonly path: readonly string[];
  /** Where v4 shows it; there, members of the flattened object may hide it, so an index only narrows down. */
  readonly flat?: readonly string[];
  /** What is shown when it is not kept follows from the kind; its index holds `unsaid` then. */
  readonly ofKind?: true;
}

/** Stands in the index for what a document leaves to its kind. */
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

export const indexedAttributes: Record<InstanceType, readonly IndexedAttribute[]> = {
  service: [
    ...ofBoth,
    ...['state', 'operatingStatus'].map(at),
    { ...at('serviceSpecification.id'), ofKind: true },
    ...['supportingService.id', 'serviceRelationship.service.id', 'serviceCharacteristic.name'].map(at),
  ],
  resource: [
    ...ofBoth,
    ...['operationalState', 'administrativeState', 'usageState', 'lifecycleState', 'serialNumber'].map(at),
    { ...at('resourceSpecification.id'), ofKind: true },
    ...['resourceRelationship.resource.id', 'resourceCharacteristic.name'].map(at),
  ],
};

/** The name in the index of a characteristic with its value, both in one. */
export const characteristicEntry = 'characteristic';

/** The two as one text. */
export function characteristicText(name: string, value: string): string {
  return `${name}\0${value}`;
}

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
    const values = name === '@type' ? typesOf(type, document) : textsAt(document, path);
    for (const value of values) enter(name, value);
    if (ofKind && isUnsaid(property(document, path[0] ?? ''), path[1] ?? '')) enter(name, unsaid);
    // What stands beside the flattened object under the same name is shown in its place.
    if (flat) for (const value of textsAt(document, flat)) enter(name, value);
  }
  for (const each of elementsOf(property(document, characteristicArray[type]) ?? [])) {
    for (const name of textsAt(each, ['name'])) {
      for (const value of textsAt(each, ['value'])) enter(characteristicEntry, characteristicText(name, value));
    }
  }
  return [...entries.values()];
}

function isUnsaid(value: Json | undefined, name: string): boolean {
  return isObject(value) && (property(value, name) ?? null) === null;
}

function* textsAt(value: Json | undefined, path: readonly string[], depth = 0): Iterable<string> {
  if (isArray(value)) {
    for (const each of value) yield* textsAt(each, path, depth);
    return;
  }
  const name = path[depth];
  if (name !== undefined) yield* textsAt(property(value, name), path, depth + 1);
  else if (value !== undefined && value !== null && typeof value !== 'object') yield String(value);
}

/** The indexed attribute that a version shows at this path. */
export function indexedAt({ type, version }: Asked, path: readonly string[]): IndexedAttribute | undefined {
  if (version === 'v4' && attributeOf(type, path[0] ?? '')?.since5) return undefined;
  const shown = path.join('\0');
  return indexedAttributes[type].find(
    ({ path, flat }) => ((version === 'v4' ? flat : undefined) ?? path).join('\0') === shown,
  );
}
