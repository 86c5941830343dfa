/** What the agent says of a leaf: the facts, and the one sentence that is made of them. */
import { expect, test } from 'vitest';
import { openSimulator, readElements } from '../../src/adapters/drivers/simulator.ts';
import { systemClock } from '../../src/adapters/system-clock.ts';
import { silentLog } from '../../src/ports/log.ts';
import { runAgent, type TestAgent, until } from '../kit/agent.ts';
import { makeNetns, noNamespaces } from '../kit/netns.ts';

const port = {
  kind: 'port',
  key: 'p1',
  facts: {
    name: 'p1',
    '@type': 'LogicalResource',
    administrativeState: 'unlocked',
    resourceCharacteristic: [{ name: 'mtu', value: 1500 }],
  },
  telemetry: [],
};

async function start() {
  const simulator = openSimulator({ clock: systemClock, log: silentLog, elements: readElements([port]) });
  return { simulator, agent: await runAgent({ profile: 'simulator' }, { drivers: [simulator] }) };
}

async function lay(agent: TestAgent, body: object): Promise<void> {
  expect((await agent.call('POST', '/diffo/v1/expectations', body)).status).toBe(201);
  await agent.loop.settle();
}

const mtu = (value: unknown) => ({ resourceCharacteristic: [{ name: 'mtu', value }] });
const p1 = { kind: 'port', name: 'p1' };
const POWER = '/resourceCharacteristic/rxPower/value';
const duration = String.raw`\d+ (s|min|h|d)`;

// P05
test('a leaf says what it is since when and by whom, who wants what and why, and who saw it', async () => {
  const { agent } = await start();
  await lay(agent, { for: p1, expect: mtu({ $lte: 1400 }), owner: 'alice', why: 'tunnel overhead' });
  const [entry] = await agent.get('/diffo/v1/outstanding');
  expect(entry.wantedBy).toMatchObject({ principal: 'operator', owner: 'alice', why: 'tunnel overhead', mode: 'warn' });
  const [leaf] = entry.leaves;
  expect(leaf).toMatchObject({
    path: '/resourceCharacteristic/mtu/value',
    expected: { $lte: 1400 },
    actual: 1500,
    reason: 'bound',
  });
  expect(Date.parse(leaf.since)).not.toBeNaN();
  expect(leaf.sentence).toMatch(
    new RegExp(
      `^mtu of p1 has been 1500 for ${duration} \\(by driver:simulator\\); alice \\(operator\\) wants at most 1400 \\(tunnel overhead\\): it is out of bounds; seen ${duration} ago by simulator\\. It waits: nothing here can change /resourceCharacteristic/mtu/value\\. Next: nothing by itself, until somebody changes it at the element, or what is wanted of it$`,
    ),
  );
  const { leaves } = await agent.get(`/diffo/v1/explain?instance=${entry.instance.id}`);
  expect(leaves).toEqual([
    expect.objectContaining({ sentence: expect.stringContaining('mtu of p1 has been 1500'), since: leaf.since }),
  ]);
});

test('a change from outside is told with its own time', async () => {
  const { agent, simulator } = await start();
  await lay(agent, { for: p1, expect: { administrativeState: 'locked', ...mtu(1500) } });
  const [entry] = await agent.get('/diffo/v1/outstanding');
  const [before] = entry.leaves;
  simulator.world.change('port', 'p1', '/resourceCharacteristic/mtu/value', 1300);
  const leaves = await until('it is seen', async () => {
    const explained = await agent.get(`/diffo/v1/explain?instance=${entry.instance.id}`);
    return explained.leaves.some((leaf: { actual: unknown }) => leaf.actual === 1300) ? explained.leaves : undefined;
  });
  const byPath = new Map(leaves.map((leaf: { path: string }) => [leaf.path, leaf]));
  expect(byPath.get('/administrativeState')).toMatchObject({ since: before.since });
  expect(byPath.get('/resourceCharacteristic/mtu/value')).toMatchObject({ verdict: 'unmet', reason: 'different' });
  expect(byPath.get('/resourceCharacteristic/mtu/value')).not.toMatchObject({ since: before.since });
});

test('of what does not exist it is said what it would be', async () => {
  const { agent } = await start();
  await lay(agent, { for: { kind: 'port', name: 'p9' }, expect: { $present: true } });
  const [entry] = await agent.get('/diffo/v1/outstanding');
  expect(entry.leaves).toMatchObject([
    {
      sentence: expect.stringMatching(
        /^p9 is not there; operator wants some value\. It waits: .*nothing here can make it/,
      ),
      next: expect.any(String),
      on: 'nobody',
    },
  ]);
});

