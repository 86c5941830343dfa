/** The entities of one TMF API in one version, over HTTP: get, create, patch, delete. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Cause } from '../core/change.ts';
import { AgentError } from '../core/errors.ts';
import { type InstanceId, instanceId } from '../core/ids.ts';
import { characteristicArray, type Instance, type InstanceType } from '../core/instance.ts';
import { isArray, type Json, type JsonObject, property } from '../core/json.ts';
import type { Sample } from '../ports/driver.ts';
import type { Store, Writer } from '../ports/store.ts';
import { acceptCreate, type Rendering } from '../tmf/codec.ts';
import { readBatch } from '../tmf/patch/batch.ts';
import { type PatchMedia, patchMedia, patchMediaOf } from '../tmf/patch/patch.ts';
import { inPlacesOf } from '../tmf/place-in-4.ts';
import { type Projection, parseQuery, project } from '../tmf/query.ts';
import { hrefOf, type Version } from '../tmf/version.ts';
import { jsonType } from './errors.ts';
import { type Limits, limitText } from './limits.ts';
import { linksOf } from './links.ts';
import { unreadType } from './media.ts';
import { checkPreconditions, isKnown } from './preconditions.ts';
import type { RenderedEntities } from './rendered.ts';
import { queryOf } from './server.ts';
import { etagNow, patched, showInstance } from './shown.ts';
import { acceptId, CLIENT, createInstance, patchInstance, removeInstance, type WriteParts } from './tmf-writes.ts';
import { readWhich, showTwin, type TwinParts, type Which } from './twins.ts';

export interface EntityParts extends WriteParts, Pick<TwinParts, 'keyed' | 'twins'> {
  readonly store: Store;
  /** Wakes the loop; called after a commit that may give it work. */
  readonly ring: () => void;
  /** Fresh telemetry of an observed instance. */
  readonly sample: (id: Instance['id']) => Sample | Promise<Sample | undefined>;
  /** What hrefs begin with, such as `https://cpe.example:8638`; empty for absolute paths. */
  readonly publicUrl: string;
  readonly limits: Pick<Limits, 'batch'>;
}

/** Of a list, nothing but this can be said. */
export const batchMedia: PatchMedia = 'application/json-patch+json';

/** The entities of one API in one version. */
export class Entities {
  readonly #parts: EntityParts;
  readonly #type: InstanceType;
  readonly #version: Version;
  readonly #rendered: RenderedEntities;
  readonly #rendering: Rendering;

  constructor(parts: EntityParts, rendered: RenderedEntities, type: InstanceType, version: Version) {
    this.#parts = parts;
    this.#type = type;
    this.#version = version;
    this.#rendered = rendered;
    const { store, kinds, publicUrl } = parts;
    this.#rendering = { type, version, publicUrl, links: linksOf(store, version, publicUrl, kinds) };
  }

