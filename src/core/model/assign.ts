/** Hands out the numbers of pools and takes them back: the row and both documents change in one commit. */
import { AgentError } from '../errors.ts';
import type { InstanceId } from '../ids.ts';
import { isArray, property } from '../json.ts';
import type { Kind, Kinds } from '../kind.ts';
import { withAssignedFrom, withoutAssignedFrom } from './assigned-from.ts';
import type { Draft, Drafts } from './drafts.ts';
import type { Assignment } from './link.ts';
import { freeValue, isWithin, type Pool, poolOf, poolsOfThing, withCount } from './pool.ts';
import { called, eitherOf } from './words.ts';

/** Who wants a number from whom. */
export interface AssignWish {
  readonly owner: InstanceId;
  readonly pool: string;
  readonly assignee: InstanceId;
  /** The thing's name when absent, or that and the number where the assignee has one of that name. */
  readonly alias?: string;
  /** The pool chooses when absent. */
  readonly value?: number;
}

/** Which number goes back: as much as it takes to tell it from the others that the assignee has of the owner. */
export interface UnassignWish {
  readonly owner: InstanceId;
  readonly assignee: InstanceId;
  readonly pool?: string;
  readonly thing?: string;
  readonly value?: number;
  readonly alias?: string;
}

/** So many candidates are named in a refusal. */
const NAMED = 5;

const assignableLifecycle = ['planned', 'installed'];
const assignableStates = ['feasibilityChecked', 'designed', 'reserved', 'inactive', 'active', 'suspended'];

/**
 * Hands out a number. Throws `invalid` when what is asked for cannot be (no such pool or instance, outside the bounds),
 * `conflict` when it cannot be now (the owner's state, all or this one assigned, the alias taken); nothing is
 * drafted then.
 */
export function assign(drafts: Drafts, kinds: Kinds, wish: AssignWish, chance: () => number): Assignment {
  const { writer } = drafts;
  const assignee = known(drafts, wish.assignee, 'to assign to');
  const owner = known(drafts, wish.owner, 'to assign from');
  if (owner.id === assignee.id) {
    throw new AgentError('invalid', `${called(owner)} cannot assign to itself; name another instance`);
  }
  const kind = kinds.get(owner.kind);
  const pool = poolOf(writer, kind, owner, wish.pool);
  const hindrance = stateHindrance(owner);
  if (hindrance !== undefined) throw new AgentError('conflict', hindrance);
  const value = wish.value === undefined ? chosen(drafts, owner, pool, chance) : asked(drafts, owner, pool, wish.value);
  const { name, thing } = pool.declared;
  const alias = wish.alias === undefined ? freeAlias(drafts, assignee, thing, value) : wish.alias;
  checkAlias(drafts, assignee, alias);
  const assignment = { owner: owner.id, pool: name, thing, value, assignee: assignee.id, alias };
  count(drafts, kind, owner, assignment, 1);
  writer.putAssignment(assignment);
  drafts.putDocument(assignee.id, withAssignedFrom(assignee.document, assignment, owner.type));
  return assignment;
}

/** Why an instance hands out nothing from a pool now; undefined when it does. For those who look for an owner. */
export function hindranceTo(drafts: Drafts, kinds: Kinds, owner: Draft, pool: string): string | undefined {
  const { value } = poolOf(drafts.writer, kinds.get(owner.kind), owner, pool);
  return stateHindrance(owner) ?? (value.free > 0 ? undefined : exhausted(owner, pool, value));
}

/** Takes a number back. Throws `notFound` when there is none like it, `conflict` when there are several. */
export function unassign(drafts: Drafts, kinds: Kinds, wish: UnassignWish): Assignment {
  const given = drafts.writer.assignmentsTo(wish.assignee).filter(each => each.owner === wish.owner);
  const fits = given.filter(
    each =>
      (wish.pool === undefined || each.pool === wish.pool) &&
      (wish.thing === undefined || each.thing === wish.thing) &&
      (wish.value === undefined || each.value === wish.value) &&
      (wish.alias === undefined || each.alias === wish.alias),
  );
  const [assignment] = fits;
  if (!assignment || fits.length > 1) throw notTheOne(drafts, wish, assignment ? fits : given, fits.length);
  takeBack(drafts, kinds, assignment);
  const assignee = drafts.get(assignment.assignee);
  if (assignee) drafts.putDocument(assignee.id, withoutAssignedFrom(assignee.document, assignment));
  return assignment;
}

/** Takes back all that an assignee was given. Its own document stays as it is: this is for those who remove it. */
export function releaseAll(drafts: Drafts, kinds: Kinds, assignee: InstanceId): readonly Assignment[] {
  const given = drafts.writer.assignmentsTo(assignee);
  for (const assignment of given) takeBack(drafts, kinds, assignment);
  return given;
}

function takeBack(drafts: Drafts, kinds: Kinds, assignment: Assignment): void {
  const owner = drafts.get(assignment.owner);
  if (owner) count(drafts, kinds.get(owner.kind), owner, assignment, -1);
  drafts.writer.removeAssignment(assignment.owner, assignment.thing, assignment.value);
}

