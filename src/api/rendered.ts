/** Rendered bodies of the entities asked for lately, so that asking again costs a look at a number. */
import { instanceId } from '../core/ids.ts';
import type { Instance, InstanceType } from '../core/instance.ts';
import { characteristicArray } from '../core/instance.ts';
import type { JsonObject } from '../core/json.ts';
import type { Kinds } from '../core/kind.ts';
import type { Sample } from '../ports/driver.ts';
import type { Reader } from '../ports/store.ts';
import { render, renderCharacteristic } from '../tmf/codec.ts';
import type { Version } from '../tmf/version.ts';
import { linksOf } from './links.ts';

export interface Rendered {
  readonly body: string;
  readonly etag: string;
  /** Whether fresh samples belong into an answer. */
  readonly hasTelemetry: boolean;
}

/** Text alone: as objects the same would take several times the memory. */
interface Entry extends Rendered {
  readonly seq: number;
  /** The seq of the store at which it was known to hold. */
  heldAt: number;
  /** References that were looked up, and whether their target was here. */
  readonly references: readonly (readonly [id: string, isHere: boolean])[];
}

interface Sampled {
  readonly of: string;
  readonly body: string;
}

/** An inventory of a thousand fits in both versions; of a hundred thousand instances those asked for do. */
const MAX_ENTRIES = 4_096;
/** Well under the memory the agent may take. */
const MAX_CHARACTERS = 4_000_000;

export interface RenderedParts {
  readonly store: Reader;
  readonly kinds: Kinds;
  readonly publicUrl: string;
}

export class RenderedEntities {
  readonly #parts: RenderedParts;
  readonly #entries = new Map<string, Entry>();
  /** Bodies with telemetry, which go when their sample does. */
  readonly #sampled = { v4: new WeakMap<Sample, Sampled>(), v5: new WeakMap<Sample, Sampled>() };
  #characters = 0;

  constructor(parts: RenderedParts) {
    this.#parts = parts;
  }

  get(id: string, type: InstanceType, version: Version): Rendered | undefined {
    const { store } = this.#parts;
    const key = `${type}/${version}/${id}`;
    const entry = this.#entries.get(key);
    const now = store.seq();
    if (entry) {
      if (entry.heldAt === now) return entry;
      if (
        store.instanceSeq(instanceId(id)) === entry.seq &&
        entry.references.every(([to, isHere]) => (store.instanceSeq(instanceId(to)) !== undefined) === isHere)
      ) {
        entry.heldAt = now;
        return entry;
      }
      this.#forget(key, entry);
    }
    const instance = store.instance(instanceId(id));
    if (instance?.type !== type) return undefined;
    const made = this.#render(instance, version, now);
    this.#keep(key, made);
    return made;
  }

  /** The body with a sample in it; made once for all who ask while both stand. */
  withSample(of: string, sample: Sample, version: Version): string {
    const known = this.#sampled[version].get(sample);
    if (known?.of === of) return known.body;
    const body = spliced(of, renderSample(sample, version));
    this.#sampled[version].set(sample, { of, body });
    return body;
  }

  #render(instance: Instance, version: Version, heldAt: number): Entry {
    const { store, kinds, publicUrl } = this.#parts;
    const references: [string, boolean][] = [];
    const find = linksOf(store, version, publicUrl);
    const entity = render(instance.document, {
      type: instance.type,
      version,
      publicUrl,
      links: (type, id) => {
        const href = find(type, id);
        references.push([id, href !== undefined]);
        return href;
      },
    });
    const hasTelemetry =
      instance.observedBy !== undefined &&
      (kinds.get(instance.kind)?.characteristic.some(each => each.telemetry === true) ?? false);
    return {
      body: JSON.stringify(hasTelemetry ? characteristicsLast(entity, instance.type) : entity),
      etag: etagOf(store.epoch, instance.seq),
      hasTelemetry,
      seq: instance.seq,
      heldAt,
      references,
    };
  }

  #keep(key: string, entry: Entry): void {
    if (entry.body.length > MAX_CHARACTERS / 16) return;
    this.#entries.set(key, entry);
    this.#characters += entry.body.length;
    for (const [oldest, old] of this.#entries) {
      if (this.#entries.size <= MAX_ENTRIES && this.#characters <= MAX_CHARACTERS) break;
      this.#forget(oldest, old);
    }
  }

  #forget(key: string, entry: Entry): void {
    this.#entries.delete(key);
    this.#characters -= entry.body.length;
  }
}

export function etagOf(epoch: string, seq: number): string {
  return `"${epoch}.${seq}"`;
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
