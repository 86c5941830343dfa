/**
 * Whether two processes live in one name, as when a data directory was copied and both copies run: each start of an agent
 * has a name of its own, and one that has been followed by another does not come back. What an earlier life has sent may
 * still arrive after it, once or in a burst; what it sends after the later one has begun is another matter.
 */
import type { Instant } from '../ids.ts';

export interface Life {
  readonly boot: string;
  /** When it was first heard, by its own clock; undefined where nothing can arrive late. */
  readonly firstAt?: Instant;
}

export interface Lives {
  /** The last few, the one that speaks now at the end. */
  readonly heard: readonly Life[];
  /** How often one came back after another had spoken. */
  readonly returns: number;
}

export const noLives: Lives = { heard: [], returns: 0 };

/** One may be a transaction or a clock that was slow; two are two who speak in turn. */
const RETURNS_TO_BE_TWO = 2;
const LIVES_KEPT = 4;

/** The same object when nothing is new. */
export function hearLife(lives: Lives, life: Life): Lives {
  const now = lives.heard.at(-1);
  if (now?.boot === life.boot) return lives;
  const earlier = lives.heard.find(each => each.boot === life.boot);
  if (earlier === undefined) return { ...lives, heard: [...lives.heard, life].slice(-LIVES_KEPT) };
  if (now?.firstAt !== undefined && life.firstAt !== undefined && life.firstAt <= now.firstAt) return lives;
  const others = lives.heard.filter(each => each !== earlier);
  return { heard: [...others, earlier], returns: lives.returns + 1 };
}

export function areTwo({ returns }: Lives): boolean {
  return returns >= RETURNS_TO_BE_TWO;
}
