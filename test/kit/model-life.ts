/** The life of a small domain: steps that clients might take, and what must hold of the store after each. */
import { AgentError } from '../../src/core/errors.ts';
import { type InstanceId, instanceId } from '../../src/core/ids.ts';
import { characteristicArray, type Instance } from '../../src/core/instance.ts';
import { isArray, isObject, type Json, type JsonObject, property } from '../../src/core/json.ts';
import type { Kind, Kinds } from '../../src/core/kind.ts';
import type { UnassignWish } from '../../src/core/model/assign.ts';
import { build } from '../../src/core/model/build.ts';
import { change, type Given } from '../../src/core/model/changes.ts';
import { defined } from '../../src/core/model/define.ts';
import type { Drafts } from '../../src/core/model/drafts.ts';
import type { Assignment, Link, PoolValue } from '../../src/core/model/link.ts';
import { linksIn } from '../../src/core/model/links.ts';
import { present } from '../../src/core/model/present.ts';
import { related, unrelated } from '../../src/core/model/relate.ts';
import { remove } from '../../src/core/model/remove.ts';
import { firstServiceState, serviceStates } from '../../src/core/model/service-states.ts';
import { specificationAttribute } from '../../src/core/model/specification.ts';
import { type Domain, give, takeBack } from '../../src/core/model/standard-changes.ts';
import { uuidOf } from '../../src/core/uuid.ts';
import type { Reader, Store } from '../../src/ports/store.ts';
import { type Chance, chanceOf } from './chance.ts';
import { commit, pool, poolKind } from './pools.ts';

const shelf: Kind = {
  ...poolKind('shelf', 'resource', [
    pool('ports', 'port', { last: 4 }),
    pool('uplinks', 'port', { first: 3, last: 6, algorithm: 'highest' }),
    pool('vlans', 'vlan', { first: 100, last: 102, algorithm: 'random' }),
  ]),
  characteristic: [{ name: 'rack', schema: { type: 'integer', minimum: 1 }, owner: 'record', default: 1 }],
};

/** The second version of a shelf: no uplinks, and more ports. */
const wideShelf: Kind = {
  ...poolKind('wideShelf', 'resource', [
    pool('ports', 'port', { last: 9 }),
    pool('vlans', 'vlan', { first: 100, last: 102 }),
  ]),
  specification: { ...shelf.specification, id: uuidOf('specification', 'shelf', '2'), version: '2.0.0' },
};

const access: Kind = {
  ...poolKind('access', 'service', [pool('sessions', 'session', { last: 3 })]),
  relationship: { source: ['primary', 'backup'], target: 'all' },
};

/** Has a port of a shelf from its making to its end. */
const line: Kind = {
  ...poolKind('line', 'service', []),
  assignment: [{ alias: 'port', from: 'shelf', pool: 'ports' }],
  relationship: { source: 'all', target: ['primary', 'backup'] },
};

export const kinds: Kinds = new Map([shelf, wideShelf, access, line].map(each => [each.name, each]));

/** Which ids there may be, and of what; those of no kind are as free as anything. */
const names = ['shelf1', 'shelf2', 'access1', 'access2', 'line1', 'line2', 'free1', 'free2'] as const;
const kindNamed = (name: string): Kind | undefined => kinds.get(name.slice(0, -1));

export const acts = [
  'build',
  'relate',
  'unrelate',
  'assign',
  'unassign',
  'ask',
  'drop',
  'define',
  'move',
  'respecify',
  'delete',
] as const;

export interface Step {
  readonly act: (typeof acts)[number];
  readonly on: string;
  readonly with: string;
  readonly seed: number;
}

export function stepOf(chance: Chance): Step {
  const pick = <T>(from: readonly T[], instead: T): T => chance.pick(from) ?? instead;
  // More is made than taken away, so that there is something to take away.
  const act = chance.happens(0.3) ? pick(['build', 'assign', 'relate'] as const, 'build') : pick(acts, 'build');
  return { act, on: pick(names, 'free1'), with: pick(names, 'free2'), seed: chance.whole(0, 2 ** 30) };
}

/** Takes the step in one commit; gives back the refusal, if it was refused. Anything but a refusal is thrown. */
export function take(store: Pick<Store, 'transact'>, step: Step): AgentError | undefined {
  try {
    commit(store, drafts => act(drafts, step));
    return undefined;
  } catch (error) {
    if (error instanceof AgentError && ['invalid', 'conflict', 'notFound'].includes(error.code)) return error;
    throw error;
  }
}