/** To be called before the row comes or goes: a pool that no document shows yet is counted from the rows. */
function count(drafts: Drafts, kind: Kind | undefined, owner: Draft, { thing, value }: Assignment, by: 1 | -1): void {
  const pools = poolsOfThing(drafts.writer, kind, owner, thing);
  drafts.putDocument(owner.id, withCount(owner.document, owner.type, pools, value, by));
}

function known(drafts: Drafts, id: InstanceId, what: string): Draft {
  const draft = drafts.get(id);
  if (!draft) throw new AgentError('invalid', `there is no instance with the id "${id}" ${what}`);
  return draft;
}

/** Only what is there, or will be, hands out numbers. */
function stateHindrance(owner: Draft): string | undefined {
  const { type, document, observedBy } = owner;
  const observed = observedBy !== undefined;
  if (type === 'service') {
    const state = property(document, 'state') ?? (observed ? 'active' : 'initial');
    if (assignableStates.some(each => each === state)) return undefined;
    return `${called(owner)} hands out nothing while its state is ${state}; it does while it is ${eitherOf(assignableStates)}`;
  }
  const lifecycle = property(document, 'lifecycleState');
  const does = `it does while that is ${eitherOf(assignableLifecycle)}`;
  if (assignableLifecycle.some(each => each === lifecycle)) return undefined;
  if (lifecycle !== undefined) {
    return `${called(owner)} hands out nothing while its lifecycleState is ${lifecycle}; ${does}`;
  }
  // A driver sees it, so it is installed, unless the last look found it gone.
  const availability = property(document, 'availabilityStatus');
  const gone = availability === 'notInstalled' || (isArray(availability) && availability.includes('notInstalled'));
  if (observed && !gone) return undefined;
  return observed
    ? `${called(owner)} hands out nothing while it is not installed`
    : `${called(owner)} hands out nothing while it has no lifecycleState; ${does}`;
}

function chosen(drafts: Drafts, owner: Draft, pool: Pool, chance: () => number): number {
  const value = freeValue(drafts.writer, owner, pool, chance);
  if (value === undefined) throw new AgentError('conflict', exhausted(owner, pool.declared.name, pool.value));
  return value;
}

function exhausted(owner: Draft, pool: string, { first, last }: Pool['value']): string {
  return `all ${last - first + 1} ${pool} of ${called(owner)} are assigned; unassign one or widen the pool`;
}

function asked(drafts: Drafts, owner: Draft, { declared, value: bounds }: Pool, value: number): number {
  const { name, thing } = declared;
  if (!Number.isSafeInteger(value) || !isWithin(bounds, value)) {
    const range = `${bounds.first} to ${bounds.last}`;
    throw new AgentError('invalid', `the pool ${name} of ${called(owner)} goes from ${range}; ${value} is not in it`);
  }
  const holder = drafts.writer.assignment(owner.id, thing, value);
  if (!holder) return value;
  const to = drafts.get(holder.assignee);
  throw new AgentError(
    'conflict',
    `${thing} ${value} of ${called(owner)} is assigned to ${to ? called(to) : holder.assignee} as ${holder.alias}; unassign it first or ask for another`,
  );
}

function freeAlias(drafts: Drafts, assignee: Draft, thing: string, value: number): string {
  const taken = new Set(drafts.writer.assignmentsTo(assignee.id).map(each => each.alias));
  if (!taken.has(thing)) return thing;
  const base = `${thing}-${value}`;
  let alias = base;
  for (let more = 2; taken.has(alias); more++) alias = `${base}-${more}`;
  return alias;
}

function checkAlias(drafts: Drafts, assignee: Draft, alias: string): void {
  if (alias === '') throw new AgentError('invalid', 'an alias has at least one letter; leave it out to get one');
  const [other] = drafts.writer.assignmentsTo(assignee.id, alias);
  if (!other) return;
  const owner = drafts.get(other.owner);
  throw new AgentError(
    'conflict',
    `${called(assignee)} has ${other.thing} ${other.value} of ${owner ? called(owner) : other.owner} as ${alias} already; unassign that first or choose another alias`,
  );
}

function notTheOne(drafts: Drafts, wish: UnassignWish, others: readonly Assignment[], fits: number): AgentError {
  const name = (id: InstanceId): string => {
    const draft = drafts.get(id);
    return draft ? called(draft) : id;
  };
  const all = others.slice(0, NAMED).map(each => `${each.thing} ${each.value} as ${each.alias}`);
  const has = all.length === 0 ? 'nothing' : `${all.join(', ')}${others.length > NAMED ? ' and more' : ''}`;
  const [owner, assignee] = [name(wish.owner), name(wish.assignee)];
  if (fits > 1) {
    return new AgentError(
      'conflict',
      `${owner} has assigned ${fits} to ${assignee}: ${has}; say which by value or alias`,
    );
  }
  const number = [wish.thing ?? wish.pool, wish.value].filter(each => each !== undefined).join(' ') || 'a number';
  const wanted = wish.alias === undefined ? number : `${number} as ${wish.alias}`;
  return new AgentError('notFound', `${owner} has not assigned ${wanted} to ${assignee}; it has assigned ${has} to it`);
}
