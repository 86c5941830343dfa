/** Whatever clients do to a domain, in whatever order, what is kept hangs together after each step. */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, onTestFailed, onTestFinished, test } from 'vitest';
import { openStore } from '../../src/adapters/sqlite/store.ts';
import { tmfKeyedArrays } from '../../src/tmf/keyed-arrays.ts';
import { chanceOf } from '../kit/chance.ts';
import { handClock } from '../kit/clock.ts';
import { memoryStore } from '../kit/memory-store.ts';
import { acts, faultsIn, remainsOf, type Step, settledBy, stepOf, take } from '../kit/model-life.ts';

const lives = Number(process.env.DIFFO_LIVES ?? 40);
const kills = Number(process.env.DIFFO_KILLS ?? 12);
const seed = Number(process.env.DIFFO_SEED ?? Date.now() % 1_000_000);
/** After how many steps each life of the second test ends, to see again what a kill has left. */
const given = process.env.DIFFO_MOMENTS?.split(',').map(Number);
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
      expect(faultsIn(store, settledBy(step, store, before)), story()).toEqual([]);
    }
  }
  // Of each some went through; else it shows nothing.
  expect([...taken.keys()].sort()).toEqual([...acts].sort());
});

test(`a process that is killed ${kills} times in the middle of it leaves whole steps only`, {
  timeout: 300_000,
}, async () => {
  const directory = mkdtempSync(join(tmpdir(), 'diffo-life-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const path = join(directory, 'life.sqlite');
  // Lives the same life and is never killed.
  const twin = memoryStore();
  const moments: number[] = [];
  onTestFailed(() => console.error(`to see this again: DIFFO_SEED=${seed} DIFFO_MOMENTS=${moments}`));
  let told = 0;
  for (let kill = 0; kill < (given ?? { length: kills }).length; kill++) {
    const from = seed + kill;
    const word = await liveUntilKilled(path, from, given?.[kill] ?? momentIn(from));
    told += word.told;
    const store = openStore({ path, clock: handClock(), keyed: tmfKeyedArrays, newId: randomUUID });
    try {
      expect(store.seq(), 'what was told is kept').toBeGreaterThanOrEqual(word.seq);
      moments[kill] = 0;
      for (let steps = 1, chance = chanceOf(from); twin.seq() < store.seq(); steps++) {
        const step = stepOf(chance);
        const before = twin.seq();
        take(twin, step);
        moments[kill] = steps;
        expect(faultsIn(twin, settledBy(step, twin, before)), JSON.stringify({ kill, step })).toEqual([]);
      }
      expect(remainsOf(store), `after the kill ${kill}`).toEqual(remainsOf(twin));
    } finally {
      store.close();
    }
  }
  expect(told).toBeGreaterThan(0);
});

/** Every other life ends by itself, after some steps and between the last write and the commit of the next. */
function momentIn(seed: number): number | undefined {
  const chance = chanceOf(seed);
  return chance.happens(0.5) ? chance.whole(0, 60) : undefined;
}

/**
 * Lets a process live on in a file until it kills itself, or is killed somewhat after its first step: how many steps it
 * told of, and where the store stood at the last.
 */
async function liveUntilKilled(path: string, from: number, moment: number | undefined) {
  const script = join(import.meta.dirname, '../kit/model-writer.ts');
  const words = [script, path, String(from), ...(moment === undefined ? [] : [String(moment)])];
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] });
  let [told, seq] = [0, 0];
  const ended = new Promise<unknown>(resolve => child.once('close', (_code, signal) => resolve(signal)));
  createInterface(child.stdout).on('line', line => {
    seq = Number(line);
    if (++told === 1 && moment === undefined) setTimeout(() => child.kill('SIGKILL'), chanceOf(from).whole(0, 120));
  });
  expect(await ended).toBe('SIGKILL');
  return { told, seq };
}
