/** TMF638 and TMF639, v4 and v5: entry point, list, get, create, patch, delete, hub, on every root. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Cause } from '../core/change.ts';
import { AgentError } from '../core/errors.ts';
import { defaultPriority, type Expectation } from '../core/expectation.ts';
import { expectationId, instanceId } from '../core/ids.ts';
import { characteristicArray, type Instance, type InstanceType } from '../core/instance.ts';
import { isArray, isObject, type Json, type JsonObject, property, sameJson } from '../core/json.ts';
import type { Kind, Kinds } from '../core/kind.ts';
import { mergeExpected, splitWrite } from '../core/ownership.ts';
import type { Clock } from '../ports/clock.ts';
import type { Sample } from '../ports/driver.ts';
import type { Store, Writer } from '../ports/store.ts';
import { acceptCreate, type Rendering } from '../tmf/codec.ts';
import { tmfKeyedArrays } from '../tmf/keyed-arrays.ts';
import { type Projection, parseQuery, project } from '../tmf/query.ts';
import { apiAliases, apiRoot, hrefOf, type Version, versions } from '../tmf/version.ts';
import { HttpRefusal, jsonType } from './errors.ts';
import { type HubParts, hubRoutes } from './hub.ts';
import { linksOf } from './links.ts';
import { RenderedEntities } from './rendered.ts';
import { type App, queryOf, resourceAt, wantsJson } from './server.ts';
import { etagNow, patched, showInstance } from './shown.ts';
import { sendList } from './tmf-lists.ts';

export interface TmfParts extends HubParts {
  readonly store: Store;
  readonly kinds: Kinds;
  readonly clock: Clock;
  readonly newId: () => string;
  /** Wakes the loop; called after a commit that may give it work. */
  readonly ring: () => void;
  /** Fresh telemetry of an observed instance. */
  readonly sample: (id: Instance['id']) => Sample | Promise<Sample | undefined>;
  /** What hrefs begin with, such as `https://cpe.example:8638`; empty for absolute paths. */
  readonly publicUrl: string;
  /** Answer a page with 206 (TMF630) rather than always 200. */
  readonly partialContent?: boolean;
}

const number: Record<InstanceType, string> = { service: 'TMF638', resource: 'TMF639' };
const types = ['service', 'resource'] as const;

export function tmfRoutes(app: App, parts: TmfParts): void {
  const rendered = { v4: new RenderedEntities(parts, 'v4'), v5: new RenderedEntities(parts, 'v5') };
  for (const type of types) {
    for (const version of versions) {
      const entities = new Entities(parts, rendered[version], type, version);
      for (const root of [apiRoot[type][version], ...apiAliases[type][version]]) {
        resourceAt(app, root, {
          GET: (_request, reply) => reply.type(jsonType).send(entryPoint(type, version, parts)),
        });
        resourceAt(app, `${root}/${type}`, {
          GET: (request, reply) => {
            wantsJson(request);
            return sendList(request, reply, parts, type, version);
          },
          POST: (request, reply) => entities.create(request, reply),
        });
        resourceAt(app, `${root}/${type}/:id`, {
          GET: (request, reply) => entities.get(request, reply),
          PATCH: (request, reply) => entities.patch(request, reply),
          DELETE: (request, reply) => entities.remove(request, reply),
        });
        hubRoutes(app, root, parts, type, version);
      }
    }
  }
}

function entryPoint(type: InstanceType, version: Version, { publicUrl }: TmfParts): JsonObject {
  const root = `${publicUrl}${apiRoot[type][version]}`;
  return {
    name: `${number[type]} ${type === 'service' ? 'Service' : 'Resource'} Inventory Management`,
    version,
    _links: { self: { href: root }, [type]: { href: `${root}/${type}` }, hub: { href: `${root}/hub` } },
  };
}

/** The entities of one API in one version. */
class Entities {
  readonly #parts: TmfParts;
  readonly #type: InstanceType;
  readonly #version: Version;
  readonly #rendered: RenderedEntities;
  readonly #rendering: Rendering;

