/** How the loop finds out what differs. */
import { by } from '../../parity/shown.ts';
import type { Practice } from './practice.ts';

export const detectPractices: readonly Practice[] = [
  {
    id: 'P01',
    says: 'Decides from all that is so now; events only wake it, and a look by time makes up for those that are lost.',
    property: true,
    shown: by(
      'reconcile/convergence.test.ts',
      'it converges from any start, though events are dropped, repeated and late; at rest it writes nothing',
    ),
  },
  {
    id: 'P02',
    says: 'One has its way at each place; two who want it meet in one conflict that both hear of, not in a fight.',
    property: true,
    shown: [
      ...by(
        'core/rest.test.ts',
        'of two owners whose wishes collide each hears of one conflict, one has its way, and no task goes to and fro',
      ),
      ...by('reconcile/out-of-band.test.ts', 'two who want the same slot never alternate'),
    ],
  },
  {
    id: 'P03',
    says: 'Only what is said is compared: what else there is, or comes later, is no difference.',
    property: true,
    shown: by('core/laws.test.ts', 'an extra key never hurts'),
  },
  {
    id: 'P04',
    says: 'Nothing is repaired, and nothing called met, on what is not known.',
    property: true,
    shown: [
      ...by('core/laws.test.ts', 'a sure verdict stays whatever the unknown turns out to be'),
      ...by(
        'reconcile/loop.test.ts',
        'a driver that cannot see makes verdicts unknown when what was seen is too old, and repairs nothing',
      ),
      ...by(
        'reconcile/sampled.test.ts',
        'until the first sample it is unknown, never unmet, and nothing is done about it',
      ),
    ],
  },
  {
    id: 'P05',
    says: 'Each thing that is outstanding says what is wanted, what is, when and by whom that was seen, and why it differs.',
    shown: [
      ...by(
        'agent/explain.test.ts',
        'a leaf says what it is since when and by whom, who wants what and why, and who saw it',
        'every leaf has all six from the first day: met, unmet, unknown, and what does not apply',
      ),
      ...by('agent/stories.test.ts', '$about'),
    ],
  },
  {
    id: 'P06',
    says: 'Each observation has an age that is shown; an agent that sees nothing does not look healthy.',
    shown: [
      ...by('agent/explain.test.ts', 'what cannot be seen any more is told with what it was, and when'),
      ...by('reconcile/sampled.test.ts', 'each group of paths has its own time, and what is recorded has none'),
      ...by('agent/bad-days.test.ts', 'a driver that cannot see leaves an agent that serves, and says so'),
    ],
  },
  {
    id: 'P07',
    says: 'After a perfect deed nothing is outstanding on the very next pass, and on the one after that.',
    shown: [
      ...by(
        'reconcile/practices.test.ts',
        'after a perfect deed nothing is outstanding on the very next pass, twice, and nothing is written',
      ),
      ...by('core/planner-order.test.ts', 'when all that was planned is done, nothing more is planned'),
    ],
  },
  {
    id: 'P08',
    says: 'What is to be ignored or only told is said path by path, by somebody, until some time; then it counts again.',
    shown: by('reconcile/guard.test.ts', 'what is ignored for a while is an item again when that ends, which is told'),
  },
];
