/** Instances as clients see and patch them: with what is derived, and without it again. */
import type { Instance } from '../core/instance.ts';
import type { Json, JsonObject } from '../core/json.ts';
import type { Kinds } from '../core/kind.ts';
import { present } from '../core/model/present.ts';
import { withoutDerived } from '../core/model/without-derived.ts';
import type { Reader } from '../ports/store.ts';
import { acceptPatch, type Rendering, render } from '../tmf/codec.ts';
import type { PatchMedia } from '../tmf/patch/patch.ts';
import { inPlacesOf } from '../tmf/place-in-4.ts';
import { etagOf } from './rendered.ts';

export interface ShownParts {
  /** The store, or a writer within its commit. */
  readonly store: Reader;
  readonly kinds: Kinds;
}

export interface Shown {
  /** As the version of the rendering has it. */
  readonly entity: JsonObject;
  readonly etag: string;
}

export function showInstance({ store, kinds }: ShownParts, instance: Instance, rendering: Rendering): Shown {
  const presented = present(store, kinds, instance);
  return { entity: render(presented.document, rendering), etag: etagOf(store.epoch, instance, presented) };
}

/** The entity tag under which a client has seen it. */
export function etagNow({ store, kinds }: ShownParts, instance: Instance): string {
  return etagOf(store.epoch, instance, present(store, kinds, instance));
}

/** What is to be kept after a client's patch of what it saw. Throws `invalid` where it changes what is derived. */
export function patched(
  { store, kinds }: ShownParts,
  instance: Instance,
  patch: Json,
  media: PatchMedia,
  rendering: Rendering,
): JsonObject {
  const presented = present(store, kinds, instance);
  const wanted = acceptPatch(presented.document, patch, rendering, media);
  return inPlacesOf(rendering, wanted, () => withoutDerived(instance.document, presented, wanted));
}
