/** Two real agents: what is stalled is told to whoever laid it, and by a rule handed to a peer that can do it, and taken back. */
import { expect, test } from 'vitest';
import { openSimulator, readElements } from '../../src/adapters/drivers/simulator.ts';
import { systemClock } from '../../src/adapters/system-clock.ts';
import { expectationId } from '../../src/core/ids.ts';
import { silentLog } from '../../src/ports/log.ts';
import { runAgent, type TestAgent, until } from '../kit/agent.ts';
import { makeParty, peerAt } from './pair.ts';

const EXPECTATIONS = '/diffo/v1/expectations';
const wanted = { resourceCharacteristic: [{ name: 'mtu', value: 1400 }] };
const port = { kind: 'port', name: 'p1' };

function element() {
  const simulator = openSimulator({
    clock: systemClock,
    log: silentLog,
    elements: readElements([
      {
        kind: 'port',
        key: 'p1',
        facts: { '@type': 'Resource', name: 'p1', resourceCharacteristic: [{ name: 'mtu', value: 1500 }] },
        settable: [{ path: '/resourceCharacteristic/mtu/value' }],
      },
    ]),
  });
  return { simulator, mtu: async () => JSON.stringify((await simulator.look()).sightings[0]?.facts) };
}

/** B refuses to be set. */
async function pair() {
  const [partyA, partyB] = [makeParty('edge-a'), makeParty('edge-b')];
  const [ofA, ofB] = [element(), element()];
  const { act } = ofB.simulator;
  const refusing = { is: true };
  ofB.simulator.act = step => {
    if (refusing.is) ofB.simulator.world.refuseNext('not while it is in use');
    return act(step);
  };
  const start = (party: typeof partyA, peers: string, of: ReturnType<typeof element>) =>
    runAgent({ node: party.node, peers, profile: 'simulator' }, { drivers: [of.simulator] }, party.data);
  const b = await start(partyB, peerAt(partyA), ofB);
  const a = await start(partyA, peerAt(partyB, `${b.url.replace('http', 'ws')}/peer`), ofA);
  for (const each of [a, b]) await post(each, '/diffo/v1/rules', { sort: 'mode', mode: 'enforce' });
  await post(b, '/diffo/v1/rules', { sort: 'settle', attempts: 1, holdUp: '1s' });
  return { a, b, ofA, ofB, refusing };
}

async function post(agent: TestAgent, path: string, body: object) {
  const { status, body: answer } = await agent.call('POST', path, body);
  expect([200, 201], JSON.stringify(answer)).toContain(status);
  return answer;
}

const outstandingOf = async (agent: TestAgent) => (await agent.get('/diffo/v1/outstanding'))[0];

// P39
test('what a peer lays here and is stalled is told to the peer, with what would unblock it', async () => {
  const { a, b, refusing } = await pair();
  await post(a, EXPECTATIONS, { id: 'far', for: { ...port, peer: 'edge-b' }, expect: wanted, mode: 'enforce' });
  const told = await until('A hears that it is stalled', async () => (await outstandingOf(a))?.stalled);
  expect(told).toMatchObject([{ reason: 'failing', path: '/resourceCharacteristic/mtu/value' }]);
  const { next } = await outstandingOf(a);
  expect(next).toMatch(
    /^edge-b says that it is stalled: tried once, last: .*not while it is in use; a change of what is/,
  );
  expect((await b.get('/diffo/v1/status')).counts.stalled).toBe(1);
  expect((await outstandingOf(b)).leaves[0].stalled).toMatchObject({ reason: 'failing' });

  // What would unblock it is what unblocks it.
  refusing.is = false;
  expect((await b.call('POST', '/diffo/v1/resume', { scope: 'kind:card' })).status).toBe(404);
  expect((await b.call('POST', '/diffo/v1/resume', { scope: 'kind:port' })).status).toBe(204);
  await until('A hears that it is met', () =>
    a.store.verdicts().every(each => each.verdict === 'met' && !each.stalled),
  );
  expect((await b.get('/diffo/v1/status')).counts.stalled).toBe(0);
});

// P39
test('what is stalled is handed to a capable peer, tracked, and over when it is met here', async () => {
  const { a, b, ofA, refusing } = await pair();
  await post(b, '/diffo/v1/rules', { sort: 'delegate', peer: 'edge-a', timeout: '1h' });
  await post(b, EXPECTATIONS, { id: 'here', for: port, expect: wanted, mode: 'enforce', owner: 'ann' });
  await until('A does it at its own port', async () => (await ofA.mtu()).includes('1400'));
  const [laid] = await until('it is laid at A', () => {
    const found = a.store.expectations();
    return found.length > 0 ? found : undefined;
  });
  expect(laid).toMatchObject({ for: port, principal: 'peer:edge-b', owner: 'ann', expect: wanted });
  const delegated = await until('B tells what A says of it', async () => {
    const [record] = b.store.leafRecords();
    const verdicts = record?.delegated?.expectation && b.store.verdicts({ expectation: record.delegated.expectation });
    return verdicts && verdicts[0]?.verdict === 'met' ? record?.delegated : undefined;
  });
  expect(delegated).toMatchObject({ peer: 'edge-a' });
  const [instance] = b.store.instances({ kind: 'port' });
  const { leaves } = await b.get(`/diffo/v1/explain?instance=${instance?.id}`);
  expect(JSON.stringify(leaves[0])).toMatch(/handed to edge-a/);
  expect(b.store.verdict(expectationId('here'), instance?.id)?.stalled).toMatchObject([{ delegatedTo: 'edge-a' }]);

  // By its help, or whoever's: B's own port is as expected, and rests so.
  refusing.is = false;
  await b.call('POST', '/diffo/v1/resume', { scope: 'all' });
  await until(
    'nothing is left of it',
    () => a.store.expectations().length === 0 && b.store.expectations().length === 1,
  );
  expect(b.store.verdicts().map(each => each.verdict)).toEqual(['met']);
});

// P39
test('what a peer has not brought about in time is taken back, and told', async () => {
  const { a, b } = await pair();
  await post(a, '/diffo/v1/rules', { sort: 'freeze', until: '2099-01-01T00:00:00Z', why: 'nothing moves' });
  await post(b, '/diffo/v1/rules', { sort: 'delegate', peer: 'edge-a', timeout: '2s' });
  await post(b, EXPECTATIONS, { id: 'here', for: port, expect: wanted, mode: 'enforce' });
  await until('it is laid at A', () => a.store.expectations().length === 1);
  const came = await until('it is taken back', () => b.store.leafRecords()[0]?.delegated?.came);
  expect(came).toBe('taken back in time; edge-a had said unmet');
  await until('A has nothing to do with it', () => a.store.expectations().length === 0);
  const { next, ...entry } = (await outstandingOf(b)).leaves[0];
  expect(JSON.stringify([next, entry])).toMatch(
    /it had been handed to edge-a: taken back in time; edge-a had said unmet/,
  );
  // It is not handed on once more, before something has changed.
  await new Promise(resolve => setTimeout(resolve, 3_000));
  expect(a.store.expectations()).toEqual([]);
});
