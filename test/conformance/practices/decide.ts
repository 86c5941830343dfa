/** How the loop decides what to do. */
import { by } from '../../parity/shown.ts';
import type { Practice } from './practice.ts';

export const decidePractices: readonly Practice[] = [
  {
    id: 'P09',
    says: 'A plan follows from what is expected, what is and what may be done; what was approved is what runs, or nothing.',
    property: true,
    shown: by(
      'core/planner-value.test.ts',
      'the same comes to the same plan, in whatever order it is told and its keys are written',
      'whatever it read has moved, it is refused and says where; whatever else has moved, it is not',
    ),
  },
  {
    id: 'P10',
    says: 'Right before the write the facts that the plan relied on are read again, at the element itself.',
    shown: [
      ...by(
        'reconcile/plan-value.test.ts',
        'what has moved unheard is found before the first step, and nothing is done on what was so',
      ),
      ...by('agent/frr.test.ts', 'a plan made before a manual change is refused, naming the change'),
    ],
  },
  {
    id: 'P11',
    says: 'Steps go in the order of what they need, forward for making and backward for removing, each after what it needs was seen; a circle is printed.',
    property: true,
    shown: [
      ...by(
        'core/planner-order.test.ts',
        'taken in its order no step lacks what it needs, and what comes is what was foretold, side effects included',
        'forward for making, backward for removing',
        'a circle is printed, and holds up nothing else',
      ),
      ...by('reconcile/carry-out.test.ts', 'a need that an earlier task of the plan brings is there by then'),
    ],
  },
  {
    id: 'P12',
    says: 'The next safe step first, looked at after each; a plan is short, and says how many steps would follow.',
    shown: [
      ...by('reconcile/carry-out.test.ts', 'a leaf that somebody has met meanwhile is left alone'),
      ...by('reconcile/plan-value.test.ts', 'a plan holds twenty tasks at most, and says how many would follow'),
    ],
  },
  {
    id: 'P13',
    says: 'A task bears a key; done again it does nothing, and answers with what came of it the first time.',
    shown: [
      ...by(
        'core/planner-value.test.ts',
        'a task has the same key for as long as the same is expected, and another one after that',
      ),
      ...by(
        'reconcile/carry-out.test.ts',
        'what was done for the same end and stands is answered with the task that did it',
      ),
      ...by('contracts/driver.ts', 'a step that is carried out a second time does no harm'),
    ],
  },
  {
    id: 'P14',
    says: 'A task declares what it needs, moves and costs and how it goes back; what cannot go back waits for a person.',
    shown: [
      ...by(
        'contracts/driver.ts',
        'a step does what it says, and its undo puts everything back',
        'a step does all that was foreseen, and nothing else',
        'what a step relies on is said with it, and is so before it can be done',
      ),
      ...by('reconcile/practices.test.ts', 'what there is no way back from waits for a person, whatever the mode'),
    ],
  },
  {
    id: 'P15',
    says: 'What is given at the beginning alone is never put back later.',
    shown: by(
      'reconcile/observed-kinds.test.ts',
      'what is first seen has what its kind gives, in the same commit, and nothing that the driver is to say',
      'what was written on it stays, and looking again at the same writes nothing',
    ),
  },
  {
    id: 'P16',
    says: 'Of several ways the cheapest is taken, and the next one when that was in vain.',
    shown: [
      ...by(
        'core/planner-value.test.ts',
        'of several ways the cheapest is taken; what was tried in vain is followed by the next',
      ),
      ...by(
        'reconcile/plan-value.test.ts',
        'of two ways the cheaper one is taken, and the other one after it was tried in vain',
      ),
    ],
  },
  {
    id: 'P17',
    says: 'What somebody changes at the element gets a decision, not a fight: put right, no longer wanted, taken over, or held; held where nobody says.',
    shown: by(
      'reconcile/out-of-band.test.ts',
      `\${path} is changed by hand \${when}; \${policy} \${said}`,
      'without a word it is held, and a person decides: restored, adopted, or managed',
    ),
  },
];
