/** The part of the store that the model reads and writes; the whole one has more. Synchronous, within one commit. */
import type { InstanceId } from '../ids.ts';
import type { Instance } from '../instance.ts';
import type { Assignment, Link, LinkClass, Run } from './link.ts';
import type { SharedClass, SharedQuery, SharedRecord } from './shared-record.ts';

export interface ModelReader {
  instance(id: InstanceId): Instance | undefined;
  /** The seq of an instance without reading it. */
  instanceSeq(id: InstanceId): number | undefined;
  /** Of what type and kind an instance is, without reading its document. */
  instanceKind(id: InstanceId): Pick<Instance, 'type' | 'kind'> | undefined;
  /** The oldest first. */
  instances(query: {
    readonly kind?: string;
    readonly name?: string;
    readonly ids?: readonly InstanceId[];
    /** Names or ids, of which its specification has one: a walk over all that the rest leaves. */
    readonly specification?: readonly string[];
  }): IterableIterator<Instance>;

  /** The references out of a document, in its order. */
  linksFrom(source: string, of?: LinkClass): readonly Link[];
  /** The references to a target, oldest first. */
  linksTo(target: string, of?: LinkClass): readonly Link[];

  /** Who has a number. */
  assignment(owner: InstanceId, thing: string, value: number): Assignment | undefined;
  /** What an owner has handed out, by thing and value. */
  assignmentsFrom(owner: InstanceId, thing?: string): readonly Assignment[];
  /** What an assignee was given, oldest first. */
  assignmentsTo(assignee: InstanceId, alias?: string): readonly Assignment[];
  /** The run that begins at or below a number and is the nearest; undefined when none does. */
  runAtOrBelow(owner: InstanceId, thing: string, value: number): Run | undefined;
  /** The runs that touch the bounds, in ascending order. */
  runs(owner: InstanceId, thing: string, bounds: Run): IterableIterator<Run>;

  shared(of: SharedClass, id: string): SharedRecord | undefined;
  sharedSeq(of: SharedClass, id: string): number | undefined;
  /** The kind of a record, without reading its document. */
  sharedKind(of: SharedClass, id: string): string | undefined;
  sharedRecords(of: SharedClass, query?: SharedQuery): IterableIterator<SharedRecord>;
  countShared(of: SharedClass, query?: SharedQuery): number;
}

export interface ModelWriter extends ModelReader {
  /** Creates or replaces; its links follow its document. */
  putInstance(instance: Omit<Instance, 'seq'>): Instance;
  removeInstance(id: InstanceId): void;
  /** Throws `conflict` when the number is handed out or the assignee has the alias already. Makes no change row: the documents of both ends do. */
  putAssignment(assignment: Assignment): void;
  removeAssignment(owner: InstanceId, thing: string, value: number): void;
  putShared(record: Omit<SharedRecord, 'seq'>): SharedRecord;
  removeShared(of: SharedClass, id: string): void;
}
