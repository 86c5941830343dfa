/** Writes down what a look saw: new things appear, known ones change, missing ones go. */
import { identify } from '../core/identity.ts';
import type { InstanceId } from '../core/ids.ts';
import type { Instance } from '../core/instance.ts';
import { isArray, isObject, type JsonObject, property } from '../core/json.ts';
import { type Kind, type Kinds, ownerOf } from '../core/kind.ts';
import { absorb } from '../core/ownership.ts';
import { segment } from '../core/path.ts';
import { mayMean } from '../core/target.ts';
import type { Look, NaturalKey, Sighting } from '../ports/driver.ts';
import type { KeyBinding, Reader, Store, Writer } from '../ports/store.ts';

/** What one driver's last look left behind, so that a look at a quiet world costs no reads and no writes. */
interface Remembered {
  /** The facts of each instance as text. */
  readonly facts: Map<InstanceId, string>;
}

export class Observer {
  private readonly remembered = new Map<string, Remembered>();
  private bindings: readonly KeyBinding[] | undefined;
  private readonly names = new Map<InstanceId, { readonly driver: string; readonly name: string }>();
  private readonly store: Store;
  private readonly kinds: Kinds;

  constructor(parts: { readonly store: Store; readonly kinds: Kinds }) {
    this.store = parts.store;
    this.kinds = parts.kinds;
  }

  /** Which driver sees an instance, and how that names it (`kind/key`), as of the last look. */
  sightOf(id: InstanceId): { readonly driver: string; readonly name: string } | undefined {
    return this.names.get(id);
  }

  record(driver: string, look: Look): void {
    this.bindings ??= this.store.keyBindings();
    const identified = identify(this.store.agent, look.sightings, this.bindings);
    const seen = new Map<string, { id: InstanceId; sighting: Sighting }>();
    look.sightings.forEach((sighting, i) => {
      const id = identified.ids[i];
      if (id === undefined) return;
      seen.set(`${sighting.kind}/${sighting.key}`, { id, sighting });
      this.names.set(id, { driver, name: `${sighting.kind}/${sighting.key}` });
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

    if (moved.length > 0 || missing.length > 0 || identified.bindings.length > 0) {
      this.store.transact({ principal: `driver:${driver}`, kind: 'observation' }, writer => {
        for (const binding of identified.bindings) writer.bindKey(binding);
        for (const { id, sighting, supporting } of moved) {
          putSighting(writer, driver, id, sighting, supporting, this.kinds.get(sighting.kind), look.at);
        }
        for (const id of missing) putMissing(writer, id, this.kinds);
      });
      if (identified.bindings.length > 0) this.bindings = this.store.keyBindings();
    }
    for (const id of missing) this.names.delete(id);
    this.remembered.set(driver, { facts: after });
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

function putSighting(
  writer: Writer,
  driver: string,
  id: InstanceId,
  sighting: Sighting,
  supporting: JsonObject,
  kind: Kind | undefined,
  now: number,
): void {
  if (!kind) return;
  const before = writer.instance(id);
  const merged = absorb(before?.document, { ...sighting.facts, ...supporting }, kind, sighting.type);
  const { availabilityStatus, ...rest } = merged;
  const returned = availabilityStatus === NOT_INSTALLED ? rest : merged;
  const document: JsonObject = { id, ...specificationOf(kind), ...returned };
  writer.putInstance({
    id,
    type: sighting.type,
    kind: kind.name,
    observedBy: driver,
    document,
    createdAt: before?.createdAt ?? now,
  });
}

/** What the kind says of each of its instances. */
function specificationOf(kind: Kind): JsonObject {
  const { id, version } = kind.specification;
  const reference = { id, name: kind.name, version };
  return {
    ...(kind.category === undefined ? {} : { category: kind.category }),
    ...(kind.type === 'resource'
      ? { resourceSpecification: { ...reference, '@type': 'ResourceSpecificationRef' } }
      : { serviceSpecification: { ...reference, '@type': 'ServiceSpecificationRef' } }),
  };
}

/** TMF639's word for what is kept on record and not there. */
const NOT_INSTALLED = 'notInstalled';

/** A look that succeeded did not find it: it goes, unless somebody wrote on it or expects something of it. */
function putMissing(writer: Writer, id: InstanceId, kinds: Kinds): void {
  const instance = writer.instance(id);
  if (!instance) return;
  const wanted = writer.expectations().some(each => !('where' in each.for) && mayMean(each.for, instance));
  if (wanted || hasRecord(instance, kinds.get(instance.kind))) {
    writer.putInstance({ ...instance, document: { ...instance.document, availabilityStatus: NOT_INSTALLED } });
  } else {
    writer.removeInstance(id);
  }
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

function hasRecord(instance: Instance, kind: Kind | undefined): boolean {
  return Object.entries(instance.document).some(([name, value]) => {
    if (given.has(name)) return false;
    if (isArray(value) && (name === 'resourceCharacteristic' || name === 'serviceCharacteristic')) {
      return value.some(
        one => isObject(one) && ownerOf(kind, instance, `/${name}/${segment(String(one.name))}`) === 'record',
      );
    }
    return ownerOf(kind, instance, `/${name}`) === 'record';
  });
}
