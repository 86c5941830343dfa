/** What we show of a peer's verdict: its word while it counts, else that we do not know. */
import type { Expectation } from './expectation.ts';
import type { Instant } from './ids.ts';
import type { StandingVerdict, Told } from './verdict.ts';

export interface Hearing {
  readonly now: Instant;
  /** The peer has not been heard for longer than the expectation allows. */
  readonly silent: boolean;
  /** The version of the expectation that stands now. */
  readonly version: string | undefined;
}

type Shown = Pick<
  StandingVerdict,
  'verdict' | 'residual' | 'unknown' | 'conflicts' | 'stalled' | 'since' | 'of' | 'told'
>;

/** The peer's last word in a verdict as it is kept; undefined when it has not said any. */
export function toldIn(kept: StandingVerdict | undefined): Told | undefined {
  if (kept?.told) return kept.told;
  if (kept?.of === undefined) return undefined;
  const { of, verdict, residual, unknown, conflicts, stalled, since } = kept;
  return {
    of,
    verdict,
    ...(residual === undefined ? {} : { residual }),
    ...(unknown === undefined ? {} : { unknown }),
    ...(conflicts === undefined ? {} : { conflicts }),
    ...(stalled === undefined ? {} : { stalled }),
    since,
  };
}

/** What is shown of an expectation on a peer before there is any word of it. */
export function unjudged({ id, for: meant }: Unjudged, now: Instant): Omit<StandingVerdict, 'seq'> {
  return {
    expectation: id,
    ...(meant.peer === undefined ? {} : { peer: meant.peer }),
    ...('name' in meant ? { instanceName: meant.name } : {}),
    verdict: 'unknown',
    unknown: [''],
    since: now,
  };
}

type Unjudged = Pick<Expectation, 'id' | 'for'>;

/** `before` is what was shown until now, so that what stays unknown keeps its time. */
export function show(told: Told | undefined, before: StandingVerdict | undefined, hearing: Hearing): Shown {
  if (told && !hearing.silent && told.of === hearing.version) return told;
  // One that the peer itself called unknown has its own reason, and its own time.
  const wasUnknown = before?.verdict === 'unknown' && before.of === undefined;
  const since = wasUnknown ? before.since : hearing.now;
  return { verdict: 'unknown', unknown: [''], since, ...(told ? { told } : {}) };
}
