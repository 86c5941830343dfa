/** Moves an instance to another version of its specification, and so to another kind. */
import { AgentError } from '../errors.ts';
import { characteristicArray } from '../instance.ts';
import { type JsonObject, property } from '../json.ts';
import type { Kind, Kinds } from '../kind.ts';
import { withSupport } from './assigned-from.ts';
import { elementsOf, nameOf } from './complete.ts';
import type { Draft } from './drafts.ts';
import { checkMayBeMade } from './kind-of.ts';
import type { ModelReader } from './model-store.ts';
import { sides } from './relationships.ts';
import { specificationAttribute } from './specification.ts';
import { called } from './words.ts';

/**
 * Throws `conflict` unless an instance may become of another kind: from none to any, else to another version of the same
 * specification, and with nothing handed out of pools that there are no longer.
 */
export function checkMayBecome(
  reader: ModelReader,
  kinds: Kinds,
  { id, document, type }: Draft,
  from: Kind | undefined,
  to: Kind | undefined,
): void {
  const pointer = `/${specificationAttribute[type]}`;
  const refuse = (why: string): AgentError => new AgentError('conflict', why, { pointer });
  const name = called({ id, document });
  if (from) {
    const versions = [...kinds.values()].filter(
      each => each.type === type && each.specification.name === from.specification.name && each !== from,
    );
    const others = versions.map(each => `${each.specification.version} (id ${each.specification.id})`);
    const instead = others.length === 0 ? 'there is no other version of it' : `it can become ${others.join(', ')}`;
    const is = `${name} is specified by ${from.specification.name} ${from.specification.version}`;
    if (!to) throw refuse(`${is}, and what is named instead is not known here; ${instead}`);
    if (to.specification.name !== from.specification.name) {
      throw refuse(`${is} and cannot become a ${to.specification.name}; ${instead}`);
    }
    for (const { name: pool, thing } of from.pool ?? []) {
      if (to.pool?.some(each => each.name === pool && each.thing === thing)) continue;
      if (reader.assignmentsFrom(id, thing).some(each => each.pool === pool)) {
        throw refuse(
          `${name} has handed out numbers of its pool ${pool}, which ${to.specification.name} ${to.specification.version} does not have; unassign them first`,
        );
      }
    }
  }
  if (to) checkMayBeMade(to, kinds, reader);
}

/** The document without the pools that only the former kind had. All else that the new one does not know is kept. */
export function withoutFormerPools(document: JsonObject, from: Kind | undefined, to: Kind): JsonObject {
  const gone = (from?.pool ?? []).filter(each => !to.pool?.some(one => one.name === each.name));
  if (gone.length === 0) return document;
  const array = characteristicArray[to.type];
  if (property(document, array) === undefined) return document;
  return {
    ...document,
    [array]: elementsOf(document, array).filter(each => !gone.some(({ name }) => name === nameOf(each))),
  };
}

/**
 * The document without those entries under an alias that no relationship has any more. While an instance is of no kind
 * its relationships are its client's own, and may go without what an assignment has listed for them.
 */
export function withoutFormerSupports(document: JsonObject, before: JsonObject): JsonObject {
  return sides.reduce((all, side) => {
    const array = side === 'service' ? 'supportingService' : 'supportingResource';
    return elementsOf(before, array).reduce<JsonObject>((result, each) => {
      const id = property(each, 'id');
      return typeof id === 'string' ? withSupport(result, side, id) : result;
    }, all);
  }, document);
}
