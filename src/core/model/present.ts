/**
 * Instances as they are shown: with what is derived from others, which is never kept; and the way back for what a
 * client wants otherwise.
 */
import type { Instance } from '../instance.ts';
import type { JsonObject } from '../json.ts';
import type { Kinds } from '../kind.ts';
import type { DerivedPart } from './derived.ts';
import type { ModelReader } from './model-store.ts';
import type { Read } from './reads.ts';

export interface Presented {
  /** The instance's own document where nothing is derived. */
  readonly document: JsonObject;
  /** What it read, with the seq it had: it holds as long as these do. */
  readonly reads: readonly Read[];
  readonly parts: readonly DerivedPart[];
}

export function present(_reader: ModelReader, _kinds: Kinds, instance: Instance): Presented {
  return { document: instance.document, reads: [], parts: [] };
}

/**
 * What a client wants, without what is derived: to be kept instead of `own`. Throws `invalid` with the pointer and where
 * to change it when the client wants a derived part otherwise than it was presented; an echo gives `own`.
 */
export function withoutDerived(_own: JsonObject, _presented: Presented, wanted: JsonObject): JsonObject {
  return wanted;
}
