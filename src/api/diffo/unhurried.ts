/** Long looks in short turns: others are served in between. */
import { setImmediate } from 'node:timers/promises';

const TURN_MS = 5;

/** What a look comes to; between two of its parts others have their turn when it is due. */
export async function unhurried<Result>(look: Iterator<void, Result>): Promise<Result> {
  let until = performance.now() + TURN_MS;
  for (;;) {
    const { done, value } = look.next();
    if (done) return value;
    if (performance.now() < until) continue;
    await setImmediate();
    until = performance.now() + TURN_MS;
  }
}
