/** What the routes of parties, places and entities have in common: list, read, make, change and delete. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { JsonObject } from '../../core/json.ts';
import { isA, type RecordKinds } from '../../core/kind.ts';
import type { SharedForm, SharedThing } from '../../core/model/shared-form.ts';
import type { SharedQuery, SharedRecord } from '../../core/model/shared-record.ts';
import {
  changeShared,
  needShared,
  presentShared,
  removeShared,
  type SharedGiven,
  upsertShared,
} from '../../core/model/shared-rules.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Store } from '../../ports/store.ts';
import { mergePatch } from '../../tmf/merge-patch.ts';
import type { Handler } from '../paths.ts';
import { type App, resourceAt } from '../server.ts';
import { inPath, parameter, readPage } from './lists.ts';
import { OPERATOR } from './parts.ts';

export interface SharedParts {
  readonly store: Store;
  readonly recordKinds: RecordKinds;
  readonly clock: Clock;
  readonly newId: () => string;
}

const paths: Record<SharedThing, string> = {
  party: '/diffo/v1/parties',
  place: '/diffo/v1/places',
  entity: '/diffo/v1/entities',
};

/** Where a party, place or entity is read. */
export function sharedHref(of: SharedThing, id: string): string {
  return `${paths[of]}/${encodeURIComponent(id)}`;
}

/** Answers questions of its own, such as what is near; undefined: it was not asked one. */
export type SharedList = (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply> | undefined;

export function sharedRoutes(app: App, form: SharedForm, parts: SharedParts, list?: SharedList): void {
  const { store, recordKinds, clock, newId } = parts;
  const of = form.class;
  const given = (): SharedGiven => ({ now: clock.now(), newId, recordKinds, hrefOf: id => sharedHref(of, id) });
  const cause = (request: FastifyRequest) => ({ principal: OPERATOR, kind: 'request', ref: request.id }) as const;
  const show = (record: SharedRecord): JsonObject => presentShared(store, record, sharedHref, of);

  const listed: Handler = (request, reply) => list?.(request, reply) ?? sendRecords(request, reply, parts, form, show);

  const make: Handler = async (request, reply) => {
    // The parser of the server yields nothing but JSON.
    const body = request.body as JsonObject | undefined;
    const { record, isNew } = await store.submit(cause(request), writer => upsertShared(writer, form, body, given()));
    return reply
      .code(isNew ? 201 : 200)
      .header('location', sharedHref(of, record.id))
      .send(show(record));
  };

  const change: Handler = async (request, reply) => {
    const patch = request.body as JsonObject;
    const id = inPath(request, 'id');
    const record = await store.submit(cause(request), writer =>
      changeShared(writer, form, id, before => mergePatch(before, patch), given()),
    );
    return reply.send(show(record));
  };

  const remove: Handler = async (request, reply) => {
    await store.submit(cause(request), writer => removeShared(writer, form, inPath(request, 'id')));
    return reply.code(204).send();
  };

  resourceAt(app, paths[of], { GET: listed, POST: make });
  resourceAt(app, `${paths[of]}/:id`, {
    GET: (request, reply) => reply.send(show(needShared(store, form, inPath(request, 'id')))),
    PATCH: change,
    DELETE: remove,
  });
}

/** By name and then by creation; of a type, of a name, or those that one thing refers to. */
function sendRecords(
  request: FastifyRequest,
  reply: FastifyReply,
  { store, recordKinds }: SharedParts,
  { class: of, reference }: SharedForm,
  show: (record: SharedRecord) => JsonObject,
): FastifyReply {
  const type = parameter(request, 'type');
  const name = parameter(request, 'name');
  const referredBy = parameter(request, 'referredBy');
  const page = readPage(request);
  const { offset, limit } = page;
  const query: SharedQuery = {
    ...(name === undefined ? {} : { name }),
    ...(type === undefined || type === reference ? {} : { kinds: kindsOf(type, recordKinds) }),
  };
  const send = (records: Iterable<SharedRecord>, total: number): FastifyReply => {
    const shown = Array.from(records, show);
    return reply.header('X-Total-Count', total).header('X-Result-Count', shown.length).send(shown);
  };
  if (referredBy === undefined && type !== reference) {
    return send(store.sharedRecords(of, { ...query, ...page }), store.countShared(of, query));
  }
  const targets = referredBy === undefined ? undefined : new Set(targetsOf(store, referredBy, of));
  const found = [...store.sharedRecords(of, query)].filter(
    ({ id, document }) => (targets?.has(id) ?? true) && (type !== reference || document['@type'] === reference),
  );
  return send(found.slice(offset, offset + limit), found.length);
}

function targetsOf(store: Store, source: string, of: SharedThing): readonly string[] {
  return store.linksFrom(source, of).map(({ target }) => target);
}

/** The type itself, and the kinds of the profile that build upon it. */
export function kindsOf(type: string, recordKinds: RecordKinds): readonly string[] {
  return [
    type,
    ...[...recordKinds.values()].filter(kind => kind.base === type || isA(kind, type)).map(({ name }) => name),
  ];
}
