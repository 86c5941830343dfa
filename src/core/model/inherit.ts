/** Characteristics, parties and places that are not an instance's own: read from the instances that its hops lead to. */
import { characteristicArray, type Instance } from '../instance.ts';
import { isArray, isObject, type Json, type JsonObject, property } from '../json.ts';
import type { Collapse, InheritedCharacteristic, InheritedRole, Kinds } from '../kind.ts';
import type { DerivedElement } from './derived.ts';
import type { Walk } from './traverse.ts';
import type { Unknown } from './unknown.ts';
import { called } from './words.ts';

interface Inherited {
  readonly elements: readonly DerivedElement[];
  readonly unknown: readonly Unknown[];
}

/** All values found, as one array; one of them where it is collapsed. Nothing found is not shown. */
export function inheritedCharacteristic({ name, via, read, collapse }: InheritedCharacteristic, walk: Walk): Inherited {
  const { instances, unknown } = walk.over(via);
  const found = instances.flatMap(each => valuesIn(each, read).map(value => ({ value, from: each.id })));
  return { elements: characteristicOf(name, found, collapse), unknown };
}

/** Values found one after the other as one characteristic of the name. */
export function characteristicOf(
  name: string,
  found: readonly { readonly value: Json; readonly from: string }[],
  collapse: Collapse | undefined,
): readonly DerivedElement[] {
  const kept = collapsed(found, collapse);
  const [one] = kept;
  if (!one) return [];
  const value = collapse === undefined ? kept.map(each => each.value) : one.value;
  return [{ element: { name, value }, from: [...new Set(kept.map(each => each.from))] }];
}

function valuesIn({ type, document }: Instance, name: string): readonly Json[] {
  const array = property(document, characteristicArray[type]);
  const found = isArray(array) ? array.find(each => property(each, 'name') === name) : undefined;
  const value = property(found, 'value');
  return value === undefined ? [] : [value];
}

/** In this role here, what stands in the source role there; each party or place once. */
export function inheritedRole(
  of: 'party' | 'place',
  { role, via, sourceRole, collapse }: InheritedRole,
  walk: Walk,
  kinds: Kinds,
): Inherited {
  const { instances, unknown } = walk.over(via);
  const found = new Map<string, DerivedElement>();
  const undeclared: Unknown[] = [];
  for (const instance of instances) {
    const elements = inRole(instance, of, sourceRole);
    if (elements.length === 0 && !declares(instance, of, sourceRole, kinds)) {
      undeclared.push({
        reason: 'roleNotDeclared',
        context: `${called(instance)} is a ${instance.kind}, which has no role "${sourceRole}" for a ${of}`,
      });
    }
    for (const each of elements) {
      // The type of what holds the role differs between services and resources.
      const { '@type': _, ...element } = each;
      const name = targetOf(of, each);
      if (!found.has(name)) found.set(name, { element: { ...withName(of, element, walk), role }, from: [instance.id] });
    }
  }
  return { elements: collapsed([...found.values()], collapse), unknown: [...unknown, ...undeclared] };
}

const holder = {
  party: { array: 'relatedParty', below: 'partyOrPartyRole' },
  place: { array: 'place', below: 'place' },
} as const;

function inRole({ document }: Instance, of: 'party' | 'place', role: string): readonly JsonObject[] {
  const array = property(document, holder[of].array);
  return isArray(array) ? array.filter(isObject).filter(each => each.role === role) : [];
}

/** A reference with the name that its target has here, as one who reads it elsewhere would want to know. */
function withName(of: 'party' | 'place', element: JsonObject, walk: Walk): JsonObject {
  const { below } = holder[of];
  const target = property(element, below);
  const id = property(target, 'id');
  if (!isObject(target) || typeof id !== 'string' || target.name !== undefined) return element;
  const name = property(walk.record(of, id)?.document, 'name');
  return typeof name === 'string' ? { ...element, [below]: { ...target, name } } : element;
}

/** A generic instance may have any role. */
function declares({ kind }: Instance, of: 'party' | 'place', role: string, kinds: Kinds): boolean {
  const known = kinds.get(kind);
  return known === undefined || (known[of]?.some(each => each.role === role) ?? false);
}

/** By its id, else by all that it says. */
function targetOf(of: 'party' | 'place', element: JsonObject): string {
  const target = property(element, holder[of].below) ?? element;
  const id = property(target, 'id');
  return typeof id === 'string' ? id : JSON.stringify(target);
}

export function collapsed<T>(found: readonly T[], collapse: Collapse | undefined): readonly T[] {
  if (collapse === undefined) return found;
  return collapse === 'first' ? found.slice(0, 1) : found.slice(-1);
}
