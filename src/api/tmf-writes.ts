/** What a TMF client's writes do to the store, within one commit: through the rules of the kind, as every other write. */
import { AgentError } from '../core/errors.ts';
import { defaultPriority, type Expectation } from '../core/expectation.ts';
import { expectationId, type InstanceId, instanceId } from '../core/ids.ts';
import { characteristicArray, type Instance } from '../core/instance.ts';
import { isArray, isObject, type Json, type JsonObject, sameJson } from '../core/json.ts';
import type { Kind, Kinds, RecordKinds } from '../core/kind.ts';
import { type BuildRequest, build } from '../core/model/build.ts';
import { change, type Given } from '../core/model/changes.ts';
import { Drafts } from '../core/model/drafts.ts';
import { NOT_INSTALLED, remove } from '../core/model/remove.ts';
import { mergeExpected, splitWrite } from '../core/ownership.ts';
import type { Clock } from '../ports/clock.ts';
import type { Writer } from '../ports/store.ts';
import { tmfKeyedArrays } from '../tmf/keyed-arrays.ts';

/** Whoever writes over TMF. */
export const CLIENT = 'client';
const tmfPatch = 'TMF PATCH';

export interface WriteParts {
  readonly kinds: Kinds;
  /** Kinds of parties and places; none when absent. */
  readonly recordKinds?: RecordKinds;
  readonly clock: Clock;
  readonly newId: () => string;
  /** From 0 up to 1. */
  readonly chance: () => number;
}

/** What the rules of the model take from outside. */
export function givenOf({ recordKinds, clock, newId, chance }: WriteParts): Given {
  return { now: clock.now(), newId, chance, ...(recordKinds === undefined ? {} : { recordKinds }) };
}

/** The characters that may stand in a path as they are (RFC 3986), so that an href can be read and typed. */
export const pathCharacters = /^[A-Za-z0-9\-._~!$&'()*+,;=:@]{1,256}$/;

/** The id a client gives, when it gives one. Throws `invalid`. */
export function acceptId(id: Json | undefined): InstanceId | undefined {
  if (id === undefined) return undefined;
  if (typeof id !== 'string' || !pathCharacters.test(id) || id === '.' || id === '..') {
    throw new AgentError('invalid', 'An id has 1 to 256 letters, digits and characters that may stand in a path', {
      pointer: '/id',
    });
  }
  return instanceId(id);
}

export function createInstance(writer: Writer, request: BuildRequest, parts: WriteParts): Instance {
  const drafts = new Drafts(writer);
  const { id } = build(drafts, parts.kinds, request, givenOf(parts));
  const written = drafts.flush().get(id);
  if (!written) throw new AgentError('internal', `instance ${id} was drafted and not written`);
  return written;
}

export interface Patched {
  readonly instance: Instance;
  /** What the client wants of the driver's part. */
  readonly expectation?: Expectation;
}

/** The recorded part of what is wanted is applied; the driver's becomes the client's expectation. */
export function patchInstance(writer: Writer, before: Instance, wanted: JsonObject, parts: WriteParts): Patched {
  const { kinds } = parts;
  const kind = kinds.get(before.kind);
  const { document, expect } = splitWrite(before, withoutTelemetry(wanted, before, kind), kind, tmfKeyedArrays);
  const drafts = new Drafts(writer);
  change(drafts, kinds, before, document, givenOf(parts));
  const instance = drafts.flush().get(before.id) ?? before;
  return expect === undefined ? { instance } : { instance, expectation: putExpectation(writer, before, expect, parts) };
}

/** What a driver sees is not removed by writing; what it saw once and is gone from the element may be. */
export function removeInstance(writer: Writer, { id, observedBy, document }: Instance, kinds: Kinds): void {
  if (observedBy !== undefined && document.availabilityStatus !== NOT_INSTALLED) {
    throw new AgentError(
      'conflict',
      `${id} is observed on the element by the driver ${observedBy}: remove it there, or lay the expectation {"$absent":true} for it`,
    );
  }
  remove(new Drafts(writer), kinds, id);
}

/** A client has one expectation for an instance; each write is merged into it. */
function putExpectation(writer: Writer, { id }: Instance, expect: Json, { newId, clock }: WriteParts): Expectation {
  const known = writer.expectations().find(each => each.principal === CLIENT && 'id' in each.for && each.for.id === id);
  if (!known) {
    return writer.putExpectation({
      id: expectationId(newId()),
      for: { id },
      expect,
      priority: defaultPriority,
      principal: CLIENT,
      why: tmfPatch,
      createdAt: clock.now(),
    });
  }
  const { seq: _, ...kept } = known;
  const merged = mergeExpected(known.expect, expect, tmfKeyedArrays);
  return sameJson(merged, known.expect) ? known : writer.putExpectation({ ...kept, expect: merged });
}

/** An echo brings samples along; they are never kept. */
function withoutTelemetry(wanted: JsonObject, { type, observedBy }: Instance, kind: Kind | undefined): JsonObject {
  const array = wanted[characteristicArray[type]];
  if (observedBy === undefined || !kind || !isArray(array)) return wanted;
  const moving = new Set(kind.characteristic.filter(each => each.telemetry).map(each => each.name));
  if (moving.size === 0) return wanted;
  const kept = array.filter(each => !isObject(each) || !moving.has(String(each.name)));
  const { [characteristicArray[type]]: _, ...rest } = wanted;
  return kept.length === 0 ? rest : { ...wanted, [characteristicArray[type]]: kept };
}