// P06
test('what cannot be seen any more is told with what it was, and when', async () => {
  const { agent, simulator } = await start();
  await lay(agent, { for: p1, expect: mtu(1500), freshnessMs: 500 });
  simulator.world.setUnreachable(true);
  const [entry] = await until('it is unknown', async () => {
    const open = await agent.get('/diffo/v1/outstanding');
    return open.length > 0 ? open : undefined;
  });
  expect(entry).toMatchObject({ verdict: 'unknown', leaves: [{ reason: 'stale', actual: 1500 }] });
  expect(entry.leaves[0].sentence).toMatch(
    new RegExp(
      `^mtu of p1 is not known: it was 1500 when simulator last looked, ${duration} ago \\(the simulated element does not answer\\); operator wants 1500\\. Next: look again`,
    ),
  );
});

test('of each leaf it is told where it comes from, and why it is not known', async () => {
  const simulator = openSimulator({
    clock: systemClock,
    log: silentLog,
    elements: readElements([{ ...port, telemetry: [{ name: 'rxPower', value: -10 }] }]),
  });
  simulator.world.withholdTelemetry('the meter is cold');
  const agent = await runAgent({ profile: 'simulator' }, { drivers: [simulator] });
  const characteristics = [
    { name: 'mtu', value: 1500 },
    { name: 'rxPower', value: { $gte: -20 } },
  ];
  await lay(agent, { for: p1, expect: { resourceCharacteristic: characteristics, description: { $absent: true } } });
  const [entry] = await agent.get('/diffo/v1/outstanding');
  expect(entry).toMatchObject({ verdict: 'unknown', outstanding: null });
  const leaves = async () => {
    const explained = await agent.get(`/diffo/v1/explain?instance=${entry.instance.id}`);
    return new Map<string, Record<string, unknown>>(
      explained.leaves.map((leaf: { path: string }) => [leaf.path.split('/')[2] ?? leaf.path.slice(1), leaf]),
    );
  };
  const blind = await leaves();
  expect(blind.get('description')).toMatchObject({ verdict: 'met', source: 'record' });
  expect(blind.get('description')).not.toHaveProperty('observedBy');
  expect(blind.get('mtu')).toMatchObject({ verdict: 'met', source: 'look', observedBy: 'simulator' });
  expect(blind.get('rxPower')).toMatchObject({
    verdict: 'unknown',
    reason: 'never',
    source: 'sample',
    observedBy: 'simulator',
    because: 'simulator has not sampled it since the start (the meter is cold)',
    on: 'look',
    sentence: expect.stringMatching(
      /^rxPower of p1 is not known: simulator has not sampled it since the start \(the meter is cold\); operator wants /,
    ),
  });
  expect(blind.get('rxPower')).not.toHaveProperty('observedAt');

  simulator.world.withholdTelemetry(undefined);
  simulator.world.doubt('port', 'p1', '/resourceCharacteristic/rxPower', 'the laser is saturated');
  const doubted = await until('it is sampled', async () => {
    const found = (await leaves()).get('rxPower');
    return found?.reason === 'bad' ? found : undefined;
  });
  expect(Date.parse(String(doubted.observedAt))).not.toBeNaN();
  expect(doubted.sentence).toMatch(
    /^rxPower of p1 is not known: simulator says -10 and that it is of bad quality \(the laser is saturated\); /,
  );

  simulator.world.doubt('port', 'p1', '/resourceCharacteristic/rxPower', undefined);
  const refine = () =>
    agent.call('POST', `/diffo/v1/expectations/${entry.expectation}/refinements`, { path: POWER, observed: true });
  const refined = await until('it is sampled again', async () => {
    const answer = await refine();
    if (answer.status === 201) return answer.body;
    expect(answer.body.reason).toBe(`nobody knows what is at ${POWER} now (bad): the laser is saturated`);
    return undefined;
  });
  expect(refined.refinements).toMatchObject([{ path: POWER, to: -10 }]);
  simulator.world.withholdTelemetry('the meter is cold');
});

