/** What a presented document was made from: it holds as long as all of that stands as it was. */
import { type InstanceId, instanceId } from '../ids.ts';
import { uuidOf } from '../uuid.ts';
import type { Assignment, Link } from './link.ts';
import type { ModelReader } from './model-store.ts';
import type { SharedClass } from './shared-record.ts';

/** An instance or a shared record by its seq; by a mark of all of them the relationships to an instance and the numbers it has handed out. */
export type ReadOf = 'instance' | 'referrers' | 'handedOut' | SharedClass;

export interface Read {
  readonly of: ReadOf;
  readonly id: string;
  /** The seq it had; undefined for what was not there. */
  readonly seq: number | string | undefined;
}

/** Takes down what is read, each thing once. */
export class Reads {
  readonly #reader: ModelReader;
  readonly #known = new Map<string, Read>();
  readonly #handedOut = new Map<InstanceId, readonly Assignment[]>();

  constructor(reader: ModelReader) {
    this.#reader = reader;
  }

  /** An instance or a record: whether it is here, and at which seq. */
  note(of: 'instance' | SharedClass, id: string): Read {
    return this.#note(of, id, () => seqOf(this.#reader, of, id));
  }

  /** The relationships that lead to an instance. */
  referrers(id: InstanceId): readonly Link[] {
    const found = this.#reader.linksTo(id, 'relationship');
    this.#note('referrers', id, () => markOfLinks(found));
    return found;
  }

  /** The numbers that an owner has handed out. */
  handedOut(id: InstanceId): readonly Assignment[] {
    const known = this.#handedOut.get(id);
    if (known) return known;
    const found = this.#reader.assignmentsFrom(id);
    this.#handedOut.set(id, found);
    this.#note('handedOut', id, () => markOfAssignments(found));
    return found;
  }

  #note(of: ReadOf, id: string, seq: () => Read['seq']): Read {
    const name = `${of}/${id}`;
    const known = this.#known.get(name);
    if (known) return known;
    const read = { of, id, seq: seq() };
    this.#known.set(name, read);
    return read;
  }

  all(): readonly Read[] {
    return [...this.#known.values()];
  }
}

/** Whether all that was read stands as it was. */
export function stillHold(reader: ModelReader, reads: readonly Read[]): boolean {
  return reads.every(({ of, id, seq }) => seqOf(reader, of, id) === seq);
}

/** Short, and another one when anything read has moved. */
export function markOf(reads: readonly Read[]): string {
  return uuidOf(...reads.map(({ of, id, seq }) => `${of} ${id} ${seq}`)).slice(0, 13);
}

function seqOf(reader: ModelReader, of: ReadOf, id: string): number | string | undefined {
  switch (of) {
    case 'instance':
      return reader.instanceSeq(instanceId(id));
    case 'referrers':
      return markOfLinks(reader.linksTo(id, 'relationship'));
    case 'handedOut':
      return markOfAssignments(reader.assignmentsFrom(instanceId(id)));
    case 'specification':
    case 'party':
    case 'place':
    case 'entity':
      return reader.sharedSeq(of, id);
  }
}

/** A document that comes to refer to another does not move that one. */
function markOfLinks(links: readonly Link[]): string {
  return uuidOf(...links.flatMap(({ source, type = '', alias = '' }) => [source, type, alias]));
}

/** Given back by one and handed to another in one commit, a number leaves its owner's counts as they were. */
function markOfAssignments(assignments: readonly Assignment[]): string {
  return uuidOf(
    ...assignments.flatMap(({ thing, pool, value, alias, assignee }) => [thing, pool, String(value), alias, assignee]),
  );
}
