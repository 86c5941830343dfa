/** What is particular to parties, to places and to entities, as data for the rules that they share. */
import type { JsonObject } from '../json.ts';
import type { Findings } from './findings.ts';
import type { SharedClass } from './shared-record.ts';

export type SharedThing = Exclude<SharedClass, 'specification'>;

export type AttributeType = 'text' | 'flag' | 'number' | 'date';

/** What is particular to parties, to places, to entities. */
export interface SharedForm {
  readonly class: SharedThing;
  /** The `@type` of a record that only refers to what is kept elsewhere. */
  readonly reference: string;
  /** TMF's types; absent where any name will do. */
  readonly types?: readonly string[];
  /** Whoever makes one says its id. */
  readonly needsId?: true;
  readonly characteristics?: string;
  readonly attributes: Readonly<Record<string, AttributeType>>;
  /** What else is held against it; `base` is the TMF type it is of, or refers to. */
  readonly check?: (findings: Findings, document: JsonObject, base: string, isReference: boolean) => void;
  /** Other ways of saying the same, brought into the one that is kept. Adds what cannot be. */
  readonly settle?: (findings: Findings, document: JsonObject, before: JsonObject | undefined) => JsonObject;
}
