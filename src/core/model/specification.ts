/**
 * Specifications: what instances are specified by. Those of the profile's kinds are its data, with what was changed on
 * the device kept as a record over it; all others are records alone. Name and major version are what one is known by.
 */
import type { Instant } from '../ids.ts';
import type { Instance, InstanceType } from '../instance.ts';
import { isObject, type Json, type JsonObject, property } from '../json.ts';
import type { Kind, Kinds } from '../kind.ts';
import { uuidOf } from '../uuid.ts';
import type { ModelReader, ModelWriter } from './model-store.ts';
import type { SharedRecord } from './shared-record.ts';

export interface Specification {
  readonly id: string;
  readonly type: InstanceType;
  readonly name: string;
  readonly version: string;
  /** The major version of the TMF catalogue API. */
  readonly tmfVersion: number;
  readonly description?: string;
  readonly category?: string;
  /** No further instances are made; those that are live on. */
  readonly frozen?: true;
  /** RFC 3339; absent for what is as the profile has it. */
  readonly lastUpdate?: string;
  /** The kind it is of, where one is loaded. */
  readonly kind?: string;
}

/** The name of the attribute in which an instance names its specification. */
export const specificationAttribute: Record<InstanceType, string> = {
  service: 'serviceSpecification',
  resource: 'resourceSpecification',
};

/** What TMF calls it. */
export const specificationType: Record<InstanceType, string> = {
  service: 'ServiceSpecification',
  resource: 'ResourceSpecification',
};

/** The versions of Diffo's that a specification has when nobody says otherwise. */
export const defaultVersion = '1.0.0';
export const defaultTmfVersion = 4;

export interface VersionNumbers {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
}

/** `1.2.3`, also with a `v` before it or with less behind; undefined for versions that others write otherwise. */
export function readVersion(text: string): VersionNumbers | undefined {
  const [found, major, minor, patch] = /^v?(\d{1,9})(?:\.(\d{1,9}))?(?:\.(\d{1,9}))?$/.exec(text) ?? [];
  if (found === undefined) return undefined;
  return { major: Number(major), minor: Number(minor ?? 0), patch: Number(patch ?? 0) };
}

export function versionText({ major, minor, patch }: VersionNumbers): string {
  return `${major}.${minor}.${patch}`;
}

/** What versions side by side differ in: the major number, or the whole text where it has none. */
export function majorOf(version: string): string {
  return /^v?(\d+)/.exec(version)?.[1] ?? version;
}

/** The id of a specification that nobody gave one: the same wherever it is made. */
export function specificationId(name: string, version: string): string {
  return uuidOf('specification', name, majorOf(version));
}

/** The specification of a kind as it is now; undefined when no such kind is loaded. */
export function specificationOf(reader: ModelReader, kinds: Kinds, kind: string): Specification | undefined {
  const loaded = kinds.get(kind);
  return loaded && overlaid(loaded, reader.shared('specification', loaded.specification.id));
}

/** The specification with this id, of a kind or not. */
export function specificationById(reader: ModelReader, kinds: Kinds, id: string): Specification | undefined {
  const record = reader.shared('specification', id);
  for (const kind of kinds.values()) if (kind.specification.id === id) return overlaid(kind, record);
  return record && recorded(record);
}

export interface SpecificationQuery {
  readonly type?: InstanceType;
  readonly name?: string;
  readonly category?: string;
}

/** All there are, by name, and of one name the highest major version first. */
export function specifications(reader: ModelReader, kinds: Kinds, query: SpecificationQuery = {}): Specification[] {
  const found: Specification[] = [];
  const ofKinds = new Set<string>();
  for (const kind of kinds.values()) {
    const { id } = kind.specification;
    ofKinds.add(id);
    found.push(overlaid(kind, reader.shared('specification', id)));
  }
  for (const record of reader.sharedRecords('specification')) {
    if (!ofKinds.has(record.id)) found.push(recorded(record));
  }
  return found
    .filter(
      ({ type, name, category }) =>
        (query.type === undefined || type === query.type) &&
        (query.name === undefined || name === query.name) &&
        (query.category === undefined || category === query.category),
    )
    .sort(inOrder);
}

/** The one with the highest major version of a name. */
export function latestSpecification(
  reader: ModelReader,
  kinds: Kinds,
  name: string,
  type?: InstanceType,
): Specification | undefined {
  return specifications(reader, kinds, { name, ...(type === undefined ? {} : { type }) })[0];
}

/** The one of a name and major version, which is what it is known by. */
export function specificationNamed(
  reader: ModelReader,
  kinds: Kinds,
  { type, name, version }: Pick<Specification, 'type' | 'name' | 'version'>,
): Specification | undefined {
  const major = majorOf(version);
  return specifications(reader, kinds, { type, name }).find(each => majorOf(each.version) === major);
}

