/** The numbers that an instance is given: those its document asks for, and those its kind has every instance get. */
import { AgentError } from '../errors.ts';
import type { InstanceId } from '../ids.ts';
import { isObject, type JsonObject, property } from '../json.ts';
import { isA, type Kind, type Kinds } from '../kind.ts';
import { unassign } from './assign.ts';
import { withAssignedFrom } from './assigned-from.ts';
import { elementsOf } from './complete.ts';
import { type AssignmentRules, give, readValue, settleDeclared, within } from './declared-assignments.ts';
import type { Draft, Drafts } from './drafts.ts';
import type { Assignment } from './link.ts';
import { assignedFrom } from './links.ts';
import { type Relationship, relationshipsIn, sides } from './relationships.ts';
import { anyOne, called } from './words.ts';

/** A number as an element of the assignee's document asks for it. */
interface Wish extends Pick<Relationship, 'side' | 'pointer' | 'element' | 'alias'> {
  readonly owner: Draft;
  readonly pool: string | undefined;
  readonly value: number | undefined;
}

/**
 * Brings the numbers that a drafted instance has in line with the elements of its document, and with its kind. Elements
 * that name an owner which is not here, or is of no kind, are their client's own and stay as they are.
 */
export function settleAssignments(drafts: Drafts, id: InstanceId, rules: AssignmentRules): void {
  const { kinds, kind } = rules;
  const wishes = wishesOf(drafts, id, kinds);
  const before = rules.isMade ? [] : drafts.writer.assignmentsTo(id);
  if (wishes.length === 0 && before.length === 0 && kind?.assignment === undefined) return;

  const kept = new Map<Wish, Assignment>();
  const stays = (each: Assignment): boolean => [...kept.values()].includes(each);
  for (const wish of wishes) {
    const same = before.find(each => meets(each, wish) && !stays(each));
    if (same) kept.set(wish, same);
  }
  drafts.putDocument(id, withAliases(drafts.need(id).document, wishes, kept));
  for (const gone of before.filter(each => !stays(each))) {
    const { owner, thing, value } = gone;
    unassign(drafts, kinds, { owner, assignee: id, thing, value });
  }
  for (const wish of wishes) {
    const same = kept.get(wish);
    if (!same) within(wish.pointer, () => make(drafts, id, wish, rules));
    else if (wish.value === undefined) {
      drafts.putDocument(id, withAssignedFrom(drafts.need(id).document, same, wish.side));
    }
  }
  for (const declared of kind?.assignment ?? []) settleDeclared(drafts, id, declared, before, rules);
}

function wishesOf(drafts: Drafts, id: InstanceId, kinds: Kinds): readonly Wish[] {
  return relationshipsIn(drafts.need(id).document).flatMap(({ type, target, side, pointer, element, alias }) => {
    const owner = type === assignedFrom && target !== undefined ? drafts.get(target) : undefined;
    if (!owner || !kinds.has(owner.kind)) return [];
    if (owner.type !== side) {
      throw new AgentError(
        'invalid',
        `"${target}" is ${anyOne(owner.type)}: what it assigns stands in ${owner.type}Relationship`,
        {
          pointer,
        },
      );
    }
    const array = `${side}RelationshipCharacteristic`;
    const [said] = elementsOf(element, array);
    const pool = property(said, 'name');
    const value = property(said, 'value');
    if (value !== undefined && value !== null && typeof value !== 'number') {
      const at = `${pointer}/${array}/0/value`;
      throw new AgentError('invalid', `${at} is the number that is asked for, or left out to get one`, { pointer: at });
    }
    return [
      {
        side,
        pointer,
        element,
        alias,
        owner,
        pool: typeof pool === 'string' ? pool : undefined,
        value: typeof value === 'number' ? value : undefined,
      },
    ];
  });
}

/** Whether an assignment is what is asked for; what a wish does not say is met by any. */
function meets({ owner, pool, value, alias }: Assignment, wish: Wish): boolean {
  return (
    owner === wish.owner.id &&
    (wish.alias === undefined || wish.alias === alias) &&
    (wish.pool === undefined || wish.pool === pool) &&
    (wish.value === undefined || wish.value === value)
  );
}

/** Each element under the alias of its number, by which it is found; those that are to get one are left out. */
function withAliases(document: JsonObject, wishes: readonly Wish[], kept: ReadonlyMap<Wish, Assignment>): JsonObject {
  const unnamed = new Map(
    wishes.filter(({ alias }) => alias === undefined).map(wish => [wish.element, kept.get(wish)?.alias]),
  );
  if (unnamed.size === 0) return document;
  const result = new Map(Object.entries(document));
  for (const side of sides) {
    const name = `${side}Relationship`;
    const before = elementsOf(document, name);
    const after = before.flatMap(each => {
      if (!isObject(each) || !unnamed.has(each)) return [each];
      const alias = unnamed.get(each);
      return alias === undefined ? [] : [{ ...each, alias }];
    });
    if (after.length > 0) result.set(name, after);
    else if (before.length > 0) result.delete(name);
  }
  return Object.fromEntries(result);
}

/** Hands out what an element asks for; what it leaves open is as the kind of the assignee has it, where it has. */
function make(drafts: Drafts, id: InstanceId, wish: Wish, { kinds, kind, chance }: AssignmentRules): void {
  const ownerKind = kinds.get(wish.owner.kind);
  const declared = kind?.assignment?.find(
    each =>
      isA(ownerKind, each.from) &&
      (wish.pool === undefined || wish.pool === each.pool) &&
      (wish.alias === undefined ? drafts.writer.assignmentsTo(id, each.alias).length === 0 : wish.alias === each.alias),
  );
  const pool = wish.pool ?? declared?.pool ?? onlyPool(wish.owner, ownerKind);
  const alias = wish.alias ?? declared?.alias;
  const value = wish.value ?? (declared && readValue(drafts.need(id), declared));
  give(drafts, kinds, { owner: wish.owner, pool, assignee: id, alias, value }, chance);
}

function onlyPool(owner: Draft, kind: Kind | undefined): string {
  const pools = (kind?.pool ?? []).map(each => each.name);
  const [only, ...more] = pools;
  if (only !== undefined && more.length === 0) return only;
  const has = pools.length === 0 ? 'it has none' : `it has ${pools.join(', ')}`;
  throw new AgentError('invalid', `say from which pool of ${called(owner)}, as the name of a characteristic; ${has}`);
}
