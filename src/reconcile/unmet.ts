/** What is unmet, in memory: by expectation and by instance, with a note of where it has moved since it was last planned. */
import type { Expectation } from '../core/expectation.ts';
import type { ExpectationId, InstanceId } from '../core/ids.ts';
import type { Json } from '../core/json.ts';
import type { Leaf } from '../core/outstanding.ts';
import type { Strayed } from '../core/verdict.ts';

export interface UnmetEntry {
  readonly expectation: Expectation;
  /** Undefined when what is expected does not exist. */
  readonly instance: InstanceId | undefined;
  readonly residual: Json;
  readonly leaves: readonly Leaf[];
  /** What of it somebody changed at the element. */
  readonly strayed: readonly Strayed[];
}

/** What is planned together: all that is unmet of one instance, or of one name that nothing has. */
export type Site = string;

export function siteOfInstance(instance: string): Site {
  return `instance/${instance}`;
}

function siteOfMissing({ id, for: target }: Expectation): Site {
  return 'name' in target ? `missing/${target.kind}/${target.name}` : `expectation/${id}`;
}

export class UnmetNow {
  readonly #bySite = new Map<Site, Map<ExpectationId, UnmetEntry>>();
  readonly #sitesOf = new Map<ExpectationId, Set<Site>>();
  /** Where those stand that speak of what does not exist, met ones too. */
  readonly #missing = new Map<string, Site>();
  #moved = new Set<Site>();
  #movedInstances = new Set<InstanceId>();

  get(expectation: ExpectationId, instance: InstanceId | undefined): UnmetEntry | undefined {
    return this.#bySite.get(this.siteOf(expectation, instance))?.get(expectation);
  }

  get isEmpty(): boolean {
    return this.#bySite.size === 0;
  }

  at(site: Site): readonly UnmetEntry[] {
    return [...(this.#bySite.get(site)?.values() ?? [])];
  }

  siteOf(expectation: string, instance: string | undefined): Site {
    if (instance !== undefined) return siteOfInstance(instance);
    return this.#missing.get(expectation) ?? `expectation/${expectation}`;
  }

  put(entry: UnmetEntry): void {
    const { expectation } = entry;
    const { id } = expectation;
    const site = this.#place(expectation, entry.instance);
    const there = this.#bySite.get(site);
    if (there) there.set(id, entry);
    else this.#bySite.set(site, new Map([[id, entry]]));
    const sites = this.#sitesOf.get(id);
    if (sites) sites.add(site);
    else this.#sitesOf.set(id, new Set([site]));
    this.#moved.add(site);
  }

  /** It is met now; even so it may have a say in what is planned for others. */
  met(expectation: Expectation, instance: InstanceId | undefined): void {
    this.#place(expectation, instance);
    this.remove(expectation.id, instance);
  }

  /** It is judged no more. */
  remove(id: ExpectationId, instance: InstanceId | undefined): void {
    const site = this.siteOf(id, instance);
    this.touch(site);
    const there = this.#bySite.get(site);
    if (!there?.delete(id)) return;
    if (there.size === 0) this.#bySite.delete(site);
    const sites = this.#sitesOf.get(id);
    sites?.delete(site);
    if (sites?.size === 0) this.#sitesOf.delete(id);
  }

  /** The expectation was withdrawn. */
  forget(expectation: ExpectationId): void {
    const missing = this.#missing.get(expectation);
    if (missing !== undefined) this.touch(missing);
    for (const site of this.#sitesOf.get(expectation) ?? []) {
      const there = this.#bySite.get(site);
      there?.delete(expectation);
      if (there?.size === 0) this.#bySite.delete(site);
      this.#moved.add(site);
    }
    this.#sitesOf.delete(expectation);
    this.#missing.delete(expectation);
  }

  /** Something has moved that what is planned there is made from. */
  touch(site: Site): void {
    if (this.#bySite.has(site)) this.#moved.add(site);
  }

  /** An instance has moved: what is planned for it, and what was planned with an eye on it. */
  touchInstance(id: InstanceId): void {
    this.touch(siteOfInstance(id));
    this.#movedInstances.add(id);
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

  /** Which instances have moved since this was last asked, whether or not anything is unmet of them. */
  takeMovedInstances(): ReadonlySet<InstanceId> {
    const moved = this.#movedInstances;
    this.#movedInstances = new Set();
    return moved;
  }

  #place(expectation: Expectation, instance: InstanceId | undefined): Site {
    if (instance !== undefined) return siteOfInstance(instance);
    const site = siteOfMissing(expectation);
    const before = this.#missing.get(expectation.id);
    this.#missing.set(expectation.id, site);
    if (before !== undefined && before !== site) this.#leave(expectation.id, before);
    return site;
  }

  /** It speaks of another name now. */
  #leave(id: ExpectationId, site: Site): void {
    const there = this.#bySite.get(site);
    if (!there?.delete(id)) return;
    if (there.size === 0) this.#bySite.delete(site);
    this.#sitesOf.get(id)?.delete(site);
    this.#moved.add(site);
  }
}
