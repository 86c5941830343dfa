/** What is inherited stands where the hops lead: in their own documents, for nothing is inherited at second hand. */
import type { InheritedCharacteristic, InheritedRole, Kind } from '../../kind.ts';
import type { Composed } from '../compose.ts';
import { oneOf } from '../finding.ts';
import { isBroken, type LookedAt } from './looked-at.ts';
import { targetsOf } from './targets.ts';

export function verifyInherited(looked: LookedAt): void {
  for (const each of looked.kinds.values()) {
    if (each.kind.abstract) continue;
    for (const one of each.kind.inheritedCharacteristic ?? []) verifyCharacteristic(one, each, looked);
    for (const one of each.kind.inheritedParty ?? []) verifyRole(one, 'party', each, looked);
    for (const one of each.kind.inheritedPlace ?? []) verifyRole(one, 'place', each, looked);
  }
}

function verifyCharacteristic(one: InheritedCharacteristic, start: Composed<Kind>, looked: LookedAt): void {
  const targets = targetsOf(start, one.via, looked);
  if (!targets) return;
  const own = targets.flatMap(({ kind }) => [...kind.characteristic, ...(kind.pool ?? [])].map(each => each.name));
  if (own.includes(one.read)) return;
  if (targets.some(each => isBroken(each, 'characteristic', one.read) || isBroken(each, 'pool', one.read))) return;
  const pointer = `${looked.at(one)}/read`;
  const there = oneOf(targets.map(each => each.kind.name));
  const what = `the inherited characteristic ${one.name} of the kind ${start.kind.name}`;
  const circle = circleOf(one, start, looked);
  if (circle) {
    looked.findings.add({
      pointer,
      message: `${what} is inherited in a circle: ${circle.join(' from ')}`,
      found: one.read,
      expected: 'a characteristic that one of them declares as its own',
    });
  } else if (targets.some(({ kind }) => isDerived(kind, one.read))) {
    looked.findings.add({
      pointer,
      message: `${what} reads ${one.read}, which ${there} has from others itself`,
      found: one.read,
      expected: `hops that lead on to where ${one.read} stands`,
    });
  } else {
    looked.findings.unknown(
      pointer,
      `${what} reads ${one.read}, which ${there} does not declare`,
      one.read,
      unique(own),
    );
  }
}

function isDerived({ inheritedCharacteristic = [], field = [] }: Kind, name: string): boolean {
  return [...inheritedCharacteristic, ...field].some(each => each.name === name);
}

/** `a.x`, `b.y`, `a.x`: who inherits from whom, when it comes back to where it began. */
function circleOf(
  one: InheritedCharacteristic,
  start: Composed<Kind>,
  looked: LookedAt,
): readonly string[] | undefined {
  const seen = new Set<InheritedCharacteristic>();
  const walk = (here: InheritedCharacteristic, of: Composed<Kind>): readonly string[] | undefined => {
    const name = `${of.kind.name}.${here.name}`;
    if (seen.has(here)) return here === one ? [name] : undefined;
    seen.add(here);
    for (const target of targetsOf(of, here.via, looked) ?? []) {
      const next = target.kind.inheritedCharacteristic?.find(each => each.name === here.read);
      const rest = next && walk(next, target);
      if (rest) return [name, ...rest];
    }
    return undefined;
  };
  return walk(one, start);
}

/** A kind that declares no role at all has any. */
function verifyRole(one: InheritedRole, of: 'party' | 'place', start: Composed<Kind>, looked: LookedAt): void {
  const targets = targetsOf(start, one.via, looked);
  if (!targets || targets.some(each => each.broken.has(of))) return;
  const declared = targets.map(({ kind }) => (kind[of] ?? []).map(each => each.role));
  if (declared.some(roles => roles.length === 0 || roles.includes(one.sourceRole))) return;
  if (targets.some(each => isBroken(each, of, one.sourceRole))) return;
  const there = oneOf(targets.map(each => each.kind.name));
  const what = `the inherited ${of} ${one.role} of the kind ${start.kind.name}`;
  const known = unique(declared.flat());
  const text = `${what} is in the role ${one.sourceRole} there, which ${there} does not declare`;
  looked.findings.unknown(`${looked.at(one)}/sourceRole`, text, one.sourceRole, known);
}

function unique(names: readonly string[]): readonly string[] {
  return [...new Set(names)];
}
