/** Parts of a shown document that are not its own: what they are, from where, and why some are unknown. */
import type { InstanceType } from '../instance.ts';
import { characteristicArray } from '../instance.ts';
import { type Json, type JsonObject, property } from '../json.ts';
import type { Kind } from '../kind.ts';
import type { Via } from './hop.ts';
import { assignedTo } from './links.ts';
import { shown } from './traverse.ts';
import type { Unknown } from './unknown.ts';

export interface DerivedElement {
  readonly element: JsonObject;
  /** The instances or records it was read from. */
  readonly from: readonly string[];
}

/** What a kind declares to be derived. */
export interface DeclaredPart {
  readonly is: 'assignment' | 'characteristic' | 'party' | 'place' | 'field' | 'reference';
  /** Of the pool, the characteristic, or the role. */
  readonly name: string;
  /** The array of the document in which it is shown. */
  readonly array: string;
  readonly via?: Via;
}

export interface DerivedPart extends DeclaredPart {
  readonly elements: readonly DerivedElement[];
  readonly unknown: readonly Unknown[];
}

const declared = new WeakMap<Kind, readonly DeclaredPart[]>();

/** All that is derived for the instances of a kind; empty for most kinds. */
export function declaredParts(kind: Kind): readonly DeclaredPart[] {
  const known = declared.get(kind);
  if (known) return known;
  const array = characteristicArray[kind.type];
  const parts: readonly DeclaredPart[] = [
    ...(kind.pool ?? []).flatMap(({ name }) =>
      (['service', 'resource'] as const).map(to => ({ is: 'assignment' as const, name, array: relationshipArray[to] })),
    ),
    ...(kind.inheritedCharacteristic ?? []).map(({ name, via }) => ({
      is: 'characteristic' as const,
      name,
      array,
      via,
    })),
    ...(kind.field ?? []).map(({ name, via }) => ({ is: 'field' as const, name, array, via })),
    ...(kind.inheritedPlace ?? []).map(({ role, via }) => ({ is: 'place' as const, name: role, array: 'place', via })),
    ...(kind.inheritedParty ?? []).map(({ role, via }) => ({
      is: 'party' as const,
      name: role,
      array: 'relatedParty',
      via,
    })),
    ...(kind.reference ?? []).map(({ name, to }) => ({ is: 'reference' as const, name, array: referenceArray[to] })),
  ];
  declared.set(kind, parts);
  return parts;
}

export const relationshipArray: Record<InstanceType, string> = {
  service: 'serviceRelationship',
  resource: 'resourceRelationship',
};

/** Where a reference is shown: as TMF has it for what it leads to. */
const referenceArray = {
  service: 'relatedEntity',
  resource: 'relatedEntity',
  entity: 'relatedEntity',
  party: 'relatedParty',
  place: 'place',
} as const;

/** Whether an element of the part's array could only be meant as one of the part. */
export function isOf({ is, name }: DeclaredPart, element: Json): boolean {
  switch (is) {
    case 'assignment':
      return property(element, 'relationshipType') === assignedTo;
    case 'characteristic':
    case 'field':
      return property(element, 'name') === name;
    case 'party':
    case 'place':
    case 'reference':
      return property(element, 'role') === name;
  }
}

/** What the sentences of the model call a part, and where it comes from. */
export function described(part: DeclaredPart, from: readonly string[] = []): string {
  const over = part.via && part.via.length > 0 ? ` over ${part.via.map(shown).join(', then ')}` : '';
  const source = from.length > 0 ? ` from ${from.slice(0, 5).join(', ')}` : over;
  switch (part.is) {
    case 'assignment':
      return `a number handed out by a pool stands with the one that has it${from.length > 0 ? ` (${from.join(', ')})` : ''} as "assignedFrom"`;
    case 'characteristic':
      return `the characteristic "${part.name}" is inherited${source}`;
    case 'field':
      return `the characteristic "${part.name}" is calculated${source}`;
    case 'party':
    case 'place':
      return `the ${part.is} in the role "${part.name}" is inherited${source}`;
    case 'reference':
      return `the reference "${part.name}" follows a characteristic that holds an id`;
  }
}
