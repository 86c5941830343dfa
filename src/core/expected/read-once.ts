/** Expectations that are read once for all who hold the very same source, as long as somebody holds what was read. */
import type { Expected } from '../expected.ts';
import type { Json } from '../json.ts';

export class ReadOnce {
  readonly #known = new WeakMap<object, Map<string, WeakRef<Expected>>>();

  /** `under` names whatever else it depends on how the source reads. */
  read(source: Json, under: string, read: (source: Json) => Expected): Expected {
    if (typeof source !== 'object' || source === null) return read(source);
    let known = this.#known.get(source);
    if (!known) {
      known = new Map();
      this.#known.set(source, known);
    }
    const before = known.get(under)?.deref();
    if (before) return before;
    const found = read(source);
    known.set(under, new WeakRef(found));
    return found;
  }
}
