/** Sets of numbers as spans: what bounds, ranges and single values leave, how they overlap, and what is left out. */

export interface Span {
  readonly lo: number;
  readonly loOpen: boolean;
  readonly hi: number;
  readonly hiOpen: boolean;
  /** Only every so many from `from` on; 0 for all between. */
  readonly step: number;
  readonly from: number;
}

export const everything: Span = {
  lo: Number.NEGATIVE_INFINITY,
  loOpen: true,
  hi: Number.POSITIVE_INFINITY,
  hiOpen: true,
  step: 0,
  from: 0,
};

export const point = (value: number): Span => ({ ...everything, lo: value, loOpen: false, hi: value, hiOpen: false });

/** `slack`: by what share two bounds must lie apart before a gap is taken for one and not for rounding. */
export function overlap(a: readonly Span[], b: readonly Span[], slack = 0): readonly Span[] {
  return a.flatMap(each => b.flatMap(other => both(each, other, slack)));
}

/** More are not told apart: nobody lists so many by hand, and each is held against each other one. */
export const MOST_SPANS = 128;

/** What is left, unless it falls apart into too many: then it is taken for what it was before. */
export function fewer(before: readonly Span[], left: readonly Span[]): readonly Span[] {
  return left.length > Math.max(MOST_SPANS, before.length) ? before : left;
}

/**
 * What is left without some; where steps do not fit each other, or too many are left out, more stays than should, never
 * less.
 */
export function without(spans: readonly Span[], unwanted: readonly Span[], slack = 0): readonly Span[] {
  let left = spans;
  for (const out of unwanted) {
    if (left.length > MOST_SPANS) break;
    left = left.flatMap(span => {
      if (out.step !== 0 && !isWithinSteps(span, out)) return [span];
      const below = { ...span, hi: out.lo, hiOpen: !out.loOpen };
      const above = { ...span, lo: out.hi, loOpen: !out.hiOpen };
      const whole = { ...everything, step: span.step, from: span.from };
      return [...both(span, { ...whole, ...upTo(below) }, slack), ...both(span, { ...whole, ...fromOn(above) }, slack)];
    });
  }
  return left;
}

function isEmpty({ lo, loOpen, hi, hiOpen }: Span, slack: number): boolean {
  if (lo === hi) return loOpen || hiOpen;
  return lo > hi && (!Number.isFinite(lo - hi) || lo - hi > slack * Math.max(Math.abs(lo), Math.abs(hi)));
}

function upTo({ hi, hiOpen }: Span) {
  return { hi, hiOpen };
}

function fromOn({ lo, loOpen }: Span) {
  return { lo, loOpen };
}

function both(a: Span, b: Span, slack: number): readonly Span[] {
  const low = a.lo === b.lo ? { ...a, loOpen: a.loOpen || b.loOpen } : a.lo > b.lo ? a : b;
  const high = a.hi === b.hi ? { ...a, hiOpen: a.hiOpen || b.hiOpen } : a.hi < b.hi ? a : b;
  const steps = commonSteps(a, b);
  if (!steps) return [];
  const span = { ...fromOn(low), ...upTo(high), ...steps };
  const found = span.step === 0 ? span : tightened(span);
  return isEmpty(found, slack) ? [] : [found];
}

/** With its first and last member as bounds. */
function tightened(span: Span): Span {
  let { lo, loOpen, hi, hiOpen } = span;
  if (Number.isFinite(lo)) {
    const at = Math.ceil((lo - span.from) / span.step) * span.step + span.from;
    const first = at === lo && loOpen ? at + span.step : at;
    if (Number.isSafeInteger(first)) [lo, loOpen] = [first, false];
  }
  if (Number.isFinite(hi)) {
    const at = Math.floor((hi - span.from) / span.step) * span.step + span.from;
    const last = at === hi && hiOpen ? at - span.step : at;
    if (Number.isSafeInteger(last)) [hi, hiOpen] = [last, false];
  }
  return { ...span, lo, loOpen, hi, hiOpen };
}

function isWithinSteps(span: Span, out: Span): boolean {
  return span.step !== 0 && span.step % out.step === 0 && (span.from - out.from) % out.step === 0;
}

/** The steps that both take; undefined where they never meet. */
function commonSteps(a: Span, b: Span): { step: number; from: number } | undefined {
  if (a.step === 0) return { step: b.step, from: b.from };
  if (b.step === 0 || (a.step === b.step && a.from === b.from)) return { step: a.step, from: a.from };
  const [m, n] = [BigInt(a.step), BigInt(b.step)];
  const difference = BigInt(b.from) - BigInt(a.from);
  const { divisor, x } = extendedGcd(m, n);
  if (difference % divisor !== 0n) return undefined;
  const step = (m / divisor) * n;
  const factor = ((((difference / divisor) * x) % (n / divisor)) + n / divisor) % (n / divisor);
  const from = BigInt(a.from) + m * factor;
  // Beyond what a number can count, the steps of one are the honest answer.
  if (!Number.isSafeInteger(Number(step)) || !Number.isSafeInteger(Number(from))) return { step: a.step, from: a.from };
  return { step: Number(step), from: Number(from) };
}

/** `divisor` = m·x + n·y for some y. */
function extendedGcd(m: bigint, n: bigint): { divisor: bigint; x: bigint } {
  let [r, s] = [m, n];
  let [x, y] = [1n, 0n];
  while (s !== 0n) {
    const q = r / s;
    [r, s] = [s, r - q * s];
    [x, y] = [y, x - q * y];
  }
  return { divisor: r, x };
}
