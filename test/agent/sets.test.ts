/** Sets of expectations over the API of a real agent: laid, changed, pruned, all or nothing, and the same twice is nothing. */
import { expect, test } from 'vitest';
import { makeDirectory, runAgent, type TestAgent } from '../kit/agent.ts';

const SETS = '/diffo/v1/sets';
const EXPECTATIONS = '/diffo/v1/expectations';

const wan = { name: 'wan', for: { kind: 'interface', name: 'wan' }, expect: { operationalState: 'enabled' } };
const lan = { name: 'lan', for: { kind: 'interface', name: 'lan' }, expect: { description: 'a' }, priority: 60 };

const put = (agent: TestAgent, set: string, expectations: readonly object[], query = '', more: object = {}) =>
  agent.call('PUT', `${SETS}/${set}${query}`, { expectations, ...more });

const seqOf = async (agent: TestAgent): Promise<number> => (await agent.get('/diffo/v1/changes?limit=1000')).length;

const names = (list: readonly { readonly name: string }[]): string[] => list.map(({ name }) => name);

test('a set is laid, and the same again changes nothing', async () => {
  const agent = await runAgent();
  const dry = await put(agent, 'site', [wan, lan], '?dryRun=true');
  expect(dry).toMatchObject({ status: 200, body: { set: 'site', dryRun: true, removed: [], changed: [], same: [] } });
  expect(dry.body.added).toMatchObject([wan, lan]);
  expect(await agent.get(SETS)).toEqual([]);
  const laid = await put(agent, 'site', [wan, lan]);
  expect(laid.body).toEqual({ ...dry.body, dryRun: false });
  expect(await agent.get(EXPECTATIONS)).toMatchObject([
    { ...wan, set: 'site', principal: 'operator', priority: 50, id: dry.body.added[0].id },
    { ...lan, set: 'site', id: dry.body.added[1].id },
  ]);
  await agent.loop.settle();
  const seq = agent.store.seq();
  const again = await put(agent, 'site', [lan, { ...wan, priority: 50 }]);
  expect([again.body.added, again.body.changed, names(again.body.same)]).toEqual([[], [], ['lan', 'wan']]);
  expect(agent.store.seq()).toBe(seq);
  expect(await agent.get(SETS)).toEqual([
    { name: 'site', href: `${SETS}/site`, principal: 'operator', size: 2, unmet: 2, unknown: 0 },
  ]);
  expect((await agent.get(`${SETS}/site`)).expectations).toMatchObject([wan, lan]);
});

test('what differs is told by its paths, and what is no longer said goes with prune alone', async () => {
  const agent = await runAgent();
  const first = await put(agent, 'site', [wan, lan]);
  const [before] = await agent.get(EXPECTATIONS);
  const other = { ...wan, expect: { operationalState: 'disabled', name: 'wan' } };
  const kept = await put(agent, 'site', [other]);
  expect(kept.body).toMatchObject({
    added: [],
    changed: [
      {
        name: 'wan',
        id: first.body.added[0].id,
        paths: [
          { path: '/expect/operationalState', old: 'enabled', new: 'disabled' },
          { path: '/expect/name', new: 'wan' },
        ],
      },
    ],
    removed: [],
    left: [{ name: 'lan' }],
  });
  // Whoever is older stands before whoever is younger: a change makes nobody younger.
  expect(await agent.get(`${EXPECTATIONS}/${before.id}`)).toMatchObject({ ...other, createdAt: before.createdAt });
  const pruned = await put(agent, 'site', [other], '', { prune: true });
  expect(pruned.body).toMatchObject({ removed: [lan], left: [], same: [{ name: 'wan' }] });
  expect(names(await agent.get(EXPECTATIONS))).toEqual(['wan']);
  // The same name is the same expectation, also after it was away.
  const back = await put(agent, 'site', [other, lan]);
  expect(back.body.added).toMatchObject([{ id: first.body.added[1].id }]);
  const versions = await agent.get(`${EXPECTATIONS}/${before.id}/versions`);
  expect(versions).toMatchObject([
    { ...withoutName(other), cause: { principal: 'operator', why: 'set site' } },
    { ...withoutName(wan), at: before.createdAt },
  ]);
  expect(versions[0].hash).not.toBe(versions[1].hash);
});

