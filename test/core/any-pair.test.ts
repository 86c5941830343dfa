import { expect, test } from 'vitest';
import { chanceOf } from '../kit/chance.ts';
import { judgePair, randomPair } from '../kit/random-pairs.ts';

test('whatever is expected and whatever there is, it is answered, and all answers fit together', () => {
  const counts = { read: 0, met: 0 };
  for (let seed = 1; seed <= 20_000; seed++) {
    const { read, met, wrong } = judgePair(randomPair(chanceOf(seed)));
    expect(wrong, `seed ${seed}`).toBeUndefined();
    if (read) counts.read++;
    if (met) counts.met++;
  }
  // Else the pairs would hardly ever meet, or be refused before they are judged.
  expect(counts.read).toBeGreaterThan(15_000);
  expect(counts.met).toBeGreaterThan(4_000);
  expect(counts.read - counts.met).toBeGreaterThan(8_000);
}, 300_000);
