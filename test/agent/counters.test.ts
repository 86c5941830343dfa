/** What is counted is told by the status and to Prometheus, over HTTP, and named as Prometheus wants it. */
import { expect, test } from 'vitest';
import { openSimulator, readElements, type Simulator } from '../../src/adapters/drivers/simulator.ts';
import { systemClock } from '../../src/adapters/system-clock.ts';
import { silentLog } from '../../src/ports/log.ts';
import { makeDirectory, runAgent, type TestAgent } from '../kit/agent.ts';

const MTU = '/resourceCharacteristic/mtu/value';
const mtu = (value: number) => ({ resourceCharacteristic: [{ name: 'mtu', value }] });

async function lay(agent: TestAgent, name: string, value: number, mode: string): Promise<void> {
  const body = { for: { kind: 'port', name }, expect: mtu(value), mode };
  expect((await agent.call('POST', '/diffo/v1/expectations', body)).status).toBe(201);
  await agent.loop.settle();
}

function element(): Simulator {
  return openSimulator({
    clock: systemClock,
    log: silentLog,
    elements: readElements(
      ['p1', 'p2'].map(name => ({
        kind: 'port',
        key: name,
        facts: { name, '@type': 'LogicalResource', ...mtu(1500) },
        settable: [{ path: MTU }],
      })),
    ),
  });
}

function start(data: string, simulator = element()): Promise<TestAgent> {
  return runAgent({ profile: 'simulator' }, { drivers: [simulator] }, data);
}

function sample(text: string, name: string): number {
  const found = text.split('\n').find(line => line.startsWith(`${name} `));
  if (found === undefined) throw new Error(`no ${name} in the metrics`);
  return Number(found.slice(name.length + 1));
}

// P42
test('time to compliance, steps, plans, predictions and what guards held back, and all but the last after a restart', async () => {
  const [data, simulator] = [makeDirectory(), element()];
  const agent = await start(data, simulator);
  await agent.call('POST', '/diffo/v1/rules', {
    sort: 'freeze',
    for: { instance: 'p2' },
    until: '2999-01-01T00:00:00Z',
    why: 'x',
  });
  await lay(agent, 'p1', 1400, 'enforce');
  await lay(agent, 'p2', 1400, 'enforce');
  const { loop } = await agent.get('/diffo/v1/status');
  expect(loop).toMatchObject({
    compliance: { count: 1, meanSeconds: expect.any(Number), meanSteps: 1 },
    plans: { done: 1, refused: 0 },
    predictions: { right: 1, wrong: 0, alarm: false },
    blocked: { freeze: 1, budget: 0 },
    stalled: { now: 0, total: 0 },
  });
  const text = await agent.get<string>('/metrics');
  expect(sample(text, 'diffo_time_to_compliance_seconds_bucket{le="+Inf"}')).toBe(1);
  expect(sample(text, 'diffo_time_to_compliance_seconds_count')).toBe(1);
  expect(sample(text, 'diffo_convergence_steps_sum')).toBe(1);
  expect(sample(text, 'diffo_plans_ended_total{ending="done"}')).toBe(1);
  expect(sample(text, 'diffo_predictions_total{came="asForeseen"}')).toBe(1);
  expect(sample(text, 'diffo_blocked_total{guard="freeze"}')).toBe(1);
  expect(sample(text, 'diffo_stalled_leaves{reason="reversed"}')).toBe(0);
  await agent.stop();

  const again = await start(data, simulator);
  const after = await again.get('/diffo/v1/status');
  expect(after.loop).toMatchObject({ compliance: { count: 1 }, plans: { done: 1 }, predictions: { right: 1 } });
});

test('each family has its help and its type, once, and counters end in _total', async () => {
  const agent = await start(makeDirectory());
  const text = await agent.get<string>('/metrics');
  const types = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = '', type = '']) => [name, type] as const);
  const helps = [...text.matchAll(/^# HELP (\S+) (.+)$/gm)].map(([, name = '']) => name);
  expect(new Set(helps).size).toBe(helps.length);
  expect(types.map(([name]) => name)).toEqual(helps);
  for (const [name, type] of types) if (type === 'counter') expect(name).toMatch(/_total$/);
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    expect(line).toMatch(/^[a-z_]+(\{([a-zA-Z]+="[^"]*",?)+\})? -?[0-9.e+-]+$/);
  }
});