/** Instances that are specified by it, oldest first. A walk for those of no kind: ask it for rare questions only. */
export function* specifiedBy(reader: ModelReader, specification: Specification): IterableIterator<Instance> {
  const { id, type, name, version, kind } = specification;
  if (kind !== undefined) yield* reader.instances({ kind });
  for (const instance of reader.instances({ kind: type, specification: [id, name] })) {
    const reference = referenceIn(instance.document, type);
    if (!reference) continue;
    const same = reference.id === id || (reference.name === name && majorOf(reference.version) === majorOf(version));
    if (same) yield instance;
  }
}

/**
 * Keeps what an instance without a loaded kind names as its specification, when nobody knew of it. To be called in the
 * commit that writes the instance.
 */
export function ensureSpecification(writer: ModelWriter, document: JsonObject, type: InstanceType, now: Instant): void {
  const reference = referenceIn(document, type);
  if (!reference) return;
  const { name, version } = reference;
  const id = reference.id ?? specificationId(name ?? '', version);
  if (writer.sharedSeq('specification', id) !== undefined) return;
  if (name !== undefined) {
    for (const record of writer.sharedRecords('specification', { name })) {
      const known = recorded(record);
      if (known.type === type && majorOf(known.version) === majorOf(version)) return;
    }
  }
  const made = { id, type, name: name ?? id, version, tmfVersion: defaultTmfVersion, lastUpdate: stamp(now) };
  putSpecification(writer, made, now);
}

/** Keeps a specification as a record; `lastUpdate` is for the caller to set. */
export function putSpecification(writer: ModelWriter, specification: Specification, now: Instant): Specification {
  const { kind: _, type, frozen, ...said } = specification;
  const document = {
    ...said,
    '@type': specificationType[type],
    ...(frozen === undefined ? {} : { frozen }),
  };
  return recorded(
    writer.putShared({
      class: 'specification',
      id: specification.id,
      kind: specificationAttribute[type],
      document,
      createdAt: now,
    }),
  );
}

/** Instants as documents have them. */
export function stamp(now: Instant): string {
  return new Date(now).toISOString();
}

interface Reference {
  readonly id: string | undefined;
  readonly name: string | undefined;
  readonly version: string;
}

function referenceIn(document: JsonObject, type: InstanceType): Reference | undefined {
  const reference = property(document, specificationAttribute[type]);
  if (!isObject(reference)) return undefined;
  const id = text(reference, 'id');
  const name = text(reference, 'name');
  if (id === undefined && name === undefined) return undefined;
  return { id, name, version: text(reference, 'version') ?? defaultVersion };
}

function recorded({ id, kind, document }: SharedRecord): Specification {
  const tmfVersion = property(document, 'tmfVersion');
  return {
    id,
    type: kind === 'serviceSpecification' ? 'service' : 'resource',
    name: text(document, 'name') ?? id,
    version: text(document, 'version') ?? defaultVersion,
    tmfVersion: typeof tmfVersion === 'number' ? tmfVersion : defaultTmfVersion,
    ...optional('description', text(document, 'description')),
    ...optional('category', text(document, 'category')),
    ...(document.frozen === true ? { frozen: true } : {}),
    ...optional('lastUpdate', text(document, 'lastUpdate')),
  };
}

/** What the profile says, with what was changed on the device over it. */
function overlaid({ name, type, description, category, specification }: Kind, record?: SharedRecord): Specification {
  const over = record?.document;
  const frozen = property(over, 'frozen') ?? specification.frozen;
  const tmfVersion = property(over, 'tmfVersion');
  return {
    id: specification.id,
    type,
    name: specification.name,
    version: higher(specification.version, text(over, 'version')),
    tmfVersion: typeof tmfVersion === 'number' ? tmfVersion : specification.tmfVersion,
    ...optional('description', text(over, 'description') ?? description),
    ...optional('category', text(over, 'category') ?? category),
    ...(frozen === true ? { frozen } : {}),
    ...optional('lastUpdate', text(over, 'lastUpdate')),
    kind: name,
  };
}

/** The higher of one major version; a profile that brings another major version begins anew. */
function higher(ofProfile: string, ofDevice: string | undefined): string {
  const a = readVersion(ofProfile);
  const b = ofDevice === undefined ? undefined : readVersion(ofDevice);
  if (!a || !b || a.major !== b.major) return ofProfile;
  return (b.minor - a.minor || b.patch - a.patch) > 0 ? versionText(b) : ofProfile;
}

function inOrder(a: Specification, b: Specification): number {
  if (a.name !== b.name) return a.name < b.name ? -1 : 1;
  const [majorA, majorB] = [Number(majorOf(a.version)), Number(majorOf(b.version))];
  return majorB - majorA || (a.version < b.version ? 1 : a.version > b.version ? -1 : 0) || (a.type < b.type ? 1 : -1);
}

function text(from: Json | undefined, name: string): string | undefined {
  const value = property(from, name);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function optional<Name extends string>(name: Name, value: string | undefined): { readonly [N in Name]?: string } {
  // A computed name widens to an index signature; the one member is just that name.
  return (value === undefined ? {} : { [name]: value }) as { readonly [N in Name]?: string };
}
