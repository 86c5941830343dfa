/**
 * The loop: observe, judge, plan, write down, carry out, look again. One pass at a time, level-triggered: a pass decides
 * from what is so now; what rang the bell does not matter.
 */
import type { Cause } from '../core/change.ts';
import { AgentError, sentence } from '../core/errors.ts';
import type { Mode } from '../core/expectation.ts';
import type { Instant } from '../core/ids.ts';
import type { Kinds } from '../core/kind.ts';
import type { KeyedArrays } from '../core/path.ts';
import type { Plan } from '../core/plan.ts';
import { type Draft, leafName } from '../core/planner.ts';
import type { Clock } from '../ports/clock.ts';
import type { Driver } from '../ports/driver.ts';
import type { Log } from '../ports/log.ts';
import type { Store } from '../ports/store.ts';
import { type Bell, hangBell } from './bell.ts';
import { begin, type CarryOutParts, finish, recoverTasks, runTasks, takeBack } from './carry-out.ts';
import { Drafts } from './drafts.ts';
import { Judge } from './judge.ts';
import { Observer } from './observe.ts';
import { draftPlan, refuseWhatMoved, whyUnwanted } from './plans.ts';
import { PresentedInstances } from './presented.ts';
import { Quality } from './quality.ts';
import { Sampling } from './sampling.ts';
import { Seen } from './seen.ts';
import { Sight } from './sight.ts';
import { Verdicts } from './verdicts.ts';
import { Watch } from './watch.ts';

export interface LoopParts {
  readonly store: Store;
  readonly drivers: readonly Driver[];
  readonly kinds: Kinds;
  readonly keyed: KeyedArrays;
  readonly clock: Clock;
  readonly log: Log;
  readonly newId: () => string;
  readonly chance: () => number;
  readonly profileMode: Mode;
  /** The longest a driver goes without looking. */
  readonly lookEveryMs: number;
  /** How old an observation may be when an expectation does not say. */
  readonly freshnessMs: number;
}

/** Keeps an expectation with a tiny freshness from looking without pause. */
const SHORTEST_LOOK_MS = 1_000;

/** About a year of one plan a day, with their undo. */
const PLANS_KEPT = 300;
/** Interfaces that come and go under ever new names, as those of containers do, must not fill the flash. */
const KEYS_KEPT = 1_000;
const PASSES_PER_TIDY = 100;
/** Proves now and then that nothing was missed. */
const SWEEP_EVERY_MS = 3_600_000;

const NEVER = Number.POSITIVE_INFINITY;

const upkeep: Cause = { principal: 'loop', kind: 'upkeep' };

export interface LoopCounts {
  passes: number;
  tasksDone: number;
  tasksFailed: number;
  plansRefused: number;
  lastPassAt: Instant | undefined;
  lastPassMs: number;
}

export class Loop {
  readonly sight: Sight;
  readonly watch: Watch;
  readonly sampling: Sampling;
  readonly seen: Seen;
  readonly judge: Judge;
  readonly counts: LoopCounts = {
    passes: 0,
    tasksDone: 0,
    tasksFailed: 0,
    plansRefused: 0,
    lastPassAt: undefined,
    lastPassMs: 0,
  };
  private readonly parts: LoopParts;
  private readonly bell: Bell;
  private readonly carrying: CarryOutParts;
  private readonly verdicts: Verdicts;
  private readonly drafts: Drafts;
  private sweep = true;
  private sweptAt: Instant | undefined;
  private samplesJudged = 0;
  private plansMoved = true;
  private sleep: (() => void) | undefined;

  constructor(parts: LoopParts) {
    this.parts = parts;
    const { store, drivers, kinds, keyed, clock, log } = parts;
    this.sight = new Sight(drivers.map(driver => driver.name));
    const quality = new Quality();
    const observer = new Observer({ store, kinds, chance: parts.chance, log, quality });
    this.watch = new Watch({ drivers, observer, sight: this.sight, clock, log });
    this.sampling = new Sampling({ drivers, observer, clock, log });
    this.seen = new Seen({ sight: this.sight, sampling: this.sampling, quality, kinds });
    const presented = new PresentedInstances({ store, kinds });
    this.judge = new Judge({
      seen: this.seen,
      kinds,
      keyed,
      profileMode: parts.profileMode,
      freshnessMs: parts.freshnessMs,
      withTelemetry: instance => this.sampling.withTelemetry(presented.of(instance)),
    });
    this.verdicts = new Verdicts({
      store,
      judge: this.judge,
      presented,
      sight: this.sight,
      log,
      freshnessMs: parts.freshnessMs,
      quality,
      freshen: () => this.freshen(),
    });
    this.drafts = new Drafts({
      store,
      judge: this.judge,
      unmet: this.verdicts.unmet,
      offers: drivers.flatMap(driver => driver.abilities.map(ability => ({ driver: driver.name, ability }))),
    });
    this.carrying = {
      store,
      driver: name => this.watch.driver(name),
      clock,
      log,
      newId: parts.newId,
      chance: parts.chance,
    };
    this.bell = hangBell(() => this.pass());
  }

