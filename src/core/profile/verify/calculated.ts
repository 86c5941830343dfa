/** Fields and references: they read something that an edge, a path or a characteristic has. */
import type { Kind, KindField, ProjectedReference } from '../../kind.ts';
import type { Hop } from '../../model/hop.ts';
import type { Composed } from '../compose.ts';
import { isBroken, type LookedAt } from './looked-at.ts';
import { targetsOf } from './targets.ts';

export function verifyCalculated(looked: LookedAt): void {
  for (const each of looked.declared) {
    if (each.of === 'instance') for (const field of each.lists.field ?? []) verifyField(field, looked);
  }
  for (const each of looked.kinds.values()) {
    if (each.kind.abstract) continue;
    for (const one of each.kind.reference ?? []) verifyReference(one, each, looked);
    verifyHops(each, looked);
  }
}

const membersOfAssignment = ['value', 'alias', 'pool', 'thing', 'type'];
const membersOfRelationship = ['type', 'alias'];

function verifyField(field: KindField, { at, findings }: LookedAt): void {
  const pointer = `${at(field)}/read`;
  const what = `the field ${field.name}`;
  if (field.of === 'instance') {
    if (field.read.startsWith('/') && !/~(?![01])/.test(field.read)) return;
    findings.add({
      pointer,
      message: `${what} reads ${field.read} of an instance, which is no path`,
      found: field.read,
      expected: 'a path such as /name or /resourceCharacteristic/mtu/value',
      ...(/^[A-Za-z@][\w@/]*$/.test(field.read) ? { nearest: `/${field.read}` } : {}),
    });
    return;
  }
  const last = field.via.at(-1);
  if (!last) {
    findings.add({
      pointer: `${at(field)}/via`,
      message: `${what} reads an edge, and no hop leads over one`,
      found: 'an empty list',
      expected: 'at least one hop, or of: instance',
    });
    return;
  }
  const members = 'assignment' in last ? membersOfAssignment : membersOfRelationship;
  if (members.includes(field.read)) return;
  const edge = 'assignment' in last ? 'an assignment' : 'a relationship';
  findings.unknown(pointer, `${what} reads ${field.read} of ${edge}, which has no such member`, field.read, members);
}

function verifyReference(one: ProjectedReference, holder: Composed<Kind>, { at, findings }: LookedAt): void {
  const { kind } = holder;
  if (isBroken(holder, 'characteristic', one.id)) return;
  const found = kind.characteristic.find(each => each.name === one.id);
  const pointer = `${at(one)}/id`;
  if (!found) {
    const known = kind.characteristic.map(each => each.name);
    const text = `the reference ${one.name} takes its id from ${one.id}, which is no characteristic of the kind ${kind.name}`;
    findings.unknown(pointer, text, one.id, known);
    return;
  }
  const { type } = found.schema;
  const types = Array.isArray(type) ? type : [type];
  if (type === undefined || types.includes('string') || types.includes('array')) return;
  findings.add({
    pointer,
    message: `the reference ${one.name} takes its id from the characteristic ${one.id}, which is no text`,
    found: types.join(' or '),
    expected: 'a characteristic that is a text, or an array of them',
  });
}

/** A hop over a relationship that the kind may not have leads nowhere, ever; so does one to the wrong owner. */
function verifyHops(holder: Composed<Kind>, looked: LookedAt): void {
  const { kind } = holder;
  const { inheritedCharacteristic = [], inheritedParty = [], inheritedPlace = [], field = [], assignment = [] } = kind;
  for (const one of [...inheritedCharacteristic, ...inheritedParty, ...inheritedPlace, ...field, ...assignment]) {
    const [first] = one.via ?? [];
    if (first && 'relationship' in first) verifyPermitted(first, `${looked.at(one)}/via/0`, kind, looked);
  }
  for (const one of assignment) {
    const targets = one.via && targetsOf(holder, one.via, looked);
    if (!targets || looked.under(one.from).length === 0) continue;
    if (targets.some(each => looked.under(one.from).includes(each))) continue;
    looked.findings.add({
      pointer: `${looked.at(one)}/via`,
      message: `the hops of the assignment ${one.alias} of the kind ${kind.name} lead to no ${one.from}`,
      found: targets.map(each => each.kind.name).join(', '),
      expected: `hops that lead to a ${one.from}`,
    });
  }
}

function verifyPermitted(
  hop: Extract<Hop, { relationship: unknown }>,
  pointer: string,
  kind: Kind,
  looked: LookedAt,
): void {
  const side = hop.direction === 'forward' ? 'source' : 'target';
  const permitted = kind.relationship?.[side] ?? 'all';
  const { alias } = hop.relationship;
  if (permitted === 'all' || (permitted !== 'none' && (alias === undefined || permitted.includes(alias)))) return;
  const text = `a ${kind.name} is never the ${side} of such a relationship, so the hop leads nowhere`;
  if (permitted === 'none' || alias === undefined) {
    looked.findings.add({ pointer, message: text, found: 'none', expected: `relationship.${side} that permits it` });
  } else looked.findings.unknown(`${pointer}/relationship`, text, alias, permitted);
}
