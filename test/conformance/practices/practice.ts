/** A practice of the loop, or a property of it, with the tests that show that we hold it. */
import type { Shown } from '../../parity/shown.ts';

export interface Practice {
  /** `P01` to `P44` for practices, `Q1` to `Q9` for properties. */
  readonly id: string;
  /** What we hold ourselves to. */
  readonly says: string;
  /** Each bears the id in the line above it. */
  readonly shown: readonly Shown[];
  /** Shown for whatever comes, by examples drawn at random, or for every case there is. */
  readonly property?: true;
}
