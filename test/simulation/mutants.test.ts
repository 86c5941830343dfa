/** The protocol with one line of it gone, in the same lives: a simulation that does not see the harm tests nothing. */
import { expect, test } from 'vitest';
import { type Rules, rules } from '../../src/core/stream/rules.ts';
import { alone, isGood, seeds } from './seeds.ts';
import { live } from './world.ts';

const mutants: Record<string, Rules> = {
  'the guard': { ...rules, isNewer: () => true },
  'the sum': { ...rules, disagrees: () => false },
  'the snapshot': { ...rules, endsEarlier: () => false },
  'the look at a cursor that is ahead': { ...rules, isAhead: () => false },
  'the fence': { ...rules, ended: () => false },
  'the gap and the sum': { ...rules, leavesGap: () => false, disagrees: () => false },
};

const harmed = (mutant: Rules): number => seeds.filter(seed => !isGood(live(seed, mutant))).length;

test.skipIf(alone !== undefined).for(Object.entries(mutants))('without %s harm is done, and seen', ([name, mutant]) => {
  const caught = harmed(mutant);
  console.log(`without ${name}: caught in ${caught} of ${seeds.length} lives`);
  expect(caught).toBeGreaterThan(0);
});

test.skipIf(alone !== undefined)('without the gap the sum still heals: it only saves time', () => {
  expect(harmed({ ...rules, leavesGap: () => false })).toBe(0);
});
