/** What a profile says may be done: about kinds that there are, each rule once. */
import type { DeclaredRule } from '../profile.ts';
import type { LookedAt } from './looked-at.ts';

export function verifyRules(declared: readonly DeclaredRule[], looked: LookedAt): void {
  const { findings } = looked;
  const first = new Map<string, string>();
  for (const { rule, pointer } of declared) {
    const kind = rule.for?.kind;
    if (kind !== undefined && !looked.kinds.has(kind) && !looked.isUnreadable(kind)) {
      const message = `a rule is for the kind ${kind}, which is no kind of services or resources`;
      findings.unknown(`${pointer}/for/kind`, message, kind, [...looked.kinds.keys()]);
    }
    if (rule.sort === 'delegate') {
      findings.add({
        pointer: `${pointer}/peer`,
        message: `a rule is for the peer ${rule.peer}, and who the peers are is the operator's to say`,
        found: rule.peer,
      });
    }
    if (rule.id === undefined) continue;
    const before = first.get(rule.id);
    if (before === undefined) first.set(rule.id, pointer);
    else {
      findings.add({
        pointer: `${pointer}/id`,
        message: `the rule ${rule.id} is declared twice, first at ${before}`,
        found: rule.id,
        expected: 'another id',
      });
    }
  }
}
