/** Two agents on one element: on the same data the second is refused, on other data each is another writer to the other. */
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { makeDirectory, runAgent, type TestAgent, until } from '../kit/agent.ts';
import { makeNetns, noNamespaces } from '../kit/netns.ts';
import { lookOn } from '../kit/onlooker.ts';

const main = resolve(import.meta.dirname, '../../src/main.ts');
const why = noNamespaces === undefined ? '' : ` (left out: ${noNamespaces})`;

test('a second one on the same data does not start, says why in one sentence, and the first goes on', async () => {
  const data = makeDirectory();
  const agent = await runAgent({ profile: 'simulator' }, {}, data);
  const second = spawnSync(
    process.execPath,
    [main, 'run', '--profile', 'simulator', '--data', data, '--http', '127.0.0.1:0'],
    { encoding: 'utf8', timeout: 60_000, env: { ...process.env, DIFFO_LOG_LEVEL: 'error' } },
  );
  expect(second.status).not.toBe(0);
  const said = second.stderr.trim().split('\n');
  expect(said).toHaveLength(1);
  expect(said[0]).toMatch(
    /is in use: another agent runs on it; stop that one, or give this one its own data directory/,
  );
  expect((await agent.call('GET', '/readyz')).status).toBe(200);
});

const wish = (mtu: number) => ({
  id: 'mtu',
  for: { kind: 'networkInterface', name: 'veth1' },
  expect: { resourceCharacteristic: [{ name: 'mtu', value: mtu }] },
  mode: 'enforce',
});

async function stalledAt(agent: TestAgent): Promise<string | undefined> {
  const [entry] = await agent.get('/diffo/v1/outstanding');
  return entry?.leaves[0]?.stalled?.because;
}

test.skipIf(noNamespaces !== undefined)(
  `each on its own data, both told to put right what the other does: they stop, and each says so${why}`,
  async () => {
    const netns = makeNetns();
    netns.veth('veth1', 'veth0');
    await netns.settle();
    const onlooker = await lookOn(netns, 'veth1');
    const start = () => runAgent({ profile: 'linux-host', 'linux.netns': netns.name });
    const [one, other] = [await start(), await start()];
    for (const [agent, mtu] of [
      [one, 1400],
      [other, 1300],
    ] as const) {
      expect((await agent.call('POST', '/diffo/v1/expectations', { ...wish(mtu), outOfBand: 'restore' })).status).toBe(
        201,
      );
    }
    // Whoever gives up leaves the other what it wants.
    const because = await until(
      'one of them has stopped',
      async () => (await stalledAt(one)) ?? (await stalledAt(other)),
      120_000,
    );
    expect(because).toMatch(/set .*back|again/i);
    await one.loop.settle();
    await other.loop.settle();
    const writes = (await onlooker.seen()).length;
    expect(writes).toBeGreaterThan(2);
    expect(writes).toBeLessThan(20);
    // From then on nothing goes to and fro.
    for (const agent of [one, other, one, other]) await agent.loop.settle();
    expect((await onlooker.seen()).length).toBeLessThanOrEqual(1);
  },
  300_000,
);

test.skipIf(noNamespaces !== undefined)(
  `where nobody has said what becomes of it, the other’s change is held, and a person is asked${why}`,
  async () => {
    const netns = makeNetns();
    netns.veth('veth1', 'veth0');
    await netns.settle();
    const onlooker = await lookOn(netns, 'veth1');
    const start = () => runAgent({ profile: 'linux-host', 'linux.netns': netns.name });
    const [one, other] = [await start(), await start()];
    await one.call('POST', '/diffo/v1/expectations', wish(1400));
    await until('it is as the first wants it', async () => (await one.get('/diffo/v1/outstanding')).length === 0);
    await one.loop.settle();
    await other.call('POST', '/diffo/v1/expectations', wish(1300));
    await until(
      'the first holds it',
      async () => (await one.get('/diffo/v1/outstanding'))[0]?.leaves[0]?.on === 'outOfBand',
    );
    expect(await onlooker.seen()).toEqual([
      { event: 'became', effect: 'mtu 1400' },
      { event: 'became', effect: 'mtu 1300' },
    ]);
  },
);
