/** What a profile expects of the device: of which instances, and whether it can be meant so. */
import { AgentError } from '../../errors.ts';
import { checkExpected, type SaidReading } from '../../expectation-form.ts';
import type { SetItem } from '../../expectation-set.ts';
import { characteristicArray } from '../../instance.ts';
import { isArray, isObject, type Json, property } from '../../json.ts';
import type { Kind } from '../../kind.ts';
import { unitsOf } from '../../units-of-kinds.ts';
import type { DeclaredExpectation } from '../profile.ts';
import type { LookedAt } from './looked-at.ts';

/** What is of no kind is of these. */
const generic = ['service', 'resource'];

/** Without `around` what is expected is not read: it was before, when the profile was first checked. */
export function verifyExpectations(
  declared: readonly DeclaredExpectation[],
  looked: LookedAt,
  around: SaidReading | undefined,
): void {
  const { findings } = looked;
  const kinds = new Map([...looked.kinds].map(([name, { kind }]) => [name, kind]));
  const reading = around && { ...around, unitOf: unitsOf(kinds) };
  const first = new Map<string, string>();
  for (const { item, pointer } of declared) {
    const { name } = item;
    const before = first.get(name);
    if (before === undefined) first.set(name, pointer);
    else {
      findings.add({
        pointer: `${pointer}/name`,
        message: `the expectation ${name} is declared twice, first at ${before}`,
        found: name,
        expected: 'another name',
      });
    }
    verifyTarget(item, pointer, looked);
    if (reading) verifyReading(item, pointer, looked, reading);
  }
}

function verifyTarget({ name, for: meant, expect }: SetItem, pointer: string, looked: LookedAt): void {
  const { findings } = looked;
  if (meant.peer !== undefined) {
    findings.add({
      pointer: `${pointer}/for/peer`,
      message: `the expectation ${name} is for the peer ${meant.peer}, and who the peers are is the operator's to say`,
      found: meant.peer,
      expected: 'an expectation of this device',
    });
  }
  if ('id' in meant) {
    findings.add({
      pointer: `${pointer}/for/id`,
      message: `the expectation ${name} names an instance by its id, and each device gives ids of its own`,
      found: meant.id,
      expected: 'kind and name, or where',
    });
    return;
  }
  if (meant.kind === undefined || generic.includes(meant.kind) || looked.isUnreadable(meant.kind)) return;
  const kind = looked.kinds.get(meant.kind)?.kind;
  if (!kind) {
    const message = `the expectation ${name} is for the kind ${meant.kind}, which is no kind of services or resources`;
    findings.unknown(`${pointer}/for/kind`, message, meant.kind, [...looked.kinds.keys(), ...generic]);
  } else if (kind.abstract) {
    findings.add({
      pointer: `${pointer}/for/kind`,
      message: `the expectation ${name} is for the kind ${kind.name}, which is abstract, so nothing is of it`,
      found: kind.name,
      expected: 'a kind that is not abstract',
    });
  } else verifyCharacteristics(expect, kind, `${pointer}/expect`, looked);
}

/** A misspelt name would be outstanding for ever. */
function verifyCharacteristics(expect: Json, kind: Kind, pointer: string, { findings }: LookedAt): void {
  const array = characteristicArray[kind.type];
  const items = property(expect, array);
  if (!isArray(items)) return;
  const lists = [kind.characteristic, kind.pool, kind.inheritedCharacteristic, kind.field];
  const known = lists.flatMap(list => (list ?? []).map(({ name }) => name));
  for (const [i, item] of items.entries()) {
    const name = isObject(item) ? property(item, 'name') : undefined;
    if (typeof name !== 'string' || known.includes(name)) continue;
    const message = `the kind ${kind.name} has no characteristic ${name}`;
    findings.unknown(`${pointer}/${array}/${i}/name`, message, name, known);
  }
}

/** Each part for itself, so that every mistake is found at once. */
function verifyReading(
  { expect, when, profile, for: meant }: SetItem,
  pointer: string,
  { findings }: LookedAt,
  reading: SaidReading,
): void {
  const nobody = { kind: 'service', name: '' };
  const found = (check: () => void): boolean => {
    try {
      check();
      return false;
    } catch (error) {
      if (!(error instanceof AgentError)) throw error;
      findings.add({ pointer: `${pointer}${error.pointer ?? ''}`, message: error.message });
      return true;
    }
  };
  const isNamed = profile !== undefined && !found(() => checkExpected({ for: nobody, expect: null, profile }, reading));
  const named = isNamed ? { profile } : {};
  found(() => checkExpected({ for: nobody, expect, ...named }, reading));
  if (when !== undefined) found(() => checkExpected({ for: nobody, expect: null, when, ...named }, reading));
  if ('where' in meant) found(() => checkExpected({ for: meant, expect: null, ...named }, reading));
}