  constructor(parts: TmfParts, rendered: RenderedEntities, type: InstanceType, version: Version) {
    this.#parts = parts;
    this.#type = type;
    this.#version = version;
    this.#rendered = rendered;
    const { store, kinds, publicUrl } = parts;
    this.#rendering = { type, version, publicUrl, links: linksOf(store, version, publicUrl, kinds) };
  }

  get(request: FastifyRequest, reply: FastifyReply): FastifyReply | Promise<FastifyReply> {
    wantsJson(request);
    const id = idOf(request);
    const rendered = this.#rendered.get(id);
    if (rendered?.type !== this.#type) throw this.#missing(id);
    const query = queryOf(request.url);
    const fields = query === '' ? undefined : parseQuery(query, this.#type, this.#version).fields;
    const { body, etag, hasTelemetry } = rendered;
    if (fields) {
      reply.type(jsonType);
      const isWhole = !hasTelemetry || !fields.has(characteristicArray[this.#type]);
      return isWhole ? reply.send(projected(body, fields)) : this.#withSample(reply, id, body, fields);
    }
    const known = request.headers['if-none-match'];
    if (known !== undefined && names(known, etag)) return reply.code(304).header('etag', etag).send();
    reply.header('etag', etag).type(jsonType);
    return hasTelemetry ? this.#withSample(reply, id, body, undefined) : reply.send(body);
  }

  /** Waits only when there is no sample that is fresh enough. */
  #withSample(
    reply: FastifyReply,
    id: string,
    body: string,
    fields: Projection | undefined,
  ): FastifyReply | Promise<FastifyReply> {
    const send = (sample: Sample | undefined): FastifyReply => {
      const whole = sample ? this.#rendered.withSample(body, sample) : body;
      return reply.send(fields ? projected(whole, fields) : whole);
    };
    const sample = this.#parts.sample(instanceId(id));
    return sample instanceof Promise ? sample.catch(() => undefined).then(send) : send(sample);
  }

  async create(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const { store, kinds, clock, newId, ring, publicUrl } = this.#parts;
    const type = this.#type;
    const { fields } = parseQuery(queryOf(request.url), type, this.#version);
    const accepted = acceptCreate(bodyOf(request), type, this.#version);
    const now = clock.now();
    const id = acceptId(property(accepted, 'id')) ?? newId();
    const made = type === 'service' ? 'serviceDate' : 'creationDate';
    const document: JsonObject = { [made]: new Date(now).toISOString(), ...accepted, id };
    const instance = await store.submit(this.#cause(request, `POST /${type}`), writer => {
      if (writer.instanceSeq(instanceId(id)) !== undefined) {
        throw new AgentError('conflict', `There is already an instance with the id "${id}"`, { pointer: '/id' });
      }
      const kind = kindOf(document, type, kinds);
      return writer.putInstance({ id: instanceId(id), type, kind, document, createdAt: now });
    });
    ring();
    reply.code(201).header('location', hrefOf(type, this.#version, id, publicUrl));
    return this.#answer(reply, instance, fields);
  }

  async patch(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const { store, kinds, ring, publicUrl } = this.#parts;
    const id = idOf(request);
    const { fields } = parseQuery(queryOf(request.url), this.#type, this.#version);
    const body = bodyOf(request);
    const { instance, expectation } = await store.submit(this.#cause(request, `PATCH /${this.#type}/${id}`), writer => {
      const before = this.#existing(writer, id, request);
      const kind = kinds.get(before.kind);
      const shown = patched({ store: writer, kinds }, before, body, this.#rendering);
      const wanted = withoutTelemetry(shown, before, kind);
      const { document, expect } = splitWrite(before, wanted, kind, tmfKeyedArrays);
      const after = sameJson(document, before.document) ? before : this.#put(writer, before, document);
      return { instance: after, expectation: expect === undefined ? undefined : this.#expect(writer, before, expect) };
    });
    ring();
    if (expectation) {
      reply.code(202).header('link', `<${publicUrl}/diffo/v1/expectations/${expectation.id}>; rel="expectation"`);
    }
    return this.#answer(reply, instance, fields);
  }

  async remove(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const { store, ring } = this.#parts;
    const id = idOf(request);
    await store.submit(this.#cause(request, `DELETE /${this.#type}/${id}`), writer => {
      const { observedBy } = this.#existing(writer, id, request);
      if (observedBy !== undefined) {
        throw new AgentError(
          'conflict',
          `${id} is observed on the element by the driver ${observedBy}: remove it there, or lay the expectation {"$absent":true} for it`,
        );
      }
      writer.removeInstance(instanceId(id));
    });
    ring();
    return reply.code(204).send();
  }

  #put(writer: Writer, { seq: _, ...before }: Instance, document: JsonObject): Instance {
    const kind = before.observedBy === undefined ? kindOf(document, this.#type, this.#parts.kinds) : before.kind;
    return writer.putInstance({ ...before, kind, document });
  }

  /** A client has one expectation for an instance; each write is merged into it. */
  #expect(writer: Writer, { id }: Instance, expect: Json): Expectation {
    const known = writer
      .expectations()
      .find(each => each.principal === client && 'id' in each.for && each.for.id === id);
    if (!known) {
      return writer.putExpectation({
        id: expectationId(this.#parts.newId()),
        for: { id },
        expect,
        priority: defaultPriority,
        principal: client,
        why: tmfPatch,
        createdAt: this.#parts.clock.now(),
      });
    }
    const { seq: _, ...kept } = known;
    const merged = mergeExpected(known.expect, expect, tmfKeyedArrays);
    return sameJson(merged, known.expect) ? known : writer.putExpectation({ ...kept, expect: merged });
  }

  #existing(writer: Writer, id: string, { headers }: FastifyRequest): Instance {
    const instance = writer.instance(instanceId(id));
    if (instance?.type !== this.#type) throw this.#missing(id);
    const wanted = headers['if-match'];
    if (wanted === undefined) return instance;
    const etag = etagNow({ store: writer, kinds: this.#parts.kinds }, instance);
    if (!names(wanted, etag)) {
      throw new HttpRefusal(412, 'moved', `It has changed since you read it and is at ${etag} now; read it again`);
    }
    return instance;
  }

  #missing(id: string): AgentError {
    return new AgentError('notFound', `There is no ${this.#type} with the id "${id}"`);
  }

  #answer(reply: FastifyReply, instance: Instance, fields: Projection | undefined): FastifyReply {
    const { entity, etag } = showInstance(this.#parts, instance, this.#rendering);
    return reply
      .header('etag', etag)
      .type(jsonType)
      .send(JSON.stringify(project(entity, fields)));
  }

  #cause(request: FastifyRequest, why: string): Cause {
    return { principal: client, kind: 'request', ref: request.id, why };
  }
}

function projected(body: string, fields: Projection): string {
  return JSON.stringify(project(JSON.parse(body), fields));
}

/** Whoever writes over TMF. */
const client = 'client';
const tmfPatch = 'TMF PATCH';

function idOf({ params }: FastifyRequest): string {
  return String(property(params as Json, 'id'));
}

function bodyOf({ body }: FastifyRequest): Json {
  return (body ?? null) as Json;
}

/** The characters that may stand in a path as they are (RFC 3986), so that an href can be read and typed. */
const pathCharacters = /^[A-Za-z0-9\-._~!$&'()*+,;=:@]{1,256}$/;

function acceptId(id: Json | undefined): string | undefined {
  if (id === undefined) return undefined;
  if (typeof id !== 'string' || !pathCharacters.test(id) || id === '.' || id === '..') {
    throw new AgentError('invalid', 'An id has 1 to 256 letters, digits and characters that may stand in a path', {
      pointer: '/id',
    });
  }
  return id;
}

/** The kind its specification names, when it is loaded; else the generic one. */
function kindOf(document: JsonObject, type: InstanceType, kinds: Kinds): string {
  const name = property(property(document, `${type}Specification`), 'name');
  const kind = typeof name === 'string' ? kinds.get(name) : undefined;
  return kind?.type === type ? kind.name : type;
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

/** Whether a list of entity tags names this one. */
function names(header: string, etag: string): boolean {
  if (header === etag || header.trim() === '*') return true;
  return header.split(',').some(each => each.trim().replace(/^W\//, '') === etag);
}
