/** Everything that is known, by name, read from the store no sooner than somebody asks. */
import type { InstanceId } from '../core/ids.ts';
import type { Instance } from '../core/instance.ts';
import { type Spot, spotOf, spotOfKind } from '../core/planning/noted-scene.ts';
import { nameOf, type Scene } from '../core/prediction.ts';
import { isGone } from '../core/target.ts';
import type { Named } from '../core/task.ts';
import type { Reader } from '../ports/store.ts';

export class StoreScene implements Scene {
  readonly #store: Pick<Reader, 'instances' | 'instance'>;
  /** What was asked for since things last moved. */
  readonly #read = new Map<Spot, Instance | undefined>();
  /** How each thing was called when it was last asked for. */
  readonly #called = new Map<InstanceId, Spot>();

  constructor(store: Pick<Reader, 'instances' | 'instance'>) {
    this.#store = store;
  }

  named(thing: Named): Instance | undefined {
    const spot = spotOf(thing);
    if (this.#read.has(spot)) return this.#read.get(spot);
    let found: Instance | undefined;
    for (const each of this.#store.instances({ kind: thing.kind, name: thing.name })) {
      if (isGone(each)) continue;
      found = each;
      break;
    }
    this.#read.set(spot, found);
    if (found) this.#called.set(found.id, spot);
    return found;
  }

  *of(kind: string): Iterable<Instance> {
    for (const each of this.#store.instances({ kind })) {
      if (isGone(each)) continue;
      this.#called.set(each.id, spotOf(nameOf(each)));
      yield each;
    }
  }

  /** What was read before may have moved. */
  lookAnew(): void {
    this.#read.clear();
  }

  /** The names that an instance that has moved is, and was, known by here. */
  *spotsOf(id: InstanceId): Iterable<Spot> {
    const now = this.#store.instance(id);
    const before = this.#called.get(id);
    if (before !== undefined) {
      yield before;
      yield kindOf(before);
      this.#called.delete(id);
    }
    if (!now) return;
    const name = nameOf(now);
    yield spotOf(name);
    yield spotOfKind(name.kind);
  }
}

function kindOf(spot: Spot): Spot {
  return spotOfKind(spot.slice(0, spot.indexOf('\0')));
}
