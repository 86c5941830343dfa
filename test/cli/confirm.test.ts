/** What may cut somebody off, as a person meets it on the command line and over HTTP. */
import { expect, test } from 'vitest';
import { openSimulator, readElements } from '../../src/adapters/drivers/simulator.ts';
import { systemClock } from '../../src/adapters/system-clock.ts';
import { noFailSafe } from '../../src/ports/fail-safe.ts';
import { silentLog } from '../../src/ports/log.ts';
import { runAgent } from '../kit/agent.ts';
import { diffo } from './running.ts';

async function start(flags: Readonly<Record<string, string>> = {}) {
  const simulator = openSimulator({
    clock: systemClock,
    log: silentLog,
    elements: readElements([
      {
        kind: 'port',
        key: 'p1',
        facts: { name: 'p1', '@type': 'LogicalResource', administrativeState: 'locked' },
        settable: [{ path: '/administrativeState' }],
      },
    ]),
  });
  const failSafe = noFailSafe(systemClock);
  const agent = await runAgent({ profile: 'simulator', ...flags }, { drivers: [simulator], failSafe });
  const rule = { sort: 'protect', for: { kind: 'port' }, why: 'the mast hangs on it' };
  expect((await agent.call('POST', '/diffo/v1/rules', rule)).status).toBe(201);
  const wish = { for: { kind: 'port', name: 'p1' }, expect: { administrativeState: 'unlocked' }, mode: 'enforce' };
  expect((await agent.call('POST', '/diffo/v1/expectations', wish)).status).toBe(201);
  await agent.loop.settle();
  const [plan] = await agent.get('/diffo/v1/plans');
  const run = (words: string) => diffo([...words.split(' '), '--at', agent.url], { input: '' });
  return { agent, plan, run };
}

test('a plan says what is protected and why, and is approved by a person with a name, for as long as they say', async () => {
  const { agent, plan, run } = await start();
  const shown = await run(`plan ${plan.id}`);
  expect(shown.out).toContain('protected: administrativeState of port p1 is protected: the mast hangs on it');
  expect(shown.out).toContain('--by YOUR-NAME --wait');
  expect(await run(`approve ${plan.id}`)).toMatchObject({
    code: 2,
    err: expect.stringContaining('needs the word of a person with a name, because administrativeState of port p1'),
  });
  const said = await run(`approve ${plan.id} --by ana --within 30s --wait`);
  expect(said.out).toMatch(/unconfirmed[\s\S]*goes back [\d:]+ unless it is confirmed[\s\S]*keep: diffo confirm/);
  expect(said.code).toBe(0);
  const waiting = await agent.get(`/diffo/v1/plans/${plan.id}`);
  expect(waiting.confirm).toEqual({ withinMs: 30_000, until: expect.any(String) });
  const kept = await run(`confirm ${plan.id} --by ana`);
  expect([kept.code, kept.out]).toEqual([0, expect.stringMatching(/done/)]);
  expect(await agent.get(`/diffo/v1/plans/${plan.id}`)).toMatchObject({ confirm: { confirmedBy: 'ana' } });
  const again = await run(`confirm ${plan.id}`);
  expect([again.code, again.err]).toEqual([1, expect.stringContaining('has nothing to confirm: it is done')]);
});

test('what does not fit is refused with a sentence', async () => {
  const { agent, plan, run } = await start({ 'plans.confirmWithin': '2m' });
  for (const within of ['1s', '2h', 'soon']) {
    expect(await run(`approve ${plan.id} --by ana --within ${within}`)).toMatchObject({
      code: 2,
      err: expect.stringContaining('a duration from 5s to 1h'),
    });
  }
  const rule = { sort: 'protect', for: { kind: 'port' }, within: '1s' };
  expect(await agent.call('POST', '/diffo/v1/rules', rule)).toMatchObject({
    status: 400,
    body: { reason: expect.stringContaining('a duration from 5s to 1h') },
  });
  expect((await agent.call('POST', `/diffo/v1/plans/${plan.id}/confirm`, { by: 1 })).status).toBe(400);
  expect((await agent.call('POST', '/diffo/v1/plans/none/confirm', {})).status).toBe(404);
  await run(`approve ${plan.id} --by ana --wait`);
  expect((await agent.get(`/diffo/v1/plans/${plan.id}`)).confirm.withinMs).toBe(120_000);
  await expect(start({ 'plans.confirmWithin': '1s' })).rejects.toThrow(
    'plans.confirmWithin cannot be "1s" (from the command line): from 5s to 1h',
  );
});
