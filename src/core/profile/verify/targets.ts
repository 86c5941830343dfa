/** Where the hops of a traversal lead, as far as the kinds say. */
import type { Kind } from '../../kind.ts';
import type { Via } from '../../model/hop.ts';
import type { Composed } from '../compose.ts';
import type { LookedAt } from './looked-at.ts';

/**
 * The kinds of what is reached from an instance of a kind; undefined when the kinds do not tell: relationships may lead
 * to anything, and a client may hand out numbers under aliases of its own.
 */
export function targetsOf(start: Composed<Kind>, via: Via, looked: LookedAt): readonly Composed<Kind>[] | undefined {
  let here: ReadonlySet<Composed<Kind>> = new Set([start]);
  for (const hop of via) {
    if (!('assignment' in hop) || hop.direction === 'forward') return undefined;
    const next = new Set<Composed<Kind>>();
    for (const { kind, broken } of here) {
      const taken = kind.assignment?.find(each => each.alias === hop.assignment);
      if (!taken || broken.has('assignment')) return undefined;
      const owners = looked.under(taken.from);
      if (owners.length === 0) return undefined;
      for (const each of owners) if (!each.kind.abstract) next.add(each);
    }
    if (next.size === 0) return undefined;
    here = next;
  }
  return [...here];
}
