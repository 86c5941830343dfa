/** What can be changed on an element, as declarations the planner reads. */
import type { Json, JsonObject } from './json.ts';
import type { Path } from './path.ts';
import type { TaskStep } from './task.ts';

/** What a driver can change: which path of which kind, and the steps that lead from the actual to a wanted value. */
export interface Ability {
  readonly kind: string;
  /** As in `core/path.ts`, e.g. `/resourceCharacteristic/mtu/value`. */
  readonly path: Path;
  /**
   * Pure. The steps that make `wanted` (undefined: nothing) stand at the path of this document; or, as a sentence, why
   * there are none.
   */
  steps(actual: JsonObject, wanted: Json | undefined): readonly TaskStep[] | string;
}
