/**
 * Which instance a sighting is: the same thing gets the same id after a rename (its handle stays), after a restart and
 * after a delete and re-add (its natural key stays).
 */
import { type InstanceId, instanceId } from './ids.ts';
import { uuidOf } from './uuid.ts';

export interface Named {
  readonly kind: string;
  readonly key: string;
  readonly handle?: string;
}

export interface Binding extends Named {
  readonly id: InstanceId;
}

export interface Identified {
  /** In the order of the sightings. */
  readonly ids: readonly InstanceId[];
  /** The bindings that are new or have moved, to be kept. */
  readonly bindings: readonly Binding[];
}

export function identify(agent: string, sightings: readonly Named[], known: readonly Binding[]): Identified {
  const byHandle = new Map<string, InstanceId>();
  const byKey = new Map<string, Binding>();
  for (const binding of known) {
    if (binding.handle !== undefined) byHandle.set(slot(binding.kind, binding.handle), binding.id);
    byKey.set(slot(binding.kind, binding.key), binding);
  }

  const ids = new Map<Named, InstanceId>();
  const taken = new Set<InstanceId>();
  for (const sighting of sightings) {
    const id = sighting.handle === undefined ? undefined : byHandle.get(slot(sighting.kind, sighting.handle));
    if (id === undefined || taken.has(id)) continue;
    ids.set(sighting, id);
    taken.add(id);
  }
  for (const sighting of sightings) {
    if (ids.has(sighting)) continue;
    const bound = byKey.get(slot(sighting.kind, sighting.key))?.id;
    // The key may name a thing that lives on under another name; then this is a new thing with an old name.
    const id = bound !== undefined && !taken.has(bound) ? bound : newId(agent, sighting, taken);
    ids.set(sighting, id);
    taken.add(id);
  }

  const bindings: Binding[] = [];
  for (const [{ kind, key, handle }, id] of ids) {
    const before = byKey.get(slot(kind, key));
    if (before?.id === id && before.handle === handle) continue;
    bindings.push({ kind, key, id, ...(handle === undefined ? {} : { handle }) });
  }
  return { ids: sightings.map(sighting => ids.get(sighting) ?? newId(agent, sighting, taken)), bindings };
}

function slot(kind: string, name: string): string {
  return `${kind}\0${name}`;
}

function newId(agent: string, { kind, key }: Named, taken: ReadonlySet<InstanceId>): InstanceId {
  for (let again = 0; ; again++) {
    const id = instanceId(again === 0 ? uuidOf(agent, kind, key) : uuidOf(agent, kind, key, String(again)));
    if (!taken.has(id)) return id;
  }
}
