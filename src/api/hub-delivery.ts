/**
 * Tells each listener of a hub what changed, in order, from the change list by a cursor of its own. Whoever does not
 * answer is tried again with growing pauses, delays nobody else, and is suspended in the end, visibly.
 */
import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { Change } from '../core/change.ts';
import { AgentError, sentence } from '../core/errors.ts';
import { instanceId, type ListenerId } from '../core/ids.ts';
import type { InstanceType } from '../core/instance.ts';
import type { JsonObject } from '../core/json.ts';
import type { Kinds } from '../core/kind.ts';
import type { Listener } from '../core/listener.ts';
import { present } from '../core/model/present.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { Store } from '../ports/store.ts';
import { eventsOf, type Moment, type Subscription, subscription, type TmfEvent } from '../tmf/event.ts';
import { tmfKeyedArrays } from '../tmf/keyed-arrays.ts';
import { before } from '../tmf/rewind.ts';
import { hubName, type Version, versions } from '../tmf/version.ts';
import { linksOf } from './links.ts';

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
}

export interface Patience {
  /** A listener that has not answered by then has not answered. */
  readonly deadlineMs: number;
  readonly firstPauseMs: number;
  readonly longestPauseMs: number;
  /** After so many tries in vain a listener is suspended. */
  readonly tries: number;
}

/** About half an hour of tries in all. */
const defaultPatience: Patience = { deadlineMs: 10_000, firstPauseMs: 1_000, longestPauseMs: 300_000, tries: 14 };

export interface HubDelivery {
  /** Begins to tell a listener, from its cursor on. */
  follow(listener: Listener): void;
  forget(id: ListenerId): void;
  /** Stops at once; cursors are kept, so nothing is lost. */
  stop(): void;
}

/** One read of the change list. */
const CHANGES_AT_ONCE = 100;
/** A cursor that only passed over what its listener did not ask for is written down this seldom. */
const CURSOR_SLACK = 1_000;
/** How far back one entity is followed to show it as it was. */
const REWIND_LIMIT = 1_000;
/** The events of the latest changes, shared by the listeners of a hub. */
const EVENTS_KEPT = 64;

export function startHubDelivery(parts: DeliveryParts): HubDelivery {
  const { store } = parts;
  const patience: Patience = { ...defaultPatience, ...parts.patience };
  const agents = { http: new HttpAgent({ keepAlive: true }), https: new HttpsAgent({ keepAlive: true }) };
  const source = new EventSource(store, parts.kinds, parts.publicUrl);
  const runners = new Map<ListenerId, Runner>();
  const hubs = hubTable();

  const follow = (listener: Listener): void => {
    const hub = hubs.get(listener.hub);
    if (!hub || listener.suspended !== undefined || runners.has(listener.id)) return;
    const runner = new Runner(
      listener,
      parts,
      patience,
      change => source.of(change, hub),
      subscription(listener.query, hub.type, hub.version),
      (url, body) => post(url, body, patience.deadlineMs, parts.clock, agents),
    );
    runners.set(listener.id, runner);
    runner.wake();
  };
  for (const listener of store.listeners()) follow(listener);
  const stopHearing = store.onCommit(() => {
    for (const runner of runners.values()) runner.wake();
  });

  return {
    follow,
    forget(id) {
      runners.get(id)?.abandon();
      runners.delete(id);
    },
    stop() {
      stopHearing();
      for (const runner of runners.values()) runner.stop();
      runners.clear();
      agents.http.destroy();
      agents.https.destroy();
    },
  };
}

interface Hub {
  readonly type: InstanceType;
  readonly version: Version;
}

function hubTable(): ReadonlyMap<string, Hub> {
  const types = ['service', 'resource'] as const;
  return new Map(types.flatMap(type => versions.map(version => [hubName(type, version), { type, version }])));
}

/** Whether a callback's host, or host and port, is on the list. */
export function isAllowed({ hostname, host, port, protocol }: URL, allow: readonly string[]): boolean {
  const full = port === '' ? `${host}:${protocol === 'https:' ? 443 : 80}` : host;
  const bare = hostname.replace(/^\[(.*)\]$/, '$1');
  return allow.some(each => [hostname, bare, host, full].includes(each.toLowerCase()));
}

/** Makes the events of a change as each hub tells them. */
class EventSource {
  readonly #store: Store;
  readonly #kinds: Kinds;
  readonly #publicUrl: string;
  readonly #kept = new Map<string, readonly TmfEvent[]>();

