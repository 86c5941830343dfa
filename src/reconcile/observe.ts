/** Writes down what a look saw: new things appear, known ones change, missing ones go. */
import { identify } from '../core/identity.ts';
import type { InstanceId } from '../core/ids.ts';
import { characteristicArray } from '../core/instance.ts';
import { isArray, type Json, type JsonObject, property, sameJson } from '../core/json.ts';
import { type Kind, type Kinds, ownerOf } from '../core/kind.ts';
import { withSupports } from '../core/model/changes.ts';
import { complete, elementsOf, featureArray, nameOf, withAllPools } from '../core/model/complete.ts';
import { type NotGiven, settleObserved, takeBackRead } from '../core/model/declared-assignments.ts';
import { type Draft, Drafts } from '../core/model/drafts.ts';
import { assignedFrom } from '../core/model/links.ts';
import { forget, NOT_INSTALLED, reliedOnBy } from '../core/model/remove.ts';
import { absorb } from '../core/ownership.ts';
import { segment } from '../core/path.ts';
import { mayMean } from '../core/target.ts';
import type { Look, NaturalKey, Sighting } from '../ports/driver.ts';
import type { Log } from '../ports/log.ts';
import type { KeyBinding, Reader, Store, Writer } from '../ports/store.ts';
import type { Quality } from './quality.ts';

/** What one driver's last look left behind, so that a look at a quiet world costs no reads and no writes. */
interface Remembered {
  /** The facts of each instance as text. */
  readonly facts: Map<InstanceId, string>;
}

export interface ObserverParts {
  readonly store: Store;
  readonly kinds: Kinds;
  /** From 0 up to 1. */
  readonly chance: () => number;
  readonly log: Log;
  readonly quality: Quality;
}

/** How a driver names what it sees. */
export interface SeenAs {
  readonly driver: string;
  /** `kind/key` */
  readonly name: string;
  /** Since which look. */
  readonly since: number;
}

export class Observer {
  /** How many looks were written down. */
  looks = 0;
  private readonly remembered = new Map<string, Remembered>();
  private bindings: readonly KeyBinding[] | undefined;
  private readonly names = new Map<InstanceId, SeenAs>();
  private readonly newcomers = new Map<string, number>();
  private readonly quality: Quality;
  private readonly store: Store;
  private readonly kinds: Kinds;
  private readonly chance: () => number;
  private readonly log: Log;

  constructor(parts: ObserverParts) {
    this.store = parts.store;
    this.kinds = parts.kinds;
    this.chance = parts.chance;
    this.log = parts.log;
    this.quality = parts.quality;
  }

  /** Which driver sees an instance, and how that names it, as of the last look. */
  sightOf(id: InstanceId): SeenAs | undefined {
    return this.names.get(id);
  }

  /** The latest look of a driver that saw something for the first time, or under another name. */
  newcomersAt(driver: string): number {
    return this.newcomers.get(driver) ?? 0;
  }

  /** Whether anything of it was not known like that. */
  record(driver: string, look: Look): boolean {
    this.bindings ??= this.store.keyBindings();
    this.looks++;
    const identified = identify(this.store.agent, look.sightings, this.bindings);
    const seen = new Map<string, { id: InstanceId; sighting: Sighting }>();
    look.sightings.forEach((sighting, i) => {
      const id = identified.ids[i];
      if (id === undefined) return;
      seen.set(`${sighting.kind}/${sighting.key}`, { id, sighting });
      this.name(id, driver, sighting);
    });

    const before = this.remembered.get(driver)?.facts ?? new Map(observedIds(this.store, driver).map(id => [id, '']));
    const after = new Map<InstanceId, string>();
    const moved: { id: InstanceId; sighting: Sighting; supporting: JsonObject }[] = [];
    for (const { id, sighting } of seen.values()) {
      const supporting = supportingReferences(sighting, key => seen.get(`${key.kind}/${key.key}`));
      const text = JSON.stringify([sighting.facts, supporting]);
      after.set(id, text);
      if (before.get(id) !== text) moved.push({ id, sighting, supporting });
    }
    const missing = [...before.keys()].filter(id => !after.has(id));

    const isOther = moved.length > 0 || missing.length > 0 || identified.bindings.length > 0;
    if (isOther) {
      const notGiven = this.store.transact({ principal: `driver:${driver}`, kind: 'observation' }, writer => {
        for (const binding of identified.bindings) writer.bindKey(binding);
        const drafts = new Drafts(writer);
        for (const id of missing) draftMissing(writer, drafts, id, this.kinds);
        for (const { id, sighting, supporting } of moved) {
          draftSighting(drafts, driver, id, sighting, supporting, this.kinds.get(sighting.kind), look.at);
        }
        const ids = moved.map(({ id }) => id);
        const failed = settleObserved(drafts, this.kinds, ids, this.chance);
        drafts.flush();
        return failed;
      });
      this.tell(driver, notGiven);
      if (identified.bindings.length > 0) this.bindings = this.store.keyBindings();
    }
    for (const { id, sighting } of seen.values()) this.quality.note(id, sighting.bad);
    for (const id of missing) {
      this.names.delete(id);
      this.quality.note(id, undefined);
    }
    this.remembered.set(driver, { facts: after });
    return isOther;
  }

