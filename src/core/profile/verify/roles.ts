/** Roles of parties and places: of types that there are, and of counts that can be. */
import { type KindRole, partyTypes, placeTypes } from '../../kind.ts';
import type { DeclaredRecord } from '../declared.ts';
import type { LookedAt } from './looked-at.ts';

const baseTypes: Readonly<Record<'party' | 'place', readonly string[]>> = { party: partyTypes, place: placeTypes };

export function verifyRoles(looked: LookedAt): void {
  const ofType = (type: 'party' | 'place'): readonly string[] => [
    ...baseTypes[type],
    ...[...looked.recordKinds.values()].filter(each => each.kind.type === type).map(each => each.kind.name),
  ];
  const types = { party: ofType('party'), place: ofType('place') };
  for (const each of looked.declared) {
    for (const role of each.lists.party ?? []) verifyRole(role, 'party', types.party, looked);
    for (const role of each.lists.place ?? []) verifyRole(role, 'place', types.place, looked);
    if (each.of === 'record') verifyBase(each, looked);
  }
}

function verifyRole(
  entry: KindRole,
  of: 'party' | 'place',
  types: readonly string[],
  { findings, at, isUnreadable }: LookedAt,
): void {
  const { role, type, min, max } = entry;
  if (type !== undefined && !types.includes(type) && !isUnreadable(type)) {
    findings.unknown(
      `${at(entry)}/type`,
      `the role ${role} is for a ${of} of the type ${type}, which there is not`,
      type,
      types,
    );
  }
  if (max !== undefined && min > max) {
    findings.add({
      pointer: `${at(entry)}/min`,
      message: `the role ${role} asks for at least ${min} and allows at most ${max}`,
      found: String(min),
      expected: `at most ${max}, or a larger max`,
    });
  }
}

/** A base fits the type, and that of what it extends. */
function verifyBase({ head, pointer }: DeclaredRecord, { recordKinds, findings }: LookedAt): void {
  const { name, type, base } = head;
  if (base === undefined) return;
  if (!baseTypes[type].includes(base)) {
    findings.unknown(`${pointer}/base`, `the kind ${name} is a ${type}, and ${base} is none`, base, baseTypes[type]);
    return;
  }
  for (const above of recordKinds.get(name)?.kind.lineage ?? []) {
    const other = recordKinds.get(above)?.kind.base;
    if (other === undefined || other === base) continue;
    findings.add({
      pointer: `${pointer}/base`,
      message: `the kind ${name} is a ${base}, but extends ${above}, which is a ${other}`,
      found: base,
      expected: other,
    });
    return;
  }
}
