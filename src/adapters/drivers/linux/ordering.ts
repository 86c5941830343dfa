/** Lists in one order for one set, so that nothing but their members makes a difference. */

/** Compares by a text that is made once for each. */
export function byOrder<T extends object>(order: (value: T) => string): (a: T, b: T) => number {
  const orders = new WeakMap<T, string>();
  const of = (value: T): string => {
    const known = orders.get(value);
    if (known !== undefined) return known;
    const made = order(value);
    orders.set(value, made);
    return made;
  };
  return (a, b) => compareTexts(of(a), of(b));
}

export function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
