/**
 * Brings leaves to rest: what is remembered of each moves with what comes of it, is kept over restarts, and says when it
 * may be acted on next. By a time that goes on evenly, whatever is done to the clock.
 */
import type { RuleBook } from '../core/guard/rule-book.ts';
import { type ExpectationId, expectationId, type InstanceId, type Instant, instanceId } from '../core/ids.ts';
import type { Instance } from '../core/instance.ts';
import type { Json } from '../core/json.ts';
import { at, type KeyedArrays, type Path } from '../core/path.ts';
import { type Held, leafName, ownerOfLeaf, type Unmet } from '../core/planner.ts';
import { sameAt } from '../core/prediction.ts';
import type { LeafRecord } from '../core/settle/leaf-record.ts';
import { type Pace, paced, steppedWords } from '../core/settle/pace.ts';
import { redated, rested, restsAt, shifted } from '../core/settle/rest.ts';
import { type Settling, settlingOf } from '../core/settle/settings.ts';
import {
  afterDeed,
  afterFailure,
  afterFlap,
  afterReversal,
  afterStep,
  type Failure,
  type Moment,
  whyHeld,
} from '../core/settle/settle.ts';
import type { Task } from '../core/task.ts';
import type { Clock } from '../ports/clock.ts';
import type { Store, Writer } from '../ports/store.ts';
import { Deadlines } from './deadlines.ts';
import { Delegating } from './delegate.ts';
import { EvenTime } from './even-time.ts';
import { type LeafOf, leafOf, subjectOf } from './leaf-subject.ts';
import { tellStalled } from './stalled.ts';
import type { Site, UnmetNow } from './unmet.ts';
import { upkeep } from './upkeep.ts';
import { whoElse, whyFallen } from './who-else.ts';

export interface SettleParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly chance: () => number;
  readonly newId: () => string;
  readonly keyed: KeyedArrays;
  readonly unmet: UnmetNow;
  /** The rules in force. */
  readonly book: () => RuleBook;
}

/** What became of a task whose leaf is outstanding all the same. */
export interface CameTo {
  readonly what: string;
  readonly came: string;
  readonly failure: Failure;
}

export class Settler {
  readonly #parts: SettleParts;
  readonly #records = new Map<string, LeafRecord>();
  /** What is watched at each site: what is remembered, and what has to be unmet for a while. */
  readonly #watched = new Map<Site, Set<string>>();
  readonly #unmetSince = new Map<string, Instant>();
  readonly #restingSince = new Map<string, Instant>();
  readonly #due = new Deadlines();
  readonly #delegating: Delegating;
  readonly #time: EvenTime;
  /** Asked for at the site that is being drawn: those are unmet. */
  readonly #asked = new Set<string>();
  /** What has still to be written down. */
  readonly #moved = new Set<string>();
  #kept: readonly LeafRecord[] | undefined;

  constructor(parts: SettleParts) {
    this.#parts = parts;
    this.#delegating = new Delegating(parts);
    this.#time = new EvenTime(parts.clock);
  }

