/** Of which kind an instance is: told by the specification that its document names. */
import { AgentError } from '../errors.ts';
import type { InstanceType } from '../instance.ts';
import { isObject, type JsonObject, property, sameJson } from '../json.ts';
import { type Kind, type Kinds, perKinds } from '../kind.ts';
import type { ModelReader } from './model-store.ts';
import {
  majorOf,
  type Specification,
  specificationAttribute,
  specificationOf,
  specifications,
} from './specification.ts';

/** What is asked of the kinds again and again, read from them once. */
interface Index {
  readonly byId: ReadonlyMap<string, Kind>;
  /** By the name of the specification and by the kind's own. */
  readonly byName: ReadonlyMap<string, readonly Kind[]>;
  /** Whether any kind says with whom its instances may be related, or has numbers to hand out. */
  readonly bindsOthers: boolean;
}

const indexOf = perKinds((kinds): Index => {
  const byId = new Map<string, Kind>();
  const byName = new Map<string, Kind[]>();
  let bindsOthers = false;
  for (const kind of kinds.values()) {
    byId.set(kind.specification.id, kind);
    for (const name of new Set([kind.specification.name, kind.name])) {
      byName.set(name, [...(byName.get(name) ?? []), kind]);
    }
    bindsOthers ||= kind.pool !== undefined || (kind.relationship?.target ?? 'all') !== 'all';
  }
  return { byId, byName, bindsOthers };
});

/** Whether a rule of a kind may bind instances that are of no kind themselves. */
export function bindsOthers(kinds: Kinds): boolean {
  return kinds.size > 0 && indexOf(kinds).bindsOthers;
}

/**
 * By the id of the specification, else by its name and major version, else by its name alone, which means the latest
 * that is not frozen. Undefined: of no kind that is known here. Throws `invalid` when it is a specification of the other
 * type.
 */
export function kindOf(document: JsonObject, type: InstanceType, kinds: Kinds, reader: ModelReader): Kind | undefined {
  const reference = property(document, specificationAttribute[type]);
  const id = property(reference, 'id');
  if (typeof id === 'string') {
    const kind = kinds.size === 0 ? undefined : indexOf(kinds).byId.get(id);
    if (kind) return ofType(kind, type);
    // One that was laid in the catalogue says something of its own, even under the name of another.
    const laid = reader.sharedKind('specification', id);
    if (laid === specificationAttribute[type]) return undefined;
    if (laid !== undefined) throw wrongType(id, type === 'service' ? 'resource' : 'service', type);
  }
  const name = property(reference, 'name');
  const named = kinds.size === 0 || typeof name !== 'string' ? undefined : indexOf(kinds).byName.get(name);
  if (!named) return undefined;
  const version = property(reference, 'version');
  const major = typeof version === 'string' && /^v?\d/.test(version) ? majorOf(version) : undefined;
  const meant = major === undefined ? named : named.filter(each => majorOf(each.specification.version) === major);
  const fits = meant.filter(each => each.type === type);
  const [first, second] = fits;
  if (first && second) return latestOf(fits, kinds, reader);
  const [other] = meant;
  return first ?? (other && ofType(other, type));
}

function latestOf(versions: readonly Kind[], kinds: Kinds, reader: ModelReader): Kind | undefined {
  const all = versions.map(kind => ({ kind, now: specificationOf(reader, kinds, kind.name) }));
  const open = all.filter(({ now }) => !now?.frozen);
  const [latest] = (open.length > 0 ? open : all).sort((a, b) => numberOf(b.now) - numberOf(a.now));
  return latest?.kind;
}

function numberOf(specification: Specification | undefined): number {
  return Number(majorOf(specification?.version ?? '0'));
}

function ofType(kind: Kind, type: InstanceType): Kind {
  if (kind.type === type) return kind;
  throw wrongType(kind.name, kind.type, type);
}

function wrongType(name: string, is: InstanceType, wanted: InstanceType): AgentError {
  const pointer = `/${specificationAttribute[wanted]}`;
  return new AgentError(
    'invalid',
    `${pointer} names ${name}, which is the specification of a ${is}; name one of a ${wanted}`,
    { pointer },
  );
}

/** The specification of a kind. Throws `conflict` when no instance may be made of it. */
export function checkMayBeMade(kind: Kind, kinds: Kinds, reader: ModelReader): Specification | undefined {
  const pointer = `/${specificationAttribute[kind.type]}`;
  if (kind.abstract) {
    const made = [...kinds.values()].filter(each => !each.abstract && each.lineage?.includes(kind.name));
    const instead = made.length === 0 ? '' : `; make one of ${made.map(each => each.name).join(', ')}`;
    throw new AgentError('conflict', `${kind.name} is only there to be composed, no instance is made of it${instead}`, {
      pointer,
    });
  }
  const specification = specificationOf(reader, kinds, kind.name);
  if (!specification?.frozen) return specification;
  const { name, version } = specification;
  const current = specifications(reader, kinds, { name, type: kind.type }).find(each => !each.frozen);
  const instead = current ? `the current one is ${current.version} (id ${current.id})` : 'there is no other version';
  throw new AgentError('conflict', `${name} ${version} is frozen, no further instance is made of it; ${instead}`, {
    pointer,
  });
}

/** The document with its specification as the kind has it; what else its reference says stays. */
export function withSpecification(document: JsonObject, kind: Kind, now: Specification | undefined): JsonObject {
  const key = specificationAttribute[kind.type];
  const { id, name, version } = now ?? kind.specification;
  const type = kind.type === 'service' ? 'ServiceSpecificationRef' : 'ResourceSpecificationRef';
  const before = property(document, key);
  const after = { '@type': type, ...(isObject(before) ? before : {}), id, name, version };
  return sameJson(before, after) ? document : { ...document, [key]: after };
}
