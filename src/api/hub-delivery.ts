/**
 * Tells each listener of a hub what changed, in order, from the change list by a cursor of its own. New changes are read
 * once for all who rest; whoever does not answer is tried again with growing pauses, delays nobody else, and is
 * suspended in the end, visibly.
 */
import { AgentError, sentence } from '../core/errors.ts';
import type { ListenerId } from '../core/ids.ts';
import type { JsonObject } from '../core/json.ts';
import type { Kinds } from '../core/kind.ts';
import type { Listener } from '../core/listener.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { Store } from '../ports/store.ts';
import type { Moment, TmfEvent } from '../tmf/event.ts';
import { subscription } from '../tmf/subscription.ts';
import { hubName, versions } from '../tmf/version.ts';
import { readAllow } from './hub-allow.ts';
import { Feed, type Hub, type Stretch } from './hub-feed.ts';
import { Ledger } from './hub-ledger.ts';
import { openPostman, type Postman, type PostParts } from './hub-post.ts';
import { type Patience, Runner, type RunnerState } from './hub-runner.ts';
import { type Topic, Topics, topicName } from './hub-topics.ts';

export interface DeliveryParts {
  readonly store: Store;
  readonly kinds: Kinds;
  readonly clock: Clock;
  readonly log: Log;
  readonly publicUrl: string;
  readonly hubAllow: readonly string[];
  /** From 0 to 1; spreads the tries of many listeners. */
  readonly random?: () => number;
  readonly patience?: Partial<Patience>;
  readonly ca?: string | undefined;
  readonly resolve?: PostParts['resolve'];
  readonly ownPort?: PostParts['ownPort'];
}

/** About half an hour of tries in all. */
const defaultPatience: Patience = { deadlineMs: 10_000, firstPauseMs: 1_000, longestPauseMs: 300_000, tries: 14 };

/** How listeners fare, for metrics. */
export interface HubFigures {
  readonly listeners: { readonly told: number; readonly retried: number; readonly suspended: number };
  /** Since the start. */
  readonly deliveries: { readonly delivered: number; readonly failed: number };
}

export interface HubDelivery {
  readonly size: number;
  /** Begins to tell a listener, from its cursor on; one that it knows is tried at once. */
  follow(listener: Listener): void;
  forget(id: ListenerId): void;
  /** Who asked for the same before, suspended or not. */
  same(asked: Pick<Listener, 'hub' | 'callback' | 'query'>): Listener | undefined;
  figures(): HubFigures;
  /** Stops at once; cursors are kept, so nothing is lost. */
  stop(): void;
}

/** A cursor that only passed over what its listener did not ask for is written down this seldom. */
const CURSOR_SLACK = 1_000;

const hubs: ReadonlyMap<string, Hub> = new Map(
  (['service', 'resource'] as const).flatMap(type =>
    versions.map(version => [hubName(type, version), { type, version }] as const),
  ),
);

export function startHubDelivery(parts: DeliveryParts): HubDelivery {
  return new Delivery(parts);
}

class Delivery implements HubDelivery {
  readonly #parts: DeliveryParts;
  readonly #patience: Patience;
  readonly #feed: Feed;
  readonly #ledger: Ledger;
  readonly #postman: Postman;
  readonly #stopHearing: () => void;
  readonly #topics = new Topics();
  readonly #runners = new Map<ListenerId, Runner>();
  readonly #texts = new WeakMap<JsonObject, string>();
  readonly #counts = { delivered: 0, failed: 0 };
  /** Up to here those who rest have nothing to hear. */
  #tip: number;
  /** Where the tip was when those who rest were last written down. */
  #written: number;
  #look: NodeJS.Immediate | undefined;

