/** A run that was recorded comes to the same when it is replayed, byte for byte, whatever went on in it. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { replay } from '../../src/agent/replay.ts';
import { handClock } from '../kit/clock.ts';
import { newSimulator } from '../kit/loop-world.ts';
import { recordedLife } from '../kit/recorded-life.ts';

const seeds = Number(process.env.DIFFO_SEEDS ?? 60);
const first = Number(process.env.DIFFO_SEED ?? 1);

const shadow = () => [newSimulator(handClock())];

test(`${seeds} random lives`, { timeout: 60_000 + seeds * 10_000 }, async () => {
  let decisions = 0;
  let turns = 0;
  for (let seed = first; seed < first + seeds; seed++) {
    const { file } = await recordedLife(seed, 80);
    const found = await replay(file, { drivers: shadow() });
    expect({ seed, notes: found.notes, difference: found.difference }).toEqual({ seed, notes: [] });
    expect(readFileSync(file, 'utf8')).not.toContain('"loose"');
    decisions += found.decisions;
    turns += found.turns;
  }
  console.log(`${seeds} lives: ${decisions} decisions in ${turns} turns, all identical`);
  expect(decisions).toBeGreaterThan(seeds * 20);
});
