/** Several expectations of one instance, and one that is said more closely: over the API of a real agent. */
import { expect, test } from 'vitest';
import { openSimulator, readElements } from '../../src/adapters/drivers/simulator.ts';
import { systemClock } from '../../src/adapters/system-clock.ts';
import { silentLog } from '../../src/ports/log.ts';
import { runAgent, type TestAgent } from '../kit/agent.ts';

const port = (name: string) => ({
  kind: 'port',
  key: name,
  facts: {
    name,
    '@type': 'LogicalResource',
    administrativeState: 'unlocked',
    resourceCharacteristic: [{ name: 'mtu', value: 1500 }],
  },
  settable: [{ path: '/resourceCharacteristic/mtu/value' }],
});

async function start() {
  const elements = readElements([port('p1'), port('p2')]);
  const simulator = openSimulator({ clock: systemClock, log: silentLog, elements });
  return runAgent({ profile: 'simulator' }, { drivers: [simulator] });
}

const MTU = '/resourceCharacteristic/mtu/value';
const mtu = (value: unknown) => ({ resourceCharacteristic: [{ name: 'mtu', value }] });
const p1 = { kind: 'port', name: 'p1' };

async function lay(agent: TestAgent, body: object) {
  const { status, body: laid } = await agent.call('POST', '/diffo/v1/expectations', { for: p1, ...body });
  expect(status).toBe(201);
  await agent.loop.settle();
  return laid;
}

async function idOf(agent: TestAgent, name: string): Promise<string> {
  const found = await agent.get(`/tmf-api/resourceInventoryManagement/v5/resource?name=${name}`);
  return found[0].id;
}

test('whoever lays what cannot hold together hears where, with whom, and who stands', async () => {
  const agent = await start();
  const wide = await lay(agent, { expect: mtu({ $between: [1400, 9000] }), owner: 'alice', priority: 60 });
  expect(wide.conflicts).toEqual([]);
  expect((await lay(agent, { expect: mtu(1500), owner: 'bob' })).conflicts).toEqual([]);
  const small = await lay(agent, { for: { kind: 'port', where: { name: 'p1' } }, expect: mtu(1280), owner: 'carol' });
  expect(small.conflicts).toEqual([
    {
      path: MTU,
      wants: 1280,
      with: [
        {
          expectation: wide.id,
          principal: 'operator',
          owner: 'alice',
          priority: 60,
          wants: { $between: [1400, 9000] },
        },
      ],
      stands: wide.id,
    },
    {
      path: MTU,
      wants: 1280,
      with: [expect.objectContaining({ owner: 'bob', wants: 1500 })],
      stands: expect.any(String),
    },
  ]);
  const { body: raised } = await agent.call('PATCH', `/diffo/v1/expectations/${small.id}`, { priority: 90 });
  expect(raised.conflicts.map((each: { stands: string }) => each.stands)).toEqual([small.id, small.id]);
  const other = await lay(agent, { for: { kind: 'port', name: 'p2' }, expect: mtu(1280) });
  expect(other.conflicts).toEqual([]);
});

test('what never applies at one time does not collide', async () => {
  const agent = await start();
  await lay(agent, { expect: mtu(1500), when: { administrativeState: 'unlocked' } });
  expect((await lay(agent, { expect: mtu(1400), when: { administrativeState: 'locked' } })).conflicts).toEqual([]);
  await lay(agent, { expect: mtu(1300), validFor: { endDateTime: '2020-01-01T00:00:00Z' } });
  const now = await lay(agent, { expect: mtu(1500), validFor: { startDateTime: '2021-01-01T00:00:00Z' } });
  expect(now.conflicts).toHaveLength(1);
});