/** One of those that it was given, for now and then a wish that can be met. */
function someNumber(drafts: Drafts, assignee: InstanceId, chance: Chance): UnassignWish | undefined {
  const given = chance.happens(0.5) ? chance.pick(drafts.writer.assignmentsTo(assignee)) : undefined;
  return given && { owner: given.owner, assignee, alias: given.alias };
}

function act(drafts: Drafts, step: Step): void {
  const chance = chanceOf(step.seed);
  const on = instanceId(step.on);
  const other = instanceId(step.with);
  let ids = 0;
  const given: Given = { now: step.seed, newId: () => `made-${step.seed}-${ids++}`, chance: () => chance.one() };
  const domain: Domain = { drafts, kinds, given };
  const changed = (document: (before: JsonObject) => JsonObject): void => {
    const before = drafts.need(on);
    change(drafts, kinds, before, document(before.document), given);
  };
  const alias = chance.pick(['primary', 'backup', undefined]);
  const from = chance.pick(['ports', 'uplinks', 'vlans', 'sessions']) ?? 'ports';
  const number = chance.pick([undefined, undefined, 1, 2, 3, 4, 5, 6, 100, 101]);
  const open = { ...(number === undefined ? {} : { value: number }), ...(alias === undefined ? {} : { alias }) };
  switch (step.act) {
    case 'build':
      build(drafts, kinds, { id: on, type: typeNamed(step.on), document: newDocument(step.on, chance) }, given);
      return;
    case 'relate': {
      const { id, type } = drafts.need(other);
      const words = { type: chance.pick(['bestows', 'uses']) ?? 'uses', ...(alias === undefined ? {} : { alias }) };
      changed(before => related(before, { id, type }, words));
      return;
    }
    case 'unrelate':
      changed(document => unrelated({ id: on, document }, chance.happens(0.5) ? {} : { target: other }));
      return;
    case 'assign':
      give(domain, { owner: other, pool: from, assignee: on, ...open });
      return;
    case 'unassign':
      takeBack(domain, someNumber(drafts, on, chance) ?? { owner: other, assignee: on, ...open });
      return;
    // The same as a client does it that only writes documents.
    case 'ask': {
      const { id, type } = drafts.need(other);
      changed(before => withElement(before, `${type}Relationship`, wish(id, type, from, number, alias)));
      return;
    }
    case 'drop':
      changed(before => withoutElement(before, chance));
      return;
    case 'define': {
      const { type, kind } = drafts.need(on);
      const bounds = { first: chance.whole(1, 5), last: chance.whole(3, 8) };
      const values = chance.happens(0.7) ? { [from]: bounds } : { rack: chance.whole(0, 3) };
      changed(before => defined(before, type, kinds.get(kind), values));
      return;
    }
    case 'move':
      changed(before =>
        drafts.need(on).type === 'service'
          ? { ...before, state: chance.pick(serviceStates) ?? firstServiceState }
          : { ...before, lifecycleState: chance.pick(['planned', 'installed', 'pendingRemoval']) ?? 'installed' },
      );
      return;
    case 'respecify': {
      const to = chance.pick([...kinds.values()]) ?? shelf;
      changed(before => ({ ...before, [specificationAttribute[drafts.need(on).type]]: { id: to.specification.id } }));
      return;
    }
    case 'delete':
      remove(drafts, kinds, on);
      return;
  }
}

function typeNamed(name: string): Kind['type'] {
  return kindNamed(name)?.type ?? (name === 'free1' ? 'service' : 'resource');
}

function newDocument(name: string, chance: Chance): JsonObject {
  const kind = kindNamed(name);
  const type = typeNamed(name);
  const state: JsonObject =
    type === 'service' ? { state: chance.pick(['initial', 'active']) ?? 'active' } : { lifecycleState: 'installed' };
  const specification: JsonObject = kind ? { [specificationAttribute[type]]: { id: kind.specification.id } } : {};
  return { '@type': type === 'service' ? 'Service' : 'Resource', name, ...state, ...specification };
}

function wish(
  owner: InstanceId,
  type: Kind['type'],
  name: string,
  value: number | undefined,
  alias: string | undefined,
): JsonObject {
  return {
    relationshipType: 'assignedFrom',
    ...(alias === undefined ? {} : { alias }),
    [type]: { id: owner },
    [`${type}RelationshipCharacteristic`]: [{ name, ...(value === undefined ? {} : { value }) }],
  };
}

