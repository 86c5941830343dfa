/** Pools: numbers that an instance hands out. Where a pool's bounds and counts stand, and which number is free. */
import { didYouMean } from '../did-you-mean.ts';
import { AgentError } from '../errors.ts';
import { characteristicArray, type Instance, type InstanceType } from '../instance.ts';
import { asJson, isArray, isObject, type Json, type JsonObject, property } from '../json.ts';
import { algorithms, type Kind, type KindPool } from '../kind.ts';
import type { PoolValue, Run } from './link.ts';
import type { ModelReader } from './model-store.ts';
import { called, shown } from './words.ts';

/** What is needed of an instance to read its pools. */
export type Owner = Pick<Instance, 'id' | 'type' | 'document'>;

/** A pool of an instance: what its kind says of it, and how it stands. */
export interface Pool {
  readonly declared: KindPool;
  readonly value: PoolValue;
}

/** Whole numbers from here up to it, both included, are exact wherever they are kept. */
const LARGEST = Number.MAX_SAFE_INTEGER;
/** A pick at random that hits no free number so many times more often than expected gives up and counts instead. */
const PATIENCE = 8;

/** The characteristics of a new instance that show its pools: nothing is handed out yet. */
export function poolCharacteristics(kind: Kind): readonly JsonObject[] {
  return (kind.pool ?? []).map(declared => characteristic(declared.name, newValue(declared)));
}

function newValue({ first, last, algorithm, type }: KindPool): PoolValue {
  return { first, last, algorithm, ...(type === undefined ? {} : { type }), assigned: 0, free: last - first + 1 };
}

function characteristic(name: string, value: PoolValue): JsonObject {
  return { name, value: asJson(value), '@type': 'ObjectCharacteristic' };
}

/** A pool of an instance of a kind. Throws `invalid` when the kind declares none of that name. */
export function poolOf(reader: ModelReader, kind: Kind | undefined, owner: Owner, name: string): Pool {
  const pools = kind?.pool ?? [];
  const declared = pools.find(each => each.name === name);
  if (declared) return { declared, value: poolValueOf(reader, owner, declared) };
  const names = pools.map(each => each.name);
  const has = names.length === 0 ? 'it has no pools' : `it has ${names.join(', ')}`;
  const what = kind ? `${called(owner)}, a ${kind.name},` : called(owner);
  throw new AgentError('invalid', `${what} has no pool ${name}; ${has}${didYouMean(name, names)}`);
}

/** The pools of an instance that hand out numbers of the same thing. */
export function poolsOfThing(reader: ModelReader, kind: Kind | undefined, owner: Owner, thing: string): Pool[] {
  return (kind?.pool ?? [])
    .filter(declared => declared.thing === thing)
    .map(declared => ({ declared, value: poolValueOf(reader, owner, declared) }));
}

/** As the document has it; as the kind has it, freshly counted, where the instance is older than the pool. */
function poolValueOf(reader: ModelReader, owner: Owner, declared: KindPool): PoolValue {
  const kept = readValue(poolValueIn(owner, declared.name));
  return kept ?? counted(reader, owner, declared.thing, newValue(declared));
}

function poolValueIn({ type, document }: Owner, name: string): Json | undefined {
  const array = property(document, characteristicArray[type]);
  return isArray(array)
    ? property(
        array.find(each => property(each, 'name') === name),
        'value',
      )
    : undefined;
}

function readValue(value: Json | undefined): PoolValue | undefined {
  const { first, last, algorithm, type, assigned, free } = isObject(value) ? value : {};
  const picked = algorithms.find(each => each === algorithm);
  if (!isWhole(first) || !isWhole(last) || !picked || !isWhole(assigned) || !isWhole(free)) return undefined;
  return { first, last, algorithm: picked, ...(typeof type === 'string' ? { type } : {}), assigned, free };
}

