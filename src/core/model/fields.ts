/** Characteristics calculated from the edges that hops follow, or from the instances that they lead to. */
import type { Json } from '../json.ts';
import type { KindField } from '../kind.ts';
import { at, type KeyedArrays } from '../path.ts';
import type { DerivedElement } from './derived.ts';
import { characteristicOf } from './inherit.ts';
import type { Edge, Walk } from './traverse.ts';
import type { Unknown } from './unknown.ts';

export function field(
  { name, via, of, read, collapse }: KindField,
  walk: Walk,
): { readonly elements: readonly DerivedElement[]; readonly unknown: readonly Unknown[] } {
  const { instances, edges, unknown } = walk.over(via);
  const found =
    of === 'edge'
      ? edges.map(edge => ({ value: memberOf(edge, read), from: edge.to }))
      : instances.map(({ id, document }) => ({ value: at(document, read, named), from: id }));
  const values = found.filter((each): each is { value: Json & {}; from: typeof each.from } => each.value !== undefined);
  return { elements: characteristicOf(name, values, collapse), unknown };
}

function memberOf(edge: Edge, name: string): Json | undefined {
  switch (name) {
    case 'value':
    case 'alias':
    case 'pool':
    case 'thing':
    case 'type':
      return edge[name];
    default:
      return undefined;
  }
}

const byName = [['name']];
const byRole = [['role']];
const byAlias = [['alias'], ['relationshipType']];

/** How a field's path names the elements of arrays: as people call them. */
const named: KeyedArrays = {
  serviceCharacteristic: byName,
  resourceCharacteristic: byName,
  featureCharacteristic: byName,
  serviceRelationshipCharacteristic: byName,
  resourceRelationshipCharacteristic: byName,
  feature: byName,
  activationFeature: byName,
  relatedParty: byRole,
  place: byRole,
  relatedEntity: byRole,
  serviceRelationship: byAlias,
  resourceRelationship: byAlias,
  supportingService: [['alias'], ['name'], ['id']],
  supportingResource: [['alias'], ['name'], ['id']],
  externalIdentifier: [['externalIdentifierType'], ['id']],
};
