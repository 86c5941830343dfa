/** The telemetry of each driver: its last sample, when that was taken, and when another one is due. */
import { sentence } from '../core/errors.ts';
import type { InstanceId, Instant } from '../core/ids.ts';
import type { Instance } from '../core/instance.ts';
import { characteristicArray } from '../core/instance.ts';
import { isArray, type Json } from '../core/json.ts';
import type { Clock } from '../ports/clock.ts';
import type { Driver, Sample } from '../ports/driver.ts';
import type { Log } from '../ports/log.ts';
import type { Observer } from './observe.ts';
import { retryAfterMs } from './retry.ts';

export interface SamplingParts {
  readonly drivers: readonly Driver[];
  readonly observer: Pick<Observer, 'sightOf' | 'looks' | 'newcomersAt'>;
  readonly clock: Clock;
  readonly log: Log;
}

/** What one driver said last. */
interface Taken {
  readonly at: Instant;
  /** How many looks had been written down when it was asked: what was seen later is not in it. */
  readonly looks: number;
  readonly samples: ReadonlyMap<string, Sample>;
}

interface Probe {
  readonly driver: Driver;
  taken: Taken | undefined;
  underWay: { readonly maxAgeMs: number; readonly ended: Promise<void> } | undefined;
  failures: number;
  failure: string | undefined;
  retryAt: Instant;
}

/** So much of the time between two looks may be over before it is time for another sample along with a look. */
const DUE_WITH_LOOK = 0.75;

export class Sampling {
  /** How often telemetry was taken. */
  taken = 0;
  readonly #parts: SamplingParts;
  readonly #probes: ReadonlyMap<string, Probe>;

  constructor(parts: SamplingParts) {
    this.#parts = parts;
    this.#probes = new Map(
      parts.drivers.map(driver => [
        driver.name,
        { driver, taken: undefined, underWay: undefined, failures: 0, failure: undefined, retryAt: 0 },
      ]),
    );
  }

  /** Takes telemetry of everything, unless what there is is younger. A driver that cannot answer leaves its last. */
  async sample(maxAgeMs: number): Promise<void> {
    await Promise.all([...this.#probes.values()].map(probe => this.#take(probe, maxAgeMs)));
  }

  /** Takes telemetry where none was taken lately, or of what was not there then; patient where that failed. */
  async freshen(everyMs: number): Promise<void> {
    const now = this.#parts.clock.now();
    for (const probe of this.#probes.values()) {
      if (this.#dueAt(probe, everyMs * DUE_WITH_LOOK) <= now) await this.#take(probe, 0);
    }
  }

  /** When time alone calls for another sample; infinite without drivers. */
  nextAt(everyMs: number): Instant {
    return Math.min(...[...this.#probes.values()].map(probe => this.#dueAt(probe, everyMs)), Number.POSITIVE_INFINITY);
  }

  /** When an instance was last sampled, even if that found nothing to tell of it; undefined when it never was. */
  sampledAt(id: InstanceId): Instant | undefined {
    const seen = this.#parts.observer.sightOf(id);
    const taken = seen && this.#probes.get(seen.driver)?.taken;
    if (!taken) return undefined;
    const sample = taken.samples.get(seen.name);
    // What a driver leaves out of its answer has none; unless it was not there when that was asked.
    return sample?.at ?? (seen.since <= taken.looks ? taken.at : undefined);
  }

  /** Why the latest attempt of a driver failed, when it did. */
  failureOf(driver: string): string | undefined {
    return this.#probes.get(driver)?.failure;
  }

  /** The last sample of an instance. */
  sampleOf(id: InstanceId): Sample | undefined {
    const seen = this.#parts.observer.sightOf(id);
    return seen && this.#probes.get(seen.driver)?.taken?.samples.get(seen.name);
  }

  withTelemetry(instance: Instance): Json {
    const sample = this.sampleOf(instance.id);
    if (!sample) return instance.document;
    const array = characteristicArray[instance.type];
    const kept = instance.document[array];
    return { ...instance.document, [array]: [...(isArray(kept) ? kept : []), ...sample.characteristics] };
  }

  #dueAt({ driver, taken, failures, retryAt }: Probe, everyMs: number): Instant {
    if (failures > 0) return retryAt;
    if (!taken || this.#parts.observer.newcomersAt(driver.name) > taken.looks) return 0;
    return taken.at + everyMs;
  }

  #take(probe: Probe, maxAgeMs: number): Promise<void> {
    // Whoever asks for no fresher ones meanwhile waits for the same, or each of a crowd would take its own.
    if (probe.underWay && probe.underWay.maxAgeMs <= maxAgeMs) return probe.underWay.ended;
    const ended = this.#ask(probe, maxAgeMs).finally(() => {
      if (probe.underWay?.ended === ended) probe.underWay = undefined;
    });
    probe.underWay = { maxAgeMs, ended };
    return ended;
  }

  async #ask(probe: Probe, maxAgeMs: number): Promise<void> {
    const { clock, log, observer } = this.#parts;
    const { driver } = probe;
    const [at, looks] = [clock.now(), observer.looks];
    try {
      const samples = await driver.sample(maxAgeMs);
      if (probe.failures > 0) log.info('driver samples again', { driver: driver.name });
      probe.failures = 0;
      probe.failure = undefined;
      if (probe.taken?.samples === samples) return;
      probe.taken = { at, looks, samples };
      this.taken++;
    } catch (error) {
      probe.failures++;
      probe.failure = sentence(error);
      probe.retryAt = clock.now() + retryAfterMs(probe.failures);
      if (probe.failures === 1) log.warn('no telemetry', { driver: driver.name, error: probe.failure });
    }
  }
}
