/** Opens the drivers that a profile asks for. */
import { openLinux } from '../adapters/drivers/linux/driver.ts';
import { readLinuxSettings } from '../adapters/drivers/linux/own-settings.ts';
import { openSimulator, readElements, readTemplates } from '../adapters/drivers/simulator.ts';
import { readFaults } from '../adapters/drivers/simulator-faults.ts';
import { openFaulty } from '../adapters/drivers/simulator-faulty.ts';
import type { Config } from '../config.ts';
import { AgentError } from '../core/errors.ts';
import type { JsonObject } from '../core/json.ts';
import { type DriverName, driverNames } from '../core/profile/driver-names.ts';
import type { DriverChoice, FirmwareProfile } from '../core/profile/profile.ts';
import type { Clock } from '../ports/clock.ts';
import type { Driver } from '../ports/driver.ts';
import type { Log } from '../ports/log.ts';

/** What a driver is told: by the profile, and by the settings of the agent where those say more. */
export function withSettings({ driver, settings }: DriverChoice, config: Config): DriverChoice {
  return { driver, settings: { ...settings, ...more(driver, settings, config) } };
}

function more(driver: string, { takeOver }: JsonObject, config: Config): JsonObject {
  if (driver === 'linux') {
    const all = [...(Array.isArray(takeOver) ? takeOver : []), ...config['linux.takeOver']];
    const netns = config['linux.netns'];
    return { ...(all.length === 0 ? {} : { takeOver: all }), ...(netns === '' ? {} : { netns }) };
  }
  if (driver !== 'frr') return {};
  const { 'frr.vtyDir': vtyDir, 'frr.configDir': configDir } = config;
  return { ...(vtyDir === '' ? {} : { vtyDir }), ...(configDir === '' ? {} : { configDir }) };
}

export function openDrivers(profile: FirmwareProfile, config: Config, parts: DriverParts): Promise<readonly Driver[]> {
  return Promise.all(
    profile.drivers.map((each, i) => openDriver(withSettings(each, config), `/drivers/${i}/driver`, parts)),
  );
}

export interface DriverParts {
  readonly clock: Clock;
  readonly log: Log;
}

/** Touches nothing before it is started. */
export async function openDriver(
  { driver, settings }: DriverChoice,
  pointer: string,
  parts: DriverParts,
): Promise<Driver> {
  const name: DriverName | undefined = driverNames.find(each => each === driver);
  switch (name) {
    case 'linux':
      return openLinux({ ...readLinuxSettings(settings), ...parts });
    case 'frr': {
      // Most devices have none.
      const { openFrr } = await import('../adapters/drivers/frr/driver.ts');
      return openFrr({ ...parts, settings });
    }
    case 'exec': {
      const { openExec } = await import('../adapters/drivers/exec/driver.ts');
      return openExec({ ...parts, settings });
    }
    case 'simulator':
      return openFaulty(
        openSimulator({
          ...parts,
          elements: readElements(settings.elements ?? []),
          templates: readTemplates(settings.templates ?? []),
        }),
        { ...parts, faults: readFaults(settings.faults) },
      );
    case undefined: {
      const known = driverNames.join(', ');
      const reason = `the profile asks for a driver "${driver}"; there are ${known}`;
      throw new AgentError('invalid', reason, { pointer });
    }
  }
}
