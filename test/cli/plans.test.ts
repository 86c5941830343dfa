/** Plans as a person meets them: shown and not kept, approved by name, refused with a sentence. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openSimulator, readElements } from '../../src/adapters/drivers/simulator.ts';
import { systemClock } from '../../src/adapters/system-clock.ts';
import { silentLog } from '../../src/ports/log.ts';
import { runAgent } from '../kit/agent.ts';
import { diffo } from './running.ts';

const mtu = (value: number) => ({ resourceCharacteristic: [{ name: 'mtu', value }] });

async function start(flags: Readonly<Record<string, string>> = {}) {
  const acts: string[] = [];
  const simulator = openSimulator({
    clock: systemClock,
    log: silentLog,
    elements: readElements([
      {
        kind: 'port',
        key: 'p1',
        facts: { name: 'p1', '@type': 'LogicalResource', administrativeState: 'locked', ...mtu(1500) },
        settable: [{ path: '/administrativeState' }, { path: '/resourceCharacteristic/mtu/value' }],
      },
    ]),
  });
  const driver = {
    ...simulator,
    act: async (step: Parameters<typeof simulator.act>[0]) => {
      acts.push(step.summary);
      await simulator.act(step);
    },
  };
  const agent = await runAgent({ profile: 'simulator', ...flags }, { drivers: [driver] });
  const laid = await agent.call('POST', '/diffo/v1/expectations', {
    for: { kind: 'port', name: 'p1' },
    expect: { administrativeState: 'unlocked', ...mtu(1400) },
    mode: 'warn',
  });
  expect(laid.status).toBe(201);
  await agent.loop.settle();
  const run = (words: string) => diffo([...words.split(' '), '--at', agent.url], { input: '' });
  return { agent, acts, run };
}

/** Every byte that the agent keeps. */
function kept(directory: string): string {
  const hash = createHash('sha256');
  for (const file of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    // What readers of the database tell each other is nothing that is kept.
    if (!file.isFile() || file.name.endsWith('-shm')) continue;
    hash.update(file.name).update(readFileSync(join(file.parentPath, file.name)));
  }
  return hash.digest('hex');
}

// P21
test('a dry run shows the whole plan; not a byte is kept, and nothing is done at the element', async () => {
  const { agent, acts, run } = await start();
  const before = [agent.store.seq(), kept(agent.data)];
  const shown = await agent.call('POST', '/diffo/v1/plans?dryRun=true');
  expect(shown.status).toBe(200);
  expect(shown.body).toMatchObject({ dryRun: true, state: 'proposed', hash: expect.stringMatching(/^[0-9a-f]{64}$/) });
  expect(shown.body).not.toHaveProperty('id');
  expect(shown.body.tasks.map((each: { step: { summary: string } }) => each.step.summary)).toEqual([
    'set /administrativeState of p1 to "unlocked"',
    'set /resourceCharacteristic/mtu/value of p1 to 1400',
  ]);
  expect(shown.body.tasks[1].effects).toEqual([
    { of: { kind: 'port', name: 'p1' }, path: '/resourceCharacteristic/mtu/value', value: 1400 },
  ]);
  expect(shown.body.outcome).toMatchObject([{ before: 'unmet', after: 'met' }]);
  const said = await run('plan --dry-run');
  expect(said.out).toMatch(/^plan, not kept +proposed[\s\S]*1\. set \/administrativeState of p1/);
  expect([agent.store.seq(), kept(agent.data)]).toEqual(before);
  expect([await agent.get('/diffo/v1/plans'), acts]).toEqual([[], []]);

  // The same code made it: a plan has the same hash.
  const made = await agent.call('POST', '/diffo/v1/plans', {});
  expect(made.body.hash).toBe(shown.body.hash);
  expect((await agent.call('POST', '/diffo/v1/plans?dryRun=maybe')).body.reason).toContain('dryRun is true or false');
});

test('a plan is made and approved in the name of a person; with four eyes, not of the same', async () => {
  const { agent, acts, run } = await start({ 'plans.fourEyes': 'true', 'plans.expireAfter': '15m' });
  expect((await run('plan --by ann')).out).toContain('made by ann');
  const [plan] = await agent.get('/diffo/v1/plans');
  expect(Date.parse(plan.expiresAt) - Date.parse(plan.madeAt)).toBe(15 * 60_000);
  const refused = await run(`approve ${plan.id} --by ann`);
  expect([refused.code, refused.err]).toEqual([
    expect.any(Number),
    expect.stringContaining('was asked for by ann; somebody else has to approve it'),
  ]);
  expect(refused.code).not.toBe(0);
  const done = await run(`apply ${plan.id} --by bob`);
  expect(done.out).toContain('approved by bob');
  expect(acts).toHaveLength(2);
  const after = await agent.get(`/diffo/v1/plans/${plan.id}`);
  expect(after).toMatchObject({ state: 'done', madeBy: 'ann', approvedBy: 'bob', approvedAt: expect.any(String) });
});

test('an unknown length of time is refused with a sentence', async () => {
  await expect(start({ 'plans.expireAfter': 'soon' })).rejects.toThrow(
    'plans.expireAfter cannot be "soon" (from the command line): a number and a unit, such as 90s, 15m, 1h, 2d',
  );
});
