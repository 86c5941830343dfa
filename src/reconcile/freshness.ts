/**
 * How well what each driver sees is known, for each age that an expectation allows: told when that changes, which is by
 * time alone or by a look that saw nothing new.
 */
import type { Instant } from '../core/ids.ts';
import type { Known, Sight } from './sight.ts';

export class Freshness {
  readonly #sight: Sight;
  /** By driver and age, as last told. */
  readonly #known = new Map<string, Known>();

  constructor(sight: Sight) {
    this.#sight = sight;
  }

  /** The ages whose expectations have to be judged again; one that was not asked for before is taken as told. */
  turned(ages: Iterable<number>, now: Instant): ReadonlySet<number> {
    const turned = new Set<number>();
    for (const age of ages) {
      for (const driver of this.#sight.drivers()) {
        const name = `${driver}\0${age}`;
        const before = this.#known.get(name);
        const known = this.#sight.known(this.#sight.of(driver).at, age, now);
        if (before === known) continue;
        this.#known.set(name, known);
        if (before !== undefined) turned.add(age);
      }
    }
    return turned;
  }

  /** When what was last seen next becomes too old for any of these ages; infinite when it has, or there is none. */
  next(ages: Iterable<number>, now: Instant): Instant {
    let next = Number.POSITIVE_INFINITY;
    for (const age of ages) {
      for (const driver of this.#sight.drivers()) {
        const seen = this.#sight.of(driver).at;
        if (seen !== undefined && seen + age >= now) next = Math.min(next, seen + age + 1);
      }
    }
    return next;
  }
}
