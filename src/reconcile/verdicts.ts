/**
 * Keeps the verdict of every expectation on every instance it means; judges again only what reads something that has
 * moved, and what time alone has turned.
 */
import type { Cause } from '../core/change.ts';
import type { Expectation } from '../core/expectation.ts';
import type { ExpectationId, InstanceId, Instant } from '../core/ids.ts';
import type { Instance } from '../core/instance.ts';
import { asJson, type Json, sameJson } from '../core/json.ts';
import type { Judgement, Leaf } from '../core/outstanding.ts';
import type { StandingVerdict } from '../core/verdict.ts';
import type { Log } from '../ports/log.ts';
import type { Store, Unwritten } from '../ports/store.ts';
import type { Turns } from '../ports/turns.ts';
import { Deadlines } from './deadlines.ts';
import { Freshness } from './freshness.ts';
import type { Guard } from './guard.ts';
import { Interests } from './interests.ts';
import type { Considered, Judge } from './judge.ts';
import { movedAfter } from './moved.ts';
import type { OutOfBand } from './out-of-band.ts';
import type { PresentedInstances } from './presented.ts';
import type { Quality } from './quality.ts';
import type { Sight } from './sight.ts';
import { UnmetNow } from './unmet.ts';
import { nameOfPair, type Pair, pairNamed, Work } from './work.ts';

const judgement: Cause = { principal: 'loop', kind: 'judgement' };

export interface VerdictParts {
  readonly store: Store;
  readonly judge: Judge;
  readonly guard: Guard;
  readonly outOfBand: OutOfBand;
  readonly presented: PresentedInstances;
  readonly sight: Sight;
  readonly log: Log;
  /** How old an observation may be when an expectation does not say. */
  readonly freshnessMs: number;
  readonly quality: Quality;
  /** Takes fresh samples where it is time for that; tells whether there are others than at the last call. */
  readonly freshen: () => Promise<boolean>;
  readonly portions: Turns['portions'];
}

export class Verdicts {
  readonly unmet = new UnmetNow();
  readonly interests: Interests;
  private readonly parts: VerdictParts;
  private readonly work: Work;
  private readonly deadlines = new Deadlines();
  private readonly freshness: Freshness;
  private cursor = 0;

  constructor(parts: VerdictParts) {
    this.parts = parts;
    this.interests = new Interests(parts.freshnessMs);
    this.freshness = new Freshness(parts.sight);
    this.work = new Work({ ...parts, interests: this.interests });
  }

  /** When time alone next turns something; infinite when it never does. */
  nextTurn(now: Instant): Instant {
    return Math.min(this.deadlines.next(), this.freshness.next(this.interests.ages(), now));
  }

  /**
   * Judges what moved or turned since the last call, or everything in a sweep, in portions between which others have
   * their turn; tells which expectations moved, undefined for none, and whether plans did.
   */
  async update(
    now: Instant,
    sweep: boolean,
  ): Promise<{ readonly expectationsMoved: ReadonlySet<string> | undefined; readonly plansMoved: boolean }> {
    const { store } = this.parts;
    const upTo = store.seq();
    // Until somebody expects something, what moves need not be read.
    if (this.cursor > 0 && !sweep && this.interests.size === 0 && store.expectations().length === 0) {
      this.cursor = upTo;
      this.deadlines.clear();
      return { expectationsMoved: undefined, plansMoved: true };
    }
    this.parts.outOfBand.begin(now, this.cursor);
    const moved = this.cursor === 0 ? undefined : await movedAfter(store, this.cursor, this.parts.portions());
    this.cursor = moved?.upTo ?? upTo;
    const all = sweep || moved === undefined;
    const expectations: ReadonlySet<ExpectationId> = moved?.expectations ?? new Set();
    const retargeted = await this.learnAbout(all ? this.known() : expectations);
    for (const id of moved?.released ?? []) this.unmet.touchInstance(id);

    // Blindness leads to a look: what is read of telemetry is sampled before it is judged.
    const sampled = this.interests.ofTelemetry().size > 0 && (await this.parts.freshen());
    const doubted = this.parts.quality.takeMoved();
    const turned = this.freshness.turned(this.interests.ages(), now);
    const due = this.deadlines.take(now);
    if (all) {
      await this.judgeEach(this.work.everything(), now);
    } else {
      for (const [id, paths] of doubted) moved.instances.set(id, [...(moved.instances.get(id) ?? []), ...paths]);
      for (const id of moved.instances.keys()) this.unmet.touchInstance(id);
      const whole = new Set<ExpectationId>(expectations);
      for (const age of turned) for (const id of this.interests.ofAge(age)) whole.add(id);
      if (sampled) for (const id of this.interests.ofTelemetry()) whole.add(id);
      await this.judgeEach(this.work.of({ moved, whole, retargeted, due: due.map(pairNamed) }), now);
    }
    this.parts.outOfBand.end();
    const expectationsMoved = moved?.expectations ?? new Set<string>();
    return {
      expectationsMoved: all || expectationsMoved.size > 0 ? expectationsMoved : undefined,
      plansMoved: moved?.plans ?? true,
    };
  }