  constructor(store: Store, kinds: Kinds, publicUrl: string) {
    this.#store = store;
    this.#kinds = kinds;
    this.#publicUrl = publicUrl;
  }

  of(change: Change, { type, version }: Hub): readonly TmfEvent[] {
    if (change.subject !== 'instance' || change.instanceType !== type) return [];
    const key = `${change.seq} ${version}`;
    const known = this.#kept.get(key);
    if (known) return known;
    const links = linksOf(this.#store, version, this.#publicUrl, this.#kinds);
    const rendering = { type, version, publicUrl: this.#publicUrl, links };
    const events = eventsOf(this.#shown(this.#moment(change)), rendering, this.#store.epoch);
    this.#kept.set(key, events);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > EVENTS_KEPT && oldest !== undefined) this.#kept.delete(oldest);
    return events;
  }

  /** Both sides with what is derived for the instance now: only what moved of its own differs. */
  #shown(moment: Moment): Moment {
    const { change, before, after } = moment;
    const now = change.type === 'delete' ? undefined : this.#store.instance(instanceId(change.id));
    if (!now) return moment;
    const show = (document: JsonObject | undefined): JsonObject | undefined =>
      document && present(this.#store, this.#kinds, { ...now, document }).document;
    return { change, before: show(before), after: show(after) };
  }

  #moment(change: Change): Moment {
    switch (change.type) {
      case 'create':
        return { change, before: undefined, after: change.document };
      case 'delete':
        return { change, before: change.document, after: undefined };
      case 'stateChange':
      case 'attributeValueChange': {
        const after = this.#asOf(change);
        return { change, before: after && before(after, change, tmfKeyedArrays), after };
      }
    }
  }

  /** The document as it stood right after a change: what came later is taken back. */
  #asOf({ id, seq }: Change): JsonObject | undefined {
    const now = this.#store.instance(instanceId(id));
    let document = now?.document;
    if (now?.seq === seq) return document;
    for (const later of this.#store.changesOf(id, REWIND_LIMIT)) {
      if (later.seq <= seq) return document;
      if (later.type === 'delete') document = later.document;
      else if (later.type === 'create') document = undefined;
      else if (document) document = before(document, later, tmfKeyedArrays);
    }
    return now?.document;
  }
}

/** Tells one listener; knows how far it has been told and how often in vain. */
class Runner {
  #listener: Listener;
  /** How far it has read, which may be ahead of what is written down. */
  #cursor: number;
  #failures = 0;
  #isBusy = false;
  /** Since the change list was last read. */
  #isWoken = false;
  #isOver = false;
  #callOffPause: (() => void) | undefined;
  #callOffDelivery: (() => void) | undefined;
  readonly #parts: DeliveryParts;
  readonly #patience: Patience;
  readonly #eventsOf: (change: Change) => readonly TmfEvent[];
  readonly #wanted: Subscription;
  readonly #post: Post;

  constructor(
    listener: Listener,
    parts: DeliveryParts,
    patience: Patience,
    events: (change: Change) => readonly TmfEvent[],
    wanted: Subscription,
    deliver: Post,
  ) {
    this.#listener = listener;
    this.#cursor = listener.cursor;
    this.#parts = parts;
    this.#patience = patience;
    this.#eventsOf = events;
    this.#wanted = wanted;
    this.#post = deliver;
  }

