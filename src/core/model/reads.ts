/** What a presented document was made from: it holds as long as all of that stands as it was. */
import { instanceId } from '../ids.ts';
import { uuidOf } from '../uuid.ts';
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

  constructor(reader: ModelReader) {
    this.#reader = reader;
  }

  note(of: ReadOf, id: string): Read {
    const name = `${of}/${id}`;
    const known = this.#known.get(name);
    if (known) return known;
    const read = { of, id, seq: seqOf(this.#reader, of, id) };
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
      // A document that comes to refer to this one does not move it.
      return uuidOf(
        ...reader.linksTo(id, 'relationship').flatMap(each => [each.source, each.type ?? '', each.alias ?? '']),
      );
    case 'handedOut':
      // Given back by one and handed to another in one commit, a number leaves the owner's counts as they were.
      return uuidOf(
        ...reader
          .assignmentsFrom(instanceId(id))
          .flatMap(({ thing, pool, value, alias, assignee }) => [thing, pool, String(value), alias, assignee]),
      );
    case 'specification':
    case 'party':
    case 'place':
    case 'entity':
      return reader.sharedSeq(of, id);
  }
}
