/** A clock that a test advances by hand. */
import type { Instant } from '../../src/core/ids.ts';
import type { Clock } from '../../src/ports/clock.ts';

export interface HandClock extends Clock {
  /** Lets time pass: calls what falls due, in order, each at its own moment, and lets promises settle in between. */
  advance(ms: number): Promise<void>;
}

export interface JumpingClock extends HandClock {
  /** Somebody sets the time of the day; nothing becomes due by that. */
  jump(ms: number): void;
}

/** A fixed moment, so that a failing test fails the same way tomorrow. */
const START: Instant = Date.parse('2026-01-01T00:00:00Z');

export function handClock(start: Instant = START): JumpingClock {
  interface Timer {
    readonly due: number;
    readonly call: () => void;
  }
  /** Since it was made. */
  let passed = 0;
  let setBy = 0;
  const timers = new Set<Timer>();

  /** What falls due first; of equal ones the older. */
  const nextBy = (end: number): Timer | undefined => {
    let next: Timer | undefined;
    for (const timer of timers) if (timer.due <= end && (!next || timer.due < next.due)) next = timer;
    return next;
  };

  return {
    now: () => start + passed + setBy,
    monotonic: () => passed,
    after(ms, call) {
      const timer = { due: passed + Math.max(ms, 0), call };
      timers.add(timer);
      return () => {
        timers.delete(timer);
      };
    },
    async advance(ms) {
      const end = passed + ms;
      await settled();
      for (let timer = nextBy(end); timer; timer = nextBy(end)) {
        timers.delete(timer);
        passed = timer.due;
        timer.call();
        await settled();
      }
      passed = end;
    },
    jump(ms) {
      setBy += ms;
    },
  };
}

/** A turn of the event loop runs all promises that wait for nothing else; the second one those a commit answers. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 2; turn++) await new Promise(setImmediate);
}