  wake(): void {
    if (this.#isOver || this.#callOffPause) return;
    this.#isWoken = true;
    if (this.#isBusy) return;
    this.#isBusy = true;
    this.#run()
      .catch((error: unknown) => this.#suspend(`stopped: ${sentence(error)}`))
      .finally(() => {
        this.#isBusy = false;
        // What was written after the last look and before this would wait for the next commit.
        if (this.#isWoken) this.wake();
      });
  }

  /** Ends; what has been told is written down. */
  stop(): void {
    if (this.#isOver) return;
    this.abandon();
    if (this.#cursor !== this.#listener.cursor) this.#write({ ...this.#listener, cursor: this.#cursor });
  }

  /** Ends without a trace; the listener is no more. */
  abandon(): void {
    this.#isOver = true;
    this.#callOffPause?.();
    this.#callOffDelivery?.();
  }

  async #run(): Promise<void> {
    while (!this.#isOver) {
      const changes = this.#next();
      if (!changes || changes.length === 0) return;
      let hasTold = false;
      let failure: string | undefined;
      for (const change of changes) {
        for (const event of this.#eventsOf(change)) {
          const body = this.#wanted(event);
          if (!body) continue;
          failure = await this.#tell(body);
          if (this.#isOver) return;
          if (failure !== undefined) break;
          hasTold = true;
          this.#failures = 0;
        }
        if (failure !== undefined) break;
        this.#cursor = change.seq;
      }
      const moved = this.#cursor - this.#listener.cursor;
      if (moved > 0 && (hasTold || moved > CURSOR_SLACK)) this.#write({ ...this.#listener, cursor: this.#cursor });
      if (failure !== undefined) {
        this.#pause(failure);
        return;
      }
    }
  }

  #next(): readonly Change[] | undefined {
    this.#isWoken = false;
    try {
      return this.#parts.store.changesAfter(this.#cursor, CHANGES_AT_ONCE);
    } catch (error) {
      if (!(error instanceof AgentError) || error.code !== 'gone') throw error;
      this.#suspend('overtaken: changes it was not told of are no longer kept');
      return undefined;
    }
  }

  /** Undefined when it arrived; else why not. */
  async #tell(body: JsonObject): Promise<string | undefined> {
    const url = new URL(this.#listener.callback);
    if (!isAllowed(url, this.#parts.hubAllow)) return `callbacks to ${url.host} are not allowed`;
    const { answer, callOff } = this.#post(url, JSON.stringify(body));
    this.#callOffDelivery = callOff;
    const status = await answer;
    this.#callOffDelivery = undefined;
    return status;
  }

  #pause(failure: string): void {
    this.#failures++;
    const { tries, firstPauseMs, longestPauseMs } = this.#patience;
    if (this.#failures >= tries) {
      this.#suspend(`gave up after ${tries} tries: ${failure}`);
      return;
    }
    const longest = Math.min(longestPauseMs, firstPauseMs * 2 ** (this.#failures - 1));
    const ms = longest * (0.5 + 0.5 * (this.#parts.random ?? Math.random)());
    this.#parts.log.debug('a listener was not reached', { listener: this.#listener.id, failure, tryAgainMs: ms });
    this.#callOffPause = this.#parts.clock.after(ms, () => {
      this.#callOffPause = undefined;
      this.wake();
    });
  }

  #suspend(reason: string): void {
    if (this.#isOver) return;
    this.abandon();
    this.#parts.log.warn('a listener was suspended', { listener: this.#listener.id, reason });
    this.#write({ ...this.#listener, cursor: this.#cursor, suspended: reason });
  }

  #write(listener: Listener): void {
    this.#listener = listener;
    this.#parts.store.transact({ principal: 'hub', kind: 'upkeep', ref: listener.id }, writer => {
      // Whoever unsubscribed meanwhile stays away.
      if (writer.listener(listener.id)) writer.putListener(listener);
    });
  }
}

type Post = (url: URL, body: string) => { readonly answer: Promise<string | undefined>; readonly callOff: () => void };

/** More is not read of an answer that nobody reads. */
const ANSWER_LIMIT_BYTES = 65_536;

/** One delivery: undefined when the listener answered 2xx, else why it counts as not delivered. Follows no redirect. */
function post(
  url: URL,
  body: string,
  deadlineMs: number,
  clock: Clock,
  agents: { readonly http: HttpAgent; readonly https: HttpsAgent },
): ReturnType<Post> {
  let callOff = (): void => {};
  const answer = new Promise<string | undefined>(resolve => {
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    const sent =
      url.protocol === 'https:'
        ? httpsRequest(url, { method: 'POST', headers, agent: agents.https })
        : httpRequest(url, { method: 'POST', headers, agent: agents.http });
    const stopWaiting = clock.after(deadlineMs, () => sent.destroy(new Error(`no answer within ${deadlineMs} ms`)));
    const done = (failure: string | undefined): void => {
      stopWaiting();
      resolve(failure);
    };
    callOff = () => sent.destroy(new Error('called off'));
    sent.on('error', error => done(error.message));
    sent.on('response', response => {
      const { statusCode = 0 } = response;
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > ANSWER_LIMIT_BYTES) response.destroy();
      });
      response.on('error', () => {});
      response.on('close', () => done(statusCode >= 200 && statusCode < 300 ? undefined : `it answered ${statusCode}`));
    });
    sent.end(body);
  });
  return { answer, callOff: () => callOff() };
}
