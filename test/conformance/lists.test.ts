/** JSONPath filters, order and pages (T53 to T73), in every API. */
import { beforeAll, expect, test } from 'vitest';
import type { Json, JsonObject } from '../../src/core/json.ts';
import { failing, inEveryApi } from './apis.ts';

inEveryApi(api => {
  const [state, on, off] = api.state;
  const date = (month: number): string => `2024-0${month}-15T00:00:00Z`;
  const all: readonly JsonObject[] = [
    { name: 'a', rank: 3, [state]: off, note: [api.note('one', 'x'), api.note('two', 'y')], [api.date]: date(1) },
    { name: 'b', rank: 1, [state]: on, note: [api.note('one', 'y')], [api.date]: date(2) },
    { name: 'c', rank: 2, [state]: off, x: { y: 5 }, [api.date]: date(3) },
    { name: 'd', rank: 10, [state]: on, x: { y: 40 } },
    { name: 'e', [state]: on, rank: 2, [api.characteristic]: [api.text('vlan', '200'), api.text('mode', '7')] },
    { name: 'f', [state]: on, rank: 2, [api.characteristic]: [api.text('vlan', '100'), api.text('mode', '200')] },
    { name: 'g', [state]: on, description: 'last' },
  ];
  beforeAll(async () => {
    for (const each of all) await api.make(each);
  });

  const filtered = (filter: string, more = ''): Promise<readonly Json[]> =>
    api.names(`?filter=${encodeURIComponent(filter)}${more}`);

  test('T53 a filter asks of the entities', async () => {
    expect(await filtered("$[?(@.name=='a' || @.name=='b')]")).toEqual(['a', 'b']);
    // As it is often written, with nothing encoded.
    expect(await api.names("?filter=$[?(@.name=='a'||@.name=='c')]")).toEqual(['a', 'c']);
  });

  test('T54 a filter on an array finds the entities that have such an element', async () => {
    for (const filter of ["note[?(@.author=='x')]", "$.note[?(@.author=='x')]", "note[?(@author=='x')]"]) {
      expect(await filtered(filter)).toEqual(['a']);
    }
  });

  test('T55 conditions in one pair of brackets hold for one element', async () => {
    const both = (value: string): string => `${api.characteristic}[?(@.name=='vlan' && @.value=='${value}')]`;
    expect(await filtered(both('200'))).toEqual(['e']);
    expect(await filtered(both('100'))).toEqual(['f']);
  });

  test('T56 comparisons, and, or, not and parentheses', async () => {
    for (const [condition, expected] of [
      ["@.name=='a'", 'a'],
      ["@.name!='a' && @.x", 'cd'],
      ['@.rank>2', 'ad'],
      ['@.rank>=2', 'acdef'],
      ['@.rank<2', 'b'],
      ['@.rank<=2', 'bcef'],
      ['@.name=~/^[a-c]$/', 'abc'],
      ["!(@.name=='a') && @.rank>=3", 'd'],
      ["(@.name=='a' || @.name=='b') && @.rank>1", 'a'],
    ] as const) {
      expect([condition, (await filtered(`$[?(${condition})]`)).join('')]).toEqual([condition, expected]);
    }
  });

  test('T57 a filter in a filter asks of the elements of an array', async () => {
    expect(await filtered("$[?(@.note[?(@.author=='y')])]")).toEqual(['a', 'b']);
    expect(await filtered("$[?(@.note[?(@.author=='y' && @.text=='one')])]")).toEqual(['b']);
  });

  test('T58 a filter that cannot be read is 400, with the place in it', async () => {
    for (const filter of ['$[?(@.', "$[?(@.name=='a)]", '$[?(@.name==)]', 'nothing', '$[?()]', '']) {
      const answer = await api.call('GET', `?filter=${encodeURIComponent(filter)}`);
      failing(api, answer, 400, { code: 'invalid', parameter: 'filter' });
    }
  });

  test('T59 a filter goes together with attributes, order, fields and pages', async () => {
    const filter = encodeURIComponent('$[?(@.rank>=1)]');
    const answer = await api.call('GET', `?filter=${filter}&${state}=${on}&sort=-rank&fields=name&limit=2&offset=1`);
    expect(answer.status).toBe(206);
    expect(answer.list.map(({ name }) => name)).toEqual(['e', 'f']);
    expect(Object.keys(answer.list[0] ?? {}).sort()).toEqual(['@type', 'href', 'id', 'name']);
    expect(answer.headers.get('x-total-count')).toBe('4');
  });

  test('T60 a filter is never run as a script, and is bounded', async () => {
    for (const filter of [
      '$[(process.exit())]',
      '$[?(process.exit())]',
      "$[?(@.name.constructor('return 1')())]",
      '$[?(1;2)]',
    ]) {
      const { status } = await api.call('GET', `?filter=${encodeURIComponent(filter)}`);
      expect([400, 501]).toContain(status);
    }
    for (const long of [`$[?(@.name=='${'x'.repeat(5_000)}')]`, `$[?${'('.repeat(200)}@.name${')'.repeat(200)}]`]) {
      failing(api, await api.call('GET', `?filter=${encodeURIComponent(long)}`), 400, { parameter: 'filter' });
    }
  });

  test('T61 functions, slices and descent are refused, not passed over', async () => {
    for (const filter of ['$[?(@.note.length()>1)]', '$[0:2]', '$..name', '$[?(max(@.rank)>1)]']) {
      const answer = await api.call('GET', `?filter=${encodeURIComponent(filter)}`);
      expect([400, 501]).toContain(answer.status);
      failing(api, answer, answer.status);
    }
  });

  test('T62 T63 order by several attributes, either way, dotted, and what is missing last', async () => {
    const sorted = async (sort: string): Promise<string> => (await api.names(`?sort=${sort}`)).join('');
    expect(await sorted('name')).toBe('abcdefg');
    expect(await sorted('-name')).toBe('gfedcba');
    expect(await sorted('%2Bname')).toBe('abcdefg');
    expect(await sorted('+name')).toBe('abcdefg');
    expect(await sorted(`-${state},name`)).toBe(off > on ? 'acbdefg' : 'bdefgac');
    expect(await sorted('rank,-name')).toBe('bfecadg');
    expect((await sorted('x.y')).slice(0, 2)).toBe('cd');
    expect((await sorted('-x.y')).slice(0, 2)).toBe('dc');
    failing(api, await api.call('GET', '?sort=noSuchAttribute'), 400, {
      code: 'invalid',
      parameter: 'noSuchAttribute',
    });
  });

  test('T64 equal ones have an order too, so a walk over pages sees each once', async () => {
    const seen: Json[] = [];
    for (let offset = 0; offset < all.length; offset += 2)
      seen.push(...(await api.names(`?sort=-${state}&limit=2&offset=${offset}`)));
    expect([...seen].sort()).toEqual([...'abcdefg']);
    expect(seen).toEqual(await api.names(`?sort=-${state}`));
  });

  test('T65 a page is counted by offset and limit', async () => {
    expect(await api.names('?offset=2&limit=3')).toEqual(['c', 'd', 'e']);
    expect(await api.names('?limit=2')).toEqual(['a', 'b']);
    expect(await api.names('?offset=5')).toEqual(['f', 'g']);
    expect(await api.names('?limit=0')).toEqual([]);
  });

  test('T66 T67 all of it is 200, a part of it 206', async () => {
    for (const [query, status] of [
      ['', 200],
      ['?limit=3', 206],
      ['?offset=1', 206],
      ['?limit=7', 200],
      ['?limit=100', 200],
      ['?name=a', 200],
    ] as const) {
      expect([query, (await api.call('GET', query)).status]).toEqual([query, status]);
    }
  });

  const links = async (query: string): Promise<Record<string, string>> => {
    const header = (await api.call('GET', query)).headers.get('link') ?? '';
    return Object.fromEntries(
      [...header.matchAll(/<([^>]*)>; rel="(\w+)"/g)].map(([, to = '', rel = '']) => [rel, to]),
    );
  };

  test('T68 T69 links lead to the other pages, with all else that was asked', async () => {
    const page = (offset: number): string => `${api.all}?${state}=${on}&offset=${offset}&limit=2`;
    const first = await links(`?${state}=${on}&limit=2`);
    expect(first).toMatchObject({ next: page(2), last: page(4) });
    expect(first).not.toHaveProperty('prev');
    const last = await links(`?${state}=${on}&limit=2&offset=4`);
    expect(last).toMatchObject({ self: page(4), first: page(0), prev: page(2) });
    expect(last).not.toHaveProperty('next');
    const walked: Json[] = [];
    for (let next: string | undefined = `${api.all}?sort=-name&limit=3`; next !== undefined; ) {
      const answer = await api.agent().call('GET', next);
      walked.push(...answer.list.map(({ name }) => name ?? null));
      next = /<([^>]*)>; rel="next"/.exec(answer.headers.get('link') ?? '')?.[1];
    }
    expect(walked.join('')).toBe('gfedcba');
  });

  test('T70 past the end there is an empty page', async () => {
    const { status, text, headers } = await api.call('GET', '?offset=99');
    expect([status, text, headers.get('x-total-count'), headers.get('x-result-count')]).toEqual([200, '[]', '7', '0']);
  });

  test('T71 what is no count is refused, and a count beyond the longest page is cut', async () => {
    for (const parameter of ['limit', 'offset']) {
      for (const value of ['-1', '1.5', 'abc', '', '1e3', '0x1']) {
        failing(api, await api.call('GET', `?${parameter}=${value}`), 400, { code: 'invalid', parameter });
      }
    }
    expect((await links('?limit=999999999')).self).toMatch(/limit=10000$/);
  });

  test('T72 a part of the list may be asked for by Range, and Content-Range tells which it is', async () => {
    const paged = await api.call('GET', '?offset=2&limit=3');
    expect(paged.headers.get('content-range')).toBe('items 2-4/7');
    const ranged = await api.call('GET', '', undefined, { range: 'items=2-4' });
    expect([ranged.status, ranged.text, ranged.headers.get('content-range')]).toEqual([206, paged.text, 'items 2-4/7']);
    failing(api, await api.call('GET', '', undefined, { range: 'items=4-2' }), 400, { parameter: 'Range' });
    expect((await api.call('GET', '', undefined, { range: 'bytes=0-1' })).status).toBe(200);
  });

  test('T73 cursors lead on from where a page ended, both ways, and are never passed over', async () => {
    const forth: Json[] = [];
    let page = await api.call('GET', '?after=&limit=3&sort=-name');
    for (;;) {
      forth.push(...page.list.map(({ name }) => name ?? null));
      const next = /<([^>]*)>; rel="next"/.exec(page.headers.get('link') ?? '')?.[1];
      if (next === undefined) break;
      expect(next).toContain('after=');
      page = await api.agent().call('GET', next);
    }
    expect(forth.join('')).toBe('gfedcba');
    const prev = /<([^>]*)>; rel="prev"/.exec(page.headers.get('link') ?? '')?.[1] ?? '';
    expect(prev).toContain('before=');
    const back = await api.agent().call('GET', prev);
    expect(back.list.map(({ name }) => name)).toEqual(['d', 'c', 'b']);
    for (const cursor of ['after=x', 'before=y', 'after=1']) {
      failing(api, await api.call('GET', `?${cursor}`), 400, {
        code: 'invalid',
        parameter: cursor.split('=')[0] ?? '',
      });
    }
  });
});
