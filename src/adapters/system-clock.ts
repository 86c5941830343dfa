/** The time of this machine. */
import type { Clock } from '../ports/clock.ts';

/** The longest wait a timer of Node can hold; beyond it, it would fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(ms, call) {
    let timer: NodeJS.Timeout;
    const wait = (left: number): void => {
      const step = Math.min(left, LONGEST_TIMER_MS);
      timer = setTimeout(() => (left > step ? wait(left - step) : call()), step).unref();
    };
    wait(ms);
    return () => clearTimeout(timer);
  },
};
