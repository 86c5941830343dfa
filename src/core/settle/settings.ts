/** How patiently a leaf is brought to rest. A rule of sort `settle` says otherwise for some of them. */

export interface Settling {
  /** So long must a leaf have been unmet before anything is done about it. */
  readonly holdDownMs: number;
  /** So long must it have been met before what went wrong with it is forgotten. */
  readonly holdUpMs: number;
  /** After so many tries in vain it is stalled: nothing is tried until what would unblock it has happened. */
  readonly stallAfter: number;
  /** So often may it fall back within `flapWindowMs` before it is left alone for a while. */
  readonly flaps: number;
  readonly flapWindowMs: number;
  /** How long it is left alone then; twice as long each time that follows. */
  readonly coolOffMs: number;
  readonly coolOffLongestMs: number;
  /** After so many times of being left alone it is stalled. */
  readonly coolOffs: number;
  /** So often may somebody else set back what was done before it is stalled. */
  readonly reversals: number;
  /** A number that is off by no more than this is told and not acted on. */
  readonly band: number;
  /** A number is moved by no more than this at a time, and then left for `gainWindowMs`. */
  readonly gain?: number;
  readonly gainWindowMs: number;
}

export const defaultSettling: Settling = {
  holdDownMs: 0,
  holdUpMs: 60_000,
  stallAfter: 8,
  flaps: 3,
  flapWindowMs: 10 * 60_000,
  coolOffMs: 60_000,
  coolOffLongestMs: 60 * 60_000,
  coolOffs: 6,
  reversals: 2,
  band: 0,
  gainWindowMs: 60_000,
};
