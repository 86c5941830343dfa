/** Names of things, branded so that one kind of name is not taken for another. */

declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

export type InstanceId = Branded<'InstanceId'>;
export type ExpectationId = Branded<'ExpectationId'>;
export type PlanId = Branded<'PlanId'>;
export type TaskId = Branded<'TaskId'>;
export type ListenerId = Branded<'ListenerId'>;

/** Milliseconds since 1970 UTC. */
export type Instant = number;

/** Any non-empty text a client chose is an id; ids of our own are uuids. */
export const instanceId = (text: string): InstanceId => text as InstanceId;
export const expectationId = (text: string): ExpectationId => text as ExpectationId;
export const planId = (text: string): PlanId => text as PlanId;
export const taskId = (text: string): TaskId => text as TaskId;
export const listenerId = (text: string): ListenerId => text as ListenerId;
