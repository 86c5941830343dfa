/** What the command line says of peers, with two real agents. */
import { cpSync } from 'node:fs';
import { expect, test } from 'vitest';
import { identityText, peersText } from '../../src/cli/show-peers.ts';
import { makeDirectory, runAgent, type TestAgent, until } from '../kit/agent.ts';
import { makeParty, type Party, peerAt } from '../sync/pair.ts';
import { diffo, type Ran, screen } from './running.ts';

const run = (agent: TestAgent, words: readonly string[]): Promise<Ran> => diffo([...words, '--at', agent.url]);

function start({ node, data }: Party, peers: string): Promise<TestAgent> {
  return runAgent({ node, peers }, {}, data);
}

test('an expectation is laid on a peer and followed, and both say who they are', async () => {
  const [partyA, partyB] = [makeParty('edge-a'), makeParty('edge-b')];
  const b = await start(partyB, peerAt(partyA));
  const a = await start(partyA, peerAt(partyB, `${b.url.replace('http', 'ws')}/peer`));
  await until('they agree', async () => (await a.get('/diffo/v1/peers'))[0].agreed);

  expect((await run(b, ['identity'])).out).toContain(`  edge-b=${partyB.publicKey}\n`);
  expect((await run(a, ['peers'])).out).toMatch(/^NAME .*\nedge-b +alive +websocket .* nothing, both agree\n$/);
  expect((await run(a, ['status'])).out).toContain('edge-b is alive');

  const laid = await run(a, ['expect', 'resource/port-1', 'description=uplink', '--peer', 'edge-b', '--id', 'e1']);
  expect(laid).toMatchObject({ code: 0, err: '' });
  expect(laid.out).toContain('expected of resource/port-1 at edge-b: description=uplink');
  await until('it is unmet', async () => (await a.get('/diffo/v1/outstanding'))[0]?.verdict === 'unmet');
  const { out } = await run(a, ['outstanding']);
  expect(out).toContain('UNMET  resource/port-1 at edge-b');
  expect(out).toContain('  lacks    description=uplink\n');
  expect(out).toContain('  next     edge-b acts as its operator allows\n');
  expect((await run(a, ['expect', '--list'])).out).toContain('resource/port-1 at edge-b');
  expect((await run(b, ['expect', '--list'])).out).toContain('peer:edge-a');
  expect(await run(b, ['expect', '--delete', 'e1'])).toMatchObject({
    code: 1,
    err: 'diffo: e1 is expected by the peer edge-a; change it there, or pause it here\n',
  });

  await b.stop();
  await until('A knows', async () => (await a.get('/diffo/v1/peers'))[0].presence === 'dead');
  expect((await run(a, ['peers'])).out).toMatch(/edge-b +dead[\s\S]* {2}edge-b: no websocket since .*edge-b/);
  expect(await run(a, ['expect', 'resource/x', '{}', '--peer', 'edge-x'])).toMatchObject({
    code: 2,
    err: expect.stringContaining('there is no peer edge-x; known are edge-b'),
  });
});

test('a copied data directory that runs too is noticed, stops the streams, and is told of until a person releases them', async () => {
  const [partyA, partyB] = [makeParty('edge-a'), makeParty('edge-b')];
  const b = await start(partyB, peerAt(partyA));
  const towardsB = peerAt(partyB, `${b.url.replace('http', 'ws')}/peer`);
  const first = await start(partyA, towardsB);
  await until('they agree', async () => (await first.get('/diffo/v1/peers'))[0].agreed);
  await first.stop();
  const copied = makeDirectory();
  cpSync(partyA.data, copied, { recursive: true });
  const [a, copy] = [await start(partyA, towardsB), await start({ ...partyA, data: copied }, towardsB)];

  const alarm = async (): Promise<string> =>
    /^diffo_peer_alarm.*$/m.exec((await b.call('GET', '/metrics')).body)?.[0] ?? '';
  const told = 'edge-b: two agents run with the name and key of edge-a';
  await until('it is noticed', async () => (await b.get('/diffo/v1/peers'))[0].alarm);
  expect((await run(b, ['peers'])).out).toContain(told.replace('edge-b:', 'edge-a:'));
  expect(await alarm()).toBe('diffo_peer_alarm{peer="edge-a"} 1');
  expect((await b.get('/diffo/v1/status')).peers[0].alarm).toContain('`diffo peers release edge-a` at edge-b');
  expect((await b.get('/diffo/v1/peers'))[0].in.epoch).toBeLessThanOrEqual(2);
  await run(b, ['expect', 'resource/x', 'description=held', '--peer', 'edge-a', '--id', 'held']);

  await copy.stop();
  expect((await run(b, ['peers', 'release', 'edge-a'])).code).toBe(0);
  await until('it has come', async () =>
    (await a.get('/diffo/v1/expectations')).some((each: { id: string }) => each.id === 'held'),
  );
  await until('they agree', async () => (await b.get('/diffo/v1/peers'))[0].agreed);
  expect((await run(b, ['peers'])).out).not.toContain('two agents');
  expect(await alarm()).toBe('diffo_peer_alarm{peer="edge-a"} 0');
  expect(await run(b, ['peers', 'release', 'edge-x'])).toMatchObject({
    code: 1,
    err: 'diffo: there is no peer edge-x\n',
  });
  expect(await run(b, ['peers', 'drop'])).toMatchObject({ code: 2, err: expect.stringContaining('only release NAME') });
});

test('what a person may have to see to stands below the table', () => {
  const peer = {
    name: 'edge-b',
    presence: 'suspect',
    carrier: null,
    answeredAt: null,
    lag: 3,
    agreed: false,
    links: [{ carrier: 'mqtt', up: false, since: '2026-03-12T11:58:00Z', lastError: 'no broker answers at mqtt://x' }],
    in: { quarantine: [{ key: 'expectation/e1', code: 'conflict', message: 'somebody has it' }] },
    refused: { forged: 2 },
    lastError: { at: '2026-03-12T11:59:00Z', because: 'it did not answer' },
  };
  expect(peersText([peer], screen).split('\n').slice(1)).toEqual([
    'edge-b  suspect  not yet   3 rows',
    expect.stringMatching(/^ {2}edge-b: no mqtt since .*: no broker answers at mqtt:\/\/x$/),
    expect.stringMatching(/^ {2}edge-b: .*: it did not answer$/),
    '  edge-b: refused of its messages: 2 forged',
    '  edge-b: cannot take its expectation/e1: somebody has it',
    '',
  ]);
  expect(peersText([], screen)).toContain('no peers are configured; diffo identity tells');
  expect(identityText({ node: 'a', realm: 'r', publicKey: 'k' }, screen)).toContain('  a=k\n');
});
