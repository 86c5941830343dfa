/** Pools and what is handed out of them: bounds in order, assignments from pools that there are. */
import type { Kind, KindAssignment } from '../../kind.ts';
import type { Composed } from '../compose.ts';
import { isBroken, type LookedAt } from './looked-at.ts';

export function verifyPools(looked: LookedAt): void {
  const { declared, kinds, findings, at } = looked;
  for (const { lists } of declared) {
    for (const pool of 'pool' in lists ? (lists.pool ?? []) : []) {
      if (pool.first <= pool.last) continue;
      findings.add({
        pointer: `${at(pool)}/last`,
        message: `the pool ${pool.name} ends at ${pool.last}, before it begins at ${pool.first}`,
        found: String(pool.last),
        expected: `at least ${pool.first}`,
      });
    }
  }
  let isSound = true;
  for (const each of kinds.values()) {
    for (const one of each.kind.assignment ?? []) isSound = verifyAssignment(one, each, looked) && isSound;
  }
  if (isSound) verifyMakeable(looked);
}

function verifyAssignment(one: KindAssignment, holder: Composed<Kind>, looked: LookedAt): boolean {
  const { kinds, findings, at, isUnreadable } = looked;
  const pointer = at(one);
  const what = `the assignment ${one.alias}`;
  const owner = kinds.get(one.from);
  if (one.read !== undefined) verifyRead(one, one.read, holder, looked);
  if (!owner) {
    if (isUnreadable(one.from)) return false;
    const known = [...kinds.values()].filter(each => each.kind.pool !== undefined);
    const names = known.map(each => each.kind.name);
    findings.unknown(`${pointer}/from`, `${what} is from ${one.from}, which is no kind with pools`, one.from, names);
    return false;
  }
  const pools = (owner.kind.pool ?? []).map(each => each.name);
  if (pools.includes(one.pool) || isBroken(owner, 'pool', one.pool)) return true;
  const text = `${what} is from the pool ${one.pool}, which the kind ${one.from} does not declare`;
  findings.unknown(`${pointer}/pool`, text, one.pool, pools);
  return false;
}

function verifyRead(one: KindAssignment, read: string, holder: Composed<Kind>, { findings, at }: LookedAt): void {
  const { kind } = holder;
  if (kind.abstract || isBroken(holder, 'characteristic', read)) return;
  const found = kind.characteristic.find(each => each.name === read);
  if (!found) {
    const known = kind.characteristic.map(each => each.name);
    const text = `the assignment ${one.alias} reads the characteristic ${read}, which the kind ${kind.name} does not declare`;
    findings.unknown(`${at(one)}/read`, text, read, known);
    return;
  }
  const { type } = found.schema;
  const types = Array.isArray(type) ? type : [type];
  if (type === undefined || types.some(each => each === 'integer' || each === 'number')) return;
  findings.add({
    pointer: `${at(one)}/read`,
    message: `the assignment ${one.alias} reads its number from the characteristic ${read}, which is no number`,
    found: String(type),
    expected: 'a characteristic that is a whole number',
  });
}

/** Kinds that need one another to be made can never be made at all. */
function verifyMakeable(looked: LookedAt): void {
  const { findings } = looked;
  const kinds = [...looked.kinds.values()].filter(each => !each.kind.abstract);
  const makeable = new Set<string>();
  const there = new Set<string>();
  const isThere = (name: string): boolean => there.has(name) || looked.isUnreadable(name);
  for (let before = -1; before < makeable.size; ) {
    before = makeable.size;
    for (const { kind } of kinds) {
      if (makeable.has(kind.name) || !(kind.assignment ?? []).every(each => each.optional || isThere(each.from)))
        continue;
      makeable.add(kind.name);
      for (const name of [kind.name, ...(kind.lineage ?? [])]) there.add(name);
    }
  }
  for (const { kind } of kinds) {
    const one = kind.assignment?.find(each => !each.optional && !isThere(each.from));
    if (makeable.has(kind.name) || !one) continue;
    const isEmpty = looked.under(one.from).every(each => each.kind.abstract);
    findings.add({
      pointer: `${looked.at(one)}/from`,
      message: `no ${kind.name} can ever be made: it needs a number of a ${one.from}, ${
        isEmpty ? 'which is abstract, and no kind extends it' : 'and the way to make that leads back here'
      }`,
      found: one.from,
      expected: isEmpty
        ? 'a kind that there are instances of'
        : 'optional: true on one of the assignments in the circle',
    });
  }
}
