/** Long looks in short turns: others are served in between. */
import { setImmediate } from 'node:timers/promises';
import type { Look } from '../../core/look.ts';

const TURN_MS = 5;

/** What a look comes to; between two of its parts others have their turn when it is due. */
export async function unhurried<Result>(look: Look<Result>): Promise<Result> {
  let until = performance.now() + TURN_MS;
  for (;;) {
    const { done, value } = look.next();
    if (done) return value;
    if (performance.now() < until) continue;
    await setImmediate();
    until = performance.now() + TURN_MS;
  }
}

/** The same, after others have had their turn: for what comes after a long piece of work. */
export async function inItsTurn<T>(value: T): Promise<T> {
  await setImmediate();
  return value;
}