  /** The profile has brought other kinds: what was worked out from those before is worked out anew. */
  takeKinds(): void {
    this.judge.forgetAll();
    this.sweep = true;
    this.bell.ring();
  }

  /** Begins to listen and makes the first pass; resolves when that has ended. */
  async start(): Promise<void> {
    recoverTasks(this.parts.store);
    await this.watch.start(() => this.bell.ring());
    await this.bell.heard();
  }

  /** Ends after the pass under way. */
  async stop(): Promise<void> {
    this.sleep?.();
    await this.bell.stop();
    await this.watch.stop();
  }

  ring(): void {
    this.bell.ring();
  }

  /** Resolves when a pass that began after this call has ended. */
  settle(): Promise<void> {
    return this.bell.heard();
  }

  /** What could be done about all that is outstanding, as of the last pass. */
  draft(): Draft {
    return this.drafts.whole();
  }

  private async pass(): Promise<void> {
    const { clock, log } = this.parts;
    const began = clock.now();
    try {
      await this.observe(began);
      await this.judgeWhatMoved(clock.now());
      await this.drawUp(clock.now());
      if (await this.carryOut()) {
        await this.drawUp(clock.now());
        // What this pass had not planned for must not wait for the next thing to happen.
        if (this.drafts.hasTasks('enforce')) this.bell.ring();
      }
      if (this.counts.passes % PASSES_PER_TIDY === 0) this.tidy();
    } catch (error) {
      log.error('pass failed', { error: sentence(error), code: error instanceof AgentError ? error.code : 'internal' });
      this.sweep = true;
    }
    this.counts.passes++;
    this.counts.lastPassAt = began;
    this.counts.lastPassMs = clock.now() - began;
    this.sleepUntilDue();
  }

  // Observe

  private async observe(now: Instant): Promise<void> {
    const { store } = this.parts;
    const willAct = store.plans({ states: ['approved', 'carryingOut'] }).length > 0;
    await this.watch.look(willAct ? 'all' : 'due', this.lookEveryMs());
    if (now - (this.sweptAt ?? 0) >= SWEEP_EVERY_MS) this.sweep = true;
  }

  private lookEveryMs(): number {
    return Math.max(SHORTEST_LOOK_MS, Math.min(this.parts.lookEveryMs, this.verdicts.interests.freshestMs * 0.8));
  }

  private async freshen(): Promise<boolean> {
    await this.sampling.freshen(this.lookEveryMs());
    const isOther = this.sampling.taken !== this.samplesJudged;
    this.samplesJudged = this.sampling.taken;
    return isOther;
  }

  // Judge

  private async judgeWhatMoved(now: Instant): Promise<void> {
    const { sweep } = this;
    this.sweep = false;
    if (sweep) this.sweptAt = now;
    const { expectationsMoved, plansMoved } = await this.verdicts.update(now, sweep);
    this.plansMoved ||= plansMoved || expectationsMoved !== undefined;
    if (expectationsMoved !== undefined) this.startAfresh(expectationsMoved);
  }

  /** Whoever changes what is expected starts afresh: neither old failures nor an old undo hold it back. */
  private startAfresh(moved: ReadonlySet<string>): void {
    const { store } = this.parts;
    const backoffs = store.backoffs().filter(each => moved.has(each.leaf.split(':', 1)[0] ?? ''));
    const pauses = store
      .pauses()
      .filter(each => each.scope.startsWith('leaf:') && moved.has(each.scope.split(':')[1] ?? ''));
    if (backoffs.length === 0 && pauses.length === 0) return;
    store.transact(upkeep, writer => {
      for (const { leaf } of backoffs) writer.clearBackoff(leaf);
      for (const { scope } of pauses) writer.clearPause(scope);
    });
  }

  // Plan, and write down

  private async drawUp(now: Instant): Promise<void> {
    const { store } = this.parts;
    const { isOther } = await this.drafts.update(now);
    if (!isOther && !this.plansMoved) return;
    this.plansMoved = false;
    this.counts.plansRefused += refuseWhatMoved(store, this.parts.keyed, now);
    this.clearBackoffs();
    this.propose(now);
  }

  private clearBackoffs(): void {
    const { store } = this.parts;
    const over = store.backoffs().filter(each => !this.drafts.has(each.leaf));
    if (over.length === 0) return;
    store.transact(upkeep, writer => {
      for (const { leaf } of over) writer.clearBackoff(leaf);
    });
  }

