/** What a step will do to the element, foreseen on a copy of what is known of it. */
import type { Instance } from './instance.ts';
import { type Json, sameJson } from './json.ts';
import { at, type KeyedArrays, type Path } from './path.ts';
import type { Named } from './task.ts';

/** Everything that is known of an element at one moment. */
export interface Scene {
  of(kind: string): Iterable<Instance>;
  named(thing: Named): Instance | undefined;
}

/** What will stand at a path of a thing; with an empty path, the whole thing. */
export interface Effect {
  readonly of: Named;
  readonly path: Path;
  /** Absent: nothing will stand there. */
  readonly value?: Json;
  /** It may also stay as it is, or come to something else: nobody can know; the sentence says why. */
  readonly unsure?: string;
}

/** Whether a thing is, at the path of an effect, as the effect says. */
export function isAsForeseen(
  { path, value, unsure }: Effect,
  instance: Instance | undefined,
  keyed: KeyedArrays,
): boolean {
  if (unsure !== undefined) return true;
  return sameJson(instance && at(instance.document, path, keyed), value);
}
