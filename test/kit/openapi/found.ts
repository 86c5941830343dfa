/** What was heard in one file of tests, and what was found wrong in it. */
import { type Answered, faultsOf, faultsOfEvent, isEvent } from './answers.ts';

const underWay = new Set<Promise<void>>();
let faults: string[] = [];
const standIns = new Set<string>();

/** Who stands in for an agent and is meant to say what none would. */
export function standIn(origin: string): void {
  standIns.add(origin);
}

/** An answer of whoever serves at an origin. */
export function hearAnswer(origin: string, answered: Answered): void {
  if (!standIns.has(origin)) follow(faultsOf(answered));
}

/** A body that was posted to somebody in this process. */
export function hearEvent(text: string): void {
  if (!text.includes('"eventId"')) return;
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return;
  }
  // It came out of JSON.
  const event = body as Parameters<typeof isEvent>[0];
  if (isEvent(event)) follow(faultsOfEvent(event));
}

/** What was found since it was last asked for. */
export async function settled(): Promise<readonly string[]> {
  while (underWay.size > 0) await Promise.all(underWay);
  const found = faults;
  faults = [];
  return [...new Set(found)];
}

function follow(judged: Promise<readonly string[]>): void {
  const task = judged
    .catch((error: unknown) => [`it could not be judged: ${error}`])
    .then(found => {
      faults.push(...found);
      underWay.delete(task);
    });
  underWay.add(task);
}
