/** Chance that can be repeated: all of it follows from the seed. */
export interface Chance {
  /** From 0 up to 1. */
  one(): number;
  /** A whole number from `least` up to and without `limit`. */
  whole(least: number, limit: number): number;
  /** True in this part of all cases. */
  happens(part: number): boolean;
  pick<T>(from: readonly T[]): T | undefined;
}

/** Mulberry32. */
export function chanceOf(seed: number): Chance {
  let state = seed | 0;
  const one = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const whole = (least: number, limit: number): number => least + Math.floor(one() * (limit - least));
  return { one, whole, happens: part => one() < part, pick: from => from[whole(0, from.length)] };
}
