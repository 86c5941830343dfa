/** A real agent, recorded: on a machine that is changed meanwhile, and killed again and again. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, test as it, onTestFailed } from 'vitest';
import { replay } from '../../src/agent/replay.ts';
import { callAgent, makeDirectory, until } from '../kit/agent.ts';
import { chanceOf } from '../kit/chance.ts';
import { makeNetns, type Netns, noNamespaces } from '../kit/netns.ts';
import { launch } from '../kit/process.ts';

const test = it.skipIf(noNamespaces !== undefined);
const why = noNamespaces === undefined ? '' : ` (left out: ${noNamespaces})`;

const EXPECTATIONS = '/diffo/v1/expectations';

function makeElement(): Netns {
  const netns = makeNetns();
  netns.veth('veth1', 'veth0');
  return netns;
}

const wish = (value: unknown, more: object = {}) => ({
  for: { kind: 'networkInterface', name: 'veth1' },
  expect: { resourceCharacteristic: [value] },
  mode: 'enforce',
  outOfBand: 'restore',
  ...more,
});

test(`what an agent does on a Linux machine is replayed to the same${why}`, { timeout: 120_000 }, async () => {
  const netns = makeElement();
  await netns.settle();
  const data = makeDirectory();
  const record = join(data, 'run.jsonl');
  const agent = launch({ profile: 'linux-host', data, http: '127.0.0.1:0', 'linux.netns': netns.name, record });
  const { url } = await agent.ready;
  const lay = async (body: object): Promise<string> => {
    const { status, body: laid } = await callAgent(url, 'POST', EXPECTATIONS, body);
    expect(status).toBe(201);
    return laid.id;
  };
  const mtu = (): unknown => netns.ipJson('link show dev veth1')[0]?.mtu;
  const addresses = (): string => netns.ip('-o addr show dev veth1');

  await lay(wish({ name: 'mtu', value: 1400 }));
  await until('the MTU is set', () => mtu() === 1400);
  // Somebody else.
  netns.ip('link set veth1 mtu 1300');
  await until('the MTU is put right', () => mtu() === 1400);

  const held = await lay(
    wish({ name: 'ipAddress', value: { $contains: ['10.9.0.1/24'] } }, { mode: 'approve', outOfBand: 'hold' }),
  );
  const plan = await until('a plan waits', async () => {
    const { body } = await callAgent(url, 'GET', '/diffo/v1/plans');
    return body.find((each: { state: string }) => each.state === 'proposed');
  });
  const applied = await callAgent(url, 'POST', `/diffo/v1/plans/${plan.id}/apply`, { by: 'ann' });
  expect(applied.body).toMatchObject({ state: 'done' });
  expect(addresses()).toContain('10.9.0.1/24');
  // It reads telemetry, and nothing will come of it.
  await lay(wish({ name: 'receivedBytes', value: { $gte: 1e15 } }, { mode: 'warn' }));
  netns.ip('addr del 10.9.0.1/24 dev veth1');
  await until('somebody took it away', async () => {
    const { body } = await callAgent(url, 'GET', '/diffo/v1/outstanding');
    return JSON.stringify(body).includes(held) && body.length >= 2;
  });
  await callAgent(url, 'POST', '/diffo/v1/pause', { all: true, by: 'ann' });
  await callAgent(url, 'DELETE', `${EXPECTATIONS}/${held}`);
  expect(await agent.stop()).toBe(0);

  const text = readFileSync(record, 'utf8');
  const told: string[] = [];
  const found = await replay(record, { tell: (_, line) => told.push(line) });
  expect(found).toMatchObject({ runs: 1, notes: [] });
  expect(found.difference).toBeUndefined();
  expect(found.decisions).toBeGreaterThan(15);
  expect(told.join('\n')).toContain('linux: act');
  console.log(`${found.decisions} decisions in ${found.turns} turns, ${text.length} bytes: identical`);

  // What the element said is changed in one place: the first decision that follows from it is another one.
  const lines = text.split('\n');
  const at = lines.findIndex(line => line.includes('"cue":"answer"') && line.includes('{"name":"mtu","value":1300'));
  expect(at).toBeGreaterThan(0);
  lines[at] = lines[at]?.replace('{"name":"mtu","value":1300', '{"name":"mtu","value":1350') ?? '';
  writeFileSync(record, lines.join('\n'));
  const { difference } = await replay(record);
  expect(difference).toMatchObject({ line: at + 1 });
  expect(difference?.recorded).toContain('1300');
  expect(difference?.replayed).toContain('1350');
});

const kills = Number(process.env.DIFFO_RECORD_KILLS ?? 12);
const seed = Number(process.env.DIFFO_SEED ?? Date.now() % 1_000_000);

test(`killed ${kills} times, and every life is replayed to the same${why}`, {
  timeout: 60_000 + kills * 15_000,
}, async () => {
  onTestFailed(() => console.error(`to see this again: DIFFO_SEED=${seed} DIFFO_RECORD_KILLS=${kills}`));
  const chance = chanceOf(seed);
  const netns = makeElement();
  const data = makeDirectory();
  const record = join(data, 'run.jsonl');
  const settings = { profile: 'linux-host', data, http: '127.0.0.1:0', 'linux.netns': netns.name, record };
  for (let n = 0; n < kills; n++) {
    const agent = launch(settings);
    // Some do not even come to be ready.
    if (chance.happens(0.2)) {
      await Promise.race([agent.ready, wait(chance.whole(200, 1_500))]);
    } else {
      const { url } = await agent.ready;
      const value = { name: 'mtu', value: chance.whole(1300, 1500) };
      await callAgent(url, 'POST', EXPECTATIONS, wish(value, { priority: n + 1 }));
      if (chance.happens(0.5)) netns.ip(`link set veth1 mtu ${chance.whole(1280, 1500)}`);
      await wait(chance.whole(0, 400));
    }
    await agent.kill();
  }
  const found = await replay(record);
  expect(found.difference).toBeUndefined();
  // Of a line that was being written when it was killed nothing is known.
  expect(found.notes.filter(note => !/cut off|has no end/.test(note))).toEqual([]);
  expect(found.runs).toBeGreaterThan(kills / 2);
  expect(found.decisions).toBeGreaterThan(kills);
  console.log(`${found.runs} runs, ${found.decisions} decisions in ${found.turns} turns: identical`);
});
