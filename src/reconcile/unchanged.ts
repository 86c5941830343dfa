/** Since when an expectation has wanted what it wants now. */
import type { Expectation } from '../core/expectation.ts';
import { saidBy } from '../core/expectation-version.ts';
import { asJson, canonical } from '../core/json.ts';
import type { Reader, Unwritten } from '../ports/store.ts';

/** The seq from which on an expectation has said of whom and what it says now; what else it says does not matter here. */
export function unchangedSince(store: Reader, expectation: Expectation): number {
  const now = essence(expectation);
  let since = expectation.seq;
  for (const { expectation: version } of store.versions(expectation.id)) {
    if (version.seq > since) continue;
    if (essence(version) !== now) break;
    since = version.seq;
  }
  return since;
}

function essence(expectation: Unwritten<Expectation>): string {
  const { for: of, expect, when } = saidBy(expectation);
  return canonical(
    asJson({
      of: of ?? null,
      expect: expect ?? null,
      when: when ?? null,
      refined: (expectation.refinements ?? []).map(({ path, to }) => ({ path, to })),
    }),
  );
}
