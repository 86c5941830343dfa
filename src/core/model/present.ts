/** Instances as they are shown: their own document with what is derived from others, which is never kept. */
import type { Instance, InstanceType } from '../instance.ts';
import { isArray, isObject, type Json, type JsonObject, property } from '../json.ts';
import type { Kind, Kinds } from '../kind.ts';
import { type DerivedElement, type DerivedPart, declaredParts } from './derived.ts';
import { field } from './fields.ts';
import { inheritedCharacteristic, inheritedRole } from './inherit.ts';
import type { Assignment } from './link.ts';
import { assignedTo } from './links.ts';
import type { ModelReader } from './model-store.ts';
import { projected } from './project.ts';
import { type Read, Reads } from './reads.ts';
import { readVersion, specificationOf } from './specification.ts';
import { Walk } from './traverse.ts';
import type { Unknown } from './unknown.ts';

export interface Presented {
  /** The instance's own document object where nothing is derived. */
  readonly document: JsonObject;
  /** What it read, with the seq it had: it holds as long as these do. */
  readonly reads: readonly Read[];
  readonly parts: readonly DerivedPart[];
}

const none: readonly never[] = [];

export function present(reader: ModelReader, kinds: Kinds, instance: Instance): Presented {
  const kind = kinds.get(instance.kind);
  const parts = kind && declaredParts(kind);
  const member = specificationMember[instance.type];
  const specification = property(instance.document, member);
  if ((!parts || parts.length === 0) && !isObject(specification)) {
    return { document: instance.document, reads: none, parts: none };
  }
  const reads = new Reads(reader);
  const now = isObject(specification) ? specificationNow(specification, kind, kinds, reader, reads) : undefined;
  const derived = kind && parts && parts.length > 0 ? derive(instance, kind, kinds, reader, reads) : none;
  const document = withParts(now ? { ...instance.document, [member]: now } : instance.document, derived);
  return { document, reads: reads.all(), parts: derived };
}

export const specificationMember: Record<InstanceType, string> = {
  service: 'serviceSpecification',
  resource: 'resourceSpecification',
};

/**
 * The reference with the name and version that its specification has now; undefined when it has them already. That of a
 * kind says all of it; another one only a later version of what the instance itself names.
 */
function specificationNow(
  own: JsonObject,
  kind: Kind | undefined,
  kinds: Kinds,
  reader: ModelReader,
  reads: Reads,
): JsonObject | undefined {
  const id = own.id ?? kind?.specification.id;
  if (typeof id !== 'string' || id === '') return undefined;
  const isKept = reads.note('specification', id).seq !== undefined;
  if (kind?.specification.id === id) {
    const { name, version } = (isKept ? specificationOf(reader, kinds, kind.name) : undefined) ?? kind.specification;
    return own.id === id && own.name === name && own.version === version ? undefined : { ...own, id, name, version };
  }
  const record = isKept ? reader.shared('specification', id)?.document : undefined;
  const version = property(record, 'version');
  return isLater(version, own.version) ? { ...own, version: version ?? null } : undefined;
}

/** A later minor version or patch of the same major version. */
function isLater(a: Json | undefined, b: Json | undefined): boolean {
  if (typeof a !== 'string' || typeof b !== 'string') return false;
  const [now, before] = [readVersion(a), readVersion(b)];
  if (!now || !before || now.major !== before.major) return false;
  return (now.minor - before.minor || now.patch - before.patch) > 0;
}

/** Every declared part, with what it comes to now. */
function derive(
  instance: Instance,
  kind: Kind,
  kinds: Kinds,
  reader: ModelReader,
  reads: Reads,
): readonly DerivedPart[] {
  const walk = new Walk(reader, instance, reads);
  const declared = declaredParts(kind);
  let next = 0;
  // In the order in which they are declared.
  const part = (of: { elements: readonly DerivedElement[]; unknown: readonly Unknown[] }): DerivedPart => {
    const each = declared[next];
    if (!each) throw new Error(`${kind.name} derives more than it declares`);
    next++;
    return { ...each, elements: of.elements, unknown: of.unknown };
  };
  return [
    ...handedOut(instance, kind, reader, reads).map(elements => part({ elements, unknown: none })),
    ...(kind.inheritedCharacteristic ?? none).map(each => part(inheritedCharacteristic(each, walk))),
    ...(kind.field ?? none).map(each => part(field(each, walk))),
    ...(kind.inheritedPlace ?? none).map(each => part(inheritedRole('place', each, walk, kinds))),
    ...(kind.inheritedParty ?? none).map(each => part(inheritedRole('party', each, walk, kinds))),
    ...(kind.reference ?? none).map(each => part(projected(each, instance, reader, reads))),
  ];
}

/** For each pool what it has handed out to services and to resources. */
function handedOut(
  { id }: Instance,
  { pool: pools = none }: Kind,
  reader: ModelReader,
  reads: Reads,
): readonly (readonly DerivedElement[])[] {
  if (pools.length === 0) return none;
  const parts = new Map(
    pools.map(({ name }) => [name, { service: [], resource: [] } as Record<InstanceType, DerivedElement[]>]),
  );
  for (const each of reads.handedOut(id)) {
    const type = reader.instanceKind(each.assignee)?.type;
    if (type) parts.get(each.pool)?.[type].push({ element: assignment(each, type), from: [each.assignee] });
  }
  return [...parts.values()].flatMap(({ service, resource }) => [service, resource]);
}

/** An assignment as its owner shows it. */
function assignment({ assignee, alias, thing, value }: Assignment, type: InstanceType): JsonObject {
  const title = type === 'service' ? 'Service' : 'Resource';
  return {
    relationshipType: assignedTo,
    alias,
    [type]: { id: assignee, '@type': `${title}Ref` },
    [`${type}RelationshipCharacteristic`]: [{ name: thing, value, '@type': 'IntegerCharacteristic' }],
    '@type': `${title}Relationship`,
  };
}

/** The document with the elements of each part at the end of their array, in place of its own by the same name. */
function withParts(own: JsonObject, parts: readonly DerivedPart[]): JsonObject {
  let document: { [name: string]: Json } | undefined;
  for (const { is, name, array, elements } of parts) {
    if (elements.length === 0) continue;
    document ??= { ...own };
    const before = property(document, array);
    const kept = isArray(before) ? before : none;
    const isShadowed = is === 'characteristic' || is === 'field';
    document[array] = [
      ...(isShadowed ? kept.filter(each => property(each, 'name') !== name) : kept),
      ...elements.map(({ element }) => element),
    ];
  }
  return document ?? own;
}
