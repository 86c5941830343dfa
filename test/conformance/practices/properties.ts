/** What holds of the loop whatever comes. */
import { by } from '../../parity/shown.ts';
import type { Practice } from './practice.ts';

export const properties: readonly Practice[] = [
  {
    id: 'Q1',
    says: 'It converges from any start, though events are dropped, repeated and late.',
    property: true,
    shown: by(
      'reconcile/convergence.test.ts',
      'it converges from any start, though events are dropped, repeated and late; at rest it writes nothing',
    ),
  },
  {
    id: 'Q2',
    says: 'Nothing is written where nothing is outstanding; a second run after a first that went well has no tasks.',
    property: true,
    shown: [
      ...by(
        'reconcile/convergence.test.ts',
        'it converges from any start, though events are dropped, repeated and late; at rest it writes nothing',
      ),
      ...by('core/planner-order.test.ts', 'when all that was planned is done, nothing more is planned'),
    ],
  },
  {
    id: 'Q3',
    says: 'What a dry run foretells is what comes, for every sort of task.',
    property: true,
    shown: [
      ...by(
        'adapters/drivers/simulator-foreseen.test.ts',
        'predicted is what comes, whatever follows from what',
        'every sort of task comes out as foreseen, what follows from it on other things included',
      ),
      ...by('adapters/drivers/frr-foreseen.test.ts', '$op: $title; and its undo leaves not a line behind'),
      ...by('adapters/drivers/linux-foreseen.test.ts', 'no sort of step was forgotten'),
    ],
  },
  {
    id: 'Q4',
    says: 'Dead at any point, it comes to the same end, and nothing is brought about twice.',
    property: true,
    shown: by('reconcile/crash.test.ts', '%s', 'killed again and again while it recovers: %s'),
  },
  {
    id: 'Q5',
    says: 'What is no longer expected leaves the world as if it never had been.',
    property: true,
    shown: by(
      'reconcile/convergence.test.ts',
      'removing an expectation restores exactly what it alone had changed: the world is as if it had never been',
      'when all are removed, in any order, the element is as it was',
    ),
  },
  {
    id: 'Q6',
    says: 'Two who want one place never take turns at it more than twice.',
    property: true,
    shown: by(
      'core/rest.test.ts',
      'of two owners whose wishes collide each hears of one conflict, one has its way, and no task goes to and fro',
      'three who want anything come to rest too',
    ),
  },
  {
    id: 'Q7',
    says: 'Whatever goes to and fro, and how fast, there are no more writes in a while than the budget allows.',
    property: true,
    shown: [
      ...by(
        'reconcile/guard.test.ts',
        'a budget is never exceeded in any window, whatever storm blows, restarts and clocks that are set included',
      ),
      ...by(
        'reconcile/damping-seeds.test.ts',
        `lives \${some[0]} to \${some.at(-1)} come to rest, or are stalled with a reason`,
      ),
      ...by('reconcile/damping.test.ts', 'a square wave of 20 periods of %i ms: few writes, and stalled as %s'),
    ],
  },
  {
    id: 'Q8',
    says: 'Apart for however long, and together again: nobody has lost anything silently, and nothing that went comes back.',
    property: true,
    shown: by('simulation/stream.test.ts', 'after all faults both sides agree, and no row ever went back'),
  },
  {
    id: 'Q9',
    says: 'What is outstanding becomes less only because the world changed, or whoever expects it did.',
    property: true,
    shown: by(
      'reconcile/practices.test.ts',
      'what is outstanding never becomes less, or other, unless the world changed or whoever expects it did',
    ),
  },
];
