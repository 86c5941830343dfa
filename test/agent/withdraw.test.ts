/** Withdrawing over the API: what an expectation alone had changed goes back where it says so, at once with force. */
import { expect, test } from 'vitest';
import { systemClock } from '../../src/adapters/system-clock.ts';
import { runAgent, type TestAgent, until } from '../kit/agent.ts';
import { newSimulator } from '../kit/loop-world.ts';

const EXPECTATIONS = '/diffo/v1/expectations';
const body = (more: object = {}) => ({
  id: 'e',
  for: { kind: 'port', name: 'p1' },
  expect: { resourceCharacteristic: [{ name: 'mtu', value: 1400 }] },
  mode: 'enforce',
  onWithdraw: 'restore',
  ...more,
});

const start = (): Promise<TestAgent> =>
  runAgent({ profile: 'simulator' }, { drivers: [newSimulator({ ...systemClock, advance: async () => {} })] });

async function mtuOf(agent: TestAgent): Promise<unknown> {
  const [port] = await agent.get('/tmf-api/resourceInventoryManagement/v5/resource?name=p1');
  return port.resourceCharacteristic.find((each: { name: string }) => each.name === 'mtu').value;
}

async function laid(more: object = {}): Promise<TestAgent> {
  const agent = await start();
  const answer = await agent.call('POST', EXPECTATIONS, body(more));
  expect(answer.status, JSON.stringify(answer.body)).toBe(201);
  await until('it is put right', async () => (await mtuOf(agent)) === 1400);
  await agent.loop.settle();
  return agent;
}

test('an expectation that says restore is withdrawn when what it had changed has gone back', async () => {
  const agent = await laid();
  expect(await agent.get(`${EXPECTATIONS}/e`)).toMatchObject({ onWithdraw: 'restore' });
  const answer = await agent.call('DELETE', `${EXPECTATIONS}/e`);
  expect(answer).toMatchObject({
    status: 202,
    body: { id: 'e', withdrawing: { by: 'operator', since: expect.any(String), until: expect.any(String) } },
  });
  await until('it is gone', async () => (await agent.call('GET', `${EXPECTATIONS}/e`)).status === 404);
  expect(await mtuOf(agent)).toBe(1500);
  const [task] = await agent.get('/diffo/v1/tasks');
  expect(task).toMatchObject({ state: 'undone', foreseen: { asForeseen: true } });
});

test('withdrawn while paused nothing is touched, and force lets it go as it is', async () => {
  const agent = await laid();
  await agent.call('POST', '/diffo/v1/pause', { scope: 'all' });
  // Paused before it was withdrawn: nothing is touched, and it goes.
  expect((await agent.call('DELETE', `${EXPECTATIONS}/e`)).status).toBe(202);
  await until('it is gone', async () => (await agent.call('GET', `${EXPECTATIONS}/e`)).status === 404);
  expect(await mtuOf(agent)).toBe(1400);
  await agent.call('POST', '/diffo/v1/resume', { scope: 'all' });

  expect((await agent.call('POST', EXPECTATIONS, body())).status).toBe(201);
  expect((await agent.call('DELETE', `${EXPECTATIONS}/e?force=perhaps`)).body).toMatchObject({
    reason: 'force is true or false, not "perhaps"',
  });
  expect((await agent.call('DELETE', `${EXPECTATIONS}/e?force=true`)).status).toBe(204);
  expect(await mtuOf(agent)).toBe(1400);
});

test('a set says it of each of its expectations, and what it prunes goes back', async () => {
  const agent = await start();
  const { id: _, ...item } = body();
  const put = (expectations: readonly object[]) =>
    agent.call('PUT', '/diffo/v1/sets/site', { expectations, prune: true });
  expect((await put([{ name: 'mtu', ...item }])).status).toBe(200);
  await until('it is put right', async () => (await mtuOf(agent)) === 1400);
  await agent.loop.settle();
  expect((await put([])).body).toMatchObject({ removed: [{ name: 'mtu' }] });
  await until('it has gone back', async () => (await mtuOf(agent)) === 1500);
  await until('it is gone', async () =>
    (await agent.get(EXPECTATIONS)).every((each: { set?: string }) => each.set !== 'site'),
  );
});

test('what it is to do with what it did is one of two words', async () => {
  const agent = await start();
  const answer = await agent.call('POST', EXPECTATIONS, body({ onWithdraw: 'undo' }));
  expect(answer).toMatchObject({ status: 400 });
  expect(JSON.stringify(answer.body)).toMatch(/onWithdraw/);
});

test('an undo in a freeze is refused, says how it can be done all the same, and then is', async () => {
  const agent = await laid();
  const [{ id }] = await agent.get('/diffo/v1/plans');
  const freeze = { sort: 'freeze', until: new Date(Date.now() + 3_600_000).toISOString(), why: 'the big game' };
  expect((await agent.call('POST', '/diffo/v1/rules', freeze)).status).toBe(201);
  const undo = (body: object) => agent.call('POST', `/diffo/v1/plans/${id}/undo`, body);
  expect(await undo({ force: true })).toMatchObject({
    status: 409,
    body: { code: 'conflict', reason: expect.stringMatching(/frozen by operator: the big game.*--during-freeze/) },
  });
  expect(await mtuOf(agent)).toBe(1400);
  expect(await undo({ duringFreeze: true })).toMatchObject({ status: 200, body: { state: 'undone' } });
  expect(await mtuOf(agent)).toBe(1500);
});
