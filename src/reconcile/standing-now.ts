/** Which expectations have a say in what becomes of a thing, or of a name that nothing has. */
import type { Expectation } from '../core/expectation.ts';
import type { ExpectationId, InstanceId } from '../core/ids.ts';
import { type Spot, spotOf } from '../core/planning/noted-scene.ts';
import type { Named } from '../core/task.ts';
import type { Reader } from '../ports/store.ts';

export class StandingNow {
  readonly #store: Reader;
  /** Those that name something, for as long as none of them moves. */
  #byName:
    | { readonly from: readonly Expectation[]; readonly all: ReadonlyMap<Spot, readonly ExpectationId[]> }
    | undefined;

  constructor(store: Reader) {
    this.#store = store;
  }

  at(instance: InstanceId): readonly Expectation[] {
    return this.#store
      .verdicts({ instance })
      .filter(each => each.verdict !== 'inapplicable')
      .flatMap(each => this.#store.expectation(each.expectation) ?? [])
      .filter(each => each.for.peer === undefined);
  }

  /** Of what does not exist. */
  of(thing: Named): readonly Expectation[] {
    const ids = this.#named().get(spotOf(thing)) ?? [];
    return ids.flatMap(id => {
      const verdict = this.#store.verdict(id, undefined);
      return verdict && verdict.verdict !== 'inapplicable' ? (this.#store.expectation(id) ?? []) : [];
    });
  }

  #named(): ReadonlyMap<Spot, readonly ExpectationId[]> {
    const from = this.#store.expectations();
    if (this.#byName?.from === from) return this.#byName.all;
    const all = new Map<Spot, ExpectationId[]>();
    for (const { id, for: target } of from) {
      if (!('name' in target) || target.peer !== undefined) continue;
      const others = all.get(spotOf(target));
      if (others) others.push(id);
      else all.set(spotOf(target), [id]);
    }
    this.#byName = { from, all };
    return all;
  }
}
