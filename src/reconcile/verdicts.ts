/** Keeps the verdict of every expectation on every instance it means; judges again only what has moved. */
import type { Cause, ChangeSubject } from '../core/change.ts';
import { AgentError } from '../core/errors.ts';
import type { Expectation } from '../core/expectation.ts';
import { type ExpectationId, type InstanceId, type Instant, instanceId } from '../core/ids.ts';
import type { Instance } from '../core/instance.ts';
import { type Json, sameJson } from '../core/json.ts';
import { type SharedClass, sharedClasses } from '../core/model/shared-record.ts';
import type { Judgement } from '../core/outstanding.ts';
import type { Unmet } from '../core/planner.ts';
import { type StandingVerdict, verdictId } from '../core/verdict.ts';
import type { Log } from '../ports/log.ts';
import type { Store, Unwritten } from '../ports/store.ts';
import type { Judge } from './judge.ts';
import type { PresentedInstances } from './presented.ts';

/** Keeps the memory of a pass small after a long silence. */
const CHANGES_PER_READ = 500;

const judgement: Cause = { principal: 'loop', kind: 'judgement' };

interface Judged {
  readonly expectation: Expectation;
  /** Undefined for what is named and does not exist. */
  readonly instance: Instance | undefined;
  readonly judged: Judgement;
}
interface Over {
  readonly expectation: ExpectationId;
  readonly instance: InstanceId | undefined;
}
interface Moved {
  readonly instances: ReadonlySet<InstanceId>;
  readonly records: readonly (readonly [SharedClass, string])[];
  readonly expectations: ReadonlySet<string>;
}

/** The moved instances, undefined for those that are gone, and who has been judged on them. */
interface Touched {
  readonly instances: readonly { readonly id: InstanceId; readonly instance: Instance | undefined }[];
  /** By the name of the verdict. */
  readonly judged: ReadonlySet<string>;
  readonly expectations: ReadonlySet<ExpectationId>;
}

const nothingTouched: Touched = { instances: [], judged: new Set(), expectations: new Set() };

export interface VerdictParts {
  readonly store: Store;
  readonly judge: Judge;
  readonly presented: PresentedInstances;
  readonly log: Log;
}

export class Verdicts {
  private readonly parts: VerdictParts;
  private readonly unmetNow = new Map<string, Unmet>();
  private cursor = 0;
  /** Nobody expected anything when last judged: until somebody does, what moves need not be read. */
  private unasked = false;

  constructor(parts: VerdictParts) {
    this.parts = parts;
  }

  /** By the name of the verdict. */
  get unmet(): ReadonlyMap<string, Unmet> {
    return this.unmetNow;
  }

  /** Judges what moved since the last call, or everything; tells which expectations moved, undefined for none. */
  update(now: Instant, sweep: boolean): { readonly expectationsMoved: ReadonlySet<string> | undefined } {
    const { store, presented } = this.parts;
    const upTo = store.seq();
    if (this.unasked && !sweep && store.expectations().length === 0) {
      this.cursor = upTo;
      return { expectationsMoved: undefined };
    }
    const moved = this.cursor === 0 ? 'everything' : this.movedSince(this.cursor);
    this.cursor = upTo;
    const all = sweep || moved === 'everything';
    const instances = all ? new Set<InstanceId>() : this.withThoseShownOtherwise(moved);
    if (!all && instances.size === 0 && moved.expectations.size === 0) return { expectationsMoved: undefined };
    if (all) presented.clear();

    // What is expected of a peer's instance is judged there.
    const expectations = store.expectations().filter(each => each.for.peer === undefined);
    const found: Judged[] = [];
    const over: Over[] = [];
    const touched = all ? nothingTouched : this.touchedBy(instances);
    for (const expectation of expectations) {
      if (all || moved.expectations.has(expectation.id)) this.whole(expectation, now, found, over);
      else if ('where' in expectation.for) this.each(expectation, touched, now, found, over);
      else if (this.touches(expectation, touched, now)) this.whole(expectation, now, found, over);
    }
    this.write(found, over, now);
    if (all || moved.expectations.size > 0) this.forgetRemoved(expectations);
    this.unasked = expectations.length === 0;
    const expectationsMoved = moved === 'everything' ? new Set<string>() : moved.expectations;
    return { expectationsMoved: all || expectationsMoved.size > 0 ? expectationsMoved : undefined };
  }

  /** Everyone an expectation means, and those it means no more. */
  private whole(expectation: Expectation, now: Instant, found: Judged[], over: Over[]): void {
    const { store, judge } = this.parts;
    const meant = judge.meant(expectation, now);
    const names = new Set(meant.map(instance => verdictId(expectation.id, instance?.id)));
    for (const instance of meant)
      found.push({ expectation, instance, judged: judge.judge(expectation, instance, now) });
    for (const old of store.verdicts({ expectation: expectation.id })) {
      if (names.has(verdictId(old.expectation, old.instance))) continue;
      over.push({ expectation: old.expectation, instance: old.instance });
    }
  }

