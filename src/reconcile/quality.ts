/** What the element itself does not vouch for of what was last seen of it, and where that has moved. */
import type { InstanceId } from '../core/ids.ts';
import type { Path } from '../core/path.ts';
import type { BadQuality } from '../ports/driver.ts';

export class Quality {
  readonly #bad = new Map<InstanceId, BadQuality>();
  #moved = new Map<InstanceId, readonly Path[]>();

  /** The places, each with why; undefined where all is good. */
  of(id: InstanceId): BadQuality | undefined {
    return this.#bad.get(id);
  }

  /** As the latest look says; nothing for what is good throughout, or gone. */
  note(id: InstanceId, bad: BadQuality | undefined): void {
    const before = this.#bad.get(id) ?? {};
    if (bad === undefined && !this.#bad.has(id)) return;
    const now = bad ?? {};
    const paths = [...new Set([...Object.keys(before), ...Object.keys(now)])];
    const moved = paths.filter(path => before[path] !== now[path]);
    if (moved.length === 0) return;
    if (Object.keys(now).length === 0) this.#bad.delete(id);
    else this.#bad.set(id, now);
    this.#moved.set(id, [...(this.#moved.get(id) ?? []), ...moved]);
  }

  /** Where it has moved since this was last asked. */
  takeMoved(): ReadonlyMap<InstanceId, readonly Path[]> {
    const moved = this.#moved;
    if (moved.size > 0) this.#moved = new Map();
    return moved;
  }
}