function elements(document: JsonObject, name: string): readonly Json[] {
  const array = property(document, name);
  return isArray(array) ? array : [];
}

function withElement(document: JsonObject, name: string, element: JsonObject): JsonObject {
  return { ...document, [name]: [...elements(document, name), element] };
}

function withoutElement(document: JsonObject, chance: Chance): JsonObject {
  const name = chance.pick(['serviceRelationship', 'resourceRelationship']) ?? 'serviceRelationship';
  const array = elements(document, name);
  return array.length === 0 ? document : { ...document, [name]: array.toSpliced(chance.whole(0, array.length), 1) };
}

/** Whose elements a step has brought in line with the rows, if it has written any; nobody's when it gave a number back. */
export function settledBy({ act, on }: Step, store: Reader, before: number): string | undefined {
  return act !== 'unassign' && (store.instanceSeq(instanceId(on)) ?? 0) > before ? on : undefined;
}

/**
 * What is wrong with the store, a sentence each; empty when everything hangs together. What one that has just been
 * settled says is all true.
 */
export function faultsIn(store: Reader, settled?: string): readonly string[] {
  const all = [...store.instances({})];
  const handedOut = all.flatMap(({ id }) => store.assignmentsFrom(id));
  return [
    ...all.flatMap(instance => [
      ...kindFaults(instance),
      ...linkFaults(store, instance),
      ...poolFaults(store, instance),
      ...assigneeFaults(store, instance, settled === instance.id),
      ...ownerFaults(store, instance),
      ...supportFaults(instance),
    ]),
    ...handedOut.flatMap(each => rowFaults(store, each)),
  ];
}

function kindFaults({ id, type, kind, document }: Instance): readonly string[] {
  const specification = property(document, specificationAttribute[type]);
  const named = [...kinds.values()].find(each => each.specification.id === property(specification, 'id'));
  if ((named?.name ?? type) !== kind) return [`${id} is a ${kind} and says it is a ${named?.name}`];
  const state = property(document, 'state');
  const isState = serviceStates.some(each => each === state);
  return named?.type === 'service' && !isState ? [`${id} is in the state ${state}`] : [];
}

/** All that a life leaves behind. */
export function remainsOf(store: Reader): unknown {
  const instances = [...store.instances({})].map(instance => ({
    instance,
    links: store.linksFrom(instance.id),
    rows: store.assignmentsFrom(instance.id),
    runs: ['port', 'vlan', 'session'].map(thing => [...store.runs(instance.id, thing, { first: 0, last: 1_000 })]),
  }));
  return { seq: store.seq(), instances, changes: store.changesAfter(0, store.seq()) };
}

const asText = ({ class: of, target, type, alias }: Link): string => `${of} ${type} ${alias} ${target}`;

function linkFaults(store: Reader, { id, document }: Instance): readonly string[] {
  const said = linksIn(id, document).map(asText).sort().join('; ');
  const kept = store.linksFrom(id).map(asText).sort().join('; ');
  const faults = said === kept ? [] : [`${id} says ${said}, and its links are ${kept}`];
  for (const { target } of store.linksFrom(id, 'relationship')) {
    // Between those of no kind anything goes.
    const isFree = [id, target].every(each => each.startsWith('free'));
    if (!isFree && !store.instance(instanceId(target))) faults.push(`${id} relates to ${target}, which is gone`);
  }
  return faults;
}

function poolFaults(store: Reader, owner: Instance): readonly string[] {
  const pools = kinds.get(owner.kind)?.pool ?? [];
  return pools.flatMap(({ name, thing }) => {
    const shown = elements(owner.document, characteristicArray[owner.type]).find(
      each => property(each, 'name') === name,
    );
    const value = property(shown, 'value') as unknown as PoolValue | undefined;
    if (!value) return [`${owner.id} shows no pool ${name}`];
    const { first, last, assigned, free } = value;
    const held = store.assignmentsFrom(owner.id, thing);
    const within = held.filter(each => each.value >= first && each.value <= last);
    const faults: string[] = [];
    if (assigned !== within.length || free !== last - first + 1 - within.length) {
      faults.push(`${owner.id} counts ${assigned} and ${free} in ${name}, and there are ${within.length}`);
    }
    const outside = held.filter(each => each.pool === name && !within.includes(each));
    if (outside.length > 0) faults.push(`${owner.id} has handed out ${outside[0]?.value} outside of ${name}`);
    const runs = [...store.runs(owner.id, thing, { first: 0, last: 1_000 })];
    const values = runs.flatMap(run => Array.from({ length: run.last - run.first + 1 }, (_, i) => run.first + i));
    if (String(values) !== String(held.map(each => each.value))) faults.push(`${owner.id} has the runs ${values}`);
    return faults;
  });
}

