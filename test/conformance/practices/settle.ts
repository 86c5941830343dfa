/** How the loop comes to rest. */
import { by } from '../../parity/shown.ts';
import type { Practice } from './practice.ts';

export const settlePractices: readonly Practice[] = [
  {
    id: 'P32',
    says: 'Each leaf waits by itself, twice as long each time, with a bound, over restarts; nothing but a change of what is expected, or a person, begins it afresh.',
    shown: [
      ...by(
        'core/settle.test.ts',
        'tried in vain it waits twice as long each time, up to five minutes, and remembers the last five tries',
      ),
      ...by('reconcile/loop.test.ts', 'what the element refuses is tried again later and later, also after a restart'),
      ...by(
        'reconcile/practices.test.ts',
        'what was put off stays so whatever else happens, and begins afresh when what is expected changes',
      ),
    ],
  },
  {
    id: 'P33',
    says: 'What failed is put right later by itself, within the budget.',
    property: true,
    shown: by(
      'reconcile/faults.test.ts',
      'by chance, from seed %i: nothing runs away, nothing is lost, and it comes right',
    ),
  },
  {
    id: 'P34',
    says: 'Unmet and met count only after they have lasted, each as long as is said.',
    shown: [
      ...by('reconcile/damping.test.ts', 'what has to be unmet for a while is not touched by what is shorter'),
      ...by(
        'core/settle.test.ts',
        'at rest its failures are forgotten after the hold, its quarrels after one window more',
      ),
    ],
  },
  {
    id: 'P35',
    says: 'A little off is left as it is; what flaps is left alone ever longer, and stalls at last.',
    shown: [
      ...by(
        'reconcile/damping.test.ts',
        'a number goes to what is wanted in steps, with a window between them; a little off is left as it is',
        'a condition that comes and goes makes it flap: left alone ever longer, and stalled at last',
      ),
      ...by('core/settle.test.ts', 'flapping is left alone for a minute, two, four … and stalls at last'),
    ],
  },
  {
    id: 'P36',
    says: 'A number moves no farther than it may at once, and is watched for a window before it moves again.',
    property: true,
    shown: by('core/settle.test.ts', 'a number always gets there, in as many steps as its gain asks for'),
  },
  {
    id: 'P37',
    says: 'Who sets back what we set is found by what we wrote down, named, and left to it after the second time.',
    shown: [
      ...by(
        'core/settle.test.ts',
        'set back by somebody else once it goes on at once, twice within the window it stalls and names them',
      ),
      ...by(
        'reconcile/damping.test.ts',
        'another writer that sets it back within a moment is raced once, named, and then left to it',
        'whoever else expects what it is set back to is named by what they expect',
      ),
    ],
  },
  {
    id: 'P38',
    says: 'Stalled means that nothing is tried: with why, what was tried, and what would set it going.',
    property: true,
    shown: [
      ...by('core/settle.test.ts', 'after its last try it is stalled, with what was tried and what would unblock it'),
      ...by(
        'reconcile/damping-seeds.test.ts',
        `lives \${some[0]} to \${some.at(-1)} come to rest, or are stalled with a reason`,
      ),
    ],
  },
  {
    id: 'P39',
    says: 'What cannot be met is handed to its owner or to a peer that may be able to, followed there, and taken back in time.',
    shown: by(
      'sync/peers-stalled.test.ts',
      'what a peer lays here and is stalled is told to the peer, with what would unblock it',
      'what is stalled is handed to a capable peer, tracked, and over when it is met here',
      'what a peer has not brought about in time is taken back, and told',
    ),
  },
  {
    id: 'P40',
    says: 'What is expected is only ever made narrower, each time with what it was learnt from.',
    property: true,
    shown: [
      ...by('core/refinement.test.ts', 'whatever meets the refined meets what was laid'),
      ...by('agent/standing.test.ts', 'an expectation is refined forward, never widened, and returned to'),
    ],
  },
];
