/** The one way to write down what a profile says, whoever wrote it and however: nothing is short, nothing is left out. */
import { asJson, type JsonObject } from '../json.ts';
import type { KindRole } from '../kind.ts';
import { writtenRule } from '../rule-form.ts';
import type { Declared } from './declared.ts';
import { readWritten, refusal } from './profile.ts';

/** Throws `invalid` with every finding in its form. What it gives back is a profile too, and canonical. */
export function canonicalProfile(source: unknown, from: string): JsonObject {
  const { head, declared, expectations, rules, findings } = readWritten(source);
  if (!head || !findings.isEmpty) throw refusal(findings.list, from);
  const kinds = [...declared.values()].map(written);
  const expected = expectations.map(({ item }) => asJson(item));
  const ruled = rules.map(({ rule }) => writtenRule(rule));
  return asJson({
    ...head,
    kinds,
    ...(expected.length === 0 ? {} : { expectations: expected }),
    ...(ruled.length === 0 ? {} : { rules: ruled }),
  });
}

function written({ head, lists }: Declared): JsonObject {
  const { party, place, ...others } = lists;
  const { extends: above, ...rest } = head;
  return asJson({
    ...rest,
    ...(above === undefined ? {} : { extends: typeof above === 'string' ? [above] : above }),
    ...others,
    ...(party === undefined ? {} : { party: party.map(roleWritten) }),
    ...(place === undefined ? {} : { place: place.map(roleWritten) }),
  });
}

function roleWritten(role: KindRole): JsonObject {
  return { ...role, max: role.max ?? 'many' };
}