  private name(id: InstanceId, driver: string, { kind, key }: NaturalKey): void {
    const name = `${kind}/${key}`;
    const before = this.names.get(id);
    if (before?.driver === driver && before.name === name) return;
    this.names.set(id, { driver, name, since: this.looks });
    this.newcomers.set(driver, this.looks);
  }

  private tell(driver: string, notGiven: readonly NotGiven[]): void {
    for (const each of notGiven)
      this.log.warn('what a driver sees is not given a number of its kind', { driver, ...each });
  }
}

function observedIds(store: Reader, driver: string): InstanceId[] {
  const ids: InstanceId[] = [];
  for (const instance of store.instances({ observedBy: driver })) ids.push(instance.id);
  return ids;
}

function supportingReferences(
  { supportedBy }: Sighting,
  find: (key: NaturalKey) => { readonly id: InstanceId; readonly sighting: Sighting } | undefined,
): JsonObject {
  if (!supportedBy) return {};
  const resources: JsonObject[] = [];
  const services: JsonObject[] = [];
  for (const key of supportedBy) {
    const found = find(key);
    if (!found) continue;
    const { type, facts } = found.sighting;
    const name = property(facts, 'name');
    const reference = {
      id: found.id,
      ...(name === undefined ? {} : { name }),
      '@type': type === 'resource' ? 'ResourceRef' : 'ServiceRef',
      '@referredType': property(facts, '@type') ?? (type === 'resource' ? 'Resource' : 'Service'),
    };
    (type === 'resource' ? resources : services).push(reference);
  }
  return {
    ...(resources.length > 0 ? { supportingResource: resources } : {}),
    ...(services.length > 0 ? { supportingService: services } : {}),
  };
}

function draftSighting(
  drafts: Drafts,
  driver: string,
  id: InstanceId,
  sighting: Sighting,
  supporting: JsonObject,
  kind: Kind | undefined,
  now: number,
): void {
  if (!kind) return;
  const before = drafts.get(id);
  const merged = absorb(before?.document, { ...sighting.facts, ...supporting }, kind, sighting.type);
  const { availabilityStatus, ...rest } = merged;
  const returned = availabilityStatus === NOT_INSTALLED ? rest : merged;
  const seen: JsonObject = { id, ...specificationOf(kind), ...returned };
  const whole = before?.kind === kind.name ? withAllPools(seen, kind) : complete(seen, kind, true);
  drafts.put({
    id,
    type: sighting.type,
    kind: kind.name,
    observedBy: driver,
    // What a driver says of what supports it leaves out what others made it rely on.
    document: withSupports(whole, before?.document),
    createdAt: before?.createdAt ?? now,
  });
}

/** What the kind says of each of its instances. */
function specificationOf(kind: Kind): JsonObject {
  const { id, name, version } = kind.specification;
  const reference = { id, name, version };
  return {
    ...(kind.category === undefined ? {} : { category: kind.category }),
    ...(kind.type === 'resource'
      ? { resourceSpecification: { ...reference, '@type': 'ResourceSpecificationRef' } }
      : { serviceSpecification: { ...reference, '@type': 'ServiceSpecificationRef' } }),
  };
}

/**
 * A look that succeeded did not find it: it goes, unless somebody wrote on it, expects something of it, relates to it or
 * has a number of it. Numbers that it was given go back with it; those that the element itself says in any case.
 */
function draftMissing(writer: Writer, drafts: Drafts, id: InstanceId, kinds: Kinds): void {
  const instance = writer.instance(id);
  if (!instance) return;
  const wanted = writer.expectations().some(each => !('where' in each.for) && mayMean(each.for, instance));
  const kind = kinds.get(instance.kind);
  if (!wanted && !hasRecord(instance, kind) && reliedOnBy(drafts, kinds, id).length === 0) {
    forget(drafts, kinds, id);
    return;
  }
  takeBackRead(drafts, kinds, id, true);
  drafts.putDocument(id, { ...drafts.need(id).document, availabilityStatus: NOT_INSTALLED });
}

/** What every instance has without anybody having written it. */
const given = new Set([
  'id',
  '@type',
  '@baseType',
  '@schemaLocation',
  'category',
  'resourceSpecification',
  'serviceSpecification',
  'supportingResource',
  'supportingService',
  'availabilityStatus',
]);

function hasRecord(instance: Draft, kind: Kind | undefined): boolean {
  const ofKind = kind ? complete({}, kind, true) : {};
  return Object.entries(instance.document).some(([name, value]) => {
    if (given.has(name)) return false;
    if (isArray(value) && (name === characteristicArray[instance.type] || name === featureArray(instance.type))) {
      return value.some(one => isRecorded(one, name, elementsOf(ofKind, name), instance, kind));
    }
    if (isArray(value) && relationships.has(name)) {
      return value.some(one => property(one, 'relationshipType') !== assignedFrom);
    }
    return ownerOf(kind, instance, `/${name}`) === 'record';
  });
}

const relationships: ReadonlySet<string> = new Set(['serviceRelationship', 'resourceRelationship']);

/** Whether somebody wrote a characteristic or feature, or made it otherwise than the kind has it. */
function isRecorded(
  one: Json,
  array: string,
  ofKind: readonly Json[],
  instance: Draft,
  kind: Kind | undefined,
): boolean {
  const asGiven = ofKind.find(each => nameOf(each) === nameOf(one));
  if (asGiven !== undefined && sameJson(asGiven, one)) return false;
  return ownerOf(kind, instance, `/${array}/${segment(String(nameOf(one)))}`) === 'record';
}