  constructor(parts: DeliveryParts) {
    const { store, clock, log, ca, resolve, ownPort } = parts;
    this.#parts = parts;
    this.#patience = { ...defaultPatience, ...parts.patience };
    this.#feed = new Feed(store, parts.kinds, parts.publicUrl);
    this.#ledger = new Ledger(store, clock, log);
    this.#postman = openPostman({
      clock,
      allow: readAllow(parts.hubAllow),
      deadlineMs: this.#patience.deadlineMs,
      ...(ca === undefined ? {} : { ca }),
      ...(resolve === undefined ? {} : { resolve }),
      ...(ownPort === undefined ? {} : { ownPort }),
    });
    this.#tip = store.seq();
    this.#written = this.#tip;
    this.#stopHearing = store.onCommit(() => this.#wakeSoon());
    for (const listener of store.listeners()) this.follow(listener);
  }

  get size(): number {
    return this.#runners.size;
  }

  follow(listener: Listener): void {
    const known = this.#runners.get(listener.id);
    if (known) {
      known.renew(listener);
      return;
    }
    const hub = hubs.get(listener.hub);
    if (!hub) return;
    let topic: Topic;
    try {
      topic = this.#topic(listener, hub);
    } catch (error) {
      // Accepted by an earlier version, and no reason not to start.
      this.#parts.log.warn('a listener was suspended', { listener: listener.id, reason: sentence(error) });
      this.#ledger.note({ ...listener, suspended: `its query is not served: ${sentence(error)}` }, 'soon');
      return;
    }
    const runner = new Runner(listener, topic.parts);
    topic.runners.set(listener.callback, runner);
    this.#runners.set(listener.id, runner);
    runner.go();
  }

  forget(id: ListenerId): void {
    const runner = this.#runners.get(id);
    this.#ledger.forget(id);
    if (!runner) return;
    runner.abandon();
    this.#runners.delete(id);
    const topic = this.#topics.get(topicName(runner.listener));
    topic?.resting.delete(runner);
    if (topic?.runners.get(runner.listener.callback) === runner) topic.runners.delete(runner.listener.callback);
    if (topic?.runners.size === 0) this.#topics.remove(topic);
  }

  same(asked: Pick<Listener, 'hub' | 'callback' | 'query'>): Listener | undefined {
    return this.#topics.get(topicName(asked))?.runners.get(asked.callback)?.listener;
  }

  figures(): HubFigures {
    const listeners = { told: 0, retried: 0, suspended: 0 };
    for (const { state } of this.#runners.values()) {
      listeners[state === 'suspended' ? 'suspended' : state === 'pausing' ? 'retried' : 'told']++;
    }
    return { listeners, deliveries: { ...this.#counts } };
  }

  stop(): void {
    this.#stopHearing();
    clearImmediate(this.#look);
    for (const runner of this.#runners.values()) runner.stop(this.#tip);
    this.#ledger.write();
    this.#postman.stop();
  }

  #topic(listener: Listener, hub: Hub): Topic {
    const name = topicName(listener);
    const known = this.#topics.get(name);
    if (known) return known;
    const { clock, log, random = Math.random } = this.#parts;
    const topic: Topic = {
      name,
      hub,
      wanted: subscription(listener.query, hub.type, hub.version),
      runners: new Map(),
      resting: new Set(),
      bodies: new WeakMap(),
      parts: {
        clock,
        log,
        random,
        patience: this.#patience,
        ledger: this.#ledger,
        read: cursor => this.#feed.after(cursor),
        bodiesOf: moment => this.#bodiesOf(topic, moment),
        post: (url, body, isDoubtful) => this.#postman.post(url, body, isDoubtful),
        rests: runner => this.#rests(topic, runner),
        counted: outcome => {
          this.#counts[outcome === undefined ? 'delivered' : 'failed']++;
        },
      },
    };
    this.#topics.add(topic);
    return topic;
  }

  #bodiesOf(topic: Topic, moment: Moment): readonly string[] {
    const known = topic.bodies.get(moment);
    if (known) return known;
    const bodies = this.#feed.eventsOf(moment, topic.hub).flatMap(event => {
      const body = topic.wanted.of(event);
      return body ? [this.#textOf(body)] : [];
    });
    topic.bodies.set(moment, bodies);
    return bodies;
  }

  /** Topics that want all of an event share its text. */
  #textOf(body: JsonObject): string {
    const known = this.#texts.get(body);
    if (known !== undefined) return known;
    const text = JSON.stringify(body);
    this.#texts.set(body, text);
    return text;
  }

  #rests(topic: Topic, runner: Runner): boolean {
    if (runner.cursor < this.#tip) return false;
    topic.resting.add(runner);
    return true;
  }

  /** After the turn of whoever committed, and once for all commits in it. */
  #wakeSoon(): void {
    this.#look ??= setImmediate(() => {
      this.#look = undefined;
      this.#wake();
    });
  }

  /** Reads the next stretch of what is new, once for all who rest, and lets those go on who have something to hear. */
  #wake(): void {
    const { store } = this.#parts;
    if (!this.#isAny('telling')) this.#feed.forget();
    if (!this.#isAny('resting')) {
      this.#tip = store.seq();
      return;
    }
    const from = this.#tip;
    let stretch: Stretch;
    try {
      stretch = this.#feed.after(from);
    } catch (error) {
      if (!(error instanceof AgentError) || error.code !== 'gone') throw error;
      // Who rests has been overtaken, and finds that by itself.
      this.#tip = store.seq();
      for (const runner of this.#runners.values()) if (runner.state === 'resting') this.#goOn(runner, from);
      return;
    }
    this.#tip = stretch.to;
    for (const moment of stretch.moments) {
      for (const hub of this.#topics.hubs()) {
        for (const event of this.#feed.eventsOf(moment, hub)) this.#announce(hub, event, from, moment.change.seq);
      }
    }
    if (this.#tip < store.seq()) this.#wakeSoon();
    if (this.#tip - this.#written > CURSOR_SLACK) this.#writeDown();
  }

  /** Lets those go on who rest, have not heard the change of that seq, and asked for it. */
  #announce(hub: Hub, event: TmfEvent, from: number, seq: number): void {
    for (const topic of this.#topics.of(hub, event)) {
      if (topic.resting.size === 0 || !topic.wanted.of(event)) continue;
      for (const runner of [...topic.resting]) if (runner.cursor < seq) this.#goOn(runner, from);
    }
  }

  #goOn(runner: Runner, from: number): void {
    this.#topics.get(topicName(runner.listener))?.resting.delete(runner);
    runner.go(from);
  }

  #writeDown(): void {
    this.#written = this.#tip;
    for (const runner of this.#runners.values()) if (runner.state === 'resting') runner.passTo(this.#tip);
  }

  #isAny(wanted: RunnerState): boolean {
    for (const { state } of this.#runners.values()) if (state === wanted) return true;
    return false;
  }
}
