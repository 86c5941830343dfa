/** Parties and places in the roles that a kind declares: which roles, how many of each, and of which type. */
import { didYouMean } from '../did-you-mean.ts';
import { isObject, type Json, type JsonObject, property, sameJson } from '../json.ts';
import { isA, type Kind, type KindRole, type RecordKinds } from '../kind.ts';
import { elementsOf } from './complete.ts';
import type { Findings } from './findings.ts';
import type { ModelReader } from './model-store.ts';
import { anyOne } from './words.ts';

/** What a role is played by. */
interface Cast {
  readonly class: 'party' | 'place';
  readonly array: 'relatedParty' | 'place';
  readonly below: string;
}

const casts: readonly Cast[] = [
  { class: 'party', array: 'relatedParty', below: 'partyOrPartyRole' },
  { class: 'place', array: 'place', below: 'place' },
];

/** What says which roles there are: a kind of instance, party or place. */
export type Casting = Pick<Kind, 'name' | 'party' | 'place'>;

export interface RoleRules {
  readonly kind: Casting;
  readonly reader: ModelReader;
  readonly recordKinds: RecordKinds;
  /** What a driver brings may still lack those whom somebody is to name. */
  readonly mayLack: boolean;
}

/** Checks those arrays that differ from before; all of them where nothing was before. */
export function checkRoles(
  findings: Findings,
  document: JsonObject,
  before: JsonObject | undefined,
  rules: RoleRules,
): void {
  const { kind } = rules;
  for (const cast of casts) {
    if (before && sameJson(property(before, cast.array), property(document, cast.array))) continue;
    const declared = (cast.class === 'party' ? kind.party : kind.place) ?? [];
    if (declared.length > 0) checkCast(findings, document, before, cast, declared, rules);
  }
}

function checkCast(
  findings: Findings,
  document: JsonObject,
  before: JsonObject | undefined,
  cast: Cast,
  declared: readonly KindRole[],
  rules: RoleRules,
): void {
  const counts = new Map<string, number>();
  const known = elementsOf(before, cast.array);
  elementsOf(document, cast.array).forEach((element, i) => {
    const pointer = `/${cast.array}/${i}`;
    const name = property(element, 'role');
    const role = declared.find(each => each.role === name);
    counts.set(String(name), (counts.get(String(name)) ?? 0) + 1);
    if (known.some(each => sameJson(each, element))) return;
    if (role) checkType(findings, element, `${pointer}/${cast.below}`, cast, role, rules);
    else findings.add(`${pointer}/role`, undeclared(name, cast, declared, rules.kind));
  });
  for (const { role, min, max } of declared) {
    const count = counts.get(role) ?? 0;
    const who = `${anyOne(rules.kind.name)} has`;
    if (count < min && !rules.mayLack) {
      findings.add(`/${cast.array}`, `${who} at least ${min} ${cast.class} in the role ${role}, not ${count}`);
    }
    if (max !== undefined && count > max) {
      findings.add(`/${cast.array}`, `${who} at most ${max} ${cast.class} in the role ${role}, not ${count}`);
    }
  }
}

function undeclared(name: Json | undefined, cast: Cast, declared: readonly KindRole[], kind: Casting): string {
  const roles = declared.map(each => each.role);
  const has = `it has ${roles.join(', ')}`;
  if (typeof name !== 'string') return `a ${cast.class} of ${anyOne(kind.name)} says its role; ${has}`;
  return `${anyOne(kind.name)} has no ${cast.class} in the role ${name}; ${has}${didYouMean(name, roles)}`;
}

function checkType(
  findings: Findings,
  element: Json,
  pointer: string,
  cast: Cast,
  { role, type, reference }: KindRole,
  { reader, recordKinds }: RoleRules,
): void {
  if (type === undefined || reference) return;
  const below = property(element, cast.below);
  const referred = isObject(below) ? below : element;
  const is = typeOf(referred, cast, reader);
  if (is !== undefined && fits(is, type, recordKinds)) return;
  const id = property(referred, 'id');
  const what = typeof id === 'string' ? `${cast.class} ${id}` : `the ${cast.class}`;
  findings.add(
    pointer,
    is === undefined
      ? `in the role ${role} stands ${anyOne(type)}, and what ${what} is is not known here: make it first, or say its @referredType`
      : `in the role ${role} stands ${anyOne(type)}; ${what} is ${anyOne(is)}`,
  );
}

/** As the store knows it; else as the reference, or the thing that stands in its place, says. */
function typeOf(referred: Json, cast: Cast, reader: ModelReader): string | undefined {
  const id = property(referred, 'id');
  const record = typeof id === 'string' ? reader.shared(cast.class, id) : undefined;
  if (record) return record.kind;
  const said = property(referred, '@referredType');
  if (typeof said === 'string' && said.toLowerCase() !== cast.class) return said;
  const own = property(referred, '@type');
  return typeof own === 'string' && !own.endsWith('Ref') ? own : undefined;
}

function fits(is: string, type: string, recordKinds: RecordKinds): boolean {
  const kind = recordKinds.get(is);
  return is === type || isA(kind, type) || kind?.base === type;
}
