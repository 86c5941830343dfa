/**
 * With whom peers' expectations collide here. They are found after they have arrived, and again whenever what is expected
 * here moves; each is kept with the verdicts on the expectation, and goes with them to the peer that laid it.
 */
import { setImmediate } from 'node:timers/promises';
import { sentence } from '../core/errors.ts';
import type { Expectation } from '../core/expectation.ts';
import { ReadOnce } from '../core/expected/read-once.ts';
import type { ExpectationId, InstanceId } from '../core/ids.ts';
import type { Instance } from '../core/instance.ts';
import { asJson, type Json, sameJson } from '../core/json.ts';
import type { Look } from '../core/look.ts';
import { peerOf } from '../core/peer.ts';
import { type Conflict, findConflicts, mayCollide, type World } from '../core/standing/conflicts.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { Store } from '../ports/store.ts';

/** Whoever collides with more has made one mistake; and all of a verdict has to fit into a message. */
const TOLD_AT_MOST = 20;
const BYTES_AT_MOST = 16 * 1024;
const TURN_MS = 5;
/** What arrives in one go is looked at in one go, and after what is more pressing. */
const SETTLE_MS = 50;

export interface PeerConflictsParts extends Pick<World, 'keyed' | 'unitOf'> {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
}

export class PeerConflicts {
  private readonly parts: PeerConflictsParts;
  /** All that stood when it was last looked at. */
  private seen: readonly Expectation[] = [];
  /** Found, and not yet kept with every verdict. */
  private readonly unkept = new Map<ExpectationId, readonly Conflict[]>();
  private callOff: (() => void) | undefined;
  private looking: Promise<void> | undefined;
  private stopped = false;

  constructor(parts: PeerConflictsParts) {
    this.parts = parts;
  }

  /** Something may have moved. */
  wake(): void {
    if (this.stopped || this.callOff || this.looking) return;
    if (this.unkept.size === 0 && this.parts.store.expectations() === this.seen) return;
    this.callOff = this.parts.clock.after(SETTLE_MS, () => {
      this.callOff = undefined;
      this.looking = this.look().finally(() => {
        this.looking = undefined;
        // What moved meanwhile; what waits for a verdict is looked at with the next commit.
        if (this.parts.store.expectations() !== this.seen) this.wake();
      });
    });
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.callOff?.();
    await this.looking;
  }

  private async look(): Promise<void> {
    const now = this.parts.store.expectations();
    try {
      const look = this.finding(now);
      let until = performance.now() + TURN_MS;
      while (look.next().done !== true) {
        if (performance.now() < until) continue;
        await setImmediate();
        if (this.stopped) return;
        until = performance.now() + TURN_MS;
      }
      this.keep();
    } catch (error) {
      this.parts.log.error('collisions of what peers expect could not be found', { error: sentence(error) });
    }
    this.seen = now;
  }

  private *finding(now: readonly Expectation[]): Look<void> {
    const world = this.world();
    for (const each of this.concerned(this.seen, now, world)) {
      yield;
      if (each) this.unkept.set(each.id, briefly((yield* findConflicts(each, now, world)).conflicts));
    }
  }

  /**
   * Each that a peer expects, if it has moved itself, or may collide or has collided with something that has; undefined
   * for any other, so that others have their turn.
   */
  private *concerned(
    before: readonly Expectation[],
    now: readonly Expectation[],
    world: World,
  ): Generator<Expectation | undefined, void> {
    const [was, is] = [new Set(before), new Set(now)];
    const gone = before.filter(each => !is.has(each));
    const come = now.filter(each => !was.has(each));
    const ids = new Set([...gone, ...come].map(({ id }) => id));
    if (ids.size === 0) return;
    for (const each of now) {
      if (each.for.peer !== undefined || peerOf(each.principal) === undefined) continue;
      const isConcerned = ids.has(each.id) || this.collided(each.id, ids) || mayCollide(each, come, world);
      yield isConcerned ? each : undefined;
    }
  }

  private collided(id: ExpectationId, others: ReadonlySet<ExpectationId>): boolean {
    const conflicts =
      this.unkept.get(id) ?? this.parts.store.verdicts({ expectation: id }).flatMap(each => each.conflicts ?? []);
    return conflicts.some(each => each.with.some(({ expectation }) => others.has(expectation)));
  }

  private world(): World {
    const { store, keyed, unitOf } = this.parts;
    const instance = (id: InstanceId): Instance | undefined => store.instance(id);
    return { keyed, ...(unitOf ? { unitOf } : {}), instance, readOnce: new ReadOnce() };
  }

  /** Writes what was found beside the verdicts there are; what has none yet is written when it has. */
  private keep(): void {
    const { store } = this.parts;
    const puts = [...this.unkept].flatMap(([id, conflicts]) => {
      const expectation = store.expectation(id);
      const verdicts = store.verdicts({ expectation: id });
      if (!expectation || verdicts.length > 0) this.unkept.delete(id);
      return verdicts
        .filter(verdict => !sameJson(jsonOf(verdict.conflicts ?? []), jsonOf(conflicts)))
        .map(({ conflicts: _, ...verdict }) => ({ ...verdict, ...(conflicts.length === 0 ? {} : { conflicts }) }));
    });
    if (puts.length === 0) return;
    store.transact({ principal: 'loop', kind: 'judgement', why: 'what collides here has moved' }, writer => {
      for (const put of puts) writer.putVerdict(put);
    });
  }
}

function jsonOf(conflicts: readonly Conflict[]): Json {
  return conflicts.map(({ path, wants, with: others, stands }) => ({
    path,
    wants,
    with: others.map(each => asJson(each)),
    stands,
  }));
}

function briefly(conflicts: readonly Conflict[]): readonly Conflict[] {
  let bytes = 0;
  return conflicts.slice(0, TOLD_AT_MOST).filter(each => {
    bytes += JSON.stringify(each).length;
    return bytes <= BYTES_AT_MOST;
  });
}