function rowFaults(store: Reader, { owner, pool: name, thing, value, assignee, alias }: Assignment): readonly string[] {
  const faults: string[] = [];
  const from = store.instance(owner);
  if (!from) faults.push(`${thing} ${value} is of ${owner}, which is gone`);
  if (!store.instance(assignee)) faults.push(`${thing} ${value} of ${owner} is assigned to ${assignee}, which is gone`);
  const declared = kinds.get(from?.kind ?? '')?.pool?.find(each => each.name === name);
  if (declared?.thing !== thing) faults.push(`${owner} has no pool ${name} of ${thing}`);
  if (store.assignmentsTo(assignee, alias).length !== 1) faults.push(`${assignee} has ${alias} more than once`);
  return faults;
}

const told = (owner: string, name: Json | undefined, value: Json | undefined, alias: Json | undefined): string =>
  `${name} ${value} of ${owner} as ${alias}`;

/** Each row is an element of the assignee's document, and each element that names an owner of a kind is a row. */
function assigneeFaults(store: Reader, { id, document }: Instance, isSettled: boolean): readonly string[] {
  const rows = store.assignmentsTo(id).map(each => told(each.owner, each.pool, each.value, each.alias));
  const said = (['service', 'resource'] as const).flatMap(side =>
    elements(document, `${side}Relationship`).flatMap(each => {
      const owner = property(property(each, side), 'id');
      if (property(each, 'relationshipType') !== 'assignedFrom' || typeof owner !== 'string') return [];
      // What was said of an owner before it was of a kind is the client's own word, until it is written the next time.
      const isOwn = !isSettled && owner.startsWith('free') && !store.assignmentsTo(id).some(row => row.owner === owner);
      if (isOwn || !kinds.has(store.instance(instanceId(owner))?.kind ?? '')) return [];
      const [characteristic] = isObject(each) ? elements(each, `${side}RelationshipCharacteristic`) : [];
      return [
        told(owner, property(characteristic, 'name'), property(characteristic, 'value'), property(each, 'alias')),
      ];
    }),
  );
  return String(rows.sort()) === String(said.sort()) ? [] : [`${id} says "${said}", and was assigned "${rows}"`];
}

/** As the owner is shown, each row is an element too. */
function ownerFaults(store: Reader, owner: Instance): readonly string[] {
  const rows = store.assignmentsFrom(owner.id).map(each => told(each.assignee, each.thing, each.value, each.alias));
  const { document } = present(store, kinds, owner);
  const shown = (['service', 'resource'] as const).flatMap(side =>
    elements(document, `${side}Relationship`).flatMap(each => {
      if (property(each, 'relationshipType') !== 'assignedTo') return [];
      const [characteristic] = isObject(each) ? elements(each, `${side}RelationshipCharacteristic`) : [];
      const { name, value } = isObject(characteristic) ? characteristic : {};
      return [told(String(property(property(each, side), 'id')), name, value, property(each, 'alias'))];
    }),
  );
  return String(rows.sort()) === String(shown.sort()) ? [] : [`${owner.id} shows "${shown}", and assigned "${rows}"`];
}

/** Whatever an instance has an alias for supports it, once, and nothing else has an alias there. */
function supportFaults({ id, kind, document }: Instance): readonly string[] {
  if (!kinds.has(kind)) return [];
  return (['service', 'resource'] as const).flatMap(side => {
    const aliased = elements(document, `${side}Relationship`).filter(each => property(each, 'alias') !== undefined);
    const targets = new Set(aliased.map(each => String(property(property(each, side), 'id'))));
    const array = elements(document, side === 'service' ? 'supportingService' : 'supportingResource');
    const support = array.map(each => String(property(each, 'id')));
    return String([...targets].sort()) === String(support.sort())
      ? []
      : [`${id} is supported by "${support}", and has aliases for "${[...targets]}"`];
  });
}
