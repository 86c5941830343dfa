/** Two real agents: what a peer withdraws goes back here where it was done by itself, and waits for whatever holds it back. */
import { expect, test } from 'vitest';
import { systemClock } from '../../src/adapters/system-clock.ts';
import { runAgent, type TestAgent, until } from '../kit/agent.ts';
import { newSimulator } from '../kit/loop-world.ts';
import { makeParty, peerAt } from './pair.ts';

const EXPECTATIONS = '/diffo/v1/expectations';
const wish = (name: string, value: unknown) => ({
  id: name,
  for: { kind: 'port', name: 'p1', peer: 'edge-b' },
  expect: { resourceCharacteristic: [{ name, value }] },
  mode: 'enforce',
  onWithdraw: 'restore',
});

async function pair() {
  const [partyA, partyB] = [makeParty('edge-a'), makeParty('edge-b')];
  const simulator = () => newSimulator({ ...systemClock, advance: async () => {} });
  const [ofA, ofB] = [simulator(), simulator()];
  const start = (party: typeof partyA, peers: string, of: typeof ofA) =>
    runAgent({ node: party.node, peers, profile: 'simulator', mode: 'enforce' }, { drivers: [of] }, party.data);
  const b = await start(partyB, peerAt(partyA), ofB);
  const a = await start(partyA, peerAt(partyB, `${b.url.replace('http', 'ws')}/peer`), ofA);
  return { a, b, ofB };
}

async function portOf(agent: TestAgent) {
  const [port] = await agent.get('/tmf-api/resourceInventoryManagement/v5/resource?name=p1');
  return port;
}

async function valueAt(agent: TestAgent, name: string): Promise<unknown> {
  return (await portOf(agent)).resourceCharacteristic.find((each: { name: string }) => each.name === name).value;
}

async function lay(agent: TestAgent, body: object): Promise<void> {
  const answer = await agent.call('POST', EXPECTATIONS, body);
  expect(answer.status, JSON.stringify(answer.body)).toBe(201);
}

const atPeer = async (b: TestAgent, id: string) => (await b.call('GET', `${EXPECTATIONS}/${id}`)).body;

test('what a peer withdraws goes back, exactly what it alone had changed, and its row goes', async () => {
  const { a, b } = await pair();
  await lay(a, wish('mtu', 1400));
  await lay(a, { ...wish('state', ''), expect: { administrativeState: 'unlocked' } });
  await until(
    'both are so',
    async () => (await valueAt(b, 'mtu')) === 1400 && (await portOf(b)).administrativeState === 'unlocked',
  );
  expect(await atPeer(b, 'mtu')).toMatchObject({ onWithdraw: 'restore' });
  await b.loop.settle();
  await a.call('DELETE', `${EXPECTATIONS}/mtu`);
  await until('it has gone back', async () => (await valueAt(b, 'mtu')) === 1500);
  await until('its row is gone', async () => (await b.call('GET', `${EXPECTATIONS}/mtu`)).status === 404);
  expect((await a.call('GET', `${EXPECTATIONS}/mtu`)).status).toBe(404);
  expect(await portOf(b)).toMatchObject({ administrativeState: 'unlocked' });
  expect((await b.get('/diffo/v1/tasks')).map((each: { state: string }) => each.state).sort()).toEqual([
    'done',
    'undone',
  ]);
});

test('in a freeze here it waits and says so; a rule about its mode holds it too; then it goes', async () => {
  const { a, b } = await pair();
  await lay(a, wish('mtu', 1400));
  await until('it is so', async () => (await valueAt(b, 'mtu')) === 1400);
  await b.loop.settle();
  const rule = async (body: object): Promise<string> => (await b.call('POST', '/diffo/v1/rules', body)).body.id;
  const freeze = await rule({
    sort: 'freeze',
    until: new Date(Date.now() + 3_600_000).toISOString(),
    why: 'the big game',
  });
  await a.call('DELETE', `${EXPECTATIONS}/mtu`);
  const told = await until('it waits', async () => (await atPeer(b, 'mtu')).withdrawing?.because);
  expect(told).toBe('frozen by operator: the big game');
  expect(await valueAt(b, 'mtu')).toBe(1400);
  const mode = await rule({ sort: 'mode', mode: 'warn', for: { path: '/resourceCharacteristic/mtu' } });
  await b.call('DELETE', `/diffo/v1/rules/${freeze}`);
  await until('its mode holds it', async () => /its mode is warn/.test((await atPeer(b, 'mtu')).withdrawing?.because));
  expect(await valueAt(b, 'mtu')).toBe(1400);
  await b.call('DELETE', `/diffo/v1/rules/${mode}`);
  await until('it has gone back', async () => (await valueAt(b, 'mtu')) === 1500);
  await until('its row is gone', async () => (await b.call('GET', `${EXPECTATIONS}/mtu`)).status === 404);
});

test('what somebody has changed at the element since stays, and that is told', async () => {
  const { a, b, ofB } = await pair();
  await b.call('POST', '/diffo/v1/rules', { sort: 'outOfBand', policy: 'hold' });
  await lay(a, wish('mtu', 1400));
  await until('it is so', async () => (await valueAt(b, 'mtu')) === 1400);
  await b.loop.settle();
  ofB.world.change('port', 'p1', '/resourceCharacteristic/mtu/value', 1600);
  await until('it is seen', async () => (await valueAt(b, 'mtu')) === 1600);
  await a.call('DELETE', `${EXPECTATIONS}/mtu`);
  await until('its row is gone', async () => (await b.call('GET', `${EXPECTATIONS}/mtu`)).status === 404);
  expect(await valueAt(b, 'mtu')).toBe(1600);
  const [gone] = b.store.changesOf('mtu', 1);
  expect(gone).toMatchObject({
    type: 'delete',
    cause: { why: expect.stringContaining('was 1400 after it and is 1600') },
  });
});
