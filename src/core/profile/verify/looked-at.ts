/** What a verifier looks at: the kinds as declared and as composed, and where each word of them stands. */
import type { Kind, RecordKind } from '../../kind.ts';
import type { Composed } from '../compose.ts';
import type { Declared } from '../declared.ts';
import type { Findings } from '../finding.ts';
import type { ReadProfile } from '../profile.ts';

export interface LookedAt {
  readonly declared: readonly Declared[];
  readonly kinds: ReadonlyMap<string, Composed<Kind>>;
  readonly recordKinds: ReadonlyMap<string, Composed<RecordKind>>;
  readonly findings: Findings;
  /** JSON pointer to where an entry was declared, in this kind or in one that it is composed of. */
  at(entry: object): string;
  /** Whether the name is that of a kind that could not be read or composed: then nothing is known of it. */
  isUnreadable(name: string): boolean;
  /** All kinds that an instance of the named kind may be of: it, and those that extend it. */
  under(name: string): readonly Composed<Kind>[];
}

export function lookedAt({ declared, unreadable, composition, origins, findings }: ReadProfile): LookedAt {
  const { kinds, recordKinds } = composition;
  const under = new Map<string, Composed<Kind>[]>();
  for (const each of kinds.values()) {
    for (const name of [each.kind.name, ...(each.kind.lineage ?? [])]) {
      const known = under.get(name);
      if (known) known.push(each);
      else under.set(name, [each]);
    }
  }
  return {
    declared: [...declared.values()],
    kinds,
    recordKinds,
    findings,
    at: entry => origins.get(entry) ?? '',
    isUnreadable: name => unreadable.has(name) || (declared.has(name) && !kinds.has(name) && !recordKinds.has(name)),
    under: name => under.get(name) ?? [],
  };
}

/** Whether a kind has something of a name in a list that could not be read. */
export function isBroken({ broken }: Composed<Kind | RecordKind>, list: string, name: string): boolean {
  return broken.has(list) || broken.has(`${list}/`) || broken.has(`${list}/${name}`);
}
