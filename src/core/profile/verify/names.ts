/** Names: nothing is declared twice, and nothing is called what something else is called. */
import type { Kind } from '../../kind.ts';
import type { Composed } from '../compose.ts';
import type { Declared } from '../declared.ts';
import type { LookedAt } from './looked-at.ts';

/** What is of no kind is of these. */
const generic = ['service', 'resource', 'party', 'place'];

export function verifyNames(looked: LookedAt): void {
  for (const each of looked.declared) {
    verifyOnce(each, looked);
    const { name } = each.head;
    if (!generic.includes(name)) continue;
    looked.findings.add({
      pointer: `${each.pointer}/name`,
      message: `a kind cannot be called ${name}: what is of no kind is called so`,
      found: name,
      expected: 'another name',
    });
  }
  for (const each of looked.kinds.values()) verifyClashes(each, looked);
}

const keys: Readonly<Record<string, 'name' | 'alias' | 'role'>> = {
  assignment: 'alias',
  party: 'role',
  place: 'role',
  inheritedParty: 'role',
  inheritedPlace: 'role',
};

const words: Readonly<Record<string, string>> = {
  party: 'role of a party',
  place: 'role of a place',
  inheritedCharacteristic: 'inherited characteristic',
  inheritedParty: 'inherited party',
  inheritedPlace: 'inherited place',
};

function verifyOnce({ head, lists }: Declared, { at, findings }: LookedAt): void {
  for (const [list, entries] of Object.entries(lists)) {
    const key = keys[list] ?? 'name';
    verifyDistinct(entries, key, `${words[list] ?? list}`, `the kind ${head.name}`, { at, findings });
  }
  for (const feature of 'feature' in lists ? (lists.feature ?? []) : []) {
    verifyDistinct(feature.characteristic, 'name', 'characteristic', `the feature ${feature.name}`, { at, findings });
  }
}

function verifyDistinct(
  entries: readonly object[],
  key: string,
  what: string,
  where: string,
  { at, findings }: Pick<LookedAt, 'at' | 'findings'>,
): void {
  const seen = new Map<unknown, object>();
  for (const entry of entries) {
    const name: unknown = Reflect.get(entry, key);
    const before = seen.get(name);
    if (before === undefined) seen.set(name, entry);
    else {
      findings.add({
        pointer: `${at(entry)}/${key}`,
        message: `the ${what} ${String(name)} of ${where} is declared twice, first at ${at(before)}`,
        found: String(name),
        expected: 'another name',
      });
    }
  }
}

interface Named {
  readonly name: string;
  readonly what: string;
  readonly key: string;
  readonly entry: object;
}

/** Lists whose entries are shown side by side in an instance's document share their names. */
function verifyClashes(composed: Composed<Kind>, looked: LookedAt): void {
  const { kind } = composed;
  const named = (what: string, list: readonly { readonly name: string }[] = []): readonly Named[] =>
    list.map(entry => ({ name: entry.name, what, key: 'name', entry }));
  const roles = (what: string, list: readonly { readonly role: string }[] = []): readonly Named[] =>
    list.map(entry => ({ name: entry.role, what, key: 'role', entry }));
  const sets: readonly (readonly Named[])[] = [
    [
      ...named('characteristic', kind.characteristic),
      ...named('pool', kind.pool),
      ...named('inherited characteristic', kind.inheritedCharacteristic),
      ...named('field', kind.field),
    ],
    [...roles('role of a party', kind.party), ...roles('inherited party', kind.inheritedParty)],
    [...roles('role of a place', kind.place), ...roles('inherited place', kind.inheritedPlace)],
  ];
  for (const set of sets) {
    const seen = new Map<string, Named>();
    for (const each of set) {
      const other = seen.get(each.name);
      // What stands twice in one list is told of that list.
      if (other && other.what !== each.what) addClash(each, other, composed, looked);
      else seen.set(each.name, each);
    }
  }
}

function addClash(one: Named, other: Named, { kind, pointer }: Composed<Kind>, looked: LookedAt): void {
  const [at, otherAt] = [looked.at(one.entry), looked.at(other.entry)];
  const isOwn = (place: string): boolean => place.startsWith(`${pointer}/`);
  const kindOf = (place: string): string => place.split('/').slice(0, 3).join('/');
  // One that both come from has been told so itself.
  if (!isOwn(at) && !isOwn(otherAt) && kindOf(at) === kindOf(otherAt)) return;
  const own = isOwn(at) ? { ...one, at } : isOwn(otherAt) ? { ...other, at: otherAt } : undefined;
  const [first, second] = own?.entry === other.entry ? [other, one] : [one, other];
  looked.findings.add({
    pointer: own ? `${own.at}/${own.key}` : `${pointer}/extends`,
    message: `the ${first.what} ${first.name} of the kind ${kind.name} has the name of a ${second.what}, which is at ${looked.at(second.entry)}`,
    found: first.name,
    expected: 'another name',
  });
}