  /** Takes in what others have cleared, and what has become due; what is planned there is drawn up anew. */
  begin(): void {
    const { store, unmet } = this.#parts;
    const now = this.#time.now();
    const kept = store.leafRecords();
    if (kept !== this.#kept) this.#takeIn(kept, now);
    this.#kept = kept;
    for (const leaf of this.#due.take(now)) {
      const record = this.#records.get(leaf);
      const since = this.#restingSince.get(leaf);
      if (record && since !== undefined) this.#rest(record, since, now);
      unmet.touch(this.#siteOf(leaf));
    }
  }

  #takeIn(kept: readonly LeafRecord[], now: Instant): void {
    const standing = new Set(kept.map(({ leaf }) => leaf));
    for (const leaf of this.#records.keys()) {
      if (standing.has(leaf) || this.#moved.has(leaf)) continue;
      this.#forget(leaf);
    }
    for (const record of kept) {
      if (this.#records.has(record.leaf)) continue;
      this.#remember(redated(record, now, this.#settlingOf(record.leaf)));
      // Whether it is unmet is told by whoever draws it; until then it rests.
      this.#restingSince.set(record.leaf, now);
      this.#plan(record.leaf);
    }
  }

  /** Why a leaf that is unmet must not be acted on now; what has become of what was done for it is taken note of. */
  held(leaf: string, unmet: Unmet, path: Path): Held | undefined {
    const now = this.#time.now();
    this.#asked.add(leaf);
    const settling = this.#settling(unmet, path);
    const record = this.#fallen(leaf, unmet, path, { now, chance: 0.5, settling });
    let since = now;
    if (settling.holdDownMs > 0) {
      since = this.#unmetSince.get(leaf) ?? now;
      this.#unmetSince.set(leaf, since);
      this.#watch(leaf);
    }
    this.#restingSince.delete(leaf);
    const held = whyHeld(record, since, { now, settling });
    this.#due.set(leaf, held?.until);
    if (!held) return undefined;
    return held.until === undefined ? held : { ...held, until: held.until + this.#time.shift() };
  }

  /** What is to stand at a path after the next step, given what is wanted in the end. */
  pace(unmet: Unmet, path: Path, wanted: Json | undefined): Pace {
    const actual = unmet.instance && at(unmet.instance.document, path, this.#parts.keyed);
    return paced(actual, wanted, this.#settling(unmet, path));
  }

  /** Whether a leaf was tried in vain. */
  wasTried(leaf: string): boolean {
    return (this.#records.get(leaf)?.attempts ?? 0) > 0;
  }

  /** All that is unmet at a site has been asked for: the rest of what is watched there is at rest. */
  drawn(site: Site): void {
    const now = this.#time.now();
    for (const leaf of this.#watched.get(site) ?? []) {
      if (this.#asked.has(leaf)) continue;
      this.#unmetSince.delete(leaf);
      if (!this.#records.has(leaf)) this.#unwatch(leaf, site);
      else if (!this.#restingSince.has(leaf)) {
        this.#restingSince.set(leaf, now);
        this.#plan(leaf);
      }
    }
    this.#asked.clear();
  }

  /** Writes down what has moved, and hands on what is stalled. */
  end(): void {
    const { store, book } = this.#parts;
    const now = this.#time.now();
    for (const [leaf, record] of this.#delegating.look(this.#records, book(), now)) this.#put(leaf, record);
    for (const [leaf, when] of this.#delegating.due) {
      const before = this.#due.at(leaf);
      this.#due.set(leaf, Math.min(when, before ?? Number.POSITIVE_INFINITY));
    }
    if (this.#moved.size === 0 && !this.#delegating.hasNews) return;
    const moved = [...this.#moved];
    store.transact({ ...upkeep, why: 'what is remembered of leaves has moved' }, writer => this.#write(writer, moved));
    this.#moved.clear();
  }

  /** In how many milliseconds time alone next lets something be done; infinite when it never does. */
  dueIn(): number {
    return Math.max(this.#due.next() - this.#time.now(), 0);
  }

  /** A task for a leaf failed, or was done in vain; in the commit that says so. */
  failed(writer: Writer, leaf: string, came: CameTo): void {
    const record = afterFailure(leaf, this.#records.get(leaf), came, this.#moment(leaf));
    this.#put(leaf, record);
    this.#write(writer, [leaf]);
  }

  /** Tasks for a leaf were done, and it is as far as they were to bring it: met, or one step of several. */
  done(writer: Writer, leaf: string, task: Task, wanted: Json | undefined, isMet: boolean): void {
    const now = this.#time.now();
    const before = this.#records.get(leaf);
    const differs = task.foreseen?.differs?.map(each => `${each.path || 'the whole'} of ${each.of.name}`).join(', ');
    const otherwise =
      task.foreseen?.asForeseen === false
        ? { what: task.step.summary, came: `done, but not as foreseen: ${differs ?? 'something'} came otherwise` }
        : undefined;
    if (isMet) {
      const passing = task.step.lasting === 'untilRestart' ? { passing: true as const } : {};
      const deed = { task: task.id, at: now, ...(wanted === undefined ? {} : { value: wanted }), ...passing };
      this.#put(leaf, afterDeed(leaf, before, deed, otherwise));
    } else {
      const moment = this.#moment(leaf);
      const from = task.moves?.flatMap(move => ('old' in move && move.path === task.path ? [move.old] : []))[0];
      this.#put(leaf, afterStep(leaf, before, steppedWords(from, wanted, moment.settling), moment));
    }
    this.#write(writer, [leaf]);
  }

  /** Whether a leaf has come as far as a task was to bring it, though that is not yet what is wanted in the end. */
  isOnItsWay(instance: Instance | undefined, path: Path, wanted: Json | undefined): boolean {
    const { keyed } = this.#parts;
    return instance !== undefined && sameAt(path, at(instance.document, path, keyed), wanted, keyed);
  }

  /** What was done for it has fallen back: somebody set it back, or it flaps. */
  #fallen(leaf: string, unmet: Unmet, path: Path, moment: Moment): LeafRecord | undefined {
    const record = this.#records.get(leaf);
    if (!record?.did) return record;
    const { store, keyed } = this.#parts;
    const why = whyFallen({ store, keyed }, record.did, unmet, path, this.#time.startedAt());
    switch (why.because) {
      case 'takenBack': {
        const { did: _, ...rest } = record;
        this.#put(leaf, rest);
        break;
      }
      case 'moved':
        this.#put(leaf, afterFlap(leaf, record, why.by, moment));
        break;
      case 'reversed': {
        const { value: from } = record.did;
        const to = unmet.instance && at(unmet.instance.document, path, keyed);
        const by = whoElse({ store, keyed }, unmet, path);
        const reversal = {
          at: moment.now,
          ...(from === undefined ? {} : { from }),
          ...(to === undefined ? {} : { to }),
          ...(by === undefined ? {} : { by }),
        };
        this.#put(leaf, afterReversal(leaf, record, reversal, { ...moment, chance: this.#parts.chance() }));
        break;
      }
    }
    return this.#records.get(leaf);
  }

  #rest(record: LeafRecord, since: Instant, now: Instant): void {
    const { leaf } = record;
    const { expectation, instance, path } = ownerOfLeaf(leaf);
    const id = instance === undefined ? undefined : instanceId(instance);
    const verdict = this.#parts.store.verdict(expectationId(expectation), id);
    // Being blind is no rest.
    const isUnknown = verdict?.unknown?.some(each => `${each}/`.startsWith(path) || path.startsWith(`${each}/`));
    if (verdict?.verdict === 'unknown' || isUnknown) {
      this.#restingSince.set(leaf, now);
    } else {
      const left = rested(record, since, now, this.#settlingOf(leaf));
      if (left) this.#put(leaf, left);
      else this.#drop(leaf);
    }
    this.#plan(leaf);
  }

  /** Prunes what nobody waits for. */
  tidy(): void {
    const now = this.#time.now();
    for (const [leaf, since] of this.#restingSince) {
      const record = this.#records.get(leaf);
      if (record) this.#rest(record, since, now);
    }
    this.end();
  }

  /** When a leaf at rest is next looked at. */
  #plan(leaf: string): void {
    const record = this.#records.get(leaf);
    const since = this.#restingSince.get(leaf);
    if (record && since !== undefined) this.#due.set(leaf, restsAt(record, since, this.#settlingOf(leaf)));
  }

  #moment(leaf: string): Moment {
    return { now: this.#time.now(), chance: this.#parts.chance(), settling: this.#settlingOf(leaf) };
  }

  #settlingOf(leaf: string): Settling {
    const of = leafOf(this.#parts.store, leaf);
    return this.#settling(of, of.path);
  }

  #settling(of: LeafOf, path: Path): Settling {
    const { clock, book } = this.#parts;
    return settlingOf(book().first('settle', subjectOf(of, path), clock.now()));
  }

  #put(leaf: string, record: LeafRecord): void {
    this.#remember(record);
    this.#moved.add(leaf);
    this.#parts.unmet.touch(this.#siteOf(leaf));
  }

  #drop(leaf: string): void {
    this.#forget(leaf);
    this.#moved.add(leaf);
  }

  #remember(record: LeafRecord): void {
    this.#records.set(record.leaf, record);
    this.#watch(record.leaf);
  }

  #forget(leaf: string): void {
    const record = this.#records.get(leaf);
    this.#records.delete(leaf);
    this.#restingSince.delete(leaf);
    this.#due.set(leaf, undefined);
    if (record) this.#delegating.end(record);
    if (record?.stalled) this.#moved.add(leaf);
    const site = this.#siteOf(leaf);
    if (!this.#unmetSince.has(leaf)) this.#unwatch(leaf, site);
    this.#parts.unmet.touch(site);
  }

  #watch(leaf: string): void {
    const site = this.#siteOf(leaf);
    const there = this.#watched.get(site);
    if (there) there.add(leaf);
    else this.#watched.set(site, new Set([leaf]));
  }

  #unwatch(leaf: string, site: Site): void {
    const there = this.#watched.get(site);
    there?.delete(leaf);
    if (there?.size === 0) this.#watched.delete(site);
  }

  #siteOf(leaf: string): Site {
    const { expectation, instance } = ownerOfLeaf(leaf);
    return this.#parts.unmet.siteOf(expectation, instance);
  }

  #write(writer: Writer, leaves: readonly string[]): void {
    const shift = this.#time.shift();
    const pairs = new Map<string, { readonly expectation: ExpectationId; readonly instance: InstanceId | undefined }>();
    for (const leaf of leaves) {
      const record = this.#records.get(leaf);
      if (record) writer.putLeafRecord(shifted(record, shift));
      else writer.clearLeafRecord(leaf);
      const { expectation: id, instance: of } = ownerOfLeaf(leaf);
      const pair = { expectation: expectationId(id), instance: of === undefined ? undefined : instanceId(of) };
      pairs.set(leafName(id, of, ''), pair);
    }
    for (const { expectation, instance } of pairs.values()) tellStalled(writer, expectation, instance);
    this.#delegating.write(writer, this.#parts.clock.now());
  }
}
