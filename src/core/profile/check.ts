/** Checks a firmware profile through and through: its form, and what it means. */
import type { Finding } from './finding.ts';
import { type FirmwareProfile, profileOf, type ReadProfile, readWritten } from './profile.ts';

/** What else is known where a profile is checked. */
export interface KnownAround {
  /** Names of settings of the agent; not looked at when absent. */
  readonly settings?: readonly string[];
}

export interface Checked {
  /** Undefined when anything was found. */
  readonly profile: FirmwareProfile | undefined;
  /** Every mistake at once, in the order of the text. */
  readonly findings: readonly Finding[];
}

export function checkProfile(source: unknown, _around: KnownAround = {}): Checked {
  const read: ReadProfile = readWritten(source);
  return { profile: profileOf(read), findings: read.findings.list };
}
