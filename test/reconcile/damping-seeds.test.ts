/**
 * A thousand lives in trouble: whatever the element, others and the clock do, all comes to rest, or is stalled with a
 * reason; nothing is set back and forth, and the loop never runs for nothing. `DIFFO_SEED=N` lives one of them again.
 */
import { expect, test } from 'vitest';
import { defaultSettling } from '../../src/core/settle/settings.ts';
import { liveInTrouble, longestSwing } from '../kit/troubled-life.ts';

const LIVES = 1_000;
const PORTION = 250;
const chosen = process.env.DIFFO_SEED;
const seeds = chosen === undefined ? Array.from({ length: LIVES }, (_, i) => i + 1) : [Number(chosen)];

const TEN_MINUTES = 600_000;
/** So many tries fit into ten minutes; each time that it is set back within them, it may begin with the first again. */
const MOST_AT_A_PLACE = 10 * (defaultSettling.reversals + 1);
/** What the loop may do by itself in that time where no rule says otherwise. */
const BUDGET = 60;

for (let from = 0; from < seeds.length; from += PORTION) {
  const some = seeds.slice(from, from + PORTION);
  // P38, Q7
  test(`lives ${some[0]} to ${some.at(-1)} come to rest, or are stalled with a reason`, {
    timeout: 300_000,
  }, async () => {
    for (const seed of some) {
      const life = await liveInTrouble(seed);
      const again = `live it again with DIFFO_SEED=${seed}`;
      for (const { expectation, verdict, stalled = [] } of life.verdicts) {
        if (verdict === 'met') continue;
        const because = life.waiting.filter(each => each.expectation === expectation);
        const isTold = stalled.length > 0 || because.some(each => each.on === 'overruled');
        expect(isTold, `${expectation} is ${verdict}: ${because.map(each => each.because).join('; ')}; ${again}`).toBe(
          true,
        );
        for (const each of stalled) expect(each.because && each.unblocks, again).not.toBe('');
      }
      expect(longestSwing(life.writes), `set back and forth; ${again}`).toBeLessThan(2);
      for (const { at, place } of life.writes) {
        const lately = life.writes.filter(each => each.at >= at && each.at < at + TEN_MINUTES);
        const here = lately.filter(each => each.place === place);
        expect(here.length, `too many writes at ${place}; ${again}`).toBeLessThanOrEqual(MOST_AT_A_PLACE);
        expect(lately.length, `too many writes; ${again}`).toBeLessThanOrEqual(BUDGET);
      }
      for (const { passes, happened } of life.minutes) {
        expect(passes, `passes in a minute in which ${happened} things happened; ${again}`).toBeLessThanOrEqual(
          10 + 8 * happened,
        );
      }
      expect(life.quietChanges, `it writes although nothing happens; ${again}`).toBe(0);
    }
  });
}
