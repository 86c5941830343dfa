/**
 * The state stream through loss, repetition, reordering, crashes, restored backups and doubles: afterwards both sides
 * hold the same, and on the way nothing went backwards. `seeds.ts` says how to live one life again.
 */
import { expect, test } from 'vitest';
import { rules } from '../../src/core/stream/rules.ts';
import { alone, isGood, seeds, told } from './seeds.ts';
import { live, onlyDeliveryFails } from './world.ts';

const outcomes = seeds.map(seed => live(seed, rules, alone !== undefined));

// Q8
test('after all faults both sides agree, and no row ever went back', () => {
  if (alone !== undefined) console.log(outcomes.flatMap(outcome => outcome.story).join('\n'));
  const sum = (of: (outcome: (typeof outcomes)[number]) => number): number =>
    outcomes.reduce((all, outcome) => all + of(outcome), 0);
  console.log(
    `${seeds.length} seeds: ${outcomes.filter(each => each.notConverged.length > 0).length} not converged, ` +
      `${sum(each => each.violations.length)} order and effect violations, ` +
      `${(sum(each => each.epochs) / seeds.length).toFixed(1)} epochs and ` +
      `${(sum(each => each.rewinds) / seeds.length).toFixed(1)} rewinds a life, ` +
      `healed after ${Math.max(...outcomes.map(each => each.rounds))} rounds at most`,
  );
  expect(outcomes.filter(outcome => !isGood(outcome)).map(told)).toEqual([]);
});

test('faults of delivery alone need no repair', () => {
  const delivered = outcomes.filter(outcome => onlyDeliveryFails(outcome.faults));
  expect(delivered.filter(outcome => outcome.epochs + outcome.rewinds > 0).map(told)).toEqual([]);
});

test.skipIf(seeds.length < 500)('the lives meet every case there is', () => {
  const met = new Set(outcomes.flatMap(outcome => [...outcome.met]));
  expect([...met].sort()).toEqual([
    'ack',
    'begun: mismatch',
    'begun: purged',
    'begun: rolledBack',
    'begun: stale',
    'mismatch',
    'quarantine: invalid',
    'quarantine: tooLarge',
    'rewind',
    'rows told while a new epoch has to wait',
    'stale',
  ]);
});
