import { expect, test } from 'vitest';
import { runAgent, type TestAgent, until } from '../kit/agent.ts';
import { makeParty, type Party, peerAt } from './pair.ts';

interface Pair {
  readonly a: TestAgent;
  readonly b: TestAgent;
}

/** B serves; A knows where. */
async function pair(settings: Readonly<Record<string, string>> = {}): Promise<Pair> {
  const [partyA, partyB] = [makeParty('edge-a'), makeParty('edge-b')];
  const b = await run(partyB, peerAt(partyA), { ...settings, mode: 'enforce' });
  const a = await run(partyA, peerAt(partyB, `${b.url.replace('http', 'ws')}/peer`), settings);
  return { a, b };
}

function run({ node, data }: Party, peers: string, settings: Readonly<Record<string, string>>): Promise<TestAgent> {
  return runAgent({ node, peers, ...settings }, {}, data);
}

const outstanding = async (agent: TestAgent) => agent.get('/diffo/v1/outstanding');

test('what A expects of an instance of B is judged there, and the verdict comes back as it changes', async () => {
  const { a, b } = await pair();
  const laid = await a.call('POST', '/diffo/v1/expectations', {
    for: { kind: 'resource', name: 'port-1', peer: 'edge-b' },
    expect: { description: 'uplink' },
    why: 'the service needs it',
  });
  expect(laid).toMatchObject({ status: 201, body: { for: { peer: 'edge-b' }, principal: 'operator' } });

  const held = await until('B holds it', async () => (await b.get('/diffo/v1/expectations'))[0]);
  expect(held).toMatchObject({ id: laid.body.id, principal: 'peer:edge-a', why: 'the service needs it' });
  expect(held.for).toEqual({ kind: 'resource', name: 'port-1' });
  await until('A hears that it is unmet', async () => (await outstanding(a))[0]?.verdict === 'unmet');
  expect((await outstanding(a))[0]).toMatchObject({ peer: 'edge-b', outstanding: { description: 'uplink' } });

  const made = await b.call('POST', '/tmf-api/resourceInventoryManagement/v5/resource', {
    '@type': 'Resource',
    name: 'port-1',
    description: 'other',
  });
  expect(made.status).toBe(201);
  await until('A hears of the instance', async () => (await outstanding(a))[0]?.instance?.id === made.body.id);
  await b.call('PATCH', `/tmf-api/resourceInventoryManagement/v5/resource/${made.body.id}`, { description: 'uplink' });
  await until('A hears that it is met', async () => (await outstanding(a)).length === 0);
  expect(a.store.verdicts()).toMatchObject([{ peer: 'edge-b', verdict: 'met', instance: made.body.id }]);

  // What is withdrawn here is withdrawn there.
  expect((await a.call('DELETE', `/diffo/v1/expectations/${laid.body.id}`)).status).toBe(204);
  await until('B holds it no more', async () => (await b.get('/diffo/v1/expectations')).length === 0);
  expect(a.store.verdicts()).toEqual([]);
});

test('an expectation is changed by whoever laid it, and until it is judged anew it is unknown', async () => {
  const { a, b } = await pair();
  await b.call('POST', '/tmf-api/resourceInventoryManagement/v5/resource', { '@type': 'Resource', name: 'port-1' });
  await a.call('POST', '/diffo/v1/expectations', {
    id: 'e1',
    for: { kind: 'resource', name: 'port-1', peer: 'edge-b' },
    expect: { name: 'port-1' },
  });
  await until('it is met', () => a.store.verdicts().some(each => each.verdict === 'met'));

  expect(await b.call('PATCH', '/diffo/v1/expectations/e1', { priority: 1 })).toMatchObject({ status: 409 });
  expect(await b.call('DELETE', '/diffo/v1/expectations/e1')).toMatchObject({ status: 409 });
  expect(await a.call('PATCH', '/diffo/v1/expectations/e1', { for: { id: 'x' } })).toMatchObject({ status: 404 });
  const elsewhere = await a.call('PATCH', '/diffo/v1/expectations/e1', { for: { kind: 'resource', name: 'port-1' } });
  expect(elsewhere).toMatchObject({
    status: 400,
    body: { reason: expect.stringContaining('stays where it was laid') },
  });

  const seen: string[] = [];
  const stop = a.store.onCommit(() => seen.push(...a.store.verdicts().map(each => each.verdict)));
  await a.call('PATCH', '/diffo/v1/expectations/e1', { expect: { name: 'port-1', description: { $absent: true } } });
  await until(
    'it is met again',
    () => a.store.verdicts().every(each => each.verdict === 'met') && seen.includes('unknown'),
  );
  stop();
  expect(b.store.verdicts()).toMatchObject([{ verdict: 'met' }]);
});

test('an expectation of somebody who is no peer is refused, with the names of those who are', async () => {
  const { a, b } = await pair();
  const laid = await a.call('POST', '/diffo/v1/expectations', { for: { id: 'x', peer: 'edge-x' }, expect: {} });
  expect(laid).toMatchObject({ status: 400, body: { reason: 'there is no peer edge-x; known are edge-b' } });
  const alone = await runAgent();
  const none = await alone.call('POST', '/diffo/v1/expectations', { for: { id: 'x', peer: 'edge-b' }, expect: {} });
  expect(none.body.reason).toContain('none are configured');
  expect(await alone.get('/diffo/v1/peers')).toEqual([]);
  expect(await b.get('/diffo/v1/outstanding')).toEqual([]);
});

test('who is there, and how, is told by peers, status and metrics; identity tells what others need', async () => {
  const { a, b } = await pair();
  const alive = async (agent: TestAgent) => (await agent.get('/diffo/v1/peers'))[0].presence === 'alive';
  await until('both know each other', async () => (await alive(a)) && (await alive(b)));
  await until('both agree', async () => (await a.get('/diffo/v1/peers'))[0].agreed);
  const identity = await b.get('/diffo/v1/identity');
  expect(identity).toEqual({ node: 'edge-b', realm: 'default', publicKey: expect.stringMatching(/^[\w-]{43}$/) });
  expect(await a.get('/diffo/v1/peers')).toMatchObject([
    {
      name: 'edge-b',
      publicKey: identity.publicKey,
      presence: 'alive',
      carrier: 'websocket',
      incarnation: 1,
      lag: 0,
      links: [{ carrier: 'websocket', up: true }],
      refused: {},
      lastError: null,
    },
  ]);
  expect((await a.get('/diffo/v1/status')).peers).toMatchObject([{ name: 'edge-b', presence: 'alive', agreed: true }]);
  const metrics = (await a.call('GET', '/metrics')).body;
  expect(metrics).toContain('diffo_peer_alive{peer="edge-b"} 1');
  expect(metrics).toContain('diffo_peer_link_up{peer="edge-b",carrier="websocket"} 1');

  await b.stop();
  await until('A knows that B has gone', async () => (await a.get('/diffo/v1/peers'))[0].presence === 'dead');
  const [gone] = await a.get('/diffo/v1/peers');
  expect(gone.links[0].lastError).toContain('edge-b');
});
