/** The firmware profile of a running agent: chosen at its start, read again when told, and never half of it. */
import { keepCopy, readCopy } from '../adapters/profile-copy.ts';
import { checkFile, fromCopy, loadShipped } from '../adapters/profiles.ts';
import { type ProfileDoor, type ProfileState, type TakenAtStart, takenAtStart } from '../api/diffo/profile-door.ts';
import { writeDifference } from '../api/diffo/set-writing.ts';
import { type Given, profileOf, settingNames, settle } from '../config.ts';
import { AgentError } from '../core/errors.ts';
import { differenceOfSet, isSame, PROFILE } from '../core/expectation-set.ts';
import { canonical, type Json } from '../core/json.ts';
import type { Kind, RecordKind } from '../core/kind.ts';
import type { KeyedArrays } from '../core/path.ts';
import { type Finding, findingText } from '../core/profile/finding.ts';
import { type FirmwareProfile, placeOf, refusal } from '../core/profile/profile.ts';
import { differenceOfRules } from '../core/profile/rules.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { Store } from '../ports/store.ts';
import { tmfProfiles } from '../tmf/comparators/profiles.ts';

/** What came of choosing: the profile to run with, and what is wrong with the file if it is not the file's. */
export interface Chosen {
  readonly profile: FirmwareProfile;
  /** Absent: it is shipped. */
  readonly file?: string;
  /** What the file says, to be kept as the last good copy; absent when it cannot be used. */
  readonly good?: { readonly hash: string; readonly source: Json };
  readonly findings: readonly Finding[];
}

/**
 * A shipped profile by its name, or any by its file. Of a file with findings the last good copy is taken where the data
 * directory has one; else throws `invalid` with every finding and its place.
 */
export async function chooseProfile(given: Given, version: string): Promise<Chosen> {
  const nameOrFile = profileOf(given);
  const shipped = await loadShipped(nameOrFile);
  if (shipped) return { profile: shipped, findings: [] };
  const file = nameOrFile;
  const copy = readCopy(settle(given, { name: file, settings: {} }).data, file);
  const checked = await checkFile(file, settingNames, copy?.version === version ? copy : undefined);
  if (checked.profile) return { profile: checked.profile, file, good: checked.good, findings: [] };
  const last = copy && fromCopy(copy.source, file);
  if (last) return { profile: last, file, findings: checked.findings };
  throw refusal(checked.findings, file);
}

interface Parts {
  readonly chosen: Chosen;
  readonly version: string;
  readonly data: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly store: Store;
  readonly keyed: KeyedArrays;
  /** Replaced as a whole, in place: everybody holds these maps. */
  readonly kinds: Map<string, Kind>;
  readonly recordKinds: Map<string, RecordKind>;
  /** Told after the kinds were replaced. */
  readonly taken: () => void;
}

export class RunningProfile implements ProfileDoor {
  readonly #parts: Parts;
  #state: ProfileState;
  #reading: Promise<ProfileState>;

  constructor(parts: Parts) {
    const { chosen, clock, log } = parts;
    this.#parts = parts;
    this.#state = {
      name: chosen.profile.name,
      ...(chosen.file === undefined ? {} : { file: chosen.file }),
      readAt: clock.now(),
      findings: chosen.findings,
      restartFor: [],
    };
    this.#reading = Promise.resolve(this.#state);
    this.#keep(chosen.good);
    try {
      this.#lay(chosen.profile);
    } catch (error) {
      // What stands already is judged; a full disk is no reason not to look.
      log.error('what the profile expects cannot be laid', { error });
    }
    if (chosen.findings.length > 0) {
      log.error('the profile cannot be used; running with the last good copy of it', this.#told(chosen.findings));
    }
  }

  get state(): ProfileState {
    return this.#state;
  }

