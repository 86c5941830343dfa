/** The eyes of the loop: when each driver looks, and what it saw. */
import { AgentError, sentence } from '../core/errors.ts';
import type { Instant } from '../core/ids.ts';
import type { Clock } from '../ports/clock.ts';
import type { Driver } from '../ports/driver.ts';
import type { Log } from '../ports/log.ts';
import type { Observer } from './observe.ts';
import { retryAfterMs } from './retry.ts';
import type { Sight } from './sight.ts';

export interface WatchParts {
  readonly drivers: readonly Driver[];
  readonly observer: Observer;
  readonly sight: Sight;
  readonly clock: Clock;
  readonly log: Log;
}

/** Nothing was heard since, and what nobody hears of is not that quick. */
const JUST_NOW_MS = 1_000;

/** So often in a row a driver may ring without anything having moved; then it is listened to more slowly. */
const FUTILE_AT_MOST = 10;
const LONGEST_DEAF_MS = 1_000;

interface Eye {
  readonly driver: Driver;
  heard: boolean;
  /** How often in a row it rang for nothing. */
  futile: number;
  /** Calls off the ring that is put off. */
  deaf: (() => void) | undefined;
  /** Both of the time that goes on evenly. */
  dueAt: number;
  lookedAt: number | undefined;
  failures: number;
}

export class Watch {
  private readonly parts: WatchParts;
  private readonly eyes: readonly Eye[];
  looks = 0;

  constructor(parts: WatchParts) {
    this.parts = parts;
    this.eyes = parts.drivers.map(driver => ({
      driver,
      heard: true,
      futile: 0,
      deaf: undefined,
      dueAt: 0,
      lookedAt: undefined,
      failures: 0,
    }));
  }

  async start(ring: () => void): Promise<void> {
    for (const eye of this.eyes) {
      try {
        await eye.driver.start(() => {
          eye.heard = true;
          this.pass(eye, ring);
        });
      } catch (error) {
        this.parts.log.error('driver did not start', { driver: eye.driver.name, error: sentence(error) });
      }
    }
  }

  async stop(): Promise<void> {
    for (const { driver, deaf } of this.eyes) {
      deaf?.();
      try {
        await driver.stop();
      } catch (error) {
        this.parts.log.error('driver did not stop', { driver: driver.name, error: sentence(error) });
      }
    }
  }

  /** A driver that rings at its own looks would have the loop look without end. */
  private pass(eye: Eye, ring: () => void): void {
    const over = eye.futile - FUTILE_AT_MOST;
    if (over < 0) ring();
    else {
      eye.deaf ??= this.parts.clock.after(Math.min(2 ** over, LONGEST_DEAF_MS), () => {
        eye.deaf = undefined;
        ring();
      });
    }
  }

  driver(name: string): Driver | undefined {
    return this.parts.drivers.find(each => each.name === name);
  }

  /** When the next look is due by time alone, however the time of the day is set meanwhile. */
  nextLook(): Instant {
    const { clock } = this.parts;
    const due = Math.min(...this.eyes.map(eye => eye.dueAt), Number.POSITIVE_INFINITY);
    return clock.now() + due - clock.monotonic();
  }

  /** Looks where something was heard, where it is time, or everywhere. */
  async look(which: 'due' | 'all', lookEveryMs: number): Promise<void> {
    for (const eye of this.eyes) {
      const due = this.parts.clock.monotonic() >= eye.dueAt;
      if (which === 'due' && !eye.heard && !due) continue;
      const rang = eye.heard;
      eye.heard = false;
      const moved = await this.open(eye, lookEveryMs);
      if (moved) eye.futile = 0;
      else if (rang) eye.futile = Math.min(eye.futile + 1, FUTILE_AT_MOST + 10);
    }
  }

  /** Looks at what one driver sees, unless `again` is false and it was just looked at; tells whether it can see. */
  async lookAt(driver: string, again: boolean, lookEveryMs: number): Promise<boolean> {
    const eye = this.eyes.find(each => each.driver.name === driver);
    if (!eye) return false;
    const age = eye.lookedAt === undefined ? Number.POSITIVE_INFINITY : this.parts.clock.monotonic() - eye.lookedAt;
    if (again || eye.heard || eye.failures > 0 || age > JUST_NOW_MS) {
      eye.heard = false;
      await this.open(eye, lookEveryMs);
    }
    return eye.failures === 0;
  }

  /** Whether anything was seen to have moved. */
  private async open(eye: Eye, lookEveryMs: number): Promise<boolean> {
    const { clock, sight, observer, log } = this.parts;
    const { name } = eye.driver;
    this.looks++;
    try {
      const look = await eye.driver.look();
      const moved = observer.record(name, look);
      if (eye.failures > 0) log.info('driver sees again', { driver: name });
      sight.saw(name, look.at);
      eye.failures = 0;
      eye.lookedAt = clock.monotonic();
      eye.dueAt = clock.monotonic() + lookEveryMs;
      return moved;
    } catch (error) {
      eye.failures++;
      if (eye.failures === 1) log.warn('look failed', { driver: name, error: sentence(error) });
      sight.failed(name, sentence(error));
      eye.dueAt = clock.monotonic() + retryAfterMs(eye.failures);
      // A full disk is no matter of sight: it must not pass for a blind driver.
      if (error instanceof AgentError && error.code === 'storage') throw error;
      return false;
    }
  }
}
