/** How the loop does what it does, and takes it back. */
import { by } from '../../parity/shown.ts';
import type { Practice } from './practice.ts';

export const applyPractices: readonly Practice[] = [
  {
    id: 'P25',
    says: 'Written down before the act, and its end after; who comes after a crash goes on from there, or back.',
    property: true,
    shown: [
      ...by('reconcile/crash.test.ts', '%s', 'killed again and again while it recovers: %s'),
      ...by(
        'agent/kill.test.ts',
        `\${kills} times, the agent has lost no answered write, doubled no effect, and is up again`,
      ),
    ],
  },
  {
    id: 'P26',
    says: 'What belongs together is done all or not at all: at once where the element can, else taken back in reverse.',
    shown: by(
      'reconcile/carry-out.test.ts',
      'a group goes at once where the element can: one set of rows before, one after, all or none',
      'a group that fails is taken back in reverse, and holds up no other',
    ),
  },
  {
    id: 'P27',
    says: 'The reverse of each change is kept; an undo puts back exactly that, or refuses with what stands in the way.',
    property: true,
    shown: [
      ...by(
        'reconcile/undo.test.ts',
        `of \${SEQUENCES} random sequences of plans undone in random order, each goes back exactly or is refused`,
      ),
      ...by('reconcile/carry-out.test.ts', 'an undo names every overlap: which path, which later plan, by whom'),
    ],
  },
  {
    id: 'P28',
    says: 'What two want goes when the last of them does.',
    shown: by(
      'reconcile/carry-out.test.ts',
      'what two want goes back when the last of them is withdrawn',
      'an undo leaves what another expectation wants too, and tells so',
    ),
  },
  {
    id: 'P29',
    says: 'What goes goes in stages, what depends on it first, within a time; a person can force it.',
    shown: by(
      'reconcile/carry-out.test.ts',
      'withdrawn, exactly what it alone had changed goes back, and what depends on it first',
      'it stays withdrawn until it has gone back, by its deadline at the latest, and force lets it go',
    ),
  },
  {
    id: 'P30',
    says: 'What is there already is taken as it is, known by what it is by nature, with nothing written to the element.',
    shown: [
      ...by(
        'reconcile/carry-out.test.ts',
        'what is there already is taken as it is, with nothing written to the element',
      ),
      ...by('agent/observe.test.ts', 'ids survive a restart of the agent'),
    ],
  },
  {
    id: 'P31',
    says: 'Nothing holds up what does not need it; much work leaves others their turn.',
    shown: [
      ...by('reconcile/loop.test.ts', 'a plan that was under way when the power failed holds up nothing else'),
      ...by('reconcile/incremental.test.ts', 'while many are judged, others have their turn'),
    ],
  },
];
