/** Profiles of expectations: what a document of one sort may have, so that a misspelt name is refused when it is said. */
import type { Json } from './json.ts';

export interface ExpectationProfiles {
  /** All that may be named. */
  readonly names: readonly string[];
  /** Throws `invalid` for one that is not among them. */
  checkName(name: string): void;
  /** Throws `invalid` with the pointer of a property that a document of the profile cannot have. */
  check(expected: Json, profile: string): void;
}
