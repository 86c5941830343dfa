/** What an expectation said at one time, and the name of that by its content. */
import { hash } from 'node:crypto';
import type { ContentId } from './canonical.ts';
import type { Cause } from './change.ts';
import type { Expectation } from './expectation.ts';
import type { Instant } from './ids.ts';
import { asJson, canonical, type JsonObject } from './json.ts';

/** How many of each expectation are kept, the one that stands among them. */
export const VERSIONS_KEPT = 20;

export interface ExpectationVersion {
  /** When it became so, and who caused it. */
  readonly at: Instant;
  readonly cause: Cause;
  readonly expectation: Expectation;
}

/** Who keeps it, under which name, and how far it has been refined since. */
const keeping = new Set(['id', 'principal', 'set', 'name', 'version', 'refinements', 'createdAt', 'seq']);

/** What is expected of whom, and how much it matters. */
export function saidBy(expectation: Omit<Expectation, 'seq'>): JsonObject {
  return Object.fromEntries(Object.entries(asJson(expectation)).filter(([key]) => !keeping.has(key)));
}

/** The same for two that say the same and are refined to the same, wherever and by whomever they were laid. */
export function versionHash(expectation: Omit<Expectation, 'seq'>): ContentId {
  const steps = (expectation.refinements ?? []).map(({ path, to }) => ({ path, to }));
  const said = { ...saidBy(expectation), ...(steps.length === 0 ? {} : { refinements: steps }) };
  // Not refused here: what was stored before half a surrogate pair was refused has its history too.
  return `sha256:${hash('sha256', canonical(said), 'hex')}`;
}
