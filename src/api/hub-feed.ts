/**
 * The change list as hubs read it: in short stretches, with every entity as it was right before and after each change,
 * and the events of that as each hub tells them. What one listener read the next ones find read.
 */
import type { Change } from '../core/change.ts';
import { instanceId } from '../core/ids.ts';
import type { InstanceType } from '../core/instance.ts';
import type { JsonObject } from '../core/json.ts';
import type { Kinds } from '../core/kind.ts';
import { present } from '../core/model/present.ts';
import type { Reader } from '../ports/store.ts';
import { eventsOf, type Moment, type TmfEvent } from '../tmf/event.ts';
import { tmfKeyedArrays } from '../tmf/keyed-arrays.ts';
import { after, before } from '../tmf/rewind.ts';
import type { Version } from '../tmf/version.ts';
import { linksOf } from './links.ts';

/** Which API in which version. */
export interface Hub {
  readonly type: InstanceType;
  readonly version: Version;
}

/** A part of the change list, from right after one seq up to and with another. */
export interface Stretch {
  readonly to: number;
  /** Those of instances alone. */
  readonly moments: readonly Moment[];
}

interface Read extends Stretch {
  /** What the entities that moved last were like at its end; undefined for what was gone. */
  readonly documents: ReadonlyMap<string, JsonObject | undefined>;
}

/** Few, so that a listener far behind costs little memory however much waits for it. */
const CHANGES_AT_ONCE = 16;
const STRETCHES_KEPT = 8;
/** Entities whose way is followed from one stretch to the next. */
const FOLLOWED = 64;
/** The first try to find a change among the later ones of its entity. */
const FEW_LATER = 64;
const none: readonly never[] = [];

export class Feed {
  readonly #store: Reader;
  readonly #kinds: Kinds;
  readonly #publicUrl: string;
  /** By the cursor that they follow on. */
  readonly #stretches = new Map<number, Read>();
  readonly #events = new WeakMap<Moment, Map<string, readonly TmfEvent[]>>();

  constructor(store: Reader, kinds: Kinds, publicUrl: string) {
    this.#store = store;
    this.#kinds = kinds;
    this.#publicUrl = publicUrl;
  }

  /** What follows a cursor; throws `gone` when that is no longer all kept. */
  after(cursor: number): Stretch {
    if (cursor >= this.#store.seq()) return { to: cursor, moments: none };
    const known = this.#stretches.get(cursor);
    if (known) return known;
    const changes = this.#store.changesAfter(cursor, CHANGES_AT_ONCE);
    const documents = new Map(this.#endingAt(cursor)?.documents);
    const moments = changes.flatMap(change => {
      if (change.subject !== 'instance') return [];
      const moment = this.#moment(change, documents);
      documents.delete(change.id);
      documents.set(change.id, moment.after);
      return [moment];
    });
    for (const id of documents.keys()) {
      if (documents.size <= FOLLOWED) break;
      documents.delete(id);
    }
    const read = { to: changes.at(-1)?.seq ?? cursor, moments, documents };
    this.#stretches.set(cursor, read);
    const [oldest] = this.#stretches.keys();
    if (this.#stretches.size > STRETCHES_KEPT && oldest !== undefined) this.#stretches.delete(oldest);
    return read;
  }

  /** The events of a moment as a hub tells them. */
  eventsOf(moment: Moment, { type, version }: Hub): readonly TmfEvent[] {
    if (moment.change.instanceType !== type) return [];
    const made = this.#events.get(moment) ?? new Map<string, readonly TmfEvent[]>();
    this.#events.set(moment, made);
    const known = made.get(version);
    if (known) return known;
    const links = linksOf(this.#store, version, this.#publicUrl, this.#kinds);
    const rendering = { type, version, publicUrl: this.#publicUrl, links };
    const events = eventsOf(this.#shown(moment), rendering, this.#store);
    made.set(version, events);
    return events;
  }

  /** Lets go of what it has read; nobody is reading. */
  forget(): void {
    this.#stretches.clear();
  }

  #endingAt(cursor: number): Read | undefined {
    for (const read of this.#stretches.values()) if (read.to === cursor) return read;
    return undefined;
  }

  /** Both sides with what is derived for the instance now: only what moved of its own differs. */
  #shown(moment: Moment): Moment {
    const { change } = moment;
    const now = change.type === 'delete' ? undefined : this.#store.instance(instanceId(change.id));
    if (!now) return moment;
    const show = (document: JsonObject | undefined): JsonObject | undefined =>
      document && present(this.#store, this.#kinds, { ...now, document }).document;
    return { change, before: show(moment.before), after: show(moment.after) };
  }

  #moment(change: Change, documents: ReadonlyMap<string, JsonObject | undefined>): Moment {
    switch (change.type) {
      case 'create':
        return { change, before: undefined, after: change.document };
      case 'delete':
        return { change, before: change.document, after: undefined };
      case 'stateChange':
      case 'attributeValueChange': {
        const was = documents.get(change.id);
        const now = this.#store.instance(instanceId(change.id));
        if (was) {
          const isLast = now?.seq === change.seq;
          return { change, before: was, after: isLast ? now.document : after(was, change, tmfKeyedArrays) };
        }
        const is = now?.seq === change.seq ? now.document : this.#asOf(change, now?.document);
        return { change, before: is && before(is, change, tmfKeyedArrays), after: is };
      }
    }
  }

  /** The document as it stood right after a change: what came later is taken back. */
  #asOf({ id, seq }: Change, now: JsonObject | undefined): JsonObject | undefined {
    let document = now;
    for (const later of this.#later(id, seq)) {
      if (later.type === 'delete') document = later.document;
      else if (later.type === 'create') document = undefined;
      else if (document) document = before(document, later, tmfKeyedArrays);
    }
    return document;
  }

  /** Newest first, all that came after a seq. */
  #later(id: string, seq: number): readonly Change[] {
    for (let limit = FEW_LATER; ; limit *= 4) {
      const changes = this.#store.changesOf(id, limit);
      const end = changes.findIndex(each => each.seq <= seq);
      if (end >= 0) return changes.slice(0, end);
      if (changes.length < limit) return changes;
    }
  }
}