const withoutName = ({ name: _, ...rest }: typeof wan) => rest;

test('what a hand has changed is told as a difference and put back; what it has taken away is laid again', async () => {
  const agent = await runAgent();
  const { body } = await put(agent, 'site', [wan, lan]);
  const [one, two] = body.added;
  const patched = await agent.call('PATCH', `${EXPECTATIONS}/${one.id}`, { priority: 90, expect: { name: 'x' } });
  expect(patched).toMatchObject({ status: 200, body: { set: 'site', name: 'wan', priority: 90 } });
  await agent.call('DELETE', `${EXPECTATIONS}/${two.id}`);
  const dry = await put(agent, 'site', [wan, lan], '?dryRun=true');
  expect(dry.body).toMatchObject({
    added: [lan],
    changed: [
      { name: 'wan', paths: [{ path: '/expect/name' }, { path: '/expect/operationalState' }, { path: '/priority' }] },
    ],
  });
  await put(agent, 'site', [wan, lan]);
  expect(await agent.get(`${EXPECTATIONS}/${one.id}`)).toMatchObject({ ...wan, priority: 50 });
  expect(
    (await agent.get(`${EXPECTATIONS}/${one.id}/versions`)).map((each: { priority: number }) => each.priority),
  ).toEqual([50, 90, 50]);
});

test('what was refined stays so while its set says the same of it, and its versions tell', async () => {
  const agent = await runAgent();
  const either = { ...wan, expect: { operationalState: { $anyOf: ['enabled', 'degraded'] } } };
  const { id } = (await put(agent, 'site', [either])).body.added[0];
  const refined = await agent.call('POST', `${EXPECTATIONS}/${id}/refinements`, {
    path: '/operationalState',
    to: 'enabled',
  });
  expect([refined.status, refined.body.refined]).toEqual([201, { operationalState: 'enabled' }]);
  expect((await put(agent, 'site', [either])).body.same).toHaveLength(1);
  expect((await put(agent, 'site', [{ ...either, why: 'again' }])).body.changed).toMatchObject([
    { paths: [{ path: '/why' }] },
  ]);
  const versions = await agent.get(`${EXPECTATIONS}/${id}/versions`);
  expect(versions).toMatchObject([
    { why: 'again', refined: refined.body.refined },
    { expect: either.expect, refined: refined.body.refined },
    { expect: either.expect },
  ]);
  expect(new Set(versions.map((each: { hash: string }) => each.hash)).size).toBe(3);
  // Something else is expected now, of which nobody has said more.
  await put(agent, 'site', [wan]);
  expect((await agent.get(`${EXPECTATIONS}/${id}`)).refinements).toBeUndefined();
});

test('a set with one bad part is refused whole, with its place', async () => {
  const agent = await runAgent();
  const refused = async (expectations: readonly object[]) => {
    const { status, body } = await put(agent, 'site', expectations);
    expect(await agent.get(EXPECTATIONS)).toEqual([]);
    return [status, `${body.reason} ${body.message ?? ''}`] as const;
  };
  const nobody = { name: 'n', for: { id: 'nobody' }, expect: {} };
  expect(await refused([wan, lan, { ...lan, name: 'c' }, nobody])).toEqual([
    404,
    expect.stringMatching(/there is no instance nobody.*\/expectations\/3\/for\/id/),
  ]);
  expect(await refused([wan, { ...lan, expect: { mtu: { $gtt: 1 } } }])).toEqual([
    400,
    expect.stringMatching(/\$gtt is not an operator.*\/expectations\/1\/expect\/mtu\/\$gtt/),
  ]);
  expect(await refused([wan, wan])).toEqual([400, expect.stringMatching(/stands twice.*\/expectations\/1\/name/)]);
  expect(await refused([{ ...wan, fore: 1 }])).toEqual([400, expect.stringContaining('/expectations/0/fore')]);
  expect(await refused([{ ...wan, name: undefined }])).toEqual([400, expect.stringContaining('/expectations/0/name')]);
  expect(await refused([{ ...wan, for: { ...wan.for, peer: 'p' } }])).toEqual([
    400,
    expect.stringMatching(/there is no peer p.*\/expectations\/0\/for\/peer/),
  ]);
  expect(await refused(Array.from({ length: 1001 }, (_, i) => ({ ...wan, name: `n${i}` })))).toEqual([
    400,
    expect.stringContaining('at most 1000 expectations'),
  ]);
  expect((await put(agent, 'a b', [wan])).status).toBe(400);
  expect((await put(agent, 'site', [wan], '?dryRun=yes')).body.reason).toContain('dryRun is true or false');
});

