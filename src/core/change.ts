/** The change list: one row for every write, in one sequence, so that each follower needs only a cursor. */
import type { Instant } from './ids.ts';
import type { InstanceType } from './instance.ts';
import type { JsonObject } from './json.ts';
import type { SharedClass } from './model/shared-record.ts';
import type { PathChange } from './path.ts';

export type ChangeSubject = 'instance' | SharedClass | 'expectation' | 'verdict' | 'plan' | 'task' | 'rule';
export type ChangeType = 'create' | 'stateChange' | 'attributeValueChange' | 'delete';

/** Who caused a change and why. */
export interface Cause {
  /** Who: `driver:linux`, `operator`, `client`, `loop`. */
  readonly principal: string;
  /** What led to it: an observation, a request, a task. */
  readonly kind: 'observation' | 'request' | 'task' | 'judgement' | 'upkeep';
  /** The id of that thing, where it has one. */
  readonly ref?: string;
  readonly why?: string;
}

export interface Change {
  readonly seq: number;
  readonly at: Instant;
  readonly subject: ChangeSubject;
  readonly id: string;
  /** For instances only: service or resource. */
  readonly instanceType?: InstanceType;
  readonly type: ChangeType;
  readonly paths: readonly PathChange[];
  readonly cause: Cause;
  /** The whole document, for create and delete only. */
  readonly document?: JsonObject;
}

/** The attributes whose change TMF calls a state change (TMF638/639 v5; see `type` of the change). */
export const stateAttributes: ReadonlySet<string> = new Set([
  'state',
  'operationalState',
  'administrativeState',
  'usageState',
  'lifecycleState',
  'alarmStatus',
  'availabilityStatus',
  'proceduralStatus',
  'controlStatus',
  'standbyStatus',
  'allocationStatus',
  'unknownStatus',
]);
