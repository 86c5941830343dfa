/** Lists of TMF entities: filtered, paged, counted, and streamed, so that a long one never stands in memory whole. */
import { Readable } from 'node:stream';
import { setImmediate as breath } from 'node:timers/promises';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AgentError } from '../core/errors.ts';
import { type InstanceId, instanceId } from '../core/ids.ts';
import type { Instance, InstanceType } from '../core/instance.ts';
import type { JsonObject } from '../core/json.ts';
import type { Kinds } from '../core/kind.ts';
import { present } from '../core/model/present.ts';
import type { InstanceQuery, Reader } from '../ports/store.ts';
import { type Rendering, render } from '../tmf/codec.ts';
import { meets, pageLinks, parseQuery, project, type Query, strangers } from '../tmf/query.ts';
import type { Version } from '../tmf/version.ts';
import { jsonType } from './errors.ts';
import { linksOf, remembering } from './links.ts';
import { pathOf, queryOf } from './server.ts';

export interface ListParts {
  readonly store: Reader;
  readonly kinds: Kinds;
  readonly publicUrl: string;
  /** Answer a page with 206 (TMF630) rather than always 200. */
  readonly partialContent?: boolean;
}

/** So many entities are rendered between two breaths, and make one chunk of an answer. */
const AT_ONCE = 100;

export async function sendList(
  request: FastifyRequest,
  reply: FastifyReply,
  { store, kinds, publicUrl, partialContent = true }: ListParts,
  type: InstanceType,
  version: Version,
): Promise<FastifyReply> {
  const query = parseQuery(queryOf(request.url), type, version);
  const rendering: Rendering = {
    type,
    version,
    publicUrl,
    links: remembering(linksOf(store, version, publicUrl, kinds)),
  };
  const show: Show = instance => render(present(store, kinds, instance).document, rendering);
  const { offset = 0, limit = Number.POSITIVE_INFINITY } = query;
  const found =
    query.all.length === 0 ? wholePage(store, type, offset, limit) : await filteredPage(store, query, type, show);
  const { total, count } = found;
  const isPage = query.limit !== undefined || query.offset !== undefined;
  const links = pageLinks(`${publicUrl}${pathOf(request.url)}`, query, total);
  reply
    .code(partialContent && isPage && count > 0 && count < total ? 206 : 200)
    .headers({ 'x-total-count': total, 'x-result-count': count, ...(links === undefined ? {} : { link: links }) })
    .type(jsonType);
  const text = (instance: Instance): string => JSON.stringify(project(show(instance), query.fields));
  if (count <= AT_ONCE) return reply.send(`[${Array.from(found.instances(), text).join(',')}]`);
  return reply.send(Readable.from(chunks(found.instances(), text), { objectMode: false }));
}

type Show = (instance: Instance) => JsonObject;

interface Found {
  readonly total: number;
  readonly count: number;
  instances(): Iterable<Instance>;
}

function wholePage(store: Reader, type: InstanceType, offset: number, limit: number): Found {
  const total = store.countInstances({ type });
  const count = Math.min(Math.max(total - offset, 0), limit);
  return { total, count, instances: () => (count === 0 ? [] : store.instances({ type, offset, limit: count })) };
}

/** Looks at every candidate once and keeps the ids of the page. */
async function filteredPage(store: Reader, query: Query, type: InstanceType, show: Show): Promise<Found> {
  const { offset = 0, limit = Number.POSITIVE_INFINITY } = query;
  const unknown = new Set(strangers(query, type));
  const ids: InstanceId[] = [];
  let total = 0;
  let looked = 0;
  const candidates = indexed(query, type);
  for (const instance of store.instances(candidates)) {
    looked++;
    if (looked % AT_ONCE === 0) await breath();
    for (const name of unknown) if (Object.hasOwn(instance.document, name)) unknown.delete(name);
    if (!meets(show(instance), query, type)) continue;
    if (total >= offset && ids.length < limit) ids.push(instance.id);
    total++;
  }
  const [stranger] = unknown;
  if (stranger !== undefined && !isIndexed(candidates)) {
    throw new AgentError('invalid', `No ${type} has an attribute ${stranger}; the filter cannot be met by any`);
  }
  return { total, count: ids.length, instances: () => byIds(store, ids) };
}

/** The part of a query that an index of the store answers. */
function indexed({ all }: Query, type: InstanceType): InstanceQuery {
  for (const group of all) {
    const values = group.flatMap(each => each.values);
    if (!group.every(({ path, operator }) => path.length === 1 && operator === 'eq')) continue;
    if (group.every(({ path }) => path[0] === 'id')) return { type, ids: [...new Set(values)].map(instanceId) };
    const [value] = values;
    if (values.length === 1 && value !== undefined && group[0]?.path[0] === 'name') return { type, name: value };
  }
  return { type };
}

function isIndexed({ ids, name }: InstanceQuery): boolean {
  return ids !== undefined || name !== undefined;
}

function* byIds(store: Reader, ids: readonly InstanceId[]): Iterable<Instance> {
  for (let i = 0; i < ids.length; i += AT_ONCE) yield* store.instances({ ids: ids.slice(i, i + AT_ONCE) });
}

/** The text of a list in portions, with room for other requests between them. */
async function* chunks(instances: Iterable<Instance>, text: (instance: Instance) => string): AsyncGenerator<string> {
  let portion: string[] = [];
  let mark = '[';
  for (const instance of instances) {
    portion.push(text(instance));
    if (portion.length < AT_ONCE) continue;
    yield mark + portion.join(',');
    mark = ',';
    portion = [];
    await breath();
  }
  yield portion.length > 0 ? `${mark}${portion.join(',')}]` : mark === '[' ? '[]' : ']';
}
