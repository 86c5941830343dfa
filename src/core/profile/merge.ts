/** Puts lists of declarations together: by name, a later one in the place of an earlier. */
import { type KindLists, type RecordLists, withoutEmpty } from './declared.ts';

export function mergeKindLists(lists: readonly Partial<KindLists>[]): Partial<KindLists> {
  return withoutEmpty({
    ...mergeRecordLists(lists),
    feature: merge(
      lists.map(each => each.feature),
      each => each.name,
    ),
    pool: merge(
      lists.map(each => each.pool),
      each => each.name,
    ),
    assignment: merge(
      lists.map(each => each.assignment),
      each => each.alias,
    ),
    transition: merge(
      lists.map(each => each.transition),
      each => each.name,
    ),
    inheritedCharacteristic: merge(
      lists.map(each => each.inheritedCharacteristic),
      each => each.name,
    ),
    inheritedParty: merge(
      lists.map(each => each.inheritedParty),
      each => each.role,
    ),
    inheritedPlace: merge(
      lists.map(each => each.inheritedPlace),
      each => each.role,
    ),
    field: merge(
      lists.map(each => each.field),
      each => each.name,
    ),
    reference: merge(
      lists.map(each => each.reference),
      each => each.name,
    ),
  });
}

export function mergeRecordLists(lists: readonly Partial<RecordLists>[]): Partial<RecordLists> {
  return withoutEmpty({
    characteristic: merge(
      lists.map(each => each.characteristic),
      each => each.name,
    ),
    party: merge(
      lists.map(each => each.party),
      each => each.role,
    ),
    place: merge(
      lists.map(each => each.place),
      each => each.role,
    ),
  });
}

/** In the order in which each name was first declared. */
function merge<Entry>(
  lists: readonly (readonly Entry[] | undefined)[],
  keyOf: (entry: Entry) => string,
): readonly Entry[] | undefined {
  const [first, ...others] = lists.filter(each => each !== undefined && each.length > 0);
  if (first === undefined || others.length === 0) return first;
  const byKey = new Map(first.map(each => [keyOf(each), each]));
  for (const list of others) for (const each of list ?? []) byKey.set(keyOf(each), each);
  return [...byKey.values()];
}
