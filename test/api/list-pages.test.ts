/** What pages of lists promise beside their contents: links, ranges, cursors, and that they hold while others write. */
import { beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { instanceId } from '../../src/core/ids.ts';
import type { JsonObject } from '../../src/core/json.ts';
import { type Answer, R4, R5, type Served, served } from './served.ts';

const cause = { principal: 'client', kind: 'request' } as const;

function put(agent: Served, id: string, members: JsonObject = {}): void {
  const document = { id, '@type': 'Resource', ...members };
  agent.store.transact(cause, writer =>
    writer.putInstance({ id: instanceId(id), type: 'resource', kind: 'resource', document, createdAt: 0 }),
  );
}

const idsIn = ({ list }: Answer): unknown[] => list.map(({ id }) => id);
const header = ({ headers }: Answer, name: string): string | null => headers.get(name);
const linkIn = (answer: Answer, rel: string): string | undefined =>
  [...(header(answer, 'link') ?? '').matchAll(/<([^>]*)>; rel="(\w+)"/g)].find(([, , name]) => name === rel)?.[1];

describe('twelve resources', () => {
  let agent: Served;
  const list = (query: string, headers: Record<string, string> = {}): Promise<Answer> =>
    agent.call('GET', `${R5}/resource${query}`, undefined, headers);
  beforeAll(async () => {
    agent = await served();
    for (let i = 0; i < 12; i++) {
      put(agent, `r${i}`, {
        category: i % 2 === 0 ? 'even' : 'odd',
        name: `n${(i * 5) % 12}`,
        ...(i === 3 ? { extra: 1 } : {}),
      });
    }
    return () => agent.stop();
  });

  test('a range of items is a page, and is told again', async () => {
    const page = await list('?category=even', { range: 'items=1-3' });
    expect([page.status, header(page, 'content-range')]).toEqual([206, 'items 1-3/6']);
    expect(idsIn(page)).toEqual(['r2', 'r4', 'r6']);
    const rest = await list('?category=even', { range: 'items=4-' });
    expect([idsIn(rest), header(rest, 'content-range')]).toEqual([['r8', 'r10'], 'items 4-5/6']);
    expect(header(await list('?offset=9&limit=5'), 'content-range')).toBe('items 9-11/12');
    const beyond = await list('', { range: 'items=40-50' });
    expect([beyond.status, beyond.text, header(beyond, 'content-range')]).toEqual([200, '[]', 'items */12']);
    expect((await list('', { range: 'bytes=0-3' })).status).toBe(200);
    expect(header(await list(''), 'content-range')).toBeNull();
  });

  test.each([
    ['items=3-1', ''],
    ['items=-5', ''],
    ['items=a-b', ''],
    ['items=0-1,3-4', ''],
    ['items=0-1', '?limit=2'],
    ['items=0-1', '?after='],
  ])('the range %s with "%s" is refused', async (range, query) => {
    expect(await list(query, { range })).toMatchObject({ status: 400, json: { code: 'invalid', parameter: 'Range' } });
  });

  test('a limit beyond the longest page is that page, and the links say so', async () => {
    const page = await list('?limit=1000000&category=odd');
    expect([page.status, idsIn(page).length]).toEqual([200, 6]);
    expect(linkIn(page, 'self')).toContain('limit=10000');
  });

  test('beyond the end there is nothing, and that is no failure', async () => {
    expect(await list('?offset=99&limit=3')).toMatchObject({ status: 200, text: '[]' });
    expect(await list('?limit=0')).toMatchObject({ status: 200, text: '[]' });
  });

  test('signs that would end an address in a link are encoded there', async () => {
    const page = await list('?name=n0,%22%3E%3C&limit=1&name.regex=%5En');
    expect(linkIn(page, 'self')).toMatch(/name=n0,%22%3E%3C&name.regex/);
  });

  test.each(['', '&sort=-name', '&category=even', '&sort=category,-name&name.regex=n'])(
    'cursors lead to the end and back again: %s',
    async more => {
      const all = idsIn(await list(`?${more.slice(1)}`));
      const walked: unknown[] = [];
      const pages: Answer[] = [];
      for (
        let at: string | undefined = `${R5}/resource?after=&limit=5${more}`;
        at;
        at = linkIn(pages.at(-1) as Answer, 'next')
      ) {
        const page = await agent.call('GET', at);
        walked.push(...idsIn(page));
        pages.push(page);
      }
      expect(walked).toEqual(all);
      expect(linkIn(pages[0] as Answer, 'prev')).toBeUndefined();
      const back = linkIn(pages.at(-1) as Answer, 'prev') ?? '';
      expect(idsIn(await agent.call('GET', back))).toEqual(idsIn(pages.at(-2) as Answer));
      expect(idsIn(await list(`?before=&limit=5${more}`))).toEqual(all.slice(-5));
    },
  );

  test('a cursor is good for one order of one list', async () => {
    const page = await list('?after=&limit=2&sort=name');
    const cursor = new URL(linkIn(page, 'next') ?? '', agent.url).searchParams.get('after') ?? '';
    expect((await list(`?after=${cursor}&sort=name`)).status).toBe(206);
    for (const path of [`${R5}/resource?after=${cursor}`, `${R4}/resource?after=${cursor}&sort=name`]) {
      expect((await agent.call('GET', path)).json).toMatchObject({ code: 'invalid' });
    }
    expect((await list('?after=nonsense')).status).toBe(400);
    expect((await list(`?after=${cursor}&sort=name&offset=1`)).status).toBe(400);
  });

  test('a name is known when any stored document has it, wherever else the query looks', async () => {
    expect(idsIn(await list('?extra=1'))).toEqual(['r3']);
    expect(await list('?extra=1&category=even')).toMatchObject({ status: 200, text: '[]' });
    expect((await list('?sort=-extra&limit=1')).list[0]?.id).toBe('r3');
    for (const query of ['?nope=1', '?nope=1&id=r1', '?sort=nope', "?filter=$[?(@.nope=='x')]", '?name=none&nope=1']) {
      expect(await list(query)).toMatchObject({
        status: 400,
        json: { code: 'invalid', reason: expect.stringMatching(/nope/) },
      });
    }
  });

  test.each([
    ['?expand=place', 501],
    ['?depth=2', 501],
    ['?filter=$[?(length(@.name)>1)]', 400],
    ['?filter=$[0:2]', 400],
    ['?filter=$..name', 400],
    ['?filter=$[(process.exit())]', 400],
  ])('%s is refused with %i', async (query, status) => {
    expect((await list(query)).status).toBe(status);
  });
});

describe('while others write', () => {
  const COUNT = 700;

  /** Asks while a writer changes, removes and makes instances between any two portions. */
  async function whileWriting(query: string): Promise<{ readonly agent: Served; readonly answer: Answer }> {
    const agent = await served();
    onTestFinished(() => agent.stop());
    for (let i = 0; i < COUNT; i++) put(agent, `r${i}`, { category: 'c', description: 'before', name: `n${i}` });
    let turn = 0;
    let ended = false;
    const write = (): void => {
      if (ended) return;
      turn++;
      const id = `r${(turn * 97) % COUNT}`;
      if (turn % 3 === 0) agent.store.transact(cause, writer => writer.removeInstance(instanceId(id)));
      else put(agent, id, { category: 'd', description: 'after', name: `m${turn}` });
      put(agent, `new${turn}`, { category: 'c', description: 'before', name: `n${turn}` });
      setImmediate(write);
    };
    setImmediate(write);
    const answer = await agent.call('GET', `${R5}/resource${query}`);
    ended = true;
    expect(turn).toBeGreaterThan(2);
    return { agent, answer };
  }

  test.each([
    '',
    '?category=c',
    '?description.regex=before',
    '?sort=-name',
    '?sort=name&description.regex=before',
    '?category=c&sort=name',
  ])('a list holds each once, misses none that was there all along, and counts what it sends: %s', async query => {
    const { agent, answer } = await whileWriting(query);
    const ids = idsIn(answer);
    expect(new Set(ids).size).toBe(ids.length);
    expect([header(answer, 'x-total-count'), header(answer, 'x-result-count')]).toEqual([
      `${ids.length}`,
      `${ids.length}`,
    ]);
    const untouched = [...agent.store.instances({ type: 'resource' })]
      .filter(({ id, document }) => /^r\d/.test(id) && document.description === 'before')
      .map(({ id }) => id);
    expect(untouched.length).toBeGreaterThan(0);
    // Some were made anew after they had been removed; those that kept their first seq stood all along.
    const stood = untouched.filter(id => (agent.store.instanceSeq(id) ?? 0) <= COUNT);
    expect(stood.filter(id => !ids.includes(id))).toEqual([]);
    if (query.includes('regex')) {
      expect(answer.list.filter(({ description }) => description !== 'before')).toEqual([]);
    }
    if (query.includes('category')) {
      expect(answer.list.filter(({ category }) => category !== 'c')).toEqual([]);
    }
    if (query.includes('sort')) {
      const names = answer.list.map(({ name }) => String(name));
      const sorted = names.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0));
      expect(names).toEqual(query.includes('-name') ? sorted.toReversed() : sorted);
    }
  });
});

test('what nobody waits for any more is not looked for to the end', async () => {
  const agent = await served();
  onTestFinished(() => agent.stop());
  for (let i = 0; i < 3_000; i++) put(agent, `r${i}`, { description: 'd' });
  const leaving = new AbortController();
  const looks = vi.spyOn(agent.store, 'instancesAt').mockImplementationOnce(() => {
    leaving.abort();
    return [];
  });
  const asked = fetch(`${agent.url}${R5}/resource?description.regex=nobody`, { signal: leaving.signal });
  await expect(asked).rejects.toThrow();
  expect((await agent.call('GET', `${R5}/resource?limit=1`)).status).toBe(206);
  const looked = looks.mock.calls.length;
  await new Promise(resolve => setTimeout(resolve, 100));
  expect(looks.mock.calls.length).toBe(looked);
  expect(looked).toBeLessThan(30);
});

test('where the setting says so, pages are 200 as the official files have it', async () => {
  const agent = await served({ partialContent: false });
  onTestFinished(() => agent.stop());
  for (let i = 0; i < 3; i++) put(agent, `r${i}`);
  const page = await agent.call('GET', `${R5}/resource?limit=2`);
  expect([page.status, header(page, 'content-range')]).toEqual([200, 'items 0-1/3']);
});
