/** What people do to specifications: make one, describe and categorise it, move its version on, freeze it, delete it. */
import { AgentError } from '../errors.ts';
import type { Instant } from '../ids.ts';
import type { InstanceType } from '../instance.ts';
import type { Json } from '../json.ts';
import type { Kinds } from '../kind.ts';
import type { ModelReader, ModelWriter } from './model-store.ts';
import {
  defaultTmfVersion,
  majorOf,
  putSpecification,
  readVersion,
  type Specification,
  specificationById,
  specifications,
  specificationType,
  specifiedBy,
  stamp,
  versionText,
} from './specification.ts';

/** What a maker says of a specification; what is left out stays as it is, or begins as Diffo has it. */
export interface SpecificationWords {
  readonly id?: string;
  readonly type?: InstanceType;
  readonly name: string;
  readonly major?: number;
  readonly minor?: number;
  readonly patch?: number;
  readonly tmfVersion?: number;
  readonly description?: string;
  readonly category?: string;
  readonly frozen?: boolean;
}

/** What can be said of one anew; null takes back what was said on the device. */
export interface SpecificationChange {
  readonly description?: string | null | undefined;
  readonly category?: string | null | undefined;
  readonly frozen?: boolean | undefined;
}

interface Change extends SpecificationChange {
  readonly version?: string;
  readonly tmfVersion?: number | undefined;
}

/** Makes a specification, or applies what is said to the one of that name and major version; its id stands then. */
export function upsertSpecification(
  writer: ModelWriter,
  kinds: Kinds,
  words: SpecificationWords,
  { now, newId }: { readonly now: Instant; readonly newId: () => string },
): { readonly specification: Specification; readonly isNew: boolean } {
  const { name, major = 1, minor, patch, type, frozen, description, category, tmfVersion } = words;
  const sides = specifications(writer, kinds, { name }).filter(each => majorOf(each.version) === String(major));
  const known = sides.find(each => type === undefined || each.type === type) ?? sides[0];
  if (known) {
    if (type !== undefined && type !== known.type) {
      throw new AgentError(
        'conflict',
        `${name} ${known.version} is a ${specificationType[known.type]} already; choose another name or major version`,
        { pointer: '/type' },
      );
    }
    const version = minor === undefined && patch === undefined ? known.version : versionBy(known, minor, patch);
    const change = { description, category, tmfVersion, frozen, version };
    return { specification: write(writer, kinds, known, change, now), isNew: false };
  }
  if (words.id !== undefined && specificationById(writer, kinds, words.id)) {
    throw new AgentError('conflict', `the id ${words.id} is that of another specification; leave it out`, {
      pointer: '/id',
    });
  }
  const made: Specification = {
    id: words.id ?? newId(),
    type: type ?? 'service',
    name,
    version: versionText({ major, minor: minor ?? 0, patch: patch ?? 0 }),
    tmfVersion: tmfVersion ?? defaultTmfVersion,
    ...(description === undefined ? {} : { description }),
    ...(category === undefined ? {} : { category }),
    ...(frozen === true ? { frozen } : {}),
    lastUpdate: stamp(now),
  };
  return { specification: putSpecification(writer, made, now), isNew: true };
}

/** Describes, categorises, freezes and unfreezes. Throws `notFound`. */
export function changeSpecification(
  writer: ModelWriter,
  kinds: Kinds,
  id: string,
  change: SpecificationChange,
  now: Instant,
): Specification {
  return write(writer, kinds, needSpecification(writer, kinds, id), change, now);
}

/** Moves the version on in place: every instance shows the new one at once. The patch number begins anew with a minor. */
export function bumpSpecification(
  writer: ModelWriter,
  kinds: Kinds,
  id: string,
  what: 'minor' | 'patch',
  now: Instant,
): Specification {
  const known = needSpecification(writer, kinds, id);
  const { major, minor, patch } = numbersOf(known);
  const next = what === 'minor' ? { major, minor: minor + 1, patch: 0 } : { major, minor, patch: patch + 1 };
  return write(writer, kinds, known, { version: versionText(next) }, now);
}

/** As many of those in the way as a sentence can name. */
const NAMED = 5;

/** Throws `conflict` while an instance is specified by it, and for what a loaded kind brings along. */
export function removeSpecification(writer: ModelWriter, kinds: Kinds, id: string): void {
  const known = needSpecification(writer, kinds, id);
  const users: string[] = [];
  for (const { id: user } of specifiedBy(writer, known)) {
    if (users.length === NAMED) {
      users.push('...');
      break;
    }
    users.push(user);
  }
  if (users.length > 0) {
    throw new AgentError(
      'conflict',
      `${known.name} ${known.version} specifies ${users.join(', ')}; respecify or delete these first`,
    );
  }
  if (known.kind !== undefined) {
    throw new AgentError(
      'conflict',
      `${known.name} ${known.version} comes with the kind ${known.kind} of the profile and goes with it; freeze it instead`,
    );
  }
  writer.removeShared('specification', id);
}

/** The same for those who cannot go on without it. Throws `notFound`. */
export function needSpecification(reader: ModelReader, kinds: Kinds, id: string): Specification {
  const known = specificationById(reader, kinds, id);
  if (!known) throw new AgentError('notFound', `there is no specification ${id}`);
  return known;
}

function versionBy(known: Specification, minor: number | undefined, patch: number | undefined): string {
  const before = numbersOf(known);
  const after = {
    major: before.major,
    minor: minor ?? before.minor,
    patch: patch ?? (minor === undefined || minor === before.minor ? before.patch : 0),
  };
  if ((after.minor - before.minor || after.patch - before.patch) < 0) {
    throw new AgentError(
      'conflict',
      `${known.name} is at ${known.version} and cannot go back to ${versionText(after)}; versions only go on`,
      { pointer: '/version' },
    );
  }
  return versionText(after);
}

function numbersOf({ name, version }: Specification) {
  const numbers = readVersion(version);
  if (numbers) return numbers;
  throw new AgentError(
    'conflict',
    `the version "${version}" of ${name} is not of the form 1.2.3; make one of that form to move on from`,
  );
}

/** Keeps what is said anew; what says nothing new writes nothing. */
function write(writer: ModelWriter, kinds: Kinds, known: Specification, change: Change, now: Instant): Specification {
  const before = writer.shared('specification', known.id)?.document ?? {
    id: known.id,
    '@type': specificationType[known.type],
    name: known.name,
  };
  const members = new Map<string, Json>(Object.entries(before));
  let isNew = false;
  for (const name of ['description', 'category', 'version', 'tmfVersion', 'frozen'] as const) {
    const value = change[name];
    // What is not frozen says nothing of it, unless the profile says that it is.
    const isTakenBack = value === null || (value === false && known.kind === undefined);
    const current = name === 'frozen' ? known.frozen === true : known[name];
    if (value === undefined || (isTakenBack ? !members.has(name) : value === current)) continue;
    isNew = true;
    if (isTakenBack) members.delete(name);
    else members.set(name, value);
  }
  if (!isNew) return known;
  const document = { ...Object.fromEntries(members), lastUpdate: stamp(now) };
  writer.putShared({
    class: 'specification',
    id: known.id,
    kind: `${known.type}Specification`,
    document,
    createdAt: now,
  });
  return needSpecification(writer, kinds, known.id);
}
