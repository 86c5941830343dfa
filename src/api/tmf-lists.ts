/** Lists of TMF entities: filtered, sorted, paged, counted, and streamed, so that a long one never stands in memory whole. */
import { Readable } from 'node:stream';
import { setImmediate as breath } from 'node:timers/promises';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Instance, InstanceType } from '../core/instance.ts';
import type { JsonObject } from '../core/json.ts';
import type { Kinds } from '../core/kind.ts';
import { present } from '../core/model/present.ts';
import type { Reader } from '../ports/store.ts';
import { type Rendering, render } from '../tmf/codec.ts';
import { type CursorScope, encodeCursor } from '../tmf/query/cursor.ts';
import { cursorLinks } from '../tmf/query/pages.ts';
import { orderOf } from '../tmf/query/sort.ts';
import { pageLinks, project, type Query, readQuery } from '../tmf/query.ts';
import type { Version } from '../tmf/version.ts';
import { asItWas } from './as-it-was.ts';
import { jsonType } from './errors.ts';
import { linksOf, remembering } from './links.ts';
import { type Found, type FoundMark, search } from './list-search.ts';
import { type ListWindow, readWindow } from './list-window.ts';
import type { RenderedEntities } from './rendered.ts';
import { pathOf, queryOf } from './server.ts';

export interface ListParts {
  /** Bodies of the version that is asked for. */
  readonly rendered: Pick<RenderedEntities, 'get'>;
  readonly store: Reader;
  readonly kinds: Kinds;
  readonly publicUrl: string;
  /** Answer a page with 206 (TMF630) rather than always 200. */
  readonly partialContent?: boolean;
}

/** So many entities are rendered between two breaths, and make one chunk of an answer. */
const AT_ONCE = 100;
/** Of longer pages the bodies are not kept: they would drive out those of what is asked for again and again. */
const REMEMBERED = 1_000;

export async function sendList(
  request: FastifyRequest,
  reply: FastifyReply,
  { store, kinds, publicUrl, rendered, partialContent = true }: ListParts,
  type: InstanceType,
  version: Version,
): Promise<FastifyReply> {
  const query = readQuery(queryOf(request.url), type, version);
  const scope = { epoch: store.epoch, order: `${type} ${version} ${orderOf(query.sort)}` };
  const window = readWindow(query, request.headers.range, scope);
  const links = remembering(linksOf(store, version, publicUrl, kinds));
  const rendering: Rendering = { type, version, publicUrl, links };
  const show = (instance: Instance): JsonObject => render(present(store, kinds, instance).document, rendering);
  const isGone = (): boolean => reply.raw.destroyed;
  const found = await search({ store, kinds, show, isGone }, query, type, version, window);
  if (!found) return reply.hijack();
  const { total, page } = found;
  const isPartial = window.isPart && page.length > 0 && page.length < total;
  reply
    .code(partialContent && isPartial ? 206 : 200)
    .headers({ 'x-total-count': total, 'x-result-count': page.length, 'accept-ranges': 'items' })
    .headers(pageHeaders(`${publicUrl}${pathOf(request.url)}`, query, window, found, scope))
    .type(jsonType);
  const isRemembered = query.fields === undefined && page.length <= REMEMBERED;
  const texts = (marks: readonly FoundMark[]): string[] => {
    const known = isRemembered ? marks.map(({ id }) => rendered.get(id)) : [];
    // With telemetry a body is arranged for samples, which lists do not have.
    const unknown = marks.filter((mark, i) => known[i]?.seq !== mark.seq || known[i].hasTelemetry);
    const now = store.instancesAt(unknown.map(({ row }) => row));
    const made = new Map(unknown.map((mark, i) => [mark, asItWas(store, mark, type, now[i])]));
    return marks.flatMap((mark, i) => {
      if (!made.has(mark)) return known[i]?.body ?? [];
      const instance = made.get(mark);
      return instance ? JSON.stringify(project(show(instance), query.fields)) : [];
    });
  };
  if (page.length <= AT_ONCE) return reply.send(`[${texts(page).join(',')}]`);
  return reply.send(Readable.from(chunks(page, texts), { objectMode: false }));
}

/** Where the page stands in the list, and where others are. */
function pageHeaders(
  address: string,
  { rest }: Query,
  { byCursor, isPart, offset, pageLength: limit }: ListWindow,
  { total, page, isFirst, isLast }: Found,
  scope: CursorScope,
): Record<string, string> {
  if (byCursor) {
    const at = (mark: FoundMark | undefined): string | undefined => mark && encodeCursor(mark, scope);
    const cursors = { before: isFirst ? undefined : at(page.at(0)), after: isLast ? undefined : at(page.at(-1)) };
    return { link: cursorLinks(address, { limit, rest }, cursors) };
  }
  const links = pageLinks(address, { offset, limit, rest }, total);
  const range = page.length === 0 ? '*' : `${offset}-${offset + page.length - 1}`;
  return {
    ...(isPart ? { 'content-range': `items ${range}/${total}` } : {}),
    ...(links === undefined ? {} : { link: links }),
  };
}

/** The text of a list in portions, with room for other requests between them. */
async function* chunks(
  page: readonly FoundMark[],
  texts: (marks: readonly FoundMark[]) => string[],
): AsyncGenerator<string> {
  let mark = '[';
  for (let from = 0; from < page.length; from += AT_ONCE) {
    const portion = texts(page.slice(from, from + AT_ONCE));
    if (portion.length === 0) continue;
    yield mark + portion.join(',');
    mark = ',';
    await breath();
  }
  yield mark === '[' ? '[]' : ']';
}
