/** `/diffo/v1/instances`: instances made of a kind, and what is done to one under its own name. */
import type { FastifyRequest } from 'fastify';
import { AgentError } from '../../core/errors.ts';
import { type InstanceId, instanceId } from '../../core/ids.ts';
import type { Instance } from '../../core/instance.ts';
import { isObject, type Json, type JsonObject, property } from '../../core/json.ts';
import { Drafts } from '../../core/model/drafts.ts';
import { specificationAttribute } from '../../core/model/specification.ts';
import {
  annotate,
  type Domain,
  define,
  give,
  relate,
  rename,
  respecify,
  setAxes,
  setFeature,
  step,
  takeBack,
  unrelate,
} from '../../core/model/standard-changes.ts';
import { parse } from '../../core/read-body.ts';
import { acceptCreate, type Rendering } from '../../tmf/codec.ts';
import { linksOf } from '../links.ts';
import type { Handler } from '../paths.ts';
import { isKnown } from '../preconditions.ts';
import { type App, resourceAt } from '../server.ts';
import { showInstance } from '../shown.ts';
import { acceptId, createInstance, givenOf, type WriteParts } from '../tmf-writes.ts';
import { readWhich, showTwin, type TwinParts, twinLinks } from '../twins.ts';
import * as bodies from './instance-bodies.ts';
import { inPath, parameter } from './lists.ts';
import { type DiffoParts, type LoopDoor, OPERATOR } from './parts.ts';

export interface InstanceRouteParts extends WriteParts, Pick<DiffoParts, 'store'>, Pick<TwinParts, 'keyed' | 'twins'> {
  readonly loop: Pick<LoopDoor, 'ring'>;
}

/** Does what a body asks for to one instance. */
type Deed = (domain: Domain, id: InstanceId, body: unknown) => void;

const deeds: Readonly<Record<string, Deed>> = {
  define: (domain, id, body) => {
    define(domain, id, parse(bodies.definition, body).characteristic);
  },
  feature: (domain, id, body) => {
    setFeature(domain, id, parse(bodies.feature, body));
  },
  relate: (domain, id, body) => {
    const { to, from, ...words } = parse(bodies.relationship, body);
    const other = instanceId(to ?? from ?? '');
    if (to === undefined) relate(domain, other, id, words);
    else relate(domain, id, other, words);
  },
  unrelate: (domain, id, body) => {
    const { to, from, ...meant } = parse(bodies.relationshipMeant, body);
    if (from === undefined) unrelate(domain, id, { ...meant, ...(to === undefined ? {} : { target: to }) });
    else unrelate(domain, instanceId(from), { ...meant, target: id });
  },
  assign: (domain, id, body) => {
    const { to, ...wish } = parse(bodies.assignment, body);
    give(domain, { ...wish, owner: id, assignee: instanceId(to) });
  },
  unassign: (domain, id, body) => {
    const { to, ...wish } = parse(bodies.assignmentMeant, body);
    takeBack(domain, { ...wish, owner: id, assignee: instanceId(to) });
  },
  respecify: (domain, id, body) => {
    respecify(domain, id, parse(bodies.specification, body).specification);
  },
  annotate: (domain, id, body) => {
    annotate(domain, id, parse(bodies.annotation, body));
  },
  transition: (domain, id, body) => {
    const { step: name, ...more } = parse(bodies.transition, body);
    step(domain, id, { name, ...more });
  },
  lifecycle: (domain, id, body) => {
    setAxes(domain, id, parse(bodies.lifecycle, body));
  },
  rename: (domain, id, body) => {
    rename(domain, id, parse(bodies.naming, body).name);
  },
};

export function instanceRoutes(app: App, parts: InstanceRouteParts): void {
  const { store, kinds, loop } = parts;
  const cause = (request: FastifyRequest, why: string) =>
    ({ principal: OPERATOR, kind: 'request', ref: request.id, why }) as const;
  const renderingOf = ({ type }: Instance): Rendering => ({
    type,
    version: 'v5',
    publicUrl: '',
    links: linksOf(store, 'v5', '', kinds),
  });
  const show = (instance: Instance) => showInstance(parts, instance, renderingOf(instance));

  const make: Handler = async (request, reply) => {
    const read = readNew(request.body, parts);
    const instance = await store.submit(cause(request, 'build'), writer => createInstance(writer, read, parts));
    loop.ring();
    const { entity, etag } = show(instance);
    return reply.code(201).header('location', String(entity.href)).header('etag', etag).send(entity);
  };
  resourceAt(app, '/diffo/v1/instances', { POST: make });

  const look: Handler = (request, reply) => {
    const id = instanceId(inPath(request, 'id'));
    const which = readWhich(parameter(request, 'which'));
    const instance = store.instance(id);
    if (!instance) throw new AgentError('notFound', `there is no instance ${id}`);
    const isActual = which === 'actual';
    const { entity, etag } = isActual ? show(instance) : showTwin(parts, instance, which, renderingOf(instance));
    reply.header('etag', etag);
    const name = property(instance.document, 'name');
    const named = { id, kind: instance.kind, name: typeof name === 'string' ? name : undefined };
    if (isActual && parts.twins.isExpected(named)) {
      reply.header('link', twinLinks(`/diffo/v1/instances/${encodeURIComponent(id)}`));
    }
    return isKnown(request.headers, etag) ? reply.code(304).send() : reply.send(entity);
  };
  resourceAt(app, '/diffo/v1/instances/:id', { GET: look });

  for (const [name, deed] of Object.entries(deeds)) {
    const handle: Handler = async (request, reply) => {
      const id = instanceId(inPath(request, 'id'));
      const instance = await store.submit(cause(request, name), writer => {
        const drafts = new Drafts(writer);
        drafts.need(id);
        deed({ drafts, kinds, given: givenOf(parts) }, id, request.body);
        const written = drafts.flush().get(id) ?? writer.instance(id);
        if (!written) throw new AgentError('internal', `instance ${id} went while it was changed`);
        return written;
      });
      loop.ring();
      const { entity, etag } = show(instance);
      return reply.header('etag', etag).send(entity);
    };
    resourceAt(app, `/diffo/v1/instances/:id/${name}`, { POST: handle });
  }
}

/** `{"kind": NAME, ...}` with the members of a TMF v5 document; a service need not say its state. */
function readNew(body: unknown, { kinds }: InstanceRouteParts) {
  const { kind: name, ...said }: JsonObject = isObject(body) ? body : {};
  const kind = typeof name === 'string' ? kinds.get(name) : undefined;
  if (!kind) {
    const known = kinds.size === 0 ? 'none are loaded' : `there are ${[...kinds.keys()].join(', ')}`;
    throw new AgentError('invalid', `say of which kind it is to be, such as {"kind": "card"}; ${known}`, {
      pointer: '/kind',
    });
  }
  const { type, specification } = kind;
  const { id, name: specificationName, version } = specification;
  const given: JsonObject = {
    '@type': type === 'service' ? 'Service' : 'Resource',
    [specificationAttribute[type]]: { id, name: specificationName, version },
    ...said,
  };
  // TMF wants to hear a state; a kind knows its first.
  const saysState: Json | undefined = property(given, 'state');
  const accepted = acceptCreate(
    type === 'service' && saysState === undefined ? { ...given, state: 'designed' } : given,
    type,
    'v5',
  );
  const { state: _, ...stateless } = accepted;
  const document = type === 'service' && saysState === undefined ? stateless : accepted;
  const wanted = acceptId(property(document, 'id'));
  return { type, document, ...(wanted === undefined ? {} : { id: wanted }) };
}
