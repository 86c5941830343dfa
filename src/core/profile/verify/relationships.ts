/** Which relationships a kind permits: a list of aliases names each once. */
import type { LookedAt } from './looked-at.ts';

export function verifyRelationships({ declared, findings }: LookedAt): void {
  for (const each of declared) {
    if (each.of !== 'instance') continue;
    for (const side of ['source', 'target'] as const) {
      const permitted = each.head.relationship?.[side];
      if (typeof permitted !== 'object') continue;
      permitted.forEach((alias, i) => {
        if (permitted.indexOf(alias) === i) return;
        findings.add({
          pointer: `${each.pointer}/relationship/${side}/${i}`,
          message: `the kind ${each.head.name} permits the alias ${alias} twice`,
          found: alias,
          expected: 'each alias once',
        });
      });
    }
  }
}
