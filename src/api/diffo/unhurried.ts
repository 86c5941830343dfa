/** Long looks in short turns: others are served in between. */
import { setImmediate } from 'node:timers/promises';

const TURN_MS = 10;

/** All of the parts; between two of them others have their turn when it is due. */
export async function unhurried<T>(parts: Iterable<readonly T[]>): Promise<readonly T[]> {
  const found: T[] = [];
  let until = performance.now() + TURN_MS;
  for (const part of parts) {
    found.push(...part);
    if (performance.now() < until) continue;
    await setImmediate();
    until = performance.now() + TURN_MS;
  }
  return found;
}
