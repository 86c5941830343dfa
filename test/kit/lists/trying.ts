/** Asks a served inventory questions at random and holds each answer against the plain model: totals, order, links, pages. */
import { Agent, get, type IncomingHttpHeaders } from 'node:http';
import type { Chance } from '../chance.ts';
import { question, written } from './asking.ts';
import { answerTo, type Entity } from './model.ts';

/** A list, by its absolute address, with all that stands in it as it is shown there. */
export interface Collection {
  readonly address: string;
  readonly all: readonly Entity[];
}

interface Page {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

const connections = new Agent({ keepAlive: true });

/** As the address stands, with whatever signs are in it. */
export function getPage(address: string, headers: Record<string, string> = {}): Promise<Page> {
  const { hostname, port, origin } = new URL(address);
  const path = address.slice(origin.length);
  return new Promise((resolve, reject) => {
    const request = get({ hostname, port, path, headers, agent: connections }, response => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('error', reject);
      response.on('end', () =>
        resolve({ status: response.statusCode, headers: response.headers, text: Buffer.concat(parts).toString() }),
      );
    });
    request.on('error', reject);
  });
}

/** How many entities were compared. Throws at the first answer that is not as it should be. */
export async function askAndCompare(chance: Chance, collections: readonly Collection[]): Promise<number> {
  const collection = chance.pick(collections);
  if (!collection) throw new Error('there is no list to ask');
  const { address, all } = collection;
  const asked = question(chance, all);
  const parts = written(asked, chance);
  const expected = answerTo(asked, all).map(each => JSON.stringify(each));
  const way = chance.pick(['offset', 'offset', 'offset', 'range', 'cursor', 'all'] as const) ?? 'all';
  const limit = Math.max(
    1,
    chance.whole(0, 8) === 0 ? expected.length + 1 : chance.whole(1, Math.ceil(expected.length / 2) + 2),
  );
  const known: Known = { address, parts, expected };
  switch (way) {
    case 'all':
      await expectPage(known, [], 0, expected.length);
      break;
    case 'offset':
      await offsetPages(chance, known, limit);
      break;
    case 'range': {
      const from = chance.whole(0, expected.length + 2);
      await expectPage(known, [], from, from + limit, { range: `items=${from}-${from + limit - 1}` });
      break;
    }
    case 'cursor':
      await cursorPages(known, limit);
      break;
  }
  return expected.length;
}

interface Known {
  readonly address: string;
  readonly parts: readonly string[];
  /** Entities as text, in order. */
  readonly expected: readonly string[];
}

/** One page by offset, and where its links lead. */
async function offsetPages(chance: Chance, known: Known, limit: number): Promise<void> {
  const total = known.expected.length;
  const offset = chance.happens(0.3) ? 0 : chance.whole(0, total + 3);
  const page = await expectPage(known, [`offset=${offset}`, `limit=${limit}`], offset, offset + limit);
  const at = (rel: string): number | undefined => {
    const link = linkOf(page, rel);
    return link === undefined ? undefined : Number(new URL(link, known.address).searchParams.get('offset'));
  };
  const last = total === 0 ? 0 : Math.floor((total - 1) / limit) * limit;
  const links = [at('self'), at('first'), at('prev'), at('next'), at('last')];
  const should = [
    offset,
    0,
    offset > 0 ? Math.max(0, offset - limit) : undefined,
    offset + limit < total ? offset + limit : undefined,
    last,
  ];
  same(links, should, known, page);
  const next = linkOf(page, 'next');
  if (next !== undefined) await expectAt(new URL(next, known.address).href, known, offset + limit, offset + 2 * limit);
}

/** From the beginning to the end, and one page back. */
async function cursorPages(known: Known, limit: number): Promise<void> {
  // Long walks are cut short: each page may be a look at everything.
  const length = Math.max(limit, Math.ceil(known.expected.length / 4));
  let page = await expectPage(known, ['after=', `limit=${length}`], 0, length);
  let from = 0;
  for (;;) {
    const next = linkOf(page, 'next');
    same(next !== undefined, from + length < known.expected.length, known, page);
    same(linkOf(page, 'prev') !== undefined, from > 0, known, page);
    if (next === undefined) break;
    from += length;
    page = await expectAt(new URL(next, known.address).href, known, from, from + length);
  }
  const previous = linkOf(page, 'prev');
  if (previous !== undefined) await expectAt(new URL(previous, known.address).href, known, from - length, from);
}

function expectPage(
  known: Known,
  paging: readonly string[],
  from: number,
  to: number,
  headers: Record<string, string> = {},
): Promise<Page> {
  return expectAt(`${known.address}?${[...known.parts, ...paging].join('&')}`, known, from, to, headers);
}

async function expectAt(
  url: string,
  known: Known,
  from: number,
  to: number,
  headers: Record<string, string> = {},
): Promise<Page> {
  const page = await getPage(url, headers);
  const { expected } = known;
  const wanted = expected.slice(from, to);
  const place = { ...known, address: `${url} ${JSON.stringify(headers)}` };
  same(page.status, wanted.length > 0 && wanted.length < expected.length ? 206 : 200, place, page);
  same(page.headers['x-total-count'], String(expected.length), place, page);
  same(page.headers['x-result-count'], String(wanted.length), place, page);
  const range = page.headers['content-range'];
  const span = wanted.length === 0 ? '*' : `${from}-${from + wanted.length - 1}`;
  if (range !== undefined) same(range, `items ${span}/${expected.length}`, place, page);
  same(page.text, `[${wanted.join(',')}]`, place, page);
  return page;
}

function linkOf({ headers }: Page, rel: string): string | undefined {
  const links = String(headers.link ?? '').matchAll(/<([^>]*)>; rel="(\w+)"/g);
  return [...links].find(([, , name]) => name === rel)?.[1];
}

function same(found: unknown, wanted: unknown, { address, parts }: Known, page: Page): void {
  const [is, should] = [found, wanted].map(each => JSON.stringify(each) ?? 'nothing');
  if (is === should) return;
  throw new Error(
    `${address}\nasked ${parts.map(decodeURIComponent).join(' & ')}\nis     ${is?.slice(0, 2_000)}\nshould ${should?.slice(0, 2_000)}\nstatus ${page.status} ${page.text.slice(0, 300)}`,
  );
}
