/** Waits for what the kernel does in its own time. */
import type { Clock } from '../../../ports/clock.ts';

const LOOK_EVERY_MS = 25;

/** Looks now and then until it is so, at most this long; what is not so by then is dealt with by the caller. */
export async function until(clock: Clock, withinMs: number, isSo: () => Promise<boolean>): Promise<void> {
  let late = false;
  const noDeadline = clock.after(withinMs, () => {
    late = true;
  });
  while (!(await isSo()) && !late) await new Promise<void>(resolve => void clock.after(LOOK_EVERY_MS, resolve));
  noDeadline();
}
