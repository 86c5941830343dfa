/** Whatever clients do to a domain, in whatever order, what is kept hangs together after each step. */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, onTestFinished, test } from 'vitest';
import { openStore } from '../../src/adapters/sqlite/store.ts';
import { tmfKeyedArrays } from '../../src/tmf/keyed-arrays.ts';
import { chanceOf } from '../kit/chance.ts';
import { handClock } from '../kit/clock.ts';
import { memoryStore } from '../kit/memory-store.ts';
import { acts, faultsIn, type Step, stepOf, take } from '../kit/model-life.ts';

const lives = Number(process.env.DIFFO_LIVES ?? 40);
const kills = Number(process.env.DIFFO_KILLS ?? 12);
const seed = Number(process.env.DIFFO_SEED ?? Date.now() % 1_000_000);
const STEPS = 150;

test(`${lives} lives of ${STEPS} steps, from the seed ${seed}: nothing hangs in the air, and a refusal writes nothing`, () => {
  const taken = new Map<Step['act'], number>();
  for (let life = 0; life < lives; life++) {
    const chance = chanceOf(seed + life);
    const store = memoryStore();
    const steps: Step[] = [];
    for (let i = 0; i < STEPS; i++) {
      const step = stepOf(chance);
      steps.push(step);
      const before = store.seq();
      const refused = take(store, step);
      const story = () => `${JSON.stringify({ life: seed + life, step, refused: refused?.message })}`;
      if (refused) expect(store.seq(), story()).toBe(before);
      else taken.set(step.act, (taken.get(step.act) ?? 0) + 1);
      expect(faultsIn(store), story()).toEqual([]);
    }
  }
  // Of each some went through; else it shows nothing.
  expect([...taken.keys()].sort()).toEqual([...acts].sort());
});

test(`a process that is killed ${kills} times in the middle of it leaves whole steps only`, {
  timeout: 120_000,
}, async () => {
  const directory = mkdtempSync(join(tmpdir(), 'diffo-life-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const path = join(directory, 'life.sqlite');
  let steps = 0;
  for (let kill = 0; kill < kills; kill++) {
    steps += await liveUntilKilled(path, seed + kill);
    const store = openStore({ path, clock: handClock(), keyed: tmfKeyedArrays, newId: randomUUID });
    try {
      expect(faultsIn(store), `after the kill ${kill} of the seed ${seed}`).toEqual([]);
    } finally {
      store.close();
    }
  }
  expect(steps).toBeGreaterThan(kills);
});

/** Lets a process live on in a file until it is killed, somewhat after its first step; how many it told of. */
async function liveUntilKilled(path: string, from: number): Promise<number> {
  const script = join(import.meta.dirname, '../kit/model-writer.ts');
  const child = spawn(process.execPath, [script, path, String(from)], { stdio: ['ignore', 'pipe', 'inherit'] });
  let steps = 0;
  const ended = new Promise(resolve => child.once('close', resolve));
  createInterface(child.stdout).on('line', () => {
    if (++steps === 1) setTimeout(() => child.kill('SIGKILL'), chanceOf(from).whole(0, 120));
  });
  await ended;
  return steps;
}
