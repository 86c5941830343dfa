/** What the agent's own routes ask of its profile; `agent` stands behind it. */
import type { Instant } from '../../core/ids.ts';
import type { Finding } from '../../core/profile/finding.ts';

/** Parts of a profile that the agent takes up at its start alone. */
export const takenAtStart = ['name', 'mode', 'drivers', 'settings'] as const;
export type TakenAtStart = (typeof takenAtStart)[number];

export interface ProfileState {
  readonly name: string;
  /** Absent: it is shipped. */
  readonly file?: string;
  /** When the kinds in use were read. */
  readonly readAt: Instant;
  /** What is wrong with the file; as long as there is anything, the kinds in use are the last good ones. */
  readonly findings: readonly Finding[];
  /** What the file says otherwise since the agent started, and only another start takes up. */
  readonly restartFor: readonly TakenAtStart[];
}

export interface ProfileDoor {
  readonly state: ProfileState;
  /** Every mistake in a profile, each with its place: of a text its line, of what is read already its pointer. */
  check(given: { readonly text: string } | { readonly source: unknown }): Promise<readonly Finding[]>;
  /** Throws `conflict` when there is no file to read again. */
  reload(): Promise<ProfileState>;
}
