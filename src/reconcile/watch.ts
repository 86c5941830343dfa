/** The eyes of the loop: when each driver looks, what it saw, and its telemetry. */
import { AgentError, sentence } from '../core/errors.ts';
import type { InstanceId, Instant } from '../core/ids.ts';
import type { Instance } from '../core/instance.ts';
import { characteristicArray } from '../core/instance.ts';
import { isArray, type Json } from '../core/json.ts';
import type { Clock } from '../ports/clock.ts';
import type { Driver, Sample } from '../ports/driver.ts';
import type { Log } from '../ports/log.ts';
import type { Observer } from './observe.ts';
import type { Sight } from './sight.ts';

export interface WatchParts {
  readonly drivers: readonly Driver[];
  readonly observer: Observer;
  readonly sight: Sight;
  readonly clock: Clock;
  readonly log: Log;
}

/** After a look that failed: soon, then patiently. */
const RETRY_FIRST_MS = 1_000;
const RETRY_LONGEST_MS = 60_000;

interface Eye {
  readonly driver: Driver;
  heard: boolean;
  dueAt: Instant;
  failures: number;
}

export class Watch {
  private readonly parts: WatchParts;
  private readonly eyes: readonly Eye[];
  private readonly samples = new Map<string, ReadonlyMap<string, Sample>>();
  private sampling: { readonly maxAgeMs: number; readonly ended: Promise<void> } | undefined;
  looks = 0;
  /** How often telemetry was taken. */
  samplings = 0;

  constructor(parts: WatchParts) {
    this.parts = parts;
    this.eyes = parts.drivers.map(driver => ({ driver, heard: true, dueAt: 0, failures: 0 }));
  }

  async start(ring: () => void): Promise<void> {
    for (const eye of this.eyes) {
      try {
        await eye.driver.start(() => {
          eye.heard = true;
          ring();
        });
      } catch (error) {
        this.parts.log.error('driver did not start', { driver: eye.driver.name, error: sentence(error) });
      }
    }
  }

  async stop(): Promise<void> {
    for (const { driver } of this.eyes) await driver.stop();
  }

  driver(name: string): Driver | undefined {
    return this.parts.drivers.find(each => each.name === name);
  }

  /** When the next look is due by time alone. */
  nextLook(): Instant {
    return Math.min(...this.eyes.map(eye => eye.dueAt), Number.POSITIVE_INFINITY);
  }

  /** Looks where something was heard, where it is time, or everywhere; tells whether it was time anywhere. */
  async look(which: 'due' | 'all', lookEveryMs: number): Promise<{ readonly due: boolean }> {
    let anyDue = false;
    for (const eye of this.eyes) {
      const due = this.parts.clock.now() >= eye.dueAt;
      if (which === 'due' && !eye.heard && !due) continue;
      eye.heard = false;
      anyDue ||= due;
      await this.open(eye, lookEveryMs);
    }
    return { due: anyDue };
  }

  private async open(eye: Eye, lookEveryMs: number): Promise<void> {
    const { clock, sight, observer, log } = this.parts;
    const { name } = eye.driver;
    this.looks++;
    try {
      const look = await eye.driver.look();
      observer.record(name, look);
      if (eye.failures > 0) log.info('driver sees again', { driver: name });
      sight.saw(name, look.at);
      eye.failures = 0;
      eye.dueAt = clock.now() + lookEveryMs;
    } catch (error) {
      eye.failures++;
      if (eye.failures === 1) log.warn('look failed', { driver: name, error: sentence(error) });
      sight.failed(name, sentence(error));
      eye.dueAt = clock.now() + Math.min(RETRY_FIRST_MS * 2 ** (eye.failures - 1), RETRY_LONGEST_MS);
      // A full disk is no matter of sight: it must not pass for a blind driver.
      if (error instanceof AgentError && error.code === 'storage') throw error;
    }
  }

  /** Takes fresh telemetry of everything, at most once in `maxAgeMs`. A driver that cannot answer leaves its last. */
  sample(maxAgeMs: number): Promise<void> {
    // Whoever asks for no fresher ones meanwhile waits for the same, or each of a crowd would take its own.
    if (this.sampling && this.sampling.maxAgeMs <= maxAgeMs) return this.sampling.ended;
    const ended = this.takeSamples(maxAgeMs).finally(() => {
      if (this.sampling?.ended === ended) this.sampling = undefined;
    });
    this.sampling = { maxAgeMs, ended };
    return ended;
  }

  private async takeSamples(maxAgeMs: number): Promise<void> {
    for (const { driver } of this.eyes) {
      try {
        const taken = await driver.sample(maxAgeMs);
        if (this.samples.get(driver.name) === taken) continue;
        this.samples.set(driver.name, taken);
        this.samplings++;
      } catch (error) {
        this.parts.log.debug('no telemetry', { driver: driver.name, error: sentence(error) });
      }
    }
  }

  /** The last sample of an instance. */
  sampleOf(id: InstanceId): Sample | undefined {
    const seen = this.parts.observer.sightOf(id);
    return seen && this.samples.get(seen.driver)?.get(seen.name);
  }

  withTelemetry(instance: Instance): Json {
    const sample = this.sampleOf(instance.id);
    if (!sample) return instance.document;
    const array = characteristicArray[instance.type];
    const kept = instance.document[array];
    return { ...instance.document, [array]: [...(isArray(kept) ? kept : []), ...sample.characteristics] };
  }
}
