/**
 * When the loop goes on. It runs in turns: it does all it can at once, and then waits for an answer, for a moment, or for
 * whoever tells it something. Whoever holds this door can write the turns down in their order, and have them again.
 */
import type { ExpectationId, InstanceId, PlanId, TaskId } from '../core/ids.ts';
import type { Path } from '../core/path.ts';

/** What is said to the loop from outside, and changes what it does. */
export type Word =
  | { readonly word: 'start' | 'stop' | 'ring' | 'settle' | 'lookAgain' | 'takeKinds' }
  | { readonly word: 'takeBackUnconfirmed'; readonly why?: string }
  | { readonly word: 'confirm'; readonly plan: PlanId; readonly by: string }
  | { readonly word: 'whyNotBack'; readonly tasks: readonly TaskId[] }
  | { readonly word: 'sample'; readonly maxAgeMs: number }
  | {
      readonly word: 'decide';
      readonly by: string;
      readonly place: StrayPlace;
      readonly decision: 'restore' | 'adopt' | 'manage';
    };

/** Where somebody changed something at the element. */
export interface StrayPlace {
  readonly expectation: ExpectationId;
  readonly instance: InstanceId | undefined;
  readonly path: Path;
}

/** Long work, done in portions, so that whoever asks the agent something meanwhile is answered. */
export interface Portions {
  /** Counts a step; true when the portion has lasted long enough. */
  step(): boolean;
  /** Lets everything else have its turn; afterwards what was read before may be another. */
  breathe(): Promise<void>;
}

export interface Turns {
  /** Resolves when what begins by itself may begin. */
  begin(): Promise<void>;
  /** Says something to the loop that begins more than can be done at once: resolves when it may. */
  come(word: Word): Promise<void>;
  /** Says something to the loop: `heed` is what that does about it at once. */
  told<T>(word: Word, heed: () => T): T;
  /** The same promise for somebody outside: he goes on when the loop has come to rest, not in the midst of its turn. */
  apart<T>(answer: Promise<T>): Promise<T>;
  portions(): Portions;
}