function isWhole(value: Json | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

/** The document with a pool's value in the place of the former one, or behind the other characteristics. */
export function withPool(document: JsonObject, type: InstanceType, name: string, value: PoolValue): JsonObject {
  const key = characteristicArray[type];
  const array = property(document, key);
  const before = isArray(array) ? array : [];
  const found = before.findIndex(each => property(each, 'name') === name);
  const former = before[found];
  const now = isObject(former) ? { ...former, value: asJson(value) } : characteristic(name, value);
  return { ...document, [key]: found < 0 ? [...before, now] : before.with(found, now) };
}

/** The document of an owner that has handed out one number of a thing more, or one fewer. */
export function withCount(document: JsonObject, type: InstanceType, pools: readonly Pool[], value: number, by: 1 | -1) {
  return pools
    .filter(pool => isWithin(pool.value, value))
    .reduce((all, { declared, value: { assigned, free, ...rest } }) => {
      return withPool(all, type, declared.name, { ...rest, assigned: assigned + by, free: free - by });
    }, document);
}

export function isWithin({ first, last }: Run, value: number): boolean {
  return value >= first && value <= last;
}

/** With the counts of what is handed out within its bounds, by whichever pool of the thing. */
function counted(reader: ModelReader, { id }: Owner, thing: string, value: PoolValue): PoolValue {
  let assigned = 0;
  for (const run of reader.runs(id, thing, value)) {
    assigned += Math.min(run.last, value.last) - Math.max(run.first, value.first) + 1;
  }
  return { ...value, assigned, free: value.last - value.first + 1 - assigned };
}

/** The number that a pool hands out next; undefined when it has none left. `chance` is from 0 up to 1. */
export function freeValue(
  reader: ModelReader,
  { id }: Pick<Owner, 'id'>,
  { declared: { thing }, value }: Pool,
  chance: () => number,
): number | undefined {
  const { first, last, algorithm } = value;
  const runAt = (number: number): Run | undefined => {
    const run = reader.runAtOrBelow(id, thing, number);
    return run && run.last >= number ? run : undefined;
  };
  switch (algorithm) {
    case 'lowest': {
      const free = (runAt(first)?.last ?? first - 1) + 1;
      return free <= last ? free : undefined;
    }
    case 'highest': {
      const free = (runAt(last)?.first ?? last + 1) - 1;
      return free >= first ? free : undefined;
    }
    case 'random':
      return randomValue(
        value,
        number => runAt(number) === undefined,
        () => reader.runs(id, thing, value),
        chance,
      );
  }
}

/**
 * Every free number is as likely as every other. Where many are free a shot in the dark soon hits one; where few are,
 * there are few runs between them to count over. So the work is bounded by about the root of the size of the pool.
 */
function randomValue(
  { first, last, free }: PoolValue,
  isFree: (number: number) => boolean,
  runs: () => Iterable<Run>,
  chance: () => number,
): number | undefined {
  if (free <= 0) return undefined;
  const size = last - first + 1;
  if (free * free > size) {
    for (let shots = Math.ceil((PATIENCE * size) / free); shots > 0; shots--) {
      const number = first + Math.floor(chance() * size);
      if (isFree(number)) return number;
    }
  }
  let toSkip = Math.floor(chance() * free);
  let from = first;
  for (const run of runs()) {
    const gap = Math.max(0, run.first - from);
    if (toSkip < gap) break;
    toSkip -= gap;
    from = run.last + 1;
  }
  return from + toSkip <= last ? from + toSkip : undefined;
}

/** What may be said of a pool; the counts follow from what is handed out. */
const settable = ['first', 'last', 'algorithm', 'type'];
const countedMembers = ['assigned', 'free'];

/**
 * The document with other bounds, another algorithm or type for a pool; what `wanted` leaves out stays, `type: null`
 * takes the type away. Throws `invalid` with a pointer below `pointer`, `conflict` when a number that is handed out
 * would lie outside.
 */
export function definePool(
  reader: ModelReader,
  kind: Kind | undefined,
  owner: Owner,
  name: string,
  wanted: Json,
  pointer = '',
): JsonObject {
  const { declared, value: before } = poolOf(reader, kind, owner, name);
  const refuse = (member: string, why: string): AgentError =>
    new AgentError('invalid', `the pool ${name} of ${called(owner)}: ${why}`, { pointer: `${pointer}${member}` });
  if (!isObject(wanted)) throw refuse('', `it is an object such as {"first": 1, "last": 48}, not ${shown(wanted)}`);
  for (const member of Object.keys(wanted)) {
    if (settable.includes(member)) continue;
    const said = wanted[member];
    if (!countedMembers.includes(member)) {
      throw refuse(`/${member}`, `it has no ${member}; it has ${settable.join(', ')}${didYouMean(member, settable)}`);
    }
    if (said !== property(asJson(before), member)) {
      throw refuse(`/${member}`, `${member} is counted from what is handed out and cannot be set; leave it out`);
    }
  }
  const bound = (member: 'first' | 'last'): number => {
    const said = property(wanted, member);
    if (said === undefined) return before[member];
    if (isWhole(said)) return said;
    throw refuse(`/${member}`, `${member} is a whole number from 0 to ${LARGEST}, not ${shown(said)}`);
  };
  const first = bound('first');
  const last = bound('last');
  if (first > last) {
    const at = property(wanted, 'first') === undefined ? '/last' : '/first';
    throw refuse(at, `first is at most last, and ${first} is more than ${last}`);
  }
  const algorithm = property(wanted, 'algorithm') ?? before.algorithm;
  const picked = algorithms.find(each => each === algorithm);
  if (!picked) throw refuse('/algorithm', `algorithm is one of ${algorithms.join(', ')}, not ${shown(algorithm)}`);
  const type = Object.hasOwn(wanted, 'type') ? wanted.type : before.type;
  if (type !== undefined && type !== null && typeof type !== 'string') {
    throw refuse('/type', `type is a text, not ${shown(type)}`);
  }
  const stranded = outside(reader, owner, declared, { first, last }, before);
  if (stranded.length > 0) {
    const numbers = stranded.slice(0, NAMED).join(', ');
    const more = stranded.length > NAMED ? ' and more' : '';
    throw new AgentError(
      'conflict',
      `the pool ${name} of ${called(owner)} cannot be ${first} to ${last}: ${declared.thing} ${numbers}${more} outside of that ${stranded.length === 1 ? 'is' : 'are'} handed out; unassign ${stranded.length === 1 ? 'it' : 'them'} first`,
      { pointer },
    );
  }
  const bounds = { first, last, algorithm: picked, ...(typeof type === 'string' ? { type } : {}) };
  const value = counted(reader, owner, declared.thing, { ...bounds, assigned: 0, free: 0 });
  return withPool(owner.document, owner.type, name, value);
}

/** So many numbers in the way are named; one more is looked for, to say that there are more. */
const NAMED = 5;

/** The first few numbers that this pool has handed out within its bounds and that lie outside the new ones. */
function outside(reader: ModelReader, { id }: Owner, { name, thing }: KindPool, now: Run, before: Run): number[] {
  const found: number[] = [];
  const parts = [
    { first: before.first, last: Math.min(before.last, now.first - 1) },
    { first: Math.max(before.first, now.last + 1), last: before.last },
  ];
  for (const part of parts) {
    if (part.first > part.last) continue;
    for (const run of reader.runs(id, thing, part)) {
      const end = Math.min(run.last, part.last);
      for (let value = Math.max(run.first, part.first); value <= end; value++) {
        if (reader.assignment(id, thing, value)?.pool === name && found.push(value) > NAMED) return found;
      }
    }
  }
  return found;
}
