/** Who asked for what, found by what an event says: a thousand questions are not asked of every event. */
import type { Listener } from '../core/listener.ts';
import type { Moment, TmfEvent } from '../tmf/event.ts';
import { type Need, type Subscription, textsAt } from '../tmf/subscription.ts';
import type { Hub } from './hub-feed.ts';
import type { Runner, RunnerParts } from './hub-runner.ts';

/** All who asked the same hub the same. */
export interface Topic {
  readonly name: string;
  readonly hub: Hub;
  readonly wanted: Subscription;
  /** By callback. */
  readonly runners: Map<string, Runner>;
  /** Those of them who have been told all. */
  readonly resting: Set<Runner>;
  /** What it was told of the latest moments, for all of its listeners alike. */
  readonly bodies: WeakMap<Moment, readonly string[]>;
  readonly parts: RunnerParts;
}

export function topicName({ hub, query = '' }: Pick<Listener, 'hub' | 'query'>): string {
  return `${hub} ${query}`;
}

/** The topics of one hub by a text that their events must have at some place, those that name none beside them. */
class Index {
  readonly #all = new Set<Topic>();
  readonly #others = new Set<Topic>();
  readonly #places = new Map<string, { readonly need: Need; readonly topics: Map<string, Set<Topic>> }>();

  add(topic: Topic): void {
    const { needs } = topic.wanted;
    this.#all.add(topic);
    if (!needs) this.#others.add(topic);
    else for (const text of needs.texts) this.#at(needs, text).add(topic);
  }

  remove(topic: Topic): void {
    const { needs } = topic.wanted;
    this.#all.delete(topic);
    this.#others.delete(topic);
    for (const text of needs?.texts ?? []) {
      const place = this.#places.get(placeOf(needs));
      const topics = place?.topics.get(text);
      topics?.delete(topic);
      if (topics?.size === 0) place?.topics.delete(text);
      if (place?.topics.size === 0) this.#places.delete(placeOf(needs));
    }
  }

  get isEmpty(): boolean {
    return this.#all.size === 0;
  }

  *of(event: TmfEvent): Generator<Topic> {
    yield* this.#others;
    for (const { need, topics } of this.#places.values()) {
      for (const text of textsAt(event, need)) yield* topics.get(text) ?? [];
    }
  }

  #at(need: Need, text: string): Set<Topic> {
    const name = placeOf(need);
    const place = this.#places.get(name) ?? { need, topics: new Map<string, Set<Topic>>() };
    this.#places.set(name, place);
    const topics = place.topics.get(text) ?? new Set();
    place.topics.set(text, topics);
    return topics;
  }
}

function placeOf(need: Need | undefined): string {
  return need === undefined ? '' : `${need.of} ${need.path.join('.')}`;
}

export class Topics {
  readonly #all = new Map<string, Topic>();
  readonly #indexes = new Map<Hub, Index>();

  get(name: string): Topic | undefined {
    return this.#all.get(name);
  }

  add(topic: Topic): void {
    this.#all.set(topic.name, topic);
    const index = this.#indexes.get(topic.hub) ?? new Index();
    this.#indexes.set(topic.hub, index);
    index.add(topic);
  }

  remove(topic: Topic): void {
    this.#all.delete(topic.name);
    const index = this.#indexes.get(topic.hub);
    index?.remove(topic);
    if (index?.isEmpty) this.#indexes.delete(topic.hub);
  }

  /** The hubs at which somebody listens. */
  hubs(): Iterable<Hub> {
    return this.#indexes.keys();
  }

  /** Those at a hub who may have asked for an event; nobody else has. */
  of(hub: Hub, event: TmfEvent): Iterable<Topic> {
    return this.#indexes.get(hub)?.of(event) ?? [];
  }
}
