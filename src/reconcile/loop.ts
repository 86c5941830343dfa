/**
 * The loop: observe, judge, plan, write down, carry out, look again. One pass at a time, level-triggered: a pass decides
 * from what is so now; what rang the bell does not matter.
 */
import { AgentError, sentence } from '../core/errors.ts';
import type { ExpectationId, InstanceId, Instant } from '../core/ids.ts';
import type { Path } from '../core/path.ts';
import type { Plan } from '../core/plan.ts';
import { abilityFinder, type Draft } from '../core/planner.ts';
import type { Task } from '../core/task.ts';
import { noFailSafe } from '../ports/fail-safe.ts';
import type { StrayPlace, Turns } from '../ports/turns.ts';
import { type ActingParts, actNow } from './acting.ts';
import { type Bell, hangBell } from './bell.ts';
import { Blocks } from './blocks.ts';
import { bounded, DRIVER_TIMEOUT_MS } from './bounded.ts';
import { recoverTasks } from './carry-out.ts';
import { Commits } from './confirm.ts';
import { Drafts } from './drafts.ts';
import { Guard } from './guard.ts';
import type { Named } from './interests.ts';
import { Judge } from './judge.ts';
import { CONFIRM_WITHIN_MS, canSet, type LoopCounts, type LoopParts, newCounts } from './loop-parts.ts';
import { Observer } from './observe.ts';
import { type Decision, OutOfBand } from './out-of-band.ts';
import { type Holding, nextExpiry, refuseWhatMoved } from './plans.ts';
import type { Choice, Portion } from './portioning.ts';
import { freeTurns } from './portions.ts';
import { PresentedInstances } from './presented.ts';
import { Protection } from './protection.ts';
import { Quality } from './quality.ts';
import { nextPutBack } from './restore.ts';
import { Sampling } from './sampling.ts';
import { Seen } from './seen.ts';
import { Settler } from './settle.ts';
import { Sight } from './sight.ts';
import { propose, startAfresh, tidy } from './upkeep.ts';
import { Verdicts } from './verdicts.ts';
import { Watch } from './watch.ts';

/** Keeps an expectation with a tiny freshness from looking without pause. */
const SHORTEST_LOOK_MS = 1_000;

/** Whoever stops the agent does not wait longer for a pass that hangs at its driver. */
const LONGEST_STOP_MS = 2_000;

const PASSES_PER_TIDY = 100;
/** Proves now and then that nothing was missed. */
const SWEEP_EVERY_MS = 3_600_000;

const NEVER = Number.POSITIVE_INFINITY;

export class Loop {
  readonly sight: Sight;
  readonly watch: Watch;
  readonly sampling: Sampling;
  readonly seen: Seen;
  readonly judge: Judge;
  readonly guard: Guard;
  readonly commits: Commits;
  /** The ability that a task was planned by. */
  readonly abilityOf: Holding['abilityOf'];
  readonly counts: LoopCounts = newCounts();
  readonly blocks = new Blocks();
  private readonly parts: LoopParts;
  private readonly turns: Turns;
  private readonly bell: Bell;
  private readonly acting: ActingParts;
  private readonly verdicts: Verdicts;
  private readonly drafts: Drafts;
  readonly protection: Protection;
  private readonly settler: Settler;
  private readonly outOfBand: OutOfBand;
  private told: { readonly of: Draft; readonly stamp: string; readonly draft: Draft } | undefined;
  private sweep = true;
  private looksEverywhere = false;
  /** Of the time that goes on evenly. */
  private sweptAt = 0;
  private samplesJudged = 0;
  private plansMoved = true;
  private sleep: (() => void) | undefined;