  /**
   * Reads the file again. With findings nothing changes but what is told of it; without, its kinds take the place of
   * those before. Throws `conflict` for a shipped profile.
   */
  reload(): Promise<ProfileState> {
    const { file } = this.#parts.chosen;
    if (file === undefined) {
      const { name } = this.#state;
      throw new AgentError(
        'conflict',
        `the profile ${name} is shipped with the agent, so there is no file to read again`,
      );
    }
    // One that failed must not fail those after it.
    this.#reading = this.#reading.catch(() => this.#state).then(() => this.#read(file));
    return this.#reading;
  }

  /** Every mistake in a profile that somebody hands over: as text with their lines, or read already. */
  async check(given: { readonly text: string } | { readonly source: unknown }): Promise<readonly Finding[]> {
    const around = { settings: settingNames, keyed: this.#parts.keyed, profiles: tmfProfiles };
    if ('text' in given) {
      const { checkText } = await import('../core/profile/check-text.ts');
      return (await checkText(given.text, 'yaml', around)).findings;
    }
    const { checkProfile } = await import('../core/profile/check.ts');
    return checkProfile(given.source, around).findings;
  }

  async #read(file: string): Promise<ProfileState> {
    const { chosen, clock, log, kinds, recordKinds, taken } = this.#parts;
    const checked = await checkFile(file, settingNames);
    if (!checked.profile) {
      this.#state = { ...this.#state, findings: checked.findings };
      log.error('the profile cannot be used; going on with the kinds from before', this.#told(checked.findings));
      return this.#state;
    }
    const { profile, good } = checked;
    // First, for it alone may fail.
    this.#lay(profile);
    replace(kinds, profile.kinds);
    replace(recordKinds, profile.recordKinds);
    taken();
    const restartFor = takenAtStart.filter(part => textOf(profile[part]) !== textOf(chosen.profile[part]));
    this.#state = { ...this.#state, readAt: clock.now(), findings: [], restartFor };
    this.#keep(good);
    log.info('the profile was read again', { file, kinds: kinds.size + recordKinds.size, restartFor });
    return this.#state;
  }

  /** What it rules and expects, all of it and nothing else, as a set that is nobody else's to write; throws as the store does. */
  #lay({ name, expectations, rules }: FirmwareProfile): void {
    const { store, clock, keyed } = this.#parts;
    const ruling = differenceOfRules(rules, store.rules(), clock.now());
    const keeper = { agent: store.agent, principal: PROFILE, now: clock.now(), keyed };
    const set = { set: PROFILE, items: expectations, prune: true };
    const difference = differenceOfSet(set, store.expectations(), keeper);
    if (isSame(difference) && ruling.put.length + ruling.removed.length === 0) return;
    store.transact({ principal: PROFILE, kind: 'upkeep', why: `profile ${name}` }, writer => {
      writeDifference(writer, difference, { by: PROFILE, now: clock.now() });
      for (const id of ruling.removed) writer.removeRule(id);
      for (const rule of ruling.put) writer.putRule(rule);
    });
  }

  #keep(good: Chosen['good']): void {
    const { chosen, data, version, log } = this.#parts;
    if (chosen.file === undefined || !good) return;
    try {
      keepCopy(data, chosen.file, { ...good, version });
    } catch (error) {
      log.warn('no copy of the profile can be kept', { error });
    }
  }

  #told(findings: readonly Finding[]): Record<string, unknown> {
    const told = findings.slice(0, FINDINGS_LOGGED).map(each => `${placeOf(each)}: ${findingText(each)}`);
    return { file: this.#parts.chosen.file, findings: findings.length, first: told };
  }
}

/** The log says where to begin; status and `diffo profile check` say it all. */
const FINDINGS_LOGGED = 10;

/** Nobody reads between the two lines: nothing awaits. */
function replace<Of extends { readonly name: string }>(map: Map<string, Of>, by: readonly Of[]): void {
  map.clear();
  for (const each of by) map.set(each.name, each);
}

function textOf(part: FirmwareProfile[TakenAtStart]): string {
  return canonical(part as Json);
}
