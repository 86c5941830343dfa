/** Rendered bodies of the entities asked for lately, so that asking again costs a look at a number. */
import { instanceId } from '../core/ids.ts';
import type { Instance, InstanceType } from '../core/instance.ts';
import { characteristicArray } from '../core/instance.ts';
import type { JsonObject } from '../core/json.ts';
import type { Kinds } from '../core/kind.ts';
import type { Reader } from '../ports/store.ts';
import { render } from '../tmf/codec.ts';
import type { Version } from '../tmf/version.ts';
import { linksOf } from './links.ts';

export interface Rendered {
  readonly body: string;
  readonly etag: string;
  readonly instance: Instance;
  readonly entity: JsonObject;
  /** Whether fresh samples belong into an answer. */
  readonly hasTelemetry: boolean;
}

interface Entry extends Rendered {
  /** The seq of the store at which it was known to hold. */
  heldAt: number;
  /** References that were looked up, and whether their target was here. */
  readonly references: readonly (readonly [id: string, isHere: boolean])[];
}

/** Of an element's few hundred ports all fit; of a hundred thousand instances those asked for do. */
const MAX_ENTRIES = 512;
/** Bodies together stay well under the memory the agent may take. */
const MAX_CHARACTERS = 1_000_000;

export interface RenderedParts {
  readonly store: Reader;
  readonly kinds: Kinds;
  readonly publicUrl: string;
}

export class RenderedEntities {
  readonly #parts: RenderedParts;
  readonly #type: InstanceType;
  readonly #version: Version;
  readonly #entries = new Map<string, Entry>();
  #characters = 0;

  constructor(parts: RenderedParts, type: InstanceType, version: Version) {
    this.#parts = parts;
    this.#type = type;
    this.#version = version;
  }

  get(id: string): Rendered | undefined {
    const { store } = this.#parts;
    const entry = this.#entries.get(id);
    const now = store.seq();
    if (entry) {
      if (entry.heldAt === now) return entry;
      if (
        store.instanceSeq(instanceId(id)) === entry.instance.seq &&
        entry.references.every(([to, isHere]) => (store.instanceSeq(instanceId(to)) !== undefined) === isHere)
      ) {
        entry.heldAt = now;
        return entry;
      }
      this.#forget(id, entry);
    }
    const instance = store.instance(instanceId(id));
    if (instance?.type !== this.#type) return undefined;
    const made = this.#render(instance, now);
    this.#keep(id, made);
    return made;
  }

  #render(instance: Instance, heldAt: number): Entry {
    const { store, kinds, publicUrl } = this.#parts;
    const references: [string, boolean][] = [];
    const find = linksOf(store, this.#version, publicUrl);
    const entity = render(instance.document, {
      type: this.#type,
      version: this.#version,
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
      instance,
      entity: hasTelemetry ? characteristicsLast(entity, this.#type) : entity,
      body: JSON.stringify(hasTelemetry ? characteristicsLast(entity, this.#type) : entity),
      etag: etagOf(store.epoch, instance.seq),
      hasTelemetry,
      heldAt,
      references,
    };
  }

  #keep(id: string, entry: Entry): void {
    if (entry.body.length > MAX_CHARACTERS / 4) return;
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

export function etagOf(epoch: string, seq: number): string {
  return `"${epoch}.${seq}"`;
}

/** So that samples can be spliced in at the end of the text. */
function characteristicsLast(entity: JsonObject, type: InstanceType): JsonObject {
  const { [characteristicArray[type]]: array, ...rest } = entity;
  return { ...rest, [characteristicArray[type]]: array ?? [] };
}

/** The body with further characteristics at the end of their array, which stands last. */
export function spliced(body: string, characteristics: readonly JsonObject[]): string {
  if (characteristics.length === 0) return body;
  const inside = body.slice(0, -2);
  const more = characteristics.map(each => JSON.stringify(each)).join(',');
  return `${inside}${inside.endsWith('[') ? '' : ','}${more}]}`;
}