test('an instance that has gone since is no reason to refuse what stands already', async () => {
  const agent = await runAgent();
  const made = await agent.call('POST', '/tmf-api/serviceInventory/v5/service', {
    '@type': 'Service',
    state: 'active',
    serviceSpecification: { id: 'x', name: 'x' },
    name: 's',
  });
  const item = { name: 's', for: { id: made.body.id }, expect: { name: 's' } };
  expect((await put(agent, 'site', [item])).status).toBe(200);
  await agent.call('DELETE', `/tmf-api/serviceInventory/v5/service/${made.body.id}`);
  expect((await put(agent, 'site', [item, wan])).body).toMatchObject({ same: [{ name: 's' }], added: [wan] });
});

test('a name in two sets is two expectations, and each set keeps to its own', async () => {
  const agent = await runAgent();
  await put(agent, 'a', [wan]);
  await put(agent, 'b', [{ ...wan, expect: { operationalState: 'disabled' } }]);
  const all = await agent.get(EXPECTATIONS);
  expect(all.map((each: { set: string; name: string }) => [each.set, each.name])).toEqual([
    ['a', 'wan'],
    ['b', 'wan'],
  ]);
  expect(all[0].id).not.toBe(all[1].id);
  await put(agent, 'b', [], '', { prune: true });
  expect(await agent.get(SETS)).toMatchObject([{ name: 'a', size: 1 }]);
  expect((await agent.call('GET', `${SETS}/b`)).status).toBe(404);
  expect((await agent.call('DELETE', `${SETS}/a`)).status).toBe(204);
  expect((await agent.call('DELETE', `${SETS}/a`)).status).toBe(404);
  expect(await agent.get(EXPECTATIONS)).toEqual([]);
});

test('with whom it collides is told, each collision once, and not with what is taken away', async () => {
  const agent = await runAgent();
  const down = { ...wan, expect: { operationalState: 'disabled' }, priority: 60 };
  const laid = await agent.call('POST', SETS, {
    sets: [
      { name: 'a', expectations: [wan, lan] },
      { name: 'b', expectations: [down] },
    ],
  });
  const [{ id }] = laid.body.sets[0].added;
  const [{ id: other }] = laid.body.sets[1].added;
  expect(laid.body).toMatchObject({
    conflicts: [
      {
        set: 'a',
        name: 'wan',
        id,
        path: '/operationalState',
        wants: 'enabled',
        with: [{ expectation: other, principal: 'operator', priority: 60, wants: 'disabled' }],
        stands: other,
      },
    ],
    conflictsAreAll: true,
  });
  expect(laid.body.conflicts).toHaveLength(1);
  expect((await put(agent, 'a', [{ ...wan, priority: 80 }], '?dryRun=true')).body.conflicts).toMatchObject([
    { set: 'a', name: 'wan', stands: id },
  ]);
  const moved = [{ ...wan, name: 'other', expect: { operationalState: 'disabled' } }];
  expect((await put(agent, 'a', moved, '', { prune: true })).body.conflicts).toEqual([]);
});

test('two agents that keep the same set have ids of their own', async () => {
  const [one, two] = [await runAgent(), await runAgent()];
  const idAt = async (agent: TestAgent): Promise<string> => (await put(agent, 'site', [wan])).body.added[0].id;
  expect(await idAt(one)).not.toBe(await idAt(two));
});

