/** Makes relationships between instances and takes them away, from either end. */
import { AgentError } from '../errors.ts';
import type { InstanceId } from '../ids.ts';
import type { InstanceType } from '../instance.ts';
import { type Json, type JsonObject, property } from '../json.ts';
import { elementsOf } from './complete.ts';
import type { Values } from './define.ts';
import type { Draft } from './drafts.ts';
import { isOfAssignment, type Relationship, relationshipsIn } from './relationships.ts';

export const directions = ['forward', 'reverse'] as const;

/** What a relationship is to be; it stands with its source. */
export interface RelationshipWords {
  readonly type: string;
  /** The name that the source has for the target. */
  readonly alias?: string;
  readonly characteristic?: Values;
}

/** The document of the source, related to a target; one of the same type and alias to it is changed instead. */
export function related(
  document: JsonObject,
  target: { readonly id: InstanceId; readonly type: InstanceType },
  { type, alias, characteristic }: RelationshipWords,
): JsonObject {
  const side = target.type;
  const array = `${side}Relationship`;
  const before = elementsOf(document, array);
  const known = relationshipsIn(document).find(
    each => each.side === side && each.target === target.id && each.type === type && each.alias === alias,
  );
  const characteristics = withValues(known?.element, `${side}RelationshipCharacteristic`, characteristic ?? {});
  const element: JsonObject = {
    '@type': side === 'service' ? 'ServiceRelationship' : 'ResourceRelationship',
    relationshipType: type,
    ...(alias === undefined ? {} : { alias }),
    [side]: { id: target.id, '@type': side === 'service' ? 'ServiceRef' : 'ResourceRef' },
    ...known?.element,
    ...characteristics,
  };
  const place = known ? before.indexOf(known.element) : -1;
  return { ...document, [array]: place < 0 ? [...before, element] : before.with(place, element) };
}

function withValues(element: JsonObject | undefined, array: string, values: Values): JsonObject {
  const before = elementsOf(element, array);
  const names = Object.keys(values);
  const kept = before.filter(each => !names.includes(String(property(each, 'name'))));
  const now = [...kept, ...Object.entries(values).map(([name, value]): Json => ({ name, value }))];
  return now.length === 0 ? {} : { [array]: now };
}

/** Which relationships are meant: all that fit. */
export interface RelationshipQuery {
  readonly target?: string;
  readonly type?: string;
  readonly alias?: string;
}

/** The document of the source without the relationships that are meant. Throws `notFound` when it has none of them. */
export function unrelated({ id, document }: Pick<Draft, 'id' | 'document'>, query: RelationshipQuery): JsonObject {
  const all = relationshipsIn(document).filter(each => !isOfAssignment(each));
  const gone = all.filter(each => isMeant(each, query));
  if (gone.length === 0) {
    const has = all.slice(0, 5).map(each => [each.type, each.alias, each.target].filter(Boolean).join(' '));
    const instead = has.length === 0 ? 'it has none' : `it has ${has.join(', ')}`;
    const meant = [query.type, query.alias, query.target].filter(Boolean).join(' ');
    throw new AgentError('notFound', `${id} has no relationship ${meant}; ${instead}`);
  }
  const elements = new Set<Json>(gone.map(each => each.element));
  const result = new Map(Object.entries(document));
  for (const array of new Set(gone.map(each => `${each.side}Relationship`))) {
    const left = elementsOf(document, array).filter(each => !elements.has(each));
    if (left.length > 0) result.set(array, left);
    else result.delete(array);
  }
  return Object.fromEntries(result);
}

function isMeant(each: Relationship, { target, type, alias }: RelationshipQuery): boolean {
  return (
    (target === undefined || each.target === target) &&
    (type === undefined || each.type === type) &&
    (alias === undefined || each.alias === alias)
  );
}
