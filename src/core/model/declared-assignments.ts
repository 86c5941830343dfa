/** The numbers that a kind has every instance get: from whom each comes, and that it stays. */
import { AgentError } from '../errors.ts';
import { type InstanceId, instanceId } from '../ids.ts';
import { characteristicArray } from '../instance.ts';
import { property } from '../json.ts';
import { isA, type Kind, type KindAssignment, type Kinds } from '../kind.ts';
import { assign, hindranceTo, unassign } from './assign.ts';
import { elementsOf, nameOf } from './complete.ts';
import { asDrafted, withSeq } from './drafted.ts';
import type { Draft, Drafts } from './drafts.ts';
import type { Assignment } from './link.ts';
import { traverse } from './traverse.ts';
import { anyOne, called } from './words.ts';

export interface AssignmentRules {
  readonly kinds: Kinds;
  /** Of the assignee. */
  readonly kind: Kind | undefined;
  readonly chance: () => number;
  /** New, or new in its kind: it gets all that its kind has each instance get. */
  readonly isNew: boolean;
  /** It was not there before, so it was given nothing before. */
  readonly isMade?: boolean;
}

export function give(
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
export function settleDeclared(
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

/** A number that an observed instance should have and does not get. */
export interface NotGiven {
  readonly assignee: InstanceId;
  readonly alias: string;
  readonly because: string;
}

/**
 * Sees to the numbers of instances that were observed together: first those go back that the element says otherwise now,
 * so that two may have changed places. What cannot be given does not keep what was seen from being written.
 */
export function settleObserved(
  drafts: Drafts,
  kinds: Kinds,
  ids: readonly InstanceId[],
  chance: () => number,
): readonly NotGiven[] {
  const bound = ids.filter(id => kinds.get(drafts.get(id)?.kind ?? '')?.assignment !== undefined);
  for (const id of bound) takeBackRead(drafts, kinds, id, false);
  const failed: NotGiven[] = [];
  for (const assignee of bound) {
    const kind = kinds.get(drafts.need(assignee).kind);
    for (const declared of kind?.assignment ?? []) {
      try {
        settleDeclared(drafts, assignee, declared, [], { kinds, kind, chance, isNew: true });
      } catch (error) {
        if (!(error instanceof AgentError)) throw error;
        failed.push({ assignee, alias: declared.alias, because: error.message });
      }
    }
  }
  return failed;
}

/** Takes back the numbers that the element itself says, where it says others now, or is gone. */
export function takeBackRead(drafts: Drafts, kinds: Kinds, id: InstanceId, isGone: boolean): void {
  const assignee = drafts.need(id);
  for (const declared of kinds.get(assignee.kind)?.assignment ?? []) {
    if (declared.read === undefined) continue;
    const said = isGone ? undefined : readValue(assignee, declared);
    const [has] = drafts.writer.assignmentsTo(id, declared.alias);
    if (!has || has.value === said || (said === undefined && !isGone)) continue;
    unassign(drafts, kinds, { owner: has.owner, assignee: id, thing: has.thing, value: has.value });
  }
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
export function readValue({ document, type }: Draft, { read }: KindAssignment): number | undefined {
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
export function within(pointer: string | undefined, call: () => void): void {
  try {
    call();
  } catch (error) {
    if (!(error instanceof AgentError) || error.pointer !== undefined || pointer === undefined) throw error;
    throw new AgentError(error.code, error.message, { pointer, cause: error });
  }
}
