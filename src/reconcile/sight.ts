/**
 * What is known of how fresh each driver's look is. Lives in memory: after a start nothing has been seen until the
 * first look.
 */
import type { Instant } from '../core/ids.ts';
import type { Instance } from '../core/instance.ts';

export interface Glance {
  /** When the driver last saw everything; undefined before the first look. */
  readonly at: Instant | undefined;
  /** Why the latest look failed, when it did. */
  readonly failure?: string;
}

/** How well something is known: seen lately enough, too long ago, not at all, or as what the element does not vouch for. */
export type Known = 'known' | 'stale' | 'never' | 'bad';

export class Sight {
  private readonly glances = new Map<string, Glance>();

  constructor(drivers: readonly string[]) {
    for (const driver of drivers) this.glances.set(driver, { at: undefined });
  }

  saw(driver: string, when: Instant): void {
    this.glances.set(driver, { at: when });
  }

  failed(driver: string, failure: string): void {
    this.glances.set(driver, { at: this.glances.get(driver)?.at, failure });
  }

  drivers(): Iterable<string> {
    return this.glances.keys();
  }

  /** How well it is known now what was seen then. */
  known(seen: Instant | 'recorded' | undefined, freshnessMs: number, now: Instant): Known {
    if (seen === undefined) return 'never';
    return seen !== 'recorded' && now - seen > freshnessMs ? 'stale' : 'known';
  }

  of(driver: string): Glance {
    return this.glances.get(driver) ?? { at: undefined };
  }

  /**
   * When the driver that looked longest ago did so: what none of them sees is absent as of then. `recorded` when there
   * are no drivers.
   */
  oldest(): Instant | 'recorded' | undefined {
    const times = [...this.glances.values()].map(glance => glance.at);
    if (times.length === 0) return 'recorded';
    return times.reduce((a, b) => (a === undefined || b === undefined ? undefined : Math.min(a, b)));
  }

  /** When what is told of an instance was last seen; `recorded` for what no driver observes. */
  observedAt(instance: Instance): Instant | 'recorded' | undefined {
    return instance.observedBy === undefined ? 'recorded' : this.of(instance.observedBy).at;
  }
}