  constructor(parts: LoopParts) {
    this.parts = parts;
    this.turns = parts.turns ?? freeTurns;
    const { store, kinds, keyed, clock, log, driverTimeoutMs: timeoutMs = DRIVER_TIMEOUT_MS } = parts;
    const drivers = parts.drivers.map(each => bounded(each, { clock, log, timeoutMs }));
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
      ...(parts.asShown ? { asShown: parts.asShown } : {}),
      profileMode: parts.profileMode,
      freshnessMs: parts.freshnessMs,
      withTelemetry: instance => this.sampling.withTelemetry(presented.of(instance)),
    });
    const offers = drivers.flatMap(driver => driver.abilities.map(ability => ({ driver: driver.name, ability })));
    this.guard = new Guard({ store, clock, profileMode: parts.profileMode });
    this.outOfBand = new OutOfBand({ store, guard: this.guard, offers, drivers, keyed });
    this.verdicts = new Verdicts({
      store,
      judge: this.judge,
      guard: this.guard,
      outOfBand: this.outOfBand,
      presented,
      sight: this.sight,
      log,
      freshnessMs: parts.freshnessMs,
      quality,
      freshen: () => this.freshen(),
      portions: () => this.turns.portions(),
    });
    this.abilityOf = abilityFinder(offers);
    this.protection = new Protection({ store, drivers, guard: this.guard, keyed, clock, log });
    this.settler = new Settler({
      store,
      clock,
      chance: parts.chance,
      newId: parts.newId,
      keyed,
      unmet: this.verdicts.unmet,
      book: () => this.guard.book,
    });
    this.drafts = new Drafts({
      blocks: this.blocks,
      portions: () => this.turns.portions(),
      store,
      judge: this.judge,
      unmet: this.verdicts.unmet,
      offers,
      guard: this.guard,
      protection: this.protection,
      settle: this.settler,
    });
    const hands = {
      store,
      driver: (name: string) => this.watch.driver(name),
      clock,
      log,
      newId: parts.newId,
      chance: parts.chance,
      guard: this.guard,
      settle: this.settler,
      keyed,
      judge: this.judge,
      look: (driver: string, again: boolean) => this.watch.lookAt(driver, again, this.lookEveryMs()),
      protection: this.protection,
      settable: (kind: string, path: Path) => this.settable(kind, path),
      abilityOf: this.abilityOf,
      drafts: this.drafts,
      verdicts: this.verdicts,
      lookAndJudge: () => this.lookAndJudge(),
      counts: this.counts,
    };
    const { failSafe = noFailSafe(clock), confirmWithinMs = CONFIRM_WITHIN_MS } = parts;
    this.commits = new Commits({ ...hands, failSafe, confirmWithinMs });
    this.acting = { ...hands, commits: this.commits };
    this.bell = hangBell(
      () => this.pass(),
      () => this.turns.begin(),
    );
  }

  /** The profile has brought other kinds: what was worked out from those before is worked out anew. */
  takeKinds(): void {
    this.turns.told({ word: 'takeKinds' }, () => {
      this.judge.forgetAll();
      this.sweep = true;
      this.bell.ring();
    });
  }

  /** Begins to listen and makes the first pass; resolves when that has ended. */
  start(): Promise<void> {
    const { turns } = this;
    return turns.apart(turns.come({ word: 'start' }).then(() => this.begin()));
  }

  /** Takes back what was not confirmed in time, or with a reason what has time left too, and does nothing else. */
  takeBackUnconfirmed(why?: string): Promise<boolean> {
    const { turns } = this;
    const said = turns.come({ word: 'takeBackUnconfirmed', ...(why === undefined ? {} : { why }) });
    return turns.apart(
      said.then(() => {
        recoverTasks(this.parts.store);
        return this.commits.settle(why);
      }),
    );
  }

  /** Ends after the pass under way, unless that hangs. */
  async stop(): Promise<void> {
    const { turns } = this;
    const stopping = turns.told({ word: 'stop' }, () => {
      this.sleep?.();
      return this.bell.stop();
    });
    // A task whose driver hangs is left as one that was under way when the agent stopped: it is looked at after the start.
    let noLimit = (): void => {};
    const limit = new Promise<void>(resolve => {
      noLimit = this.parts.clock.after(LONGEST_STOP_MS, resolve);
    });
    await Promise.race([turns.apart(stopping), limit]);
    noLimit();
    await this.watch.stop();
  }

  ring(): void {
    this.turns.told({ word: 'ring' }, () => this.bell.ring());
  }

  /** Resolves when a pass that began after this call has ended. */
  settle(): Promise<void> {
    const { turns } = this;
    return turns.apart(turns.told({ word: 'settle' }, () => this.bell.heard()));
  }

  /** The same of a pass that looks everywhere, whether anything was heard or not. */
  lookAgain(): Promise<void> {
    const { turns } = this;
    const looked = turns.told({ word: 'lookAgain' }, () => {
      this.looksEverywhere = true;
      return this.bell.heard();
    });
    return turns.apart(looked);
  }

  /** Takes telemetry of everything, unless what there is is younger. */
  sample(maxAgeMs: number): Promise<void> {
    const { turns } = this;
    return turns.apart(turns.told({ word: 'sample', maxAgeMs }, () => this.sampling.sample(maxAgeMs)));
  }

  /** Whether anything that is expected applies to an instance, or may, as of the last pass. */
  isExpected(instance: Named): boolean {
    if (!this.verdicts.interests.areThereFor(instance)) return false;
    return this.parts.store.verdicts({ instance: instance.id }).some(({ verdict }) => verdict !== 'inapplicable');
  }

  /** What could be done about all that is outstanding, as of the last pass. */
  draft(): Draft {
    return this.drafts.whole();
  }

  /** The same, with what the loop would do by itself and may not do now among what waits. */
  toldDraft(): Draft {
    const now = this.parts.clock.now();
    const of = this.drafts.whole();
    const stamp = this.guard.stamp(now);
    if (this.told?.of !== of || this.told.stamp !== stamp) {
      this.told = { of, stamp, draft: this.guard.admit(of, now) };
    }
    return this.told.draft;
  }

  /** A person's word on what somebody changed at the element. */
  decide(by: string, place: StrayPlace, decision: Decision): void {
    this.turns.told({ word: 'decide', by, place, decision }, () => {
      this.outOfBand.decide(by, place, decision, this.verdicts.unmet);
      this.bell.ring();
    });
  }

  /** A person's word, after the act, that a plan may stay. */
  confirm(plan: Plan, by: string): Plan {
    return this.turns.told({ word: 'confirm', plan: plan.id, by }, () => this.commits.confirm(plan, by));
  }

  /** Why what these did must not be taken back now, as a sentence: it may cut somebody off. */
  whyNotBack(tasks: readonly Task[]): Promise<string | undefined> {
    const { turns, protection } = this;
    const said = turns.come({ word: 'whyNotBack', tasks: tasks.map(({ id }) => id) });
    return turns.apart(said.then(() => protection.whyNotBack(tasks)));
  }

  /** As much as one plan holds of what somebody asks for, as of the last pass. */
  chosen(isMine: Choice['isMine']): Portion {
    return this.drafts.chosen(isMine);
  }

  /** What is to be done, or waits, for a leaf, among all that is planned together with it; as of the last pass. */
  around(expectation: ExpectationId, instance: InstanceId | undefined): Draft {
    return this.guard.admit(this.drafts.around(expectation, instance), this.parts.clock.now());
  }

  /** Whether something here can set what stands at a path of a kind. */
  settable(kind: string, path: Path): boolean {
    return canSet(this.parts.drivers, kind, path);
  }

  private async begin(): Promise<void> {
    recoverTasks(this.parts.store);
    await this.watch.start(() => this.bell.ring());
    await this.bell.heard();
  }

  private async pass(): Promise<void> {
    const { clock, log } = this.parts;
    const began = clock.now();
    try {
      // Before all else: somebody may be cut off.
      await this.commits.settle();
      this.guard.expire(began);
      await this.observe();
      await this.judgeWhatMoved(clock.now());
      await this.drawUp(clock.now());
      if (await actNow(this.acting)) {
        await this.drawUp(clock.now());
        // What this pass had not planned for must not wait for the next thing to happen.
        if (this.drafts.hasTasks('enforce')) this.bell.ring();
      }
      if (this.counts.passes % PASSES_PER_TIDY === 0) {
        this.settler.tidy();
        tidy(this.parts.store);
      }
    } catch (error) {
      log.error('pass failed', { error: sentence(error), code: error instanceof AgentError ? error.code : 'internal' });
      this.sweep = true;
    }
    this.counts.passes++;
    this.counts.lastPassAt = began;
    this.counts.lastPassMs = clock.now() - began;
    this.sleepUntilDue();
  }

  private async observe(): Promise<void> {
    const { store } = this.parts;
    const willAct = this.looksEverywhere || store.plans({ states: ['approved', 'carryingOut'] }).length > 0;
    this.looksEverywhere = false;
    await this.watch.look(willAct ? 'all' : 'due', this.lookEveryMs());
    if (this.parts.clock.monotonic() - this.sweptAt >= SWEEP_EVERY_MS) this.sweep = true;
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

  private async judgeWhatMoved(now: Instant): Promise<void> {
    const { sweep } = this;
    this.sweep = false;
    if (sweep) this.sweptAt = this.parts.clock.monotonic();
    const { expectationsMoved, plansMoved } = await this.verdicts.update(now, sweep);
    this.plansMoved ||= plansMoved || expectationsMoved !== undefined;
    if (expectationsMoved !== undefined) startAfresh(this.parts.store, expectationsMoved);
    // What became of what somebody changed is another version of an expectation, by which it is judged again.
    if (this.outOfBand.settle(now)) await this.judgeWhatMoved(now);
  }

  private async drawUp(now: Instant): Promise<void> {
    const { store } = this.parts;
    if (!this.verdicts.unmet.isEmpty) await this.protection.refresh();
    const { isOther } = await this.drafts.update(now);
    if (!isOther && !this.plansMoved && nextExpiry(store) > now) return;
    this.plansMoved = false;
    this.counts.plansRefused += refuseWhatMoved({ store, keyed: this.parts.keyed, abilityOf: this.abilityOf }, now);
    propose(this.parts, this.drafts, now);
  }

  private async lookAndJudge(): Promise<void> {
    await this.watch.look('all', this.lookEveryMs());
    await this.judgeWhatMoved(this.parts.clock.now());
  }

  private sleepUntilDue(): void {
    const { store, clock } = this.parts;
    this.sleep?.();
    const now = clock.now();
    const readsTelemetry = this.verdicts.interests.ofTelemetry().size > 0;
    const due = [
      this.watch.nextLook(),
      readsTelemetry ? Math.max(this.sampling.nextAt(this.lookEveryMs()), now + SHORTEST_LOOK_MS) : NEVER,
      now + this.settler.dueIn(),
      this.verdicts.nextTurn(now),
      this.guard.nextTurn(now),
      nextPutBack(store),
      this.commits.nextTurn(now),
      Math.max(nextExpiry(store), now),
    ];
    const next = Math.min(...due);
    if (!Number.isFinite(next)) return;
    this.sleep = clock.after(Math.max(next - now, 1), () => this.bell.ring());
  }
}
