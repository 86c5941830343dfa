/** What may be done about a leaf, and what becomes of it when somebody else has changed it. */
import { type Expectation, lesser, type Mode, modeOf } from '../expectation.ts';
import type { Instant } from '../ids.ts';
import type { OutOfBandPolicy, RuleOf } from '../rule.ts';
import type { RuleBook, Subject } from './rule-book.ts';

/**
 * The operator's rule is over all: with it, the mode is the lesser of it and what the expectation says. Else the
 * profile's rule stands for the profile's mode, path by path.
 */
export function modeAt(
  book: RuleBook,
  expectation: Pick<Expectation, 'id' | 'set' | 'mode' | 'principal'>,
  subject: Omit<Subject, 'expectation'>,
  profileMode: Mode,
  now: Instant,
): Mode {
  const of = { ...subject, expectation };
  const operators = book.first('mode', of, now, { by: 'operator' });
  if (operators) return expectation.mode === undefined ? operators.mode : lesser(expectation.mode, operators.mode);
  return modeOf(expectation, book.first('mode', of, now, { by: 'profile' })?.mode ?? profileMode);
}

export interface PolicySaid {
  readonly policy: OutOfBandPolicy;
  /** The rule that says so, where one does. */
  readonly rule?: RuleOf<'outOfBand'>;
}

/** The operator's rule is over all, and whoever says hold holds. Else the expectation's own word, then the profile's. */
export function policyAt(
  book: RuleBook,
  expectation: Pick<Expectation, 'id' | 'set' | 'outOfBand'>,
  subject: Omit<Subject, 'expectation'>,
  now: Instant,
): PolicySaid {
  const of = { ...subject, expectation };
  const operators = book.first('outOfBand', of, now, { by: 'operator' });
  if (operators && expectation.outOfBand !== 'hold') return { policy: operators.policy, rule: operators };
  if (expectation.outOfBand !== undefined) return { policy: expectation.outOfBand };
  const profiles = book.first('outOfBand', of, now, { by: 'profile' });
  return profiles ? { policy: profiles.policy, rule: profiles } : { policy: 'hold' };
}
