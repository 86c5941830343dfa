/** A verdict as it is kept: what one expectation says of one instance. */
import type { ExpectationId, InstanceId, Instant } from './ids.ts';
import type { Json } from './json.ts';
import type { Verdict } from './outstanding.ts';
import type { Path } from './path.ts';
import type { Stalled } from './settle/leaf-record.ts';
import type { Conflict } from './standing/conflicts.ts';

export interface StandingVerdict {
  readonly expectation: ExpectationId;
  /** Undefined for an expectation of something that does not exist. */
  readonly instance?: InstanceId;
  /** The peer that judged, for an expectation of a peer's instance; the instance is the peer's too. */
  readonly peer?: string;
  /** The name of the peer's instance, for people. */
  readonly instanceName?: string;
  readonly verdict: Verdict;
  /** What is unmet, itself an expectation; absent when nothing is. */
  readonly residual?: Json;
  /** Leaves that could not be judged, so that blindness never looks healthy. */
  readonly unknown?: readonly Path[];
  /** Of the unknown: those that were met when they were last known. */
  readonly lastMet?: readonly Path[];
  /** What nothing is done about any more, until what would unblock it has happened. */
  readonly stalled?: readonly StalledLeaf[];
  /** What somebody changed at the element after it had been met. */
  readonly strayed?: readonly Strayed[];
  /** The seq of an expectation that has changed since, by which nothing else of this has become other than it was. */
  readonly judgedBy?: number;
  /** Of what a peer expects: with whom it collides where it is judged. */
  readonly conflicts?: readonly Conflict[];
  /** When verdict and residual became what they are. */
  readonly since: Instant;
  /** Of a peer's verdict: the version of the expectation that it judged. */
  readonly of?: string;
  /** What the peer said last, while that does not count: it is silent, or it judged an earlier version. */
  readonly told?: Told;
  readonly seq: number;
}

/** A leaf that was met, and is not any more though nobody here did anything: out of band. */
export interface Strayed {
  readonly path: Path;
  /** What stood there; absent where nothing did. */
  readonly from?: Json;
  /** When it was seen, and by whom. */
  readonly at: Instant;
  readonly by: string;
  /** The whole thing is gone. */
  readonly gone?: true;
}

export interface StalledLeaf extends Stalled {
  readonly path: Path;
  /** The peer it was handed to. */
  readonly delegatedTo?: string;
}

/** What a peer says of an expectation. */
export interface Told
  extends Pick<StandingVerdict, 'verdict' | 'residual' | 'unknown' | 'conflicts' | 'stalled' | 'since'> {
  readonly of: string;
}

/** The name of a verdict in the change list. */
export function verdictId(expectation: ExpectationId, instance: InstanceId | undefined): string {
  return instance === undefined ? expectation : `${expectation}:${instance}`;
}
