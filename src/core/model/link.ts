/** How instances, parties and places hang together: what a document refers to, and what pools have handed out. */
import type { InstanceId } from '../ids.ts';
import type { Algorithm } from '../kind.ts';

/** `owner` is a party as the owner of an external identifier. */
export const linkClasses = ['relationship', 'party', 'place', 'entity', 'owner'] as const;
export type LinkClass = (typeof linkClasses)[number];

/** One reference out of a document, read from it when it is written, so that it is found from its target too. */
export interface Link {
  readonly class: LinkClass;
  /** Id of the instance, party or place whose document it stands in. */
  readonly source: string;
  readonly target: string;
  /** Of a relationship its `relationshipType`, of a party, place or entity its role. */
  readonly type?: string;
  readonly alias?: string;
}

/** A number that the pool of an owner has handed out. One thing's number is handed out once by an owner. */
export interface Assignment {
  readonly owner: InstanceId;
  readonly pool: string;
  readonly thing: string;
  readonly value: number;
  readonly assignee: InstanceId;
  /** The name under which the assignee knows it; one assignee has each but once. */
  readonly alias: string;
}

/** Numbers that are handed out without a gap, both ends included; as long as it can be. */
export interface Run {
  readonly first: number;
  readonly last: number;
}

/** The value of the characteristic that shows a pool. */
export interface PoolValue {
  readonly first: number;
  readonly last: number;
  readonly algorithm: Algorithm;
  readonly type?: string;
  /** How many within the bounds are handed out, and how many are not. */
  readonly assigned: number;
  readonly free: number;
}
