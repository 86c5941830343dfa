/** What a profile asks of the agent: drivers and settings that there are. */
import { segment } from '../../path.ts';
import { driverNames } from '../driver-names.ts';
import type { Findings } from '../finding.ts';
import type { ReadProfile } from '../profile.ts';

export function verifyAgent(
  { head }: Pick<ReadProfile, 'head'>,
  settings: readonly string[] | undefined,
  findings: Findings,
): void {
  for (const [i, { driver }] of (head?.drivers ?? []).entries()) {
    const names: readonly string[] = driverNames;
    if (!names.includes(driver)) {
      findings.unknown(`/drivers/${i}/driver`, `there is no driver "${driver}"`, driver, names);
    }
  }
  for (const name of Object.keys(head?.settings ?? {})) {
    if (settings && !settings.includes(name)) {
      findings.unknown(`/settings/${segment(name)}`, `there is no setting "${name}"`, name, settings);
    }
  }
}
