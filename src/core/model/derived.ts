/** Parts of a shown document that are not its own: what they are, from where, and why some are unknown. */
import type { JsonObject } from '../json.ts';
import type { Via } from './hop.ts';
import type { Unknown } from './unknown.ts';

export interface DerivedElement {
  readonly element: JsonObject;
  /** The instances or records it was read from. */
  readonly from: readonly string[];
}

export interface DerivedPart {
  readonly is: 'assignment' | 'characteristic' | 'party' | 'place' | 'field' | 'reference';
  /** Of the pool, the characteristic, or the role. */
  readonly name: string;
  /** The array of the document in which it is shown. */
  readonly array: string;
  readonly elements: readonly DerivedElement[];
  readonly unknown: readonly Unknown[];
  readonly via?: Via;
}
