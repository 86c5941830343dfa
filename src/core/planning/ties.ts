/** Which things have to be planned together: where a step for one moves what another one moves or was planned from. */
import { type Spot, spotOfKind } from './noted-scene.ts';
import type { Sketch } from './situation.ts';

export class Ties {
  readonly #sketches = new Map<string, Pick<Sketch, 'reads' | 'moves'>>();
  readonly #readers = new Map<Spot, Set<string>>();
  readonly #movers = new Map<Spot, Set<string>>();

  /** `place` names the thing that the sketch is of. */
  put(place: string, { reads, moves }: Pick<Sketch, 'reads' | 'moves'>): void {
    this.remove(place);
    this.#sketches.set(place, { reads, moves });
    for (const spot of reads) add(this.#readers, spot, place);
    for (const spot of moves) for (const each of [spot, kindOf(spot)]) add(this.#movers, each, place);
  }

  remove(place: string): void {
    const before = this.#sketches.get(place);
    if (!before) return;
    this.#sketches.delete(place);
    for (const spot of before.reads) take(this.#readers, spot, place);
    for (const spot of before.moves) for (const each of [spot, kindOf(spot)]) take(this.#movers, each, place);
  }

  get size(): number {
    return this.#sketches.size;
  }

  /** Those that were planned with an eye on a thing. */
  readersOf(spot: Spot): Iterable<string> {
    return this.#readers.get(spot) ?? [];
  }

  /** All that has to be planned together with one, itself among them, in no order. */
  tiedTo(place: string): ReadonlySet<string> {
    const found = new Set([place]);
    for (const each of found) {
      const sketch = this.#sketches.get(each);
      if (!sketch) continue;
      const { reads, moves } = sketch;
      for (const spot of reads) for (const other of this.#movers.get(spot) ?? []) found.add(other);
      for (const spot of moves) {
        for (const other of this.#movers.get(spot) ?? []) found.add(other);
        for (const read of [spot, kindOf(spot)]) for (const other of this.#readers.get(read) ?? []) found.add(other);
      }
    }
    return found;
  }
}

function kindOf(spot: Spot): Spot {
  return spotOfKind(spot.slice(0, spot.indexOf('\0')));
}

function add(index: Map<Spot, Set<string>>, spot: Spot, place: string): void {
  const there = index.get(spot);
  if (there) there.add(place);
  else index.set(spot, new Set([place]));
}

function take(index: Map<Spot, Set<string>>, spot: Spot, place: string): void {
  const there = index.get(spot);
  there?.delete(place);
  if (there?.size === 0) index.delete(spot);
}
