/** The recorder of a run, where one is asked for; loaded only then. */
import { resolve } from 'node:path';
import { openRecordingFile } from '../adapters/recording/file.ts';
import { Recorder } from '../adapters/recording/recorder.ts';
import { snapshotOf } from '../adapters/sqlite/store.ts';
import type { Config } from '../config.ts';
import type { Kinds } from '../core/kind.ts';
import type { FirmwareProfile } from '../core/profile/profile.ts';
import { FORMAT, type Heading } from '../core/recording/lines.ts';
import { withholdSecrets } from '../core/recording/withhold.ts';
import type { Clock } from '../ports/clock.ts';
import type { FailSafe } from '../ports/fail-safe.ts';
import type { Log } from '../ports/log.ts';
import type { Store } from '../ports/store.ts';
import type { LoopParts } from '../reconcile/loop-parts.ts';
import { freeTurns } from '../reconcile/portions.ts';
import { withSettings } from './drivers.ts';

/** Throws `invalid` when the file cannot be written to. */
export function openRecorder(config: Config, log: Log): Recorder {
  return new Recorder(openRecordingFile(resolve(config.record), config['record.bytes'], log), freeTurns.portions);
}

export interface RunParts {
  readonly config: Config;
  readonly profile: FirmwareProfile;
  readonly profileMode: string;
  readonly version: string;
  readonly publicUrl: string;
  readonly kinds: Kinds;
  readonly store: Store;
  readonly clock: Clock;
}

/** Writes down what the run begins with. */
export function beginRecording(recorder: Recorder, { store, kinds, ...run }: RunParts): void {
  recorder.open(headingOf({ store, kinds, ...run }), snapshotOf(store), store, kinds);
}

function headingOf({ config, profile, profileMode, version, publicUrl, kinds, clock }: RunParts): Heading {
  return {
    recording: FORMAT,
    version,
    at: clock.now(),
    profile: profile.name,
    settings: {
      mode: profileMode,
      lookEveryMs: config['look.everyMs'],
      freshnessMs: config['freshness.ms'],
      planExpiryMs: config['plans.expireAfter'],
      confirmWithinMs: config['plans.confirmWithin'],
      driverTimeoutMs: config['driver.timeout'],
      publicUrl,
      keep: { rows: config['changes.rows'], bytes: config['changes.bytes'], days: config['changes.days'] },
    },
    kinds: [...kinds.values()],
    drivers: profile.drivers
      .map(each => withSettings(each, config))
      .map(({ driver, settings }) => ({ driver, settings: withholdSecrets(settings) })),
  };
}

/** The parts of a loop whose every turn is recorded. */
export function recorded(recorder: Recorder, parts: LoopParts & { readonly failSafe: FailSafe }): LoopParts {
  return {
    ...parts,
    drivers: parts.drivers.map(driver => recorder.port(driver.name, driver)),
    failSafe: recorder.port('failSafe', parts.failSafe),
    newId: recorder.newId(parts.newId),
    chance: recorder.chance(parts.chance),
    turns: recorder,
  };
}
