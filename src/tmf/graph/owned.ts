/** The arrays of a document as nodes below their instance, and the arrays again from the nodes found there. */
import { isArray, isObject, type Json, type JsonObject, property } from '../../core/json.ts';
import { uuidOf } from '../../core/uuid.ts';
import { beside, restored, without } from './beside.ts';
import { keyPiece } from './keys.ts';
import { linkedProperties } from './links.ts';
import { characteristics, type ElementContext, type OwnedTable, ownedArrays } from './owned-arrays.ts';
import type { FoundNode, OwnedNode } from './subgraph.ts';

interface Place extends ElementContext {
  readonly parent: string;
  readonly array: string;
  readonly table: OwnedTable;
}

export function addOwned(owned: OwnedNode[], place: Place, elements: readonly JsonObject[]): void {
  const { agent, parent, array } = place;
  const taken = new Map<string, number>();
  elements.forEach((element, index) => {
    const { special } = place.table;
    const table = special?.isOne(element, place) ? special.table : place.table;
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

export function elementOf({ label, properties, linked, owned }: FoundNode): JsonObject {
  const general = ownedArrays.get(String(properties._in)) ?? characteristics;
  const table = general.special?.table.label === label ? general.special.table : general;
  const element: { [name: string]: Json } = { ...restored(properties, table.gives(properties, linked)) };
  if (label === 'Characteristic') return element;
  for (const [array, nodes] of byArray(owned)) element[array] = nodes.map(elementOf);
  return element;
}

export function byArray(owned: readonly FoundNode[]): ReadonlyMap<string, readonly FoundNode[]> {
  const arrays = new Map<string, FoundNode[]>();
  for (const node of [...owned].sort((a, b) => Number(a.properties._index) - Number(b.properties._index))) {
    const array = String(node.properties._in);
    arrays.set(array, [...(arrays.get(array) ?? []), node]);
  }
  return arrays;
}

/** An array that becomes nodes: nothing but objects; an empty one leaves no trace and stands beside. */
export function isList(value: Json | undefined): value is readonly JsonObject[] {
  return isArray(value) && value.length > 0 && value.every(isObject);
}
