/** What is unmet, in memory: by expectation and by instance, with a note of where it has moved since it was last planned. */
import type { Expectation, Mode } from '../core/expectation.ts';
import type { ExpectationId, InstanceId } from '../core/ids.ts';
import type { Json } from '../core/json.ts';
import type { Leaf } from '../core/outstanding.ts';

export interface UnmetEntry {
  readonly expectation: Expectation;
  /** Undefined when what is expected does not exist. */
  readonly instance: InstanceId | undefined;
  readonly residual: Json;
  readonly leaves: readonly Leaf[];
  /** What may be done about it. */
  readonly mode: Mode;
}

/** What is planned together: all that is unmet of one instance, or an expectation of something that does not exist. */
export type Site = string;

export function siteOf(expectation: string, instance: string | undefined): Site {
  return instance === undefined ? `expectation/${expectation}` : `instance/${instance}`;
}

export class UnmetNow {
  readonly #bySite = new Map<Site, Map<ExpectationId, UnmetEntry>>();
  readonly #sitesOf = new Map<ExpectationId, Set<Site>>();
  #moved = new Set<Site>();

  get(expectation: ExpectationId, instance: InstanceId | undefined): UnmetEntry | undefined {
    return this.#bySite.get(siteOf(expectation, instance))?.get(expectation);
  }

  at(site: Site): readonly UnmetEntry[] {
    return [...(this.#bySite.get(site)?.values() ?? [])];
  }

  put(entry: UnmetEntry): void {
    const { id } = entry.expectation;
    const site = siteOf(id, entry.instance);
    const there = this.#bySite.get(site);
    if (there) there.set(id, entry);
    else this.#bySite.set(site, new Map([[id, entry]]));
    const sites = this.#sitesOf.get(id);
    if (sites) sites.add(site);
    else this.#sitesOf.set(id, new Set([site]));
    this.#moved.add(site);
  }

  /** It is met now, or judged no more; even so it may have a say in what is planned for others. */
  remove(expectation: ExpectationId, instance: InstanceId | undefined): void {
    const site = siteOf(expectation, instance);
    this.touch(site);
    const there = this.#bySite.get(site);
    if (!there?.delete(expectation)) return;
    if (there.size === 0) this.#bySite.delete(site);
    const sites = this.#sitesOf.get(expectation);
    sites?.delete(site);
    if (sites?.size === 0) this.#sitesOf.delete(expectation);
  }

  /** The expectation was withdrawn. */
  forget(expectation: ExpectationId): void {
    for (const site of this.#sitesOf.get(expectation) ?? []) {
      const there = this.#bySite.get(site);
      there?.delete(expectation);
      if (there?.size === 0) this.#bySite.delete(site);
      this.#moved.add(site);
    }
    this.#sitesOf.delete(expectation);
  }

  /** Something has moved that what is planned there is made from. */
  touch(site: Site): void {
    if (this.#bySite.has(site)) this.#moved.add(site);
  }

  touchAll(): void {
    for (const site of this.#bySite.keys()) this.#moved.add(site);
  }

  /** Where something has moved since this was last asked. */
  takeMoved(): ReadonlySet<Site> {
    const moved = this.#moved;
    this.#moved = new Set();
    return moved;
  }
}