  /** Takes note of an expectation as it is now; true when it means others than it did. */
  private learn(id: ExpectationId): boolean {
    const expectation = this.parts.store.expectation(id);
    const before = this.interests.get(id);
    // What is expected of a peer's instance is judged there; what was withdrawn is expected no more.
    if (expectation && expectation.for.peer === undefined && !expectation.withdrawing) {
      this.interests.put(expectation, this.parts.judge.readsTelemetry(expectation));
      return before !== undefined && !sameJson(asJson(before.for), asJson(expectation.for));
    }
    this.interests.remove(id);
    this.unmet.forget(id);
    this.parts.judge.forget(id);
    return false;
  }

  /** Those that stand, and those that did when last looked at. */
  private known(): ReadonlySet<ExpectationId> {
    const known = new Set<ExpectationId>();
    for (const { id } of this.interests.all()) known.add(id);
    for (const { id } of this.parts.store.expectations()) known.add(id);
    return known;
  }

  /** Tells which of them mean others than they did. */
  private async learnAbout(ids: ReadonlySet<ExpectationId>): Promise<ReadonlySet<ExpectationId>> {
    const retargeted = new Set<ExpectationId>();
    const portions = this.parts.portions();
    for (const id of ids) {
      if (this.learn(id)) retargeted.add(id);
      if (portions.step()) await portions.breathe();
    }
    return retargeted;
  }

  private async judgeEach(pairs: Iterable<Pair>, now: Instant): Promise<void> {
    const portions = this.parts.portions();
    this.parts.judge.lookAnew();
    let sitting = new Sitting(this.parts.store);
    for (const pair of pairs) {
      this.judgeOne(pair, sitting, now);
      if (!portions.step() && sitting.size < WRITTEN_AT_ONCE) continue;
      this.write(sitting);
      await portions.breathe();
      this.parts.judge.lookAnew();
      sitting = new Sitting(this.parts.store);
      this.work.breathed();
    }
    this.write(sitting);
  }

  private judgeOne(pair: Pair, sitting: Sitting, now: Instant): void {
    const { store, judge } = this.parts;
    const { expectation: id, instance: of } = pair;
    const expectation = this.interests.get(id);
    // One that was changed or withdrawn meanwhile is judged when that is read.
    if (!expectation || store.expectation(id)?.seq !== expectation.seq) return;
    const name = nameOfPair(id, of);
    const instance = of === undefined ? undefined : (pair.read ?? sitting.instance(of));
    const isOver = pair.isOver || (of !== undefined && !instance);
    const { judged, turnsAt } = isOver ? nobody : judge.consider(expectation, instance, now);
    this.deadlines.set(name, turnsAt);
    if (judged) this.found(expectation, of, instance, judged, sitting, now);
    else this.over(id, of, sitting);
  }