  get(request: FastifyRequest, reply: FastifyReply): FastifyReply | Promise<FastifyReply> {
    const id = idOf(request);
    const rendered = this.#rendered.get(id);
    if (rendered?.type !== this.#type) throw this.#missing(id);
    const { which, query } = whichOf(queryOf(request.url));
    const fields = query === '' ? undefined : parseQuery(query, this.#type, this.#version).fields;
    if (which !== 'actual') {
      const instance = this.#parts.store.instance(instanceId(id));
      if (!instance) throw this.#missing(id);
      const { entity, etag } = showTwin(this.#parts, instance, which, this.#rendering);
      reply.header('etag', etag);
      if (isKnown(request.headers, etag)) return reply.code(304).send();
      return reply.type(jsonType).send(fields ? project(entity, fields) : entity);
    }
    const { body, etag, hasTelemetry, twins } = rendered;
    reply.header('etag', etag);
    if (twins !== undefined) reply.header('link', twins);
    if (isKnown(request.headers, etag)) return reply.code(304).send();
    if (fields) {
      reply.type(jsonType);
      const isWhole = !hasTelemetry || !fields.has(characteristicArray[this.#type]);
      return isWhole ? reply.send(projected(body, fields)) : this.#withSample(reply, id, body, fields);
    }
    reply.type(jsonType);
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
    const { store, ring, publicUrl } = this.#parts;
    const type = this.#type;
    const { fields } = parseQuery(queryOf(request.url), type, this.#version);
    const document = acceptCreate(bodyOf(request), type, this.#version);
    const id = acceptId(property(document, 'id'));
    const instance = await store.submit(this.#cause(request, `POST /${type}`), writer =>
      this.#made(writer, document, id),
    );
    ring();
    reply.code(201).header('location', hrefOf(type, this.#version, instance.id, publicUrl));
    return this.#answer(reply, instance, fields);
  }

  /** Several at once, all of them or none. */
  async createBatch(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const { store, ring, limits } = this.#parts;
    const type = this.#type;
    if (mediaOf(request) !== batchMedia) throw unreadType([batchMedia]);
    const { fields } = parseQuery(queryOf(request.url), type, this.#version);
    const body = bodyOf(request);
    if (isArray(body) && body.length > limits.batch) {
      const most = limitText(limits, 'batch', 'entities');
      throw new AgentError('tooLarge', `One request makes up to ${most}; send them in parts`);
    }
    const wanted = readBatch(body).map((value, i) =>
      within(`/${i}/value`, () => {
        const document = acceptCreate(value, type, this.#version);
        return { document, id: acceptId(property(document, 'id')) };
      }),
    );
    const instances = await store.submit(this.#cause(request, `PATCH /${type}`), writer =>
      wanted.map(({ document, id }, i) => within(`/${i}/value`, () => this.#made(writer, document, id))),
    );
    ring();
    const shown = instances.map(each => project(showInstance(this.#parts, each, this.#rendering).entity, fields));
    return reply.type(jsonType).send(JSON.stringify(shown));
  }

  async patch(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const { store, kinds, ring, publicUrl } = this.#parts;
    const id = idOf(request);
    const { fields } = parseQuery(queryOf(request.url), this.#type, this.#version);
    const media = mediaOf(request);
    const body = bodyOf(request);
    const { instance, expectation } = await store.submit(this.#cause(request, `PATCH /${this.#type}/${id}`), writer => {
      const before = this.#existing(writer, id, request);
      const wanted = patched({ store: writer, kinds }, before, body, media, this.#rendering);
      return inPlacesOf(this.#rendering, wanted, () => patchInstance(writer, before, wanted, this.#parts));
    });
    ring();
    if (expectation) {
      reply.code(202).header('link', `<${publicUrl}/diffo/v1/expectations/${expectation.id}>; rel="expectation"`);
    }
    return this.#answer(reply, instance, fields);
  }

  async remove(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const { store, kinds, ring } = this.#parts;
    const id = idOf(request);
    await store.submit(this.#cause(request, `DELETE /${this.#type}/${id}`), writer =>
      removeInstance(writer, this.#existing(writer, id, request), kinds),
    );
    ring();
    return reply.code(204).send();
  }

  #made(writer: Writer, document: JsonObject, id: InstanceId | undefined): Instance {
    const wanted = { type: this.#type, document, ...(id === undefined ? {} : { id }) };
    return inPlacesOf(this.#rendering, document, () => createInstance(writer, wanted, this.#parts));
  }

  #existing(writer: Writer, id: string, { headers }: FastifyRequest): Instance {
    const instance = writer.instance(instanceId(id));
    if (instance?.type !== this.#type) throw this.#missing(id);
    if (headers['if-match'] !== undefined || headers['if-none-match'] !== undefined) {
      checkPreconditions(headers, etagNow({ store: writer, kinds: this.#parts.kinds }, instance));
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
    return { principal: CLIENT, kind: 'request', ref: request.id, why };
  }
}

/** `which` is no attribute of the standard: it is read apart from the rest. */
function whichOf(text: string): { readonly which: Which; readonly query: string } {
  if (!/(^|&)which=/.test(text)) return { which: 'actual', query: text };
  const [said, ...more] = new URLSearchParams(text).getAll('which');
  if (more.length > 0) throw new AgentError('invalid', 'which may be given once', { parameter: 'which' });
  const rest = text.split('&').filter(pair => !pair.startsWith('which='));
  return { which: readWhich(said), query: rest.join('&') };
}

function projected(body: string, fields: Projection): string {
  return JSON.stringify(project(JSON.parse(body), fields));
}

/** Tells the place of what is wrong from the whole body on. */
function within<T>(pointer: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof AgentError) || error.code === 'internal') throw error;
    throw new AgentError(error.code, error.message, { pointer: `${pointer}${error.pointer ?? ''}`, cause: error });
  }
}

function idOf({ params }: FastifyRequest): string {
  return String(property(params as Json, 'id'));
}

function bodyOf({ body }: FastifyRequest): Json {
  return (body ?? null) as Json;
}

/** Without a body there is no type either, and what is missing is the body. */
function mediaOf({ headers }: FastifyRequest): PatchMedia {
  const media = patchMediaOf(headers['content-type'] ?? 'application/json');
  if (media !== undefined) return media;
  throw unreadType(patchMedia);
}
