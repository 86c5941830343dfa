/** Which expectations may mean an instance, and what all of them together ask of the loop; kept as they move, one by one. */
import type { Expectation, Target } from '../core/expectation.ts';
import type { ExpectationId } from '../core/ids.ts';
import type { Instance } from '../core/instance.ts';
import { property } from '../core/json.ts';

/** An instance by what expectations speak of. */
export interface Named extends Pick<Instance, 'id' | 'kind'> {
  readonly name: string | undefined;
}

export class Interests {
  readonly #freshnessMs: number;
  readonly #all = new Map<ExpectationId, Expectation>();
  /** By whom they speak of: an id, a kind and a name, a kind, anybody. */
  readonly #bySpoken = new Map<string, Map<ExpectationId, Expectation>>();
  readonly #byFreshness = new Map<number, Set<ExpectationId>>();
  readonly #ofTelemetry = new Set<ExpectationId>();

  /** How old an observation may be when an expectation does not say. */
  constructor(freshnessMs: number) {
    this.#freshnessMs = freshnessMs;
  }

  get size(): number {
    return this.#all.size;
  }

  all(): Iterable<Expectation> {
    return this.#all.values();
  }

  get(id: ExpectationId): Expectation | undefined {
    return this.#all.get(id);
  }

  put(expectation: Expectation, readsTelemetry: boolean): void {
    this.remove(expectation.id);
    const { id } = expectation;
    this.#all.set(id, expectation);
    const spoken = nameOf(expectation.for);
    const there = this.#bySpoken.get(spoken);
    if (there) there.set(id, expectation);
    else this.#bySpoken.set(spoken, new Map([[id, expectation]]));
    const freshnessMs = expectation.freshnessMs ?? this.#freshnessMs;
    const asFresh = this.#byFreshness.get(freshnessMs);
    if (asFresh) asFresh.add(id);
    else this.#byFreshness.set(freshnessMs, new Set([id]));
    if (readsTelemetry) this.#ofTelemetry.add(id);
  }

  remove(id: ExpectationId): void {
    const known = this.#all.get(id);
    if (!known) return;
    this.#all.delete(id);
    const spoken = nameOf(known.for);
    const there = this.#bySpoken.get(spoken);
    there?.delete(id);
    if (there?.size === 0) this.#bySpoken.delete(spoken);
    const freshnessMs = known.freshnessMs ?? this.#freshnessMs;
    const asFresh = this.#byFreshness.get(freshnessMs);
    asFresh?.delete(id);
    if (asFresh?.size === 0) this.#byFreshness.delete(freshnessMs);
    this.#ofTelemetry.delete(id);
  }

  clear(): void {
    for (const each of [this.#all, this.#bySpoken, this.#byFreshness, this.#ofTelemetry]) each.clear();
  }

  /** Those that could mean an instance; a `where` has still to be met. */
  speakingOf({ id, kind, document }: Instance): readonly Expectation[] {
    const name = property(document, 'name');
    const targets: Target[] = [
      { id },
      ...(typeof name === 'string' ? [{ kind, name }] : []),
      { kind, where: null },
      { where: null },
    ];
    return targets.flatMap(target => [...(this.#bySpoken.get(nameOf(target))?.values() ?? [])]);
  }

  /** Whether any could mean an instance. */
  areThereFor({ id, kind, name }: Named): boolean {
    const spoken = this.#bySpoken;
    if (spoken.size === 0) return false;
    return (
      spoken.has(nameOf({ id })) ||
      (name !== undefined && spoken.has(nameOf({ kind, name }))) ||
      spoken.has(nameOf({ kind, where: null })) ||
      spoken.has(nameOf({ where: null }))
    );
  }

  /** How fresh the one that wants it freshest wants what was last seen; infinite when none says. */
  get freshestMs(): number {
    let freshest = Number.POSITIVE_INFINITY;
    for (const each of this.#byFreshness.keys()) freshest = Math.min(freshest, each);
    return freshest;
  }

  /** How old an observation may be for any of them, each age once. */
  ages(): Iterable<number> {
    return this.#byFreshness.keys();
  }

  ofAge(freshnessMs: number): Iterable<ExpectationId> {
    return this.#byFreshness.get(freshnessMs) ?? [];
  }

  /** Those that read telemetry. */
  ofTelemetry(): ReadonlySet<ExpectationId> {
    return this.#ofTelemetry;
  }
}

function nameOf(target: Target): string {
  if ('id' in target) return `id\0${target.id}`;
  if ('name' in target) return `name\0${target.kind}\0${target.name}`;
  return target.kind === undefined ? 'any' : `kind\0${target.kind}`;
}
