/** Rendered bodies of the entities asked for lately, so that asking again costs a look at a number. */
import { type InstanceId, instanceId } from '../core/ids.ts';
import type { Instance, InstanceType } from '../core/instance.ts';
import { characteristicArray } from '../core/instance.ts';
import { type JsonObject, property } from '../core/json.ts';
import { type Kinds, perKinds } from '../core/kind.ts';
import { type Presented, present } from '../core/model/present.ts';
import { markOf, type Read, stillHold } from '../core/model/reads.ts';
import type { Sample } from '../ports/driver.ts';
import type { Reader } from '../ports/store.ts';
import { render, renderCharacteristic } from '../tmf/codec.ts';
import { hrefOf, type Links, type LinkTarget, type Version } from '../tmf/version.ts';
import { linksOf } from './links.ts';
import { type TwinDoor, twinLinks } from './twins.ts';

export interface Rendered {
  readonly type: InstanceType;
  readonly body: string;
  readonly etag: string;
  /** Of the instance as it stands in the body. */
  readonly seq: number;
  /** Whether fresh samples belong into an answer. */
  readonly hasTelemetry: boolean;
  /** The links to its twins; undefined while nothing is expected of it. */
  readonly twins: string | undefined;
}

/** Text alone: as objects the same would take several times the memory. */
interface Entry extends Rendered {
  twins: string | undefined;
  readonly kind: string;
  readonly name: string | undefined;
  /** The seq of the store at which it was known to hold. */
  heldAt: number;
  /** References that were looked up, and what was found. */
  readonly references: readonly (readonly [to: LinkTarget, id: string, href: string | undefined])[];
  /** What stands in it that is not its own. */
  readonly reads: readonly Read[];
}

interface Sampled {
  readonly of: string;
  readonly body: string;
}

/** An inventory of a thousand fits; of a hundred thousand instances those asked for do. */
const MAX_ENTRIES = 2_048;
/** In both versions together well under the memory the agent may take. */
const MAX_CHARACTERS = 2_500_000;

/** One for as long as no other kinds have been loaded. */
const generationOf = perKinds((): object => ({}));

export interface RenderedParts {
  readonly store: Reader;
  readonly kinds: Kinds;
  readonly publicUrl: string;
  readonly twins: Pick<TwinDoor, 'isExpected'>;
}

export class RenderedEntities {
  readonly #parts: RenderedParts;
  readonly #version: Version;
  readonly #links: Links;
  readonly #entries = new Map<string, Entry>();
  /** Bodies with telemetry, which go when their sample does. */
  readonly #sampled = new WeakMap<Sample, Sampled>();
  #characters = 0;
  #generation: object | undefined;

  constructor(parts: RenderedParts, version: Version) {
    this.#parts = parts;
    this.#version = version;
    this.#links = linksOf(parts.store, version, parts.publicUrl, parts.kinds);
  }

  get(id: string): Rendered | undefined {
    const { store } = this.#parts;
    const now = store.seq();
    this.#keepUp();
    const entry = this.#entries.get(id);
    if (entry) {
      if (entry.heldAt === now) return entry;
      if (
        store.instanceSeq(instanceId(id)) === entry.seq &&
        entry.references.every(([to, of, href]) => this.#links(to, of) === href) &&
        stillHold(store, entry.reads)
      ) {
        entry.heldAt = now;
        entry.twins = this.#twins(instanceId(id), entry);
        return entry;
      }
      this.#forget(id, entry);
    }
    const instance = store.instance(instanceId(id));
    if (!instance) return undefined;
    const made = this.#render(instance, now);
    this.#keep(id, made);
    return made;
  }

  /** Other kinds show instances otherwise. */
  #keepUp(): void {
    const kinds = generationOf(this.#parts.kinds);
    if (kinds === this.#generation) return;
    this.#generation = kinds;
    this.#entries.clear();
    this.#characters = 0;
  }

  /** The body with a sample in it; made once for all who ask while both stand. */
  withSample(of: string, sample: Sample): string {
    const known = this.#sampled.get(sample);
    if (known?.of === of) return known.body;
    const body = spliced(of, renderSample(sample, this.#version));
    this.#sampled.set(sample, { of, body });
    return body;
  }

  #render(instance: Instance, heldAt: number): Entry {
    const { store, kinds, publicUrl } = this.#parts;
    const { kind, type } = instance;
    const name = property(instance.document, 'name');
    const named = { type, kind, name: typeof name === 'string' ? name : undefined };
    const references: [LinkTarget, string, string | undefined][] = [];
    const presented = present(store, kinds, instance);
    const entity = render(presented.document, {
      type: instance.type,
      version: this.#version,
      publicUrl,
      links: (to, id) => {
        const href = this.#links(to, id);
        references.push([to, id, href]);
        return href;
      },
    });
    const hasTelemetry =
      instance.observedBy !== undefined &&
      (kinds.get(instance.kind)?.characteristic.some(each => each.telemetry === true) ?? false);
    return {
      ...named,
      twins: this.#twins(instance.id, named),
      body: JSON.stringify(hasTelemetry ? characteristicsLast(entity, instance.type) : entity),
      etag: etagOf(store.epoch, instance, presented),
      hasTelemetry,
      seq: instance.seq,
      heldAt,
      references,
      reads: presented.reads,
    };
  }

  #twins(id: InstanceId, { type, kind, name }: Pick<Entry, 'type' | 'kind' | 'name'>): string | undefined {
    const { twins, publicUrl } = this.#parts;
    return twins.isExpected({ id, kind, name }) ? twinLinks(hrefOf(type, this.#version, id, publicUrl)) : undefined;
  }

  #keep(id: string, entry: Entry): void {
    if (entry.body.length > MAX_CHARACTERS / 10) return;
    this.#entries.set(id, entry);
    this.#characters += entry.body.length;
    for (const [oldest, old] of this.#entries) {
      if (this.#entries.size <= MAX_ENTRIES && this.#characters <= MAX_CHARACTERS) break;
      this.#forget(oldest, old);
    }
  }

  #forget(id: string, entry: Entry): void {
    this.#entries.delete(id);
    this.#characters -= entry.body.length;
  }
}

/** Another one when the instance has moved, or what is shown with it has. */
export function etagOf(
  epoch: string,
  { seq, document }: Pick<Instance, 'seq' | 'document'>,
  presented: Presented,
): string {
  const mark = presented.document === document ? '' : `.${markOf(presented.reads)}`;
  return `"${epoch}.${seq}${mark}"`;
}

/** So that samples can be spliced in at the end of the text. */
function characteristicsLast(entity: JsonObject, type: InstanceType): JsonObject {
  const { [characteristicArray[type]]: array, ...rest } = entity;
  return { ...rest, [characteristicArray[type]]: array ?? [] };
}

/** The characteristics of a sample, each with its time. */
function renderSample({ at, characteristics }: Sample, version: Version): JsonObject[] {
  const sampledAt = new Date(at).toISOString();
  return characteristics.map(each => renderCharacteristic({ ...each, sampledAt }, version));
}

/** The body with further characteristics at the end of their array, which stands last. */
function spliced(body: string, characteristics: readonly JsonObject[]): string {
  if (characteristics.length === 0) return body;
  const inside = body.slice(0, -2);
  const more = characteristics.map(each => JSON.stringify(each)).join(',');
  return `${inside}${inside.endsWith('[') ? '' : ','}${more}]}`;
}
