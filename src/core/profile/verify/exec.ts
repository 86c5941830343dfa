/** What a profile says to the driver `exec`: commands that can be run, about kinds that there are. */
import { checkExec, kindsNamed } from '../../exec/check.ts';
import type { DriverChoice } from '../profile.ts';
import type { LookedAt } from './looked-at.ts';

export function verifyExec(drivers: readonly DriverChoice[], looked: LookedAt): void {
  const { findings } = looked;
  for (const [i, { driver, settings }] of drivers.entries()) {
    if (driver !== 'exec') continue;
    const at = `/drivers/${i}/settings`;
    const read = checkExec(settings, at, findings);
    for (const { kind, pointer } of read ? kindsNamed(read) : []) {
      if (looked.kinds.has(kind) || looked.isUnreadable(kind)) continue;
      const message = `the exec driver speaks of the kind ${kind}, which is no kind of services or resources`;
      findings.unknown(`${at}${pointer}`, message, kind, [...looked.kinds.keys()]);
    }
  }
}
