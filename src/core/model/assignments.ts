/** The numbers that an instance is given: those its document asks for, and those its kind has every instance get. */
import { AgentError } from '../errors.ts';
import { type InstanceId, instanceId } from '../ids.ts';
import { characteristicArray } from '../instance.ts';
import { isObject, type JsonObject, property } from '../json.ts';
import { isA, type Kind, type KindAssignment, type Kinds } from '../kind.ts';
import { assign, hindranceTo, unassign } from './assign.ts';
import { withAssignedFrom } from './assigned-from.ts';
import { elementsOf, nameOf } from './complete.ts';
import { asDrafted, withSeq } from './drafted.ts';
import type { Draft, Drafts } from './drafts.ts';
import type { Assignment } from './link.ts';
import { assignedFrom } from './links.ts';
import { type Relationship, relationshipsIn, sides } from './relationships.ts';
import { traverse } from './traverse.ts';
import { anyOne, called } from './words.ts';

export interface AssignmentRules {
  readonly kinds: Kinds;
  /** Of the assignee. */
  readonly kind: Kind | undefined;
  readonly chance: () => number;
  /** New, or new in its kind: it gets all that its kind has each instance get. */
  readonly isNew: boolean;
}

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
  const before = drafts.writer.assignmentsTo(id);
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

function give(
  drafts: Drafts,
  kinds: Kinds,
  {
    owner,
    pool,
    assignee,
    alias,
    value,
  }: {
    readonly owner: Draft;
    readonly pool: string;
    readonly assignee: InstanceId;
    readonly alias: string | undefined;
    readonly value: number | undefined;
  },
  chance: () => number,
): void {
  const open = { ...(alias === undefined ? {} : { alias }), ...(value === undefined ? {} : { value }) };
  assign(drafts, kinds, { owner: owner.id, pool, assignee, ...open }, chance);
}

/** Sees to one number that the kind of the assignee has each of its instances get. */
function settleDeclared(
  drafts: Drafts,
  id: InstanceId,
  declared: KindAssignment,
  before: readonly Assignment[],
  { kinds, kind, chance, isNew }: AssignmentRules,
): void {
  const { alias, from, pool, optional } = declared;
  const assignee = drafts.need(id);
  const value = readValue(assignee, declared);
  const pointer = value === undefined || declared.read === undefined ? undefined : pointerOf(assignee, declared.read);
  const [has] = drafts.writer.assignmentsTo(id, alias);
  if (has) {
    const owner = drafts.get(has.owner);
    if (owner && (!isA(kinds.get(owner.kind), from) || has.pool !== pool)) {
      throw new AgentError(
        'conflict',
        `${anyOne(kind?.name ?? 'instance')} has as ${alias} one of the ${pool} of ${anyOne(from)}, not of the ${has.pool} of ${called(owner)}`,
      );
    }
    if (!owner || value === undefined || value === has.value) return;
    unassign(drafts, kinds, { owner: has.owner, assignee: id, thing: has.thing, value: has.value });
    within(pointer, () => give(drafts, kinds, { owner, pool, assignee: id, alias, value }, chance));
    return;
  }
  if (!isNew && !optional) {
    const gone = before.find(each => each.alias === alias);
    if (gone) checkMayBeTaken(kind, gone);
    return;
  }
  const named = isNew ? namedOwner(drafts, assignee, declared, kinds) : undefined;
  if (optional && !named && value === undefined) return;
  const owner = named ?? ownerOver(drafts, assignee, declared, kinds) ?? firstOwner(drafts, declared, value, kinds);
  within(pointer, () => give(drafts, kinds, { owner, pool, assignee: id, alias, value }, chance));
}

/** Throws `conflict` when the kind of an assignee has each of its instances keep a number to its end. */
export function checkMayBeTaken(kind: Kind | undefined, { alias }: Assignment): void {
  const declared = kind?.assignment?.find(each => each.alias === alias && !each.optional);
  if (kind && declared) throw keeps(kind, declared);
}

function keeps(kind: Kind, { alias, from, pool }: KindAssignment): AgentError {
  return new AgentError(
    'conflict',
    `${anyOne(kind.name)} has one of the ${pool} of ${anyOne(from)} as ${alias} from its making to its end; name another one instead`,
  );
}

/** The number that a characteristic of the assignee says it is to have. */
function readValue({ document, type }: Draft, { read }: KindAssignment): number | undefined {
  if (read === undefined) return undefined;
  const found = elementsOf(document, characteristicArray[type]).find(each => nameOf(each) === read);
  const value = property(found, 'value');
  return typeof value === 'number' ? value : undefined;
}

function pointerOf({ document, type }: Draft, characteristic: string): string {
  const array = characteristicArray[type];
  return `/${array}/${elementsOf(document, array).findIndex(each => nameOf(each) === characteristic)}/value`;
}

/** Whom the maker names as supporting the new instance: under the alias of the assignment, else any of the kind. */
function namedOwner(drafts: Drafts, { document }: Draft, declared: KindAssignment, kinds: Kinds): Draft | undefined {
  const named = ['supportingResource', 'supportingService']
    .flatMap(array => elementsOf(document, array))
    .flatMap(element => {
      const id = property(element, 'id');
      const owner = typeof id === 'string' ? drafts.get(instanceId(id)) : undefined;
      return owner && isA(kinds.get(owner.kind), declared.from) ? [{ owner, alias: property(element, 'alias') }] : [];
    });
  const meant = named.find(each => each.alias === declared.alias) ?? named.find(each => each.alias === undefined);
  return meant?.owner;
}

/** The first that the hops lead to and that has a number left; what they lead to binds even where it has none. */
function ownerOver(drafts: Drafts, assignee: Draft, declared: KindAssignment, kinds: Kinds): Draft | undefined {
  const { via, from, pool } = declared;
  if (via === undefined) return undefined;
  const { instances } = traverse(asDrafted(drafts), withSeq(assignee, undefined), via);
  const owners = instances.filter(each => isA(kinds.get(each.kind), from)).map(({ id }) => drafts.need(id));
  return owners.find(each => hindranceTo(drafts, kinds, each, pool) === undefined) ?? owners[0];
}

function firstOwner(drafts: Drafts, declared: KindAssignment, value: number | undefined, kinds: Kinds): Draft {
  const { from, pool, alias } = declared;
  let hindrance: string | undefined;
  for (const kind of kinds.values()) {
    if (!isA(kind, from)) continue;
    const thing = kind.pool?.find(each => each.name === pool)?.thing;
    for (const { id } of drafts.writer.instances({ kind: kind.name })) {
      const owner = drafts.need(id);
      const stands = hindranceTo(drafts, kinds, owner, pool);
      const isTaken = value !== undefined && thing !== undefined && drafts.writer.assignment(id, thing, value);
      if (stands === undefined && !isTaken) return owner;
      hindrance ??= stands ?? `${thing} ${value} of ${called(owner)} is assigned`;
    }
  }
  const none = `there is no ${from} with a free number of its ${pool} for the assignment ${alias}`;
  throw new AgentError('conflict', hindrance === undefined ? `${none}; make one first` : `${none}: ${hindrance}`);
}

/** Says where in the document what went wrong was asked for, unless that is said already. */
function within(pointer: string | undefined, call: () => void): void {
  try {
    call();
  } catch (error) {
    if (!(error instanceof AgentError) || error.pointer !== undefined || pointer === undefined) throw error;
    throw new AgentError(error.code, error.message, { pointer, cause: error });
  }
}