  private found(
    expectation: Expectation,
    of: InstanceId | undefined,
    instance: Instance | undefined,
    judged: Judgement,
    sitting: Sitting,
    now: Instant,
  ): void {
    const { store, outOfBand } = this.parts;
    const { id } = expectation;
    const { verdict, residual, leaves } = judged;
    const before = store.verdict(id, of);
    const { kept, isNews } = outOfBand.remembered(expectation, instance, judged, before);
    if (verdict === 'unmet' && residual !== undefined) {
      this.unmet.put({ expectation, instance: of, residual, leaves, strayed: kept.strayed ?? [] });
    } else {
      this.unmet.met(expectation, of);
    }
    const unknown = leaves.filter(leaf => leaf.verdict === 'unknown').map(leaf => leaf.path);
    const same =
      before?.verdict === verdict &&
      sameJson(before.residual, residual) &&
      sameJson((before.unknown ?? []) as Json, unknown);
    const { lastMet, strayed } = before ?? {};
    const keepsSame = sameJson(asJson({ lastMet, strayed }), asJson({ lastMet: kept.lastMet, strayed: kept.strayed }));
    if (same && keepsSame && !isNews) return;
    if (
      verdict !== before?.verdict &&
      (verdict === 'unmet' || verdict === 'unknown') &&
      this.isTold(expectation, instance, leaves, now)
    ) {
      this.parts.log.warn('outstanding', { expectation: id, instance: of, verdict, residual });
    }
    sitting.puts.push({
      expectation: id,
      ...(of === undefined ? {} : { instance: of }),
      verdict,
      ...(residual === undefined ? {} : { residual }),
      ...(unknown.length === 0 ? {} : { unknown }),
      ...kept,
      ...(same && isNews ? { judgedBy: expectation.seq } : {}),
      ...(before?.conflicts ? { conflicts: before.conflicts } : {}),
      ...(before?.stalled ? { stalled: before.stalled } : {}),
      since: same ? before.since : now,
    });
  }

  /** Whether any of it is more than to be judged in silence. */
  private isTold(
    expectation: Expectation,
    instance: Instance | undefined,
    leaves: readonly Leaf[],
    now: Instant,
  ): boolean {
    return leaves.some(({ path }) => this.parts.guard.modeAt(expectation, instance, path, now) !== 'observe');
  }

  private over(expectation: ExpectationId, instance: InstanceId | undefined, sitting: Sitting): void {
    this.unmet.remove(expectation, instance);
    this.parts.outOfBand.forget(expectation, instance);
    if (this.parts.store.verdict(expectation, instance)) sitting.over.push({ expectation, instance });
  }

  private write({ puts, over }: Sitting): void {
    const { store } = this.parts;
    if (puts.length === 0 && over.length === 0) return;
    const before = store.seq();
    store.transact(judgement, writer => {
      for (const put of puts) writer.putVerdict(put);
      for (const { expectation, instance } of over) writer.removeVerdict(expectation, instance);
    });
    // Our own words are no news to us.
    if (this.cursor === before) this.cursor = store.seq();
  }
}

/** To write a verdict takes longer than to reach one, and a commit is one piece. */
const WRITTEN_AT_ONCE = 100;

const nobody: Considered = { judged: undefined, turnsAt: undefined };

/** What is judged in one go, during which nothing else moves. */
class Sitting {
  readonly puts: Unwritten<StandingVerdict>[] = [];
  readonly over: { readonly expectation: ExpectationId; readonly instance: InstanceId | undefined }[] = [];
  private readonly store: Store;
  private readonly instances = new Map<InstanceId, Instance | undefined>();

  constructor(store: Store) {
    this.store = store;
  }

  /** How much there is to write. */
  get size(): number {
    return this.puts.length + this.over.length;
  }

  instance(id: InstanceId): Instance | undefined {
    if (!this.instances.has(id)) this.instances.set(id, this.store.instance(id));
    return this.instances.get(id);
  }
}
