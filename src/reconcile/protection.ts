/** Keeps what is protected: what drivers say that somebody is reached by, asked now and then, and the operator's list. */
import { sentence } from '../core/errors.ts';
import type { Expectation } from '../core/expectation.ts';
import { type LastingLifeline, type Protected, standing, whyProtected } from '../core/guard/protect.ts';
import type { Instant } from '../core/ids.ts';
import { canonical } from '../core/json.ts';
import { takenBack } from '../core/moves.ts';
import { at, type KeyedArrays } from '../core/path.ts';
import type { PlannedTask } from '../core/plan.ts';
import { type Effect, foresee, nameOf, type Scene } from '../core/prediction.ts';
import type { Task } from '../core/task.ts';
import type { Clock } from '../ports/clock.ts';
import type { Driver } from '../ports/driver.ts';
import type { Log } from '../ports/log.ts';
import type { Reader } from '../ports/store.ts';
import type { Guard } from './guard.ts';
import { StoreScene } from './store-scene.ts';

export interface ProtectionParts {
  readonly store: Reader;
  readonly drivers: readonly Driver[];
  readonly guard: Pick<Guard, 'book'>;
  readonly keyed: KeyedArrays;
  readonly clock: Clock;
  readonly log: Log;
}

/** Connections do not come and go in less than a moment that matters here. */
const ASKED_LATELY_MS = 2_000;
/** Whoever was connected and is not just now will be again; and what was cut off is not what is connected. */
const KEPT_MS = 10 * 60_000;
/** As many as anybody would have found by trying. */
const MOST_NOTED = 100;

interface Kept {
  readonly lifeline: LastingLifeline;
  readonly lastTold: Instant;
}

export class Protection {
  readonly #parts: ProtectionParts;
  readonly #kept = new Map<string, Kept>();
  /** Drivers that know of lifelines and have never been able to tell them, each with why. */
  readonly #silent = new Map<string, string>();
  /** Found at the last moment of tasks that had not been marked, by their key. */
  readonly #noted = new Map<string, Protected>();
  #askedAt: Instant | undefined;
  #version = 0;

  constructor(parts: ProtectionParts) {
    this.#parts = parts;
    for (const { name, lifelines } of parts.drivers) if (lifelines) this.#silent.set(name, 'it was not asked yet');
  }

  /** Another text whenever something else is protected. */
  get signature(): string {
    return String(this.#version);
  }

  /** Asks the drivers, unless they were asked just now. */
  async refresh(): Promise<void> {
    const { drivers, clock } = this.#parts;
    const now = clock.now();
    const age = this.#askedAt === undefined ? -1 : now - this.#askedAt;
    if (age >= 0 && age < ASKED_LATELY_MS) return;
    this.#askedAt = now;
    for (const driver of drivers) if (driver.lifelines) await this.#ask(driver, now);
    for (const [name, { lastTold }] of this.#kept) {
      if (now - lastTold <= KEPT_MS) continue;
      this.#kept.delete(name);
      this.#version++;
    }
  }

  /** Why a step with these effects needs a person's word; undefined when it does not. */
  why(
    expectation: Pick<Expectation, 'id' | 'set'> | undefined,
    effects: readonly Effect[],
    before: Scene,
  ): Protected | undefined {
    const { guard, keyed, clock } = this.#parts;
    const lifelines = [...this.#kept.values()].map(each => each.lifeline);
    return whyProtected(effects, before, { lifelines, book: guard.book, keyed, now: clock.now() }, expectation);
  }

  /** The same of a task that was planned, which may have been found out before. */
  whyTask(
    { driver, key }: Pick<PlannedTask, 'driver' | 'key'>,
    expectation: Pick<Expectation, 'id' | 'set'> | undefined,
    effects: readonly Effect[],
    before: Scene,
  ): Protected | undefined {
    const silent = this.#silent.get(driver);
    if (silent !== undefined) return { because: `what the agent is reached by could not be asked (${silent})` };
    return (key === undefined ? undefined : this.#noted.get(key)) ?? this.why(expectation, effects, before);
  }

  /** Asked right before a task begins: why it must not, as a sentence. It is planned as what it is from then on. */
  whyNot(task: PlannedTask): string | undefined {
    const { store } = this.#parts;
    if (task.protected) return undefined;
    const found = this.whyTask(task, store.expectation(task.expectation), task.effects ?? [], new StoreScene(store));
    if (!found) return undefined;
    if (task.key !== undefined && !this.#noted.has(task.key)) {
      const [oldest] = this.#noted.keys();
      if (oldest !== undefined && this.#noted.size >= MOST_NOTED) this.#noted.delete(oldest);
      this.#noted.set(task.key, found);
      this.#version++;
    }
    return `${found.because}; a person has to approve a plan that says so`;
  }

  /** Why tasks should not be taken back, as a sentence: that would cut somebody off in its turn. */
  async whyNotBack(tasks: readonly Task[]): Promise<string | undefined> {
    await this.refresh();
    const { store, keyed } = this.#parts;
    const before = new StoreScene(store);
    const effects: Effect[] = [];
    for (const move of tasks.toReversed().flatMap(task => (task.moves ?? []).toReversed())) {
      const instance = store.instance(move.instance);
      if (!instance || move.path === '') continue;
      const of = nameOf(instance);
      const now = foresee(before, effects, keyed).named(of);
      const value = takenBack(move, at(now?.document, move.path, keyed));
      effects.push({ of, path: move.path, ...(value === undefined ? {} : { value }) });
    }
    return this.why(undefined, effects, before)?.because;
  }

  async #ask(driver: Driver, now: Instant): Promise<void> {
    const { store, keyed, log } = this.#parts;
    try {
      const told = (await driver.lifelines?.()) ?? [];
      const scene = new StoreScene(store);
      if (this.#silent.delete(driver.name)) this.#version++;
      for (const lifeline of told) {
        const name = canonical([driver.name, lifeline.of.kind, lifeline.of.name, lifeline.path, lifeline.item ?? null]);
        const before = this.#kept.get(name)?.lifeline;
        const stood = standing(lifeline, scene, keyed);
        // The first reason stays, so that a plan does not become another one with each who comes along.
        const kept = { ...(before ?? lifeline), ...(stood === undefined ? {} : { stood }) };
        if (!before || canonical(before.stood ?? null) !== canonical(stood ?? null)) this.#version++;
        this.#kept.set(name, { lifeline: kept, lastTold: now });
      }
    } catch (error) {
      log.warn('what the agent is reached by could not be asked', { driver: driver.name, error: sentence(error) });
      if (this.#silent.has(driver.name)) this.#silent.set(driver.name, sentence(error));
    }
  }
}
