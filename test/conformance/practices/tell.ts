/** What the loop tells of itself. */
import { by } from '../../parity/shown.ts';
import type { Practice } from './practice.ts';

export const tellPractices: readonly Practice[] = [
  {
    id: 'P41',
    says: 'A list with the last verdict, the last deed, the next one and when, what is left of the budget, flaps and age; one command says why it is not done.',
    shown: [
      ...by(
        'agent/explain.test.ts',
        'a list of what is outstanding tells what came last, what is next and when, and what is left',
      ),
      ...by('agent/stories.test.ts', '$about'),
    ],
  },
  {
    id: 'P42',
    says: 'Counted: time to compliance, steps, plans made anew and refused, what guards held back, predictions that came otherwise, with an alarm.',
    shown: [
      ...by('reconcile/tally.test.ts', 'from unmet to met: the time, the steps, the plans, and what came otherwise'),
      ...by(
        'agent/counters.test.ts',
        'time to compliance, steps, plans, predictions and what guards held back, and all but the last after a restart',
      ),
      ...by(
        'reconcile/carry-out.test.ts',
        'a driver that lies about success is found out: foreseen, found and counted',
      ),
    ],
  },
  {
    id: 'P43',
    says: 'A stop sign for one, a kind or all is seen by everybody and outlives a restart; what is withdrawn under it stays as it is.',
    shown: [
      ...by('reconcile/practices.test.ts', 'holds over a restart, and is told, until somebody lets it go on'),
      ...by('reconcile/carry-out.test.ts', 'withdrawn while paused, nothing is undone'),
    ],
  },
  {
    id: 'P44',
    says: 'Waiting goes by a time that nobody can set, windows by the clock on the wall; a clock that jumps stops and starts nothing.',
    property: true,
    shown: [
      ...by(
        'core/settle.test.ts',
        'whatever happens to it and to the clock, nothing is of the future and it waits no longer than its longest wait',
      ),
      ...by('reconcile/damping.test.ts', 'a clock set by %i ms lets nothing wait longer than its longest wait'),
      ...by(
        'reconcile/confirm.test.ts',
        'a clock that jumps ten years, either way, makes it neither longer nor shorter',
      ),
    ],
  },
];
