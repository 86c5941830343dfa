/**
 * What makes a change go back though the agent that made it is gone: a process of its own that waits, and the run of the
 * machine by which time is counted, which no setting of a clock can stretch.
 */
import type { PlanId } from '../core/ids.ts';
import type { Helper, RunMoment } from '../core/plan.ts';
import type { Clock } from './clock.ts';

export interface FailSafe {
  /** This process is the one that waited: nothing else is to be done here, and nobody else is to be started. */
  readonly isAlone?: true;
  /** Where the machine is in its run. */
  moment(): RunMoment;
  /**
   * Starts the process that takes a plan back after so long unless an agent runs then; undefined where there is none to
   * start. Rejects where there should be one and it cannot be started.
   */
  arm(plan: PlanId, afterMs: number): Promise<Helper | undefined>;
  /** Whether it still waits. */
  stands(helper: Helper): boolean;
  /** Ends it; one that has ended already is none. */
  disarm(helper: Helper): void;
}

/** None: what is not confirmed goes back by the agent alone. The run of the machine is told by the clock. */
export function noFailSafe(clock: Pick<Clock, 'now'>): FailSafe {
  return {
    moment: () => ({ boot: 'this run', upMs: clock.now() }),
    arm: async () => undefined,
    stands: () => true,
    disarm: () => {},
  };
}
