/** What instances share: specifications, parties, places and other entities, each kept once under its id. */
import type { Instant } from '../ids.ts';
import type { JsonObject } from '../json.ts';

export const sharedClasses = ['specification', 'party', 'place', 'entity'] as const;
export type SharedClass = (typeof sharedClasses)[number];

export interface SharedRecord {
  readonly class: SharedClass;
  readonly id: string;
  /** TMF type or the profile's own kind: `Organization`, `GeographicSite`, `serviceSpecification`, `oltSite`. */
  readonly kind: string;
  /** With `id`, without `href`. */
  readonly document: JsonObject;
  /** The change that last touched it. */
  readonly seq: number;
  readonly createdAt: Instant;
}

/** What an index answers, in order of name, then creation. */
export interface SharedQuery {
  readonly kind?: string;
  /** Any of these. */
  readonly kinds?: readonly string[];
  readonly name?: string;
  /** Places whose geometry may touch these bounds: west, south, east, north in degrees; never across the date line. */
  readonly bounds?: readonly [west: number, south: number, east: number, north: number];
  readonly offset?: number;
  readonly limit?: number;
}
