/** What the loop may not do, or not without a word. */
import { by } from '../../parity/shown.ts';
import type { Practice } from './practice.ts';

export const guardPractices: readonly Practice[] = [
  {
    id: 'P18',
    says: 'Four modes, by ordered rules of which the first that matches counts; the local operator is over all.',
    property: true,
    shown: [
      ...by(
        'core/guard/rules.test.ts',
        'the mode of a leaf is the lesser of what the expectation and the operator say, for every pair of them',
        'the first that matches counts, the operator before the profile, and what has ended counts no more',
      ),
      ...by(
        'reconcile/guard.test.ts',
        'one expectation, four modes: at each path what its rule lets be done, and the local rule wins',
      ),
    ],
  },
  {
    id: 'P19',
    says: 'So many changes in a while and no more, deletions apart; spent, it stops and tells. That nothing is meant never means all.',
    property: true,
    shown: [
      ...by(
        'reconcile/guard.test.ts',
        'a budget is never exceeded in any window, whatever storm blows, restarts and clocks that are set included',
        'a budget that is spent stops the loop and not a person, unless it is strict',
      ),
      ...by(
        'core/guard/rules.test.ts',
        'an account of its own for each part, deletions apart, and what governs a task counts it',
      ),
      ...by('reconcile/loop.test.ts', 'a condition means those that meet it, and an empty one nobody'),
    ],
  },
  {
    id: 'P20',
    says: 'What the agent and whoever works on the element are reached by goes back by itself unless a word comes after the act.',
    shown: [
      ...by(
        'agent/protected.test.ts',
        'and comes back by itself, and the person is there again',
        'and the agent is killed right after the act: the fail-safe brings it back',
      ),
      ...by(
        'reconcile/confirm.test.ts',
        'without one it goes back when its time is over, and what was left of the plan is not done',
      ),
    ],
  },
  {
    id: 'P21',
    says: 'What a plan would do is shown first, by the very code that does it, and it comes so.',
    property: true,
    shown: [
      ...by('adapters/drivers/simulator-foreseen.test.ts', 'predicted is what comes, whatever follows from what'),
      ...by(
        'cli/plans.test.ts',
        'a dry run shows the whole plan; not a byte is kept, and nothing is done at the element',
      ),
    ],
  },
  {
    id: 'P22',
    says: 'An approval means one plan by its hash, names a person, ends, and serves once.',
    shown: [
      ...by(
        'reconcile/plan-value.test.ts',
        'an approval names a person and the time, and serves once',
        'a plan expires, and who approves it then is told so',
        'where four eyes are asked for, nobody approves what they asked for',
      ),
      ...by('reconcile/confirm.test.ts', 'is part of what is approved: with the mark comes another hash'),
    ],
  },
  {
    id: 'P23',
    says: 'In a freeze, and outside of a window, only writes wait; all is judged as ever.',
    shown: by(
      'reconcile/guard.test.ts',
      'outside of its window the loop waits, and begins by itself when it opens',
      'in a freeze nothing is written and all is judged; what somebody approves waits, unless it is for now',
    ),
  },
  {
    id: 'P24',
    says: 'What is only half made cannot be approved.',
    shown: by('reconcile/plan-value.test.ts', 'what is only half made is not approved before it is whole'),
  },
];
