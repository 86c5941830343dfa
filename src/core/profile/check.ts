/** Checks a firmware profile through and through: its form, and what it means. */
import type { ExpectationProfiles } from '../expectation-profile.ts';
import type { KeyedArrays } from '../path.ts';
import type { Finding } from './finding.ts';
import { type FirmwareProfile, profileOf, readWritten } from './profile.ts';
import { verifyAgent } from './verify/agent.ts';
import { verifyCalculated } from './verify/calculated.ts';
import { verifyExec } from './verify/exec.ts';
import { verifyExpectations } from './verify/expectations.ts';
import { verifyInherited } from './verify/inherited.ts';
import { lookedAt } from './verify/looked-at.ts';
import { verifyNames } from './verify/names.ts';
import { verifyPools } from './verify/pools.ts';
import { verifyRelationships } from './verify/relationships.ts';
import { verifyRoles } from './verify/roles.ts';
import { verifyRules } from './verify/rules.ts';
import { verifySpecifications } from './verify/specifications.ts';
import { verifyStates } from './verify/states.ts';
import { verifyValues } from './verify/values.ts';

/** What else is known where a profile is checked. */
export interface KnownAround {
  /** Names of settings of the agent; not looked at when absent. */
  readonly settings?: readonly string[];
  /** By which keys arrays are compared; without it what is expected is not read. */
  readonly keyed?: KeyedArrays;
  /** What an expectation may name; without it none. */
  readonly profiles?: ExpectationProfiles;
}

export interface Checked {
  /** Undefined when anything was found. */
  readonly profile: FirmwareProfile | undefined;
  /** Every mistake at once, in the order of the kinds. */
  readonly findings: readonly Finding[];
}

export function checkProfile(source: unknown, { settings, keyed, profiles }: KnownAround = {}): Checked {
  const read = readWritten(source);
  verifyAgent(read, settings, read.findings);
  const looked = lookedAt(read);
  verifyNames(looked);
  verifyValues(looked);
  verifySpecifications(looked);
  verifyRoles(looked);
  verifyStates(looked);
  verifyPools(looked);
  verifyRelationships(looked);
  verifyInherited(looked);
  verifyCalculated(looked);
  verifyExpectations(read.expectations, looked, keyed && { keyed, ...(profiles ? { profiles } : {}) });
  verifyExec(read.head?.drivers ?? [], looked);
  verifyRules(read.rules, looked);
  return { profile: profileOf(read), findings: read.findings.list };
}