test('what stands of an instance is one expectation with the origin of each part', async () => {
  const agent = await start();
  const alice = await lay(agent, {
    expect: { ...mtu({ $gte: 1400 }), administrativeState: 'unlocked' },
    owner: 'alice',
  });
  const bob = await lay(agent, { expect: mtu({ $lte: 9000 }), owner: 'bob' });
  const carol = await lay(agent, { expect: mtu(1280), owner: 'carol', priority: 10 });
  await lay(agent, { expect: mtu(1), when: { administrativeState: 'locked' } });
  const id = await idOf(agent, 'p1');
  const standing = await agent.get(`/diffo/v1/standing?instance=${id}`);
  expect(standing.instance).toMatchObject({ id, name: 'p1' });
  expect(standing.expect).toEqual({ ...mtu({ $between: [1400, 9000] }), administrativeState: 'unlocked' });
  expect(standing.leaves).toMatchObject([
    {
      path: MTU,
      expected: { $between: [1400, 9000] },
      origin: [
        { expectation: alice.id, wants: { $gte: 1400 } },
        { expectation: bob.id, wants: { $lte: 9000 } },
      ],
      overruled: [{ path: MTU, expectation: carol.id, wants: 1280, by: [{ expectation: alice.id }] }],
    },
    { path: '/administrativeState', expected: 'unlocked', origin: [{ expectation: alice.id }], overruled: [] },
  ]);
  const nothing = await agent.get(`/diffo/v1/standing?instance=${await idOf(agent, 'p2')}`);
  expect(nothing).toMatchObject({ expect: null, leaves: [], overruled: [] });
  expect((await agent.call('GET', '/diffo/v1/standing')).body.reason).toMatch(/say which instance/);
  expect((await agent.call('GET', '/diffo/v1/standing?instance=nobody')).status).toBe(404);
});

// P40
test('an expectation is refined forward, never widened, and returned to', async () => {
  const agent = await start();
  const laid = await lay(agent, { expect: mtu({ $anyOf: [1400, 1500, 9000] }) });
  const at = `/diffo/v1/expectations/${laid.id}`;
  const refine = (body: object) => agent.call('POST', `${at}/refinements`, body);

  const first = await refine({ path: MTU, to: { $anyOf: [1500, 9000] }, why: 'one of the larger' });
  expect(first.status).toBe(201);
  expect(first.body).toMatchObject({
    expect: mtu({ $anyOf: [1400, 1500, 9000] }),
    refined: mtu({ $anyOf: [1500, 9000] }),
    refinements: [
      { path: MTU, to: { $anyOf: [1500, 9000] }, why: 'one of the larger', cause: { principal: 'operator' } },
    ],
  });
  const chosen = await refine({ path: MTU, observed: true });
  expect(chosen.body.refined).toEqual(mtu(1500));

  const wider = await refine({ path: MTU, to: 1400 });
  expect([wider.status, wider.body.reason]).toEqual([409, expect.stringMatching(/says more, never less/)]);
  expect((await refine({ path: '/nowhere', to: 1 })).body.reason).toMatch(/nothing is expected at \/nowhere/);
  expect((await refine({ path: MTU, to: { $over: 1 } })).body).toMatchObject({ status: '400' });
  expect((await refine({ path: MTU })).status).toBe(400);

  const { body: why } = await agent.call('PATCH', at, { why: 'still refined' });
  expect(why.refined).toEqual(mtu(1500));
  expect((await agent.get(`${at}/refinements`)).map((each: { to: unknown }) => each.to)).toEqual([
    { $anyOf: [1500, 9000] },
    1500,
  ]);
  const back = await agent.call('DELETE', `${at}/refinements/1`);
  expect(back.body.refined).toEqual(mtu({ $anyOf: [1500, 9000] }));
  const laidAgain = await agent.call('DELETE', `${at}/refinements/0`);
  expect(laidAgain.body).not.toHaveProperty('refinements');
  expect((await agent.call('DELETE', `${at}/refinements/0`)).status).toBe(404);

  await refine({ path: MTU, to: 9000 });
  const { body: changed } = await agent.call('PATCH', at, { expect: mtu(1500) });
  expect(changed).not.toHaveProperty('refinements');
});

test('what is judged is what it was refined to, and what observes nothing is refined by nothing', async () => {
  const agent = await start();
  const laid = await lay(agent, { expect: mtu({ $gte: 1400 }) });
  const outstanding = () => agent.get('/diffo/v1/outstanding');
  expect(await outstanding()).toEqual([]);
  await agent.call('POST', `/diffo/v1/expectations/${laid.id}/refinements`, { path: MTU, to: { $gte: 9000 } });
  await agent.loop.settle();
  expect(await outstanding()).toMatchObject([{ expectation: laid.id, outstanding: mtu({ $gte: 9000 }) }]);
  await agent.call('DELETE', `/diffo/v1/expectations/${laid.id}/refinements/0`);
  await agent.loop.settle();
  expect(await outstanding()).toEqual([]);
  const later = await lay(agent, { for: { kind: 'port', name: 'p9' }, expect: { name: { $present: true } } });
  const refused = await agent.call('POST', `/diffo/v1/expectations/${later.id}/refinements`, {
    path: '/name',
    observed: true,
  });
  expect([refused.status, refused.body.reason]).toEqual([409, expect.stringMatching(/does not exist yet/)]);
});
