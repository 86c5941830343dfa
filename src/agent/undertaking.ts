/**
 * The mark by which an agent that starts knows that its store is taken by the fail-safe, which is over soon, and not by
 * another agent.
 */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Longer than it takes to take a plan back. */
const LONGEST_MS = 30_000;
const LOOK_AGAIN_MS = 100;

const markIn = (data: string): string => join(data, 'fail-safe.pid');

/** Until `clear`, this process is the fail-safe at work. */
export function markUndertaking(data: string): { clear(): void } {
  writeFileSync(markIn(data), String(process.pid));
  return { clear: () => rmSync(markIn(data), { force: true }) };
}

/** Resolves when no fail-safe is at work there, or one is for longer than it should be. */
export async function undertakingOver(data: string): Promise<void> {
  const until = performance.now() + LONGEST_MS;
  while (isUnderWay(data) && performance.now() < until) await sleep(LOOK_AGAIN_MS);
}

function isUnderWay(data: string): boolean {
  try {
    const pid = Number(readFileSync(markIn(data), 'utf8'));
    return Number.isInteger(pid) && pid > 0 && pid !== process.pid && existsSync(`/proc/${pid}`);
  } catch {
    return false;
  }
}