test.skipIf(noNamespaces !== undefined)('of telemetry nobody says since when it is what it is', async () => {
  const netns = makeNetns();
  netns.ip('link set lo up');
  const agent = await runAgent({ profile: 'linux-host', 'linux.netns': netns.name });
  const few = { resourceCharacteristic: [{ name: 'rxBytes', value: { $lt: 0 } }] };
  await lay(agent, { for: { kind: 'networkInterface', name: 'lo' }, expect: few });
  const [{ instance }] = await agent.get('/diffo/v1/outstanding');
  // Whoever reads it has it sampled.
  await agent.get(`/tmf-api/resourceInventoryManagement/v5/resource/${instance.id}`);
  const leaf = await until('it is sampled', async () => {
    const [entry] = await agent.get('/diffo/v1/outstanding');
    return entry?.leaves.find((each: { actual: unknown }) => typeof each.actual === 'number');
  });
  expect(leaf).toMatchObject({ sinceOf: 'verdict', since: expect.any(String) });
  expect(leaf.sentence).toMatch(
    /^rxBytes of lo is \d+; operator wants less than 0: it is out of bounds; seen .*It waits: nothing here can change/,
  );
});

// P05
test('every leaf has all six from the first day: met, unmet, unknown, and what does not apply', async () => {
  const { agent, simulator } = await start();
  const six = ['wantedBy', 'expected', 'actual', 'since', 'because', 'next', 'when'];
  const leaf = async (expectation: string) => {
    const { leaves } = await agent.get(`/diffo/v1/explain?expectation=${expectation}`);
    expect(leaves).toHaveLength(1);
    for (const each of six) expect(leaves[0], each).toHaveProperty(each);
    expect([leaves[0].because, leaves[0].next, leaves[0].when.words]).not.toContain('');
    return leaves[0];
  };
  const laid = async (body: object): Promise<string> => {
    const answer = await agent.call('POST', '/diffo/v1/expectations', body);
    expect(answer.status).toBe(201);
    await agent.loop.settle();
    return answer.body.id;
  };
  expect(await leaf(await laid({ for: p1, expect: mtu(1500) }))).toMatchObject({
    verdict: 'met',
    because: 'it is as wanted',
    next: 'nothing',
  });
  expect(await leaf(await laid({ for: p1, expect: mtu(1400) }))).toMatchObject({ verdict: 'unmet', on: 'nobody' });
  expect(await leaf(await laid({ for: { kind: 'port', name: 'p9' }, expect: mtu(1400) }))).toMatchObject({
    verdict: 'unmet',
    sinceOf: 'verdict',
  });
  const later = await laid({ for: p1, expect: mtu(9000), validFor: { startDateTime: '2999-01-01T00:00:00Z' } });
  expect(await leaf(later)).toMatchObject({
    verdict: 'inapplicable',
    because: 'it counts from 2999-01-01T00:00:00Z on',
    when: { at: '2999-01-01T00:00:00.000Z' },
    sentence: expect.stringContaining('mtu of p1 does not matter now: it counts from 2999'),
  });
  const never = await laid({ for: p1, expect: mtu(9000), when: { administrativeState: 'locked' } });
  expect(await leaf(never)).toMatchObject({
    verdict: 'inapplicable',
    because: 'it counts only when its condition holds, and administrativeState of p1 is not locked',
  });
  const fresh = await laid({ for: p1, expect: mtu(1500), freshnessMs: 500 });
  simulator.world.setUnreachable(true);
  await until('it is unknown', async () => (await leaf(fresh)).verdict === 'unknown');
  expect(await leaf(fresh)).toMatchObject({ on: 'look', when: { at: expect.any(String) } });
  expect(await agent.call('GET', '/diffo/v1/explain')).toMatchObject({ status: 400 });
  expect(await agent.call('GET', '/diffo/v1/explain?expectation=nobody')).toMatchObject({ status: 404 });
});

// P41
test('a list of what is outstanding tells what came last, what is next and when, and what is left', async () => {
  const simulator = openSimulator({
    clock: systemClock,
    log: silentLog,
    elements: readElements([{ ...port, settable: [{ path: '/resourceCharacteristic/mtu/value' }] }]),
  });
  const agent = await runAgent({ profile: 'simulator' }, { drivers: [simulator] });
  simulator.world.refuseNext('the line card is busy');
  await lay(agent, { for: p1, expect: mtu(1400), mode: 'enforce' });
  const [entry] = await agent.get('/diffo/v1/outstanding');
  expect(entry).toMatchObject({ verdict: 'unmet', ageMs: expect.any(Number) });
  expect(entry.leaves).toMatchObject([
    {
      lastAction: { came: 'failed: the line card is busy', state: 'terminatedWithError', at: expect.any(String) },
      on: 'backoff',
      attempts: 1,
      next: expect.stringContaining('try again: '),
      when: { at: expect.any(String) },
      budget: { left: 59, limit: 60, withinMs: 600_000 },
    },
  ]);
});
