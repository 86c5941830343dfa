/** TMF633 and TMF634, v4 and v5, to be read: the specifications of all kinds and of all that instances refer to. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AgentError } from '../core/errors.ts';
import type { Instant } from '../core/ids.ts';
import type { InstanceType } from '../core/instance.ts';
import type { JsonObject } from '../core/json.ts';
import type { Kinds } from '../core/kind.ts';
import { type Specification, specificationById, specifications, stamp } from '../core/model/specification.ts';
import { specificationRelations } from '../core/model/specification-relations.ts';
import type { Reader } from '../ports/store.ts';
import { renderSpecification } from '../tmf/catalogue/document.ts';
import { catalogueAliases, catalogueRoot } from '../tmf/catalogue/roots.ts';
import { comparePositions, type SortKey, sortValue } from '../tmf/query/sort.ts';
import { meets, pageLinks, parseQuery, project, readQuery } from '../tmf/query.ts';
import { type Version, versions } from '../tmf/version.ts';
import { jsonType } from './errors.ts';
import { type App, pathOf, queryOf, resourceAt } from './server.ts';

export interface CatalogueParts {
  readonly store: Reader;
  readonly kinds: Kinds;
  readonly publicUrl: string;
  /** Since when the profile is served: the date of what nobody has changed on the device. */
  readonly servedSince: Instant;
  /** Answer a page with 206 (TMF630) rather than always 200. */
  readonly partialContent?: boolean;
}

const number: Record<InstanceType, string> = { service: 'TMF633 Service', resource: 'TMF634 Resource' };

export function catalogueRoutes(app: App, parts: CatalogueParts): void {
  for (const type of ['service', 'resource'] as const) {
    for (const version of versions) {
      for (const root of [catalogueRoot[type][version], ...catalogueAliases[type][version]]) {
        resourceAt(app, root, {
          GET: (_request, reply) => reply.type(jsonType).send(entryPoint(type, version, parts.publicUrl)),
        });
        resourceAt(app, `${root}/${type}Specification`, {
          GET: (request, reply) => list(request, reply, parts, type, version),
        });
        resourceAt(app, `${root}/${type}Specification/:id`, {
          GET: (request, reply) => one(request, reply, parts, type, version),
        });
      }
    }
  }
}

function entryPoint(type: InstanceType, version: Version, publicUrl: string): JsonObject {
  const root = `${publicUrl}${catalogueRoot[type][version]}`;
  const name = `${type}Specification`;
  return {
    name: `${number[type]} Catalog Management`,
    version,
    _links: { self: { href: root }, [name]: { href: `${root}/${name}` } },
  };
}

/** There are as many as kinds, some dozens: each is made to be looked at, and the page is cut from what remains. */
function list(
  request: FastifyRequest,
  reply: FastifyReply,
  parts: CatalogueParts,
  type: InstanceType,
  version: Version,
): FastifyReply {
  const { publicUrl, partialContent = true } = parts;
  const query = readQuery(queryOf(request.url), type, version);
  if (query.after !== undefined || query.before !== undefined) {
    throw new AgentError('unsupported', 'A catalogue is short and has no cursors; say offset and limit');
  }
  const all = specifications(parts.store, parts.kinds, { type });
  const named = Map.groupBy(all, ({ name }) => name);
  const shown = all.map(each => render(each, named.get(each.name) ?? [], version, parts));
  const met = sorted(
    shown.filter(each => meets(each, query, type)),
    query.sort,
  );
  const { offset = 0, limit = Number.POSITIVE_INFINITY } = query;
  const page = met.slice(offset, offset + limit);
  const links = pageLinks(`${publicUrl}${pathOf(request.url)}`, query, met.length);
  const isPage = query.limit !== undefined || query.offset !== undefined;
  return reply
    .code(partialContent && isPage && page.length > 0 && page.length < met.length ? 206 : 200)
    .headers({
      'x-total-count': met.length,
      'x-result-count': page.length,
      ...(links === undefined ? {} : { link: links }),
    })
    .type(jsonType)
    .send(JSON.stringify(page.map(each => project(each, query.fields))));
}

/** As they are where nobody says otherwise: by name, the highest version first. */
function sorted(entities: readonly JsonObject[], keys: readonly SortKey[]): readonly JsonObject[] {
  if (keys.length === 0) return entities;
  return entities
    .map((entity, row) => ({ entity, row, values: keys.map(key => sortValue(entity, key)) }))
    .sort((a, b) => comparePositions(a, b, keys))
    .map(({ entity }) => entity);
}

function one(
  request: FastifyRequest,
  reply: FastifyReply,
  parts: CatalogueParts,
  type: InstanceType,
  version: Version,
): FastifyReply {
  const { fields } = parseQuery(queryOf(request.url), type, version);
  // Fastify fills in every name of the route's path.
  const { id = '' } = request.params as Readonly<Record<string, string>>;
  const found = specificationById(parts.store, parts.kinds, id);
  if (found?.type !== type) throw new AgentError('notFound', `There is no ${type}Specification with the id "${id}"`);
  const named = specifications(parts.store, parts.kinds, { type, name: found.name });
  return reply.type(jsonType).send(JSON.stringify(project(render(found, named, version, parts), fields)));
}

function render(
  specification: Specification,
  named: readonly Specification[],
  version: Version,
  parts: CatalogueParts,
): JsonObject {
  const { store, kinds, publicUrl, servedSince } = parts;
  const kind = specification.kind === undefined ? undefined : kinds.get(specification.kind);
  const lastUpdate = specification.lastUpdate ?? stamp(firstUse(store, specification) ?? servedSince);
  const relations = specificationRelations(store, kinds, specification, named);
  return renderSpecification({ specification, kind, relations, lastUpdate }, version, publicUrl);
}

/** When the first of the instances that it still has was made. */
function firstUse(store: Reader, { kind }: Specification): Instant | undefined {
  if (kind === undefined) return undefined;
  for (const { createdAt } of store.instances({ kind, limit: 1 })) return createdAt;
  return undefined;
}