  /** What is derived for an instance moves with what it is derived from. */
  private withThoseShownOtherwise({ instances, records }: Moved): ReadonlySet<InstanceId> {
    const more = this.parts.presented.movedBy(instances, records);
    return more.length === 0 ? instances : new Set([...instances, ...more]);
  }

  /** Read once, however many expectations there are to hold against it. */
  private touchedBy(moved: ReadonlySet<InstanceId>): Touched {
    const { store, presented } = this.parts;
    const instances = [...moved].map(id => ({ id, instance: store.instance(id) }));
    for (const { id, instance } of instances) if (!instance) presented.forget(id);
    const verdicts = [...moved].flatMap(id => store.verdicts({ instance: id }));
    return {
      instances,
      judged: new Set(verdicts.map(each => verdictId(each.expectation, each.instance))),
      expectations: new Set(verdicts.map(each => each.expectation)),
    };
  }

  /** Those of the moved instances that a condition means, or meant. */
  private each(
    expectation: Expectation,
    { instances, judged }: Touched,
    now: Instant,
    found: Judged[],
    over: Over[],
  ): void {
    const { judge } = this.parts;
    for (const { id, instance } of instances) {
      if (instance && judge.means(expectation, instance, now)) {
        found.push({ expectation, instance, judged: judge.judge(expectation, instance, now) });
      } else if (judged.has(verdictId(expectation.id, id))) {
        over.push({ expectation: expectation.id, instance: id });
      }
    }
  }

  private movedSince(cursor: number): Moved | 'everything' {
    const instances = new Set<InstanceId>();
    const expectations = new Set<string>();
    const records: [SharedClass, string][] = [];
    let from = cursor;
    for (;;) {
      let rows: ReturnType<Store['changesAfter']>;
      try {
        rows = this.parts.store.changesAfter(from, CHANGES_PER_READ);
      } catch (error) {
        if (error instanceof AgentError && error.code === 'gone') return 'everything';
        throw error;
      }
      for (const change of rows) {
        const { subject, id } = change;
        if (subject === 'instance') instances.add(instanceId(id));
        else if (subject === 'expectation') expectations.add(id);
        else if (isShared(subject)) records.push([subject, id]);
        from = change.seq;
      }
      if (rows.length < CHANGES_PER_READ) break;
    }
    return { instances, records, expectations };
  }

  /** Whether an expectation on what it names means, or meant, any of the moved instances. */
  private touches(expectation: Expectation, { instances, expectations }: Touched, now: Instant): boolean {
    const { judge } = this.parts;
    return (
      expectations.has(expectation.id) ||
      instances.some(({ instance }) => instance !== undefined && judge.means(expectation, instance, now))
    );
  }

  private write(found: readonly Judged[], over: readonly Over[], now: Instant): void {
    const { store, judge, log } = this.parts;
    const puts: Unwritten<StandingVerdict>[] = [];
    for (const { expectation, instance, judged } of found) {
      const name = verdictId(expectation.id, instance?.id);
      const unknown = judged.leaves.filter(leaf => leaf.verdict === 'unknown').map(leaf => leaf.path);
      const before = store.verdict(expectation.id, instance?.id);
      if (judged.verdict === 'unmet' && judged.residual !== undefined) {
        const mode = judge.mode(expectation);
        this.unmetNow.set(name, { expectation, instance, residual: judged.residual, leaves: judged.leaves, mode });
      } else {
        this.unmetNow.delete(name);
      }
      const same =
        before?.verdict === judged.verdict &&
        sameJson(before.residual, judged.residual) &&
        sameJson((before.unknown ?? []) as Json, unknown);
      if (same) continue;
      if (judged.verdict !== before?.verdict && (judged.verdict === 'unmet' || judged.verdict === 'unknown')) {
        if (judge.mode(expectation) !== 'observe') {
          log.warn('outstanding', {
            expectation: expectation.id,
            instance: instance?.id,
            verdict: judged.verdict,
            residual: judged.residual,
          });
        }
      }
      puts.push({
        expectation: expectation.id,
        ...(instance ? { instance: instance.id } : {}),
        verdict: judged.verdict,
        ...(judged.residual === undefined ? {} : { residual: judged.residual }),
        ...(unknown.length === 0 ? {} : { unknown }),
        since: now,
      });
    }
    for (const { expectation, instance } of over) this.unmetNow.delete(verdictId(expectation, instance));
    if (puts.length === 0 && over.length === 0) return;
    store.transact(judgement, writer => {
      for (const put of puts) writer.putVerdict(put);
      for (const { expectation, instance } of over) writer.removeVerdict(expectation, instance);
    });
    // Our own words are no news to us.
    this.cursor = store.seq();
  }

  private forgetRemoved(expectations: readonly Expectation[]): void {
    const here = new Set(expectations.map(each => each.id));
    for (const [name, { expectation }] of this.unmetNow) {
      if (here.has(expectation.id)) continue;
      this.unmetNow.delete(name);
      this.parts.judge.forget(expectation.id);
    }
  }
}

function isShared(subject: ChangeSubject): subject is SharedClass {
  return sharedClasses.some(each => each === subject);
}
