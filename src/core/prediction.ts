/** What a step will do to the element, foreseen on a copy of what is known of it. */
import { instanceId } from './ids.ts';
import type { Instance } from './instance.ts';
import { isObject, type Json, type JsonObject, property } from './json.ts';
import { at, differences, type KeyedArrays, type Path } from './path.ts';
import { putAt } from './put-at.ts';
import type { Named } from './task.ts';

/** Everything that is known of an element at one moment. */
export interface Scene {
  of(kind: string): Iterable<Instance>;
  named(thing: Named): Instance | undefined;
}

/** What will stand at a path of a thing; with an empty path, the whole thing. */
export interface Effect {
  readonly of: Named;
  readonly path: Path;
  /** Absent: nothing will stand there. */
  readonly value?: Json;
  /** It may also stay as it is, or come to something else: nobody can know; the sentence says why. */
  readonly unsure?: string;
  /** Of a list: nobody knows what comes to it, but all that stood there and is in `value` stays. */
  readonly onlyMore?: true;
}

/** Whether a thing is, at the path of an effect, as the effect says. */
export function isAsForeseen(
  { path, value, unsure }: Effect,
  instance: Instance | undefined,
  keyed: KeyedArrays,
): boolean {
  if (unsure !== undefined) return true;
  const actual = instance && at(instance.document, path, keyed);
  // Of a whole thing nobody foresees what its maker or the element gives it beside.
  if (path === '') return (value === undefined) === (instance === undefined) && speaksTrue(value, actual, keyed);
  return sameAt(path, value, actual, keyed);
}

/** Whether two values are the same where they stand: the order of a keyed list does not count. */
export function sameAt(path: Path, a: Json | undefined, b: Json | undefined, keyed: KeyedArrays): boolean {
  if (a === undefined || b === undefined) return a === b;
  return differences(putAt({}, path, a, keyed), putAt({}, path, b, keyed), keyed).length === 0;
}

/** Whether all that is said of a thing is so. */
function speaksTrue(said: Json | undefined, actual: Json | undefined, keyed: KeyedArrays): boolean {
  return differences(said, actual, keyed).every(each => each.old === undefined);
}

/** The scene of these and nothing else. */
export function sceneOf(instances: Iterable<Instance>): Scene {
  return new Foreseen(
    undefined,
    [...instances].map(each => [nameOf(each), each]),
  );
}

/** The scene as it will be after these effects; the one before stays as it is. */
export function foresee(scene: Scene, effects: readonly Effect[], keyed: KeyedArrays): Scene {
  if (effects.length === 0) return scene;
  const after = new Foreseen(scene, []);
  for (const effect of effects) after.lay(effect, keyed);
  return after;
}

function laidOver(before: Instance | undefined, { of, path, value }: Effect, keyed: KeyedArrays): Instance | undefined {
  if (path !== '') return before && { ...before, document: putAt(before.document, path, value, keyed) };
  if (!isObject(value)) return undefined;
  return { ...(before ?? brought(of, value)), document: value };
}

/** A thing that is not there yet has no id; it is told by its name. */
function brought({ kind, name }: Named, document: JsonObject): Instance {
  const isService =
    property(document, 'serviceCharacteristic') !== undefined || property(document, '@type') === 'Service';
  return {
    id: instanceId(`foreseen/${kind}/${name}`),
    type: isService ? 'service' : 'resource',
    kind,
    document,
    seq: 0,
    createdAt: 0,
  };
}

/** How people and drivers call a thing. */
export function nameOf({ kind, document }: Pick<Instance, 'kind' | 'document'>): Named {
  return { kind, name: String(property(document, 'name') ?? '') };
}

/** A scene with some of it otherwise. */
class Foreseen implements Scene {
  readonly #under: Scene | undefined;
  /** By kind and name; undefined for what is there no more. */
  readonly #others: Map<string, Map<string, Instance | undefined>>;

  constructor(under: Scene | undefined, others: Iterable<readonly [Named, Instance | undefined]>) {
    const all = new Map<string, Map<string, Instance | undefined>>();
    // However long the chain of steps, each scene lies over the first one alone.
    if (under instanceof Foreseen) for (const [kind, each] of under.#others) all.set(kind, new Map(each));
    this.#under = under instanceof Foreseen ? under.#under : under;
    this.#others = all;
    for (const [thing, instance] of others) this.#put(thing, instance);
  }

  /** While it is being made. */
  lay(effect: Effect, keyed: KeyedArrays): void {
    const before = this.named(effect.of);
    const instance = laidOver(before, effect, keyed);
    if (instance === before) return;
    const name = instance && nameOf(instance);
    if (name && name.name !== effect.of.name) this.#put(effect.of, undefined);
    this.#put(name ?? effect.of, instance);
  }

  #put({ kind, name }: Named, instance: Instance | undefined): void {
    const ofKind = this.#others.get(kind);
    if (ofKind) ofKind.set(name, instance);
    else this.#others.set(kind, new Map([[name, instance]]));
  }

  *of(kind: string): Iterable<Instance> {
    const others = this.#others.get(kind);
    for (const each of this.#under?.of(kind) ?? []) if (!others?.has(nameOf(each).name)) yield each;
    for (const each of others?.values() ?? []) if (each) yield each;
  }

  named(thing: Named): Instance | undefined {
    const others = this.#others.get(thing.kind);
    return others?.has(thing.name) ? others.get(thing.name) : this.#under?.named(thing);
  }
}
