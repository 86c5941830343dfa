/** What something waits for, as one word that scripts decide on; people read the sentence beside it. */

export const waitsOn = [
  /** Its mode lets it be told, not touched. */
  'mode',
  /** A person's yes to a plan. */
  'approval',
  /** A person's word that what was done to something protected may stay. */
  'confirmation',
  'pause',
  /** A person's decision on what somebody changed at the element. */
  'outOfBand',
  'freeze',
  'window',
  'budget',
  /** The thing is only half made. */
  'halfMade',
  /** The time until it is tried again. */
  'backoff',
  /** It must have been unmet for a while. */
  'hold',
  /** Nothing is tried any more until something unblocks it. */
  'stalled',
  /** A peer to which it was handed. */
  'peer',
  /** Whoever stands above it. */
  'overruled',
  /** What a step needs and nothing brings. */
  'need',
  /** What the element, or whoever else manages it, does not let be done. */
  'element',
  /** A driver that could do it, or a value that follows. */
  'nobody',
  /** The next look, for nothing is repaired on what is not known. */
  'look',
] as const;
export type WaitsOn = (typeof waitsOn)[number];

/** Those that hold back what could be done; what they hold back is counted. */
export const guards = [
  'approval',
  'confirmation',
  'pause',
  'outOfBand',
  'freeze',
  'window',
  'budget',
  'halfMade',
] as const satisfies readonly WaitsOn[];
export type GuardName = (typeof guards)[number];
