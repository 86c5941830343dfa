/** Single entities, lists, `fields` and attribute filters (T24 to T52), in every API. */
import { expect, test } from 'vitest';
import { failing, inEveryApi } from './apis.ts';

inEveryApi(api => {
  const keys = (of: object | undefined): string[] => Object.keys(of ?? {}).sort();
  const common = ['@type', 'href', 'id'];
  let nr = 0;
  /** Entities of a test of their own, found by a category of their own. */
  const several = async (...all: object[]): Promise<string> => {
    const category = `set-${++nr}`;
    for (const more of all) await api.make({ ...more, category });
    return `?category=${category}`;
  };

  test('T24 without fields an entity is whole', async () => {
    const made = await api.make({ name: 'a', description: 'b', note: [api.note('n')], x: { y: [1] } });
    expect((await api.call('GET', `/${made.id}`)).json).toEqual(made);
    expect(made).toMatchObject({ name: 'a', description: 'b', x: { y: [1] } });
  });

  test('T25 fields shows what it names, and id, href and type', async () => {
    const [state] = api.state;
    const { id } = await api.make({ name: 'a', description: 'b', [state]: api.state[1] });
    const { json } = await api.call('GET', `/${id}?fields=name,${state}`);
    expect(keys(json)).toEqual([...common, 'name', state].sort());
  });

  test('T26 fields works on every attribute, in lists too', async () => {
    const made = await api.make({ name: 'a', description: 'b', category: 'fields', note: [api.note('n')], x: 1 });
    const names = Object.keys(made).filter(name => !common.includes(name));
    expect(names.length).toBeGreaterThan(4);
    for (const name of names) {
      const shown = [
        (await api.call('GET', `/${made.id}?fields=${name}`)).json,
        (await api.call('GET', `?category=fields&fields=${name}`)).list[0],
      ];
      for (const each of shown) expect([keys(each), each?.[name]]).toEqual([[...common, name].sort(), made[name]]);
    }
  });

  test('T27 fields=none shows id, href and type', async () => {
    const { id } = await api.make({ category: 'none' });
    expect(keys((await api.call('GET', `/${id}?fields=none`)).json)).toEqual(common);
    expect(keys((await api.call('GET', '?category=none&fields=none')).list[0])).toEqual(common);
  });

  test('T28 fields that nothing has are passed over', async () => {
    const { id } = await api.make({ name: 'a' });
    const { status, json } = await api.call('GET', `/${id}?fields=name,zzz,zzz.y`);
    expect([status, keys(json)]).toEqual([200, [...common, 'name']]);
  });

  test('T29 dotted fields select inside objects and elements', async () => {
    const { id } = await api.make({ note: [api.note('one'), api.note('two')] });
    const { json } = await api.call('GET', `/${id}?fields=note.text`);
    expect(json.note).toMatchObject([{ text: 'one' }, { text: 'two' }]);
    expect(JSON.stringify(json.note)).not.toContain('author');
    const inside = (await api.call('GET', `/${id}?fields=${api.specification}.id`)).json[api.specification];
    if (api.type === 'service') expect(inside).toMatchObject({ id: 'sp' });
  });

  test('T30 fields slims the answers of POST and PATCH', async () => {
    const made = await api.make({ name: 'a', description: 'b' }, '?fields=none');
    expect(keys(made)).toEqual(common);
    const { json } = await api.call('PATCH', `/${made.id}?fields=name`, { description: 'c' });
    expect(keys(json)).toEqual([...common, 'name']);
    expect((await api.call('GET', `/${made.id}`)).json).toMatchObject({ name: 'a', description: 'c' });
  });

  test('T31 fields with a condition shows the elements that meet it', async () => {
    const { id } = await api.make({ note: [api.note('one', 'x'), api.note('two', 'y')] });
    const { status, json } = await api.call('GET', `/${id}?fields=${encodeURIComponent("note[?(@.author=='x')]")}`);
    expect(status).toBe(200);
    expect(json.note).toMatchObject([{ text: 'one' }]);
  });

  test('T32 fields does not limit what filters see', async () => {
    const [state, , off] = api.state;
    const query = await several({ name: 'a', [state]: off }, { name: 'b', [state]: api.state[1] });
    const { list } = await api.call('GET', `${query}&${state}=${off}&fields=id`);
    expect([list.length, keys(list[0])]).toEqual([1, common]);
  });

  test('T33 nothing found is 200 and an empty list', async () => {
    const { status, text } = await api.call('GET', '?name=none');
    expect([status, text]).toEqual([200, '[]']);
  });

  test('T34 attributes are compared for equality, and all must be', async () => {
    const query = await several(
      { name: 'a', description: 'x' },
      { name: 'b', description: 'x' },
      { name: 'a', description: 'y' },
    );
    expect(await api.names(`${query}&description=x`)).toEqual(['a', 'b']);
    expect(await api.names(`${query}&description=x&name=a`)).toEqual(['a']);
  });

  test('T35 T36 T37 alternatives: by comma, by the same parameter again, by semicolon', async () => {
    const query = await several({ name: 'a' }, { name: 'b', description: 'x' }, { name: 'c' });
    for (const either of ['name=a,c', 'name=a&name=c', 'name=a;name=c']) {
      expect(await api.names(`${query}&${either}`)).toEqual(['a', 'c']);
    }
    expect(await api.names(`${query}&name=a;description=x`)).toEqual(['a', 'b']);
  });

  test('T38 a dotted path leads into objects', async () => {
    const query = await several({ name: 'a', x: { y: { z: 'deep' } } }, { name: 'b', x: { y: { z: 'other' } } });
    expect(await api.names(`${query}&x.y.z=deep`)).toEqual(['a']);
    if (api.type === 'service') expect(await api.names(`${query}&${api.specification}.id=sp`)).toEqual(['a', 'b']);
  });

  test('T39 a dotted path leads into arrays, each parameter to any element', async () => {
    const query = await several(
      { name: 'a', [api.characteristic]: [api.text('vlan', '100'), api.text('mode', 'x')] },
      { name: 'b', [api.characteristic]: [api.text('vlan', '200')] },
    );
    const { characteristic } = api;
    expect(await api.names(`${query}&${characteristic}.name=vlan`)).toEqual(['a', 'b']);
    expect(await api.names(`${query}&${characteristic}.name=vlan&${characteristic}.value=x`)).toEqual(['a']);
  });

  test('T40 T41 operators as suffixes, and as signs', async () => {
    const at = (month: number): string => `2024-0${month}-15T00:00:00Z`;
    const query = await several(
      { name: 'a', [api.date]: at(1) },
      { name: 'b', [api.date]: at(2) },
      { name: 'c', [api.date]: at(3) },
    );
    const found = (operator: string): Promise<unknown> => api.names(`${query}&${api.date}${operator}${at(2)}`);
    for (const [suffix, sign, expected] of [
      ['.eq=', '%3D%3D', ['b']],
      ['.gt=', '%3E', ['c']],
      ['.gte=', '%3E%3D', ['b', 'c']],
      ['.lt=', '%3C', ['a']],
      ['.lte=', '%3C%3D', ['a', 'b']],
    ] as const) {
      expect([suffix, await found(suffix)]).toEqual([suffix, expected]);
      expect([sign, await found(sign)]).toEqual([sign, expected]);
    }
  });

  test('T42 regular expressions, by suffix and by sign', async () => {
    const query = await several({ name: 'eth0' }, { name: 'eth10' }, { name: 'lo' });
    for (const operator of ['.regex=', '%3D~', '*=']) {
      expect(await api.names(`${query}&name${operator}${encodeURIComponent('^eth\\d$')}`)).toEqual(['eth0']);
    }
  });

  test('T43 an expression that is none is 400, and none runs away', async () => {
    for (const value of ['(', '[', 'a{1000000}', '*']) {
      const parameter = 'name.regex';
      failing(api, await api.call('GET', `?${parameter}=${encodeURIComponent(value)}`), 400, {
        code: 'invalid',
        parameter,
      });
    }
    const query = await several({ name: `${'a'.repeat(5_000)}!` });
    expect(await api.names(`${query}&name.regex=${encodeURIComponent('^(a+)+$')}`)).toEqual([]);
  });

  test('T44 T45 dates are compared as instants, quotes around them are read over, and others are refused', async () => {
    const query = await several({ name: 'a', [api.date]: '2024-02-01T00:00:00Z' });
    for (const same of ['2024-02-01T01:00:00%2B01:00', '2024-02-01T00:00:00.000Z', '%222024-02-01T00:00:00Z%22']) {
      expect(await api.names(`${query}&${api.date}=${same}`)).toEqual(['a']);
    }
    failing(api, await api.call('GET', `?${api.date}.gt=yesterday`), 400, {
      code: 'invalid',
      parameter: `${api.date}.gt`,
    });
  });

  test('T46 values are compared in the type of the attribute', async () => {
    const [state, on] = api.state;
    const query = await several(
      { name: 'a', x: { flag: true, count: 10 }, [state]: on },
      { name: 'b', x: { flag: false, count: 9 } },
    );
    expect(await api.names(`${query}&x.flag=true`)).toEqual(['a']);
    expect(await api.names(`${query}&x.count.gt=9`)).toEqual(['a']);
    expect(await api.names(`${query}&x.count=10.0`)).toEqual(['a']);
    expect(await api.names(`${query}&name=a&${state}=${on.toUpperCase()}`)).toEqual([]);
  });

  test('T47 what nothing has is refused, what something may have finds nothing', async () => {
    await api.make({ aWordOfOurs: 1 });
    failing(api, await api.call('GET', '?noSuchAttribute=1'), 400, { code: 'invalid', parameter: 'noSuchAttribute' });
    expect(await api.names('?aWordOfOurs=2')).toEqual([]);
    expect(await api.names('?place.role=x')).toEqual([]);
  });

  test('T48 all that is percent-encoded is decoded, plus is a space, and a backslash escapes', async () => {
    const query = await several(
      { name: 'Zürich & Co' },
      { name: 'a,b' },
      { name: 'a' },
      { name: '50%' },
      { name: 'a;b' },
    );
    expect(await api.names(`${query}&name=Z%C3%BCrich+%26+Co`)).toEqual(['Zürich & Co']);
    expect(await api.names(`${query}&name=a%5C,b`)).toEqual(['a,b']);
    expect(await api.names(`${query}&name=50%25`)).toEqual(['50%']);
    expect(await api.names(`${query}&name=a%3Bb`)).toEqual(['a;b']);
    failing(api, await api.call('GET', '?name=%zz'), 400);
  });

  test('T49 id is an attribute like others', async () => {
    await api.make({ id: 'id-a' });
    await api.make({ id: 'id-b' });
    const { list } = await api.call('GET', '?id=id-a,id-b,id-c');
    expect(list.map(({ id }) => id)).toEqual(['id-a', 'id-b']);
    expect((await api.call('GET', '?id.regex=%5Eid-b')).list).toHaveLength(1);
  });

  test('T50 a type is found by itself and by its base type', async () => {
    const [base, own] = api.type === 'service' ? ['Service', 'CfsLine'] : ['Resource', 'PhysicalResource'];
    const query = await several(
      { name: 'own', '@type': own, ...(own === 'CfsLine' ? { '@baseType': 'Service' } : {}) },
      { name: 'base' },
    );
    expect(await api.names(`${query}&@type=${own}`)).toEqual(['own']);
    expect(await api.names(`${query}&@type=${base}`)).toEqual(['own', 'base']);
    expect(await api.names(`${query}&%40type=${own}`)).toEqual(['own']);
  });

  test('T51 reserved names are no attributes, unless an operator says so', async () => {
    const query = await several({ name: 'a', limit: 5 }, { name: 'b', limit: 6 });
    expect(await api.names(`${query}&limit=1`)).toEqual(['a']);
    expect(await api.names(`${query}&limit.eq=6`)).toEqual(['b']);
  });

  test('T52 paths of prototypes find nothing and do no harm', async () => {
    for (const query of [
      '__proto__.x=1',
      'constructor.name=Object',
      'toString=1',
      '__proto__=1',
      'name.constructor=1',
      'name.length=4',
    ]) {
      const answer = await api.call('GET', `?${query}`);
      expect([200, 400]).toContain(answer.status);
      expect(answer.status === 200 ? answer.list : []).toEqual([]);
    }
  });
});
