/** Two real agents: who lays what collides at a peer hears of it, with whom, and who stands; and that it is over. */
import { expect, test } from 'vitest';
import { runAgent, type TestAgent, until } from '../kit/agent.ts';
import { makeParty, peerAt } from './pair.ts';

async function pair() {
  const [partyA, partyB] = [makeParty('edge-a'), makeParty('edge-b')];
  const start = (party: typeof partyA, peers: string) =>
    runAgent({ node: party.node, peers, profile: 'inventory' }, {}, party.data);
  const b = await start(partyB, peerAt(partyA));
  const a = await start(partyA, peerAt(partyB, `${b.url.replace('http', 'ws')}/peer`));
  return { a, b };
}

const EXPECTATIONS = '/diffo/v1/expectations';
const port = { kind: 'resource', name: 'port-1' };
const lay = async (agent: TestAgent, body: object) => {
  const { status, body: laid } = await agent.call('POST', EXPECTATIONS, { for: port, ...body });
  expect(status).toBe(201);
  return laid;
};
const conflictsAt = async (agent: TestAgent, id: string) => (await agent.get(`${EXPECTATIONS}/${id}`)).conflicts;

test('a collision at the peer comes back with the verdict, moves with what is expected there, and goes', async () => {
  const { a, b } = await pair();
  await b.call('POST', '/tmf-api/resourceInventoryManagement/v5/resource', { '@type': 'Resource', name: 'port-1' });
  const there = await lay(b, { id: 'there', expect: { description: 'core' }, owner: 'bob', priority: 80 });
  expect(there.conflicts).toEqual([]);
  const mine = await lay(a, {
    id: 'mine',
    for: { ...port, peer: 'edge-b' },
    expect: { description: 'uplink', category: 'x' },
    owner: 'alice',
  });
  // What collides there is not known here yet.
  expect(mine.conflicts).toEqual([]);

  const told = await until('A hears of the collision', () => conflictsAt(a, 'mine'));
  const theirs = { expectation: 'there', principal: 'operator', owner: 'bob', priority: 80, wants: 'core' };
  expect(told).toEqual([{ path: '/description', wants: 'uplink', with: [theirs], stands: 'there' }]);
  expect(await conflictsAt(b, 'mine')).toEqual(told);
  const [listed] = await a.get(EXPECTATIONS);
  expect(listed.conflicts).toEqual(told);

  // The other side gives way: the same collision, and another who stands.
  await b.call('PATCH', `${EXPECTATIONS}/there`, { priority: 10 });
  await until('A hears that it stands', async () => (await conflictsAt(a, 'mine'))?.[0].stands === 'mine');

  // A changes its mind, and there is none.
  await a.call('PATCH', `${EXPECTATIONS}/mine`, { expect: { description: 'core' } });
  await until('A hears that it is over', async () => {
    const judged = a.store.verdicts().some(({ verdict }) => verdict !== 'unknown');
    return judged && (await conflictsAt(a, 'mine')) === undefined;
  });

  // Another one is laid there later, and taken away again.
  await lay(b, { id: 'later', expect: { description: { $match: '^u' }, category: 'y' }, priority: 90 });
  await lay(b, { id: 'elsewhere', for: { kind: 'resource', name: 'port-2' }, expect: { description: 'z' } });
  await a.call('PATCH', `${EXPECTATIONS}/mine`, { expect: { category: 'x' } });
  await until('A hears of the one that came later', async () => (await conflictsAt(a, 'mine'))?.[0].stands === 'later');
  await b.call('DELETE', `${EXPECTATIONS}/later`);
  await until('A hears that it has gone', async () => (await conflictsAt(a, 'mine')) === undefined);
  await until('nothing is left to be told', () => a.store.verdicts().length === 1);
});

test('collisions outlive a restart of the one who judges, and of the one who hears', async () => {
  const [partyA, partyB] = [makeParty('edge-a'), makeParty('edge-b')];
  const settings = { profile: 'inventory' };
  let b = await runAgent({ node: 'edge-b', peers: peerAt(partyA), ...settings }, {}, partyB.data);
  const url = new URL(b.url);
  const there = { node: 'edge-a', peers: peerAt(partyB, `ws://${url.host}/peer`), ...settings };
  let a = await runAgent(there, {}, partyA.data);
  await lay(b, { id: 'there', expect: { description: 'core' }, priority: 80 });
  await lay(a, { id: 'mine', for: { ...port, peer: 'edge-b' }, expect: { description: 'uplink' } });
  await until('A hears of the collision', () => conflictsAt(a, 'mine'));
  const told = await conflictsAt(a, 'mine');

  await a.stop();
  await b.stop();
  b = await runAgent({ node: 'edge-b', peers: peerAt(partyA), http: url.host, ...settings }, {}, partyB.data);
  a = await runAgent(there, {}, partyA.data);
  await until('both have spoken', async () => (await a.get('/diffo/v1/peers'))[0].agreed);
  await until('A shows it again', async () => JSON.stringify(await conflictsAt(a, 'mine')) === JSON.stringify(told));
  await b.call('DELETE', `${EXPECTATIONS}/there`);
  await until('A hears that it has gone', async () => (await conflictsAt(a, 'mine')) === undefined);
});