  /** Keeps one waiting proposal for all that a person has to approve. */
  private propose(now: Instant): void {
    const { store } = this.parts;
    const proposal = draftPlan(this.parts, this.drafts.of('approve'), mode => mode === 'approve', {
      madeBy: 'loop',
      now,
    });
    const standing = store.plans({ states: ['proposed'] }).filter(each => each.madeBy === 'loop');
    if (proposal && standing.some(each => each.hash === proposal.hash)) return;
    const discarded =
      proposal && store.plans({ states: ['discarded'], limit: 100 }).some(each => each.hash === proposal.hash);
    if (standing.length === 0 && (!proposal || discarded)) return;
    store.transact(upkeep, writer => {
      for (const old of standing) {
        writer.putPlan({ ...old, state: 'refused', endedAt: now, because: 'what is outstanding has changed' });
      }
      if (proposal && !discarded) writer.putPlan(proposal);
    });
  }

  // Carry out

  /** True when anything was done to an element; what came of it has then been looked at and judged. */
  private async carryOut(): Promise<boolean> {
    const { store, clock, keyed } = this.parts;
    // One that could not be written down after it was done, as on a full disk, is looked at again like after a crash.
    recoverTasks(store);
    let acted = false;
    for (const undoing of store.plans({ states: ['undoing'] })) {
      // One that failed waits for a person to ask again.
      if (undoing.because !== undefined) continue;
      await takeBack(this.carrying, undoing);
      await this.lookAndJudge();
      acted = true;
    }
    for (const interrupted of store.plans({ states: ['carryingOut'] })) {
      await this.carryOutAndVerify(interrupted);
      acted = true;
    }
    for (const { id } of store.plans({ states: ['approved'] })) {
      this.counts.plansRefused += refuseWhatMoved(store, keyed, clock.now());
      const approved = store.plan(id);
      if (approved?.state !== 'approved') continue;
      await this.carryOutAndVerify(begin(this.carrying, approved));
      acted = true;
    }
    // What was just done may have changed what the draft was made from.
    if (acted) return true;
    const own = draftPlan(this.parts, this.drafts.of('enforce'), mode => mode === 'enforce', {
      madeBy: 'loop',
      now: clock.now(),
    });
    if (!own) return false;
    const written = store.transact({ ...upkeep, why: 'mode enforce' }, writer =>
      writer.putPlan({ ...own, state: 'approved', approvedBy: 'mode enforce' }),
    );
    await this.carryOutAndVerify(begin(this.carrying, written));
    return true;
  }

  private async lookAndJudge(): Promise<void> {
    await this.watch.look('all', this.lookEveryMs());
    await this.judgeWhatMoved(this.parts.clock.now());
  }

  private async carryOutAndVerify(begun: Plan): Promise<void> {
    const { store } = this.parts;
    const failure = await runTasks(this.carrying, begun);
    await this.lookAndJudge();
    finish(this.carrying, begun, failure, this.stillUnmet(begun));
    for (const { state } of store.tasks({ plan: begun.id })) {
      if (state === 'done') this.counts.tasksDone++;
      if (state === 'terminatedWithError') this.counts.tasksFailed++;
    }
  }

  /** The leaves that a plan was to meet and that are unmet after it. */
  private stillUnmet(plan: Plan): string[] {
    const unmet = plan.tasks.filter(task => {
      // What is wanted now is not what was done in vain.
      if (whyUnwanted(this.parts.store, plan, task.expectation) !== undefined) return false;
      const judged = this.verdicts.unmet.get(task.expectation, task.instance);
      return judged?.leaves.some(leaf => leaf.verdict === 'unmet' && `${leaf.path}/`.startsWith(`${task.path}/`));
    });
    return [...new Set(unmet.map(task => leafName(task.expectation, task.instance, task.path)))];
  }

  /** History is kept for people, not for ever. */
  private tidy(): void {
    const { store } = this.parts;
    if (store.plans({ limit: PLANS_KEPT + 1 }).length <= PLANS_KEPT && store.keyBindings().length <= KEYS_KEPT) return;
    store.transact(upkeep, writer => writer.tidy({ plans: PLANS_KEPT, keys: KEYS_KEPT }));
  }

  // Sleep

  private sleepUntilDue(): void {
    const { store, clock } = this.parts;
    this.sleep?.();
    const now = clock.now();
    const readsTelemetry = this.verdicts.interests.ofTelemetry().size > 0;
    const due = [
      this.watch.nextLook(),
      readsTelemetry ? Math.max(this.sampling.nextAt(this.lookEveryMs()), now + SHORTEST_LOOK_MS) : NEVER,
      ...store
        .backoffs()
        .map(each => each.until)
        .filter(until => until > now),
      this.verdicts.nextTurn(now),
    ];
    const next = Math.min(...due);
    if (!Number.isFinite(next)) return;
    this.sleep = clock.after(Math.max(next - now, 1), () => this.bell.ring());
  }
}
