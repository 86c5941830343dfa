/** Hops: how a traversal goes from instance to instance, as data. */

/** Over an assignment with this alias: forward from the owner of the pool to the assignee, reverse back to the owner. */
export interface AssignmentHop {
  readonly direction: 'forward' | 'reverse';
  readonly assignment: string;
}

/** Over a relationship of this type, this alias, or both: forward from its source to its target, reverse back. */
export interface RelationshipHop {
  readonly direction: 'forward' | 'reverse';
  readonly relationship: { readonly type?: string; readonly alias?: string };
}

export type Hop = AssignmentHop | RelationshipHop;

/** In order; none leads nowhere: the start itself. */
export type Via = readonly Hop[];