test('several sets are laid together or not at all', async () => {
  const agent = await runAgent();
  const sets = [
    { name: 'a', expectations: [wan] },
    { name: 'b', expectations: [lan, { name: 'n', for: { id: 'nobody' }, expect: {} }] },
  ];
  const refused = await agent.call('POST', SETS, { sets });
  expect([refused.status, refused.body.message]).toEqual([404, 'See /sets/1/expectations/1/for/id of the body']);
  expect(await agent.get(SETS)).toEqual([]);
  const seq = await seqOf(agent);
  const done = await agent.call('POST', SETS, { sets: [sets[0], { name: 'b', expectations: [lan] }] });
  expect(done.body.sets).toMatchObject([
    { set: 'a', added: [wan] },
    { set: 'b', added: [lan] },
  ]);
  expect(await seqOf(agent)).toBeGreaterThanOrEqual(seq + 2);
  const thousand = Array.from({ length: 1_000 }, (_, i) => ({ ...wan, name: `n${i}` }));
  const many = ['a', 'b', 'c'].map(name => ({ name, expectations: thousand }));
  expect((await agent.call('POST', SETS, { sets: many })).body.reason).toContain('at most 2000 expectations together');
  const twice = await agent.call('POST', SETS, { sets: [sets[0], sets[0]] });
  expect([twice.status, twice.body.message]).toEqual([400, 'See /sets/1/name of the body']);
});

test('what is expected of a peer is unknown until it says so, and stays with that peer', async () => {
  const keyOf = async (): Promise<string> => (await (await runAgent()).get('/diffo/v1/identity')).publicKey;
  const agent = await runAgent({ node: 'here', peers: `b=${await keyOf()},c=${await keyOf()}` });
  const at = (peer: string) => ({ ...wan, for: { ...wan.for, peer } });
  expect((await put(agent, 'site', [at('b')])).status).toBe(200);
  expect(await agent.get('/diffo/v1/outstanding')).toMatchObject([{ peer: 'b', verdict: 'unknown' }]);
  expect(await agent.get(SETS)).toMatchObject([{ size: 1, unmet: 0, unknown: 1 }]);
  const moved = await put(agent, 'site', [at('c')]);
  expect([moved.status, moved.body.message]).toEqual([400, 'See /expectations/0/for/peer of the body']);
  expect((await put(agent, 'site', [{ ...at('c'), name: 'wan at c' }], '', { prune: true })).status).toBe(200);
  expect(names(await agent.get(EXPECTATIONS))).toEqual(['wan at c']);
});

test('what was compared is what is laid, or nothing is', async () => {
  const agent = await runAgent();
  const { hash } = (await put(agent, 'site', [wan, lan], '?dryRun=true')).body;
  await put(agent, 'site', [lan]);
  const late = await put(agent, 'site', [wan, lan], `?hash=${encodeURIComponent(hash)}`);
  expect([late.status, late.body.code]).toEqual([409, 'moved']);
  const anew = (await put(agent, 'site', [wan, lan], '?dryRun=true')).body;
  expect((await put(agent, 'site', [wan, lan], `?hash=${encodeURIComponent(anew.hash)}`)).body.added).toMatchObject([
    wan,
  ]);
});

test('the set of the profile is nobody else’s to write', async () => {
  const agent = await runAgent();
  for (const [method, body] of [
    ['PUT', { expectations: [] }],
    ['DELETE', undefined],
  ] as const) {
    const { status, body: answer } = await agent.call(method, `${SETS}/profile`, body);
    expect([status, answer.reason]).toEqual([409, expect.stringContaining('what the firmware profile says')]);
  }
});

test('a set and its versions outlive a restart', async () => {
  const data = makeDirectory();
  const first = await runAgent({}, {}, data);
  const { body } = await put(first, 'site', [wan]);
  await put(first, 'site', [{ ...wan, priority: 70 }]);
  const versions = await first.get(`${EXPECTATIONS}/${body.added[0].id}/versions`);
  await first.stop();
  const second = await runAgent({}, {}, data);
  expect(await second.get(`${EXPECTATIONS}/${body.added[0].id}/versions`)).toEqual(versions);
  expect((await put(second, 'site', [{ ...wan, priority: 70 }])).body.same).toHaveLength(1);
  expect((await second.call('GET', `${EXPECTATIONS}/nobody/versions`)).status).toBe(404);
});
