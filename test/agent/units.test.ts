/** Quantities are measured against bare numbers in the units that kinds declare, wherever something is expected. */
import { expect, test } from 'vitest';
import { openSimulator, readElements } from '../../src/adapters/drivers/simulator.ts';
import { systemClock } from '../../src/adapters/system-clock.ts';
import { silentLog } from '../../src/ports/log.ts';
import { runAgent } from '../kit/agent.ts';

const R5 = '/tmf-api/resourceInventoryManagement/v5/resource';

const port = {
  kind: 'port',
  key: 'p1',
  facts: { name: 'p1', '@type': 'LogicalResource', resourceCharacteristic: [{ name: 'speed', value: 300 }] },
};
const speed = (value: unknown) => ({ resourceCharacteristic: [{ name: 'speed', value }] });
const quarter = speed({ $gte: { $quantity: { amount: 0.25, units: 'Gbps' } } });
const volts = speed({ $gte: { $quantity: { amount: 1, units: 'V' } } });

async function start() {
  const simulator = openSimulator({ clock: systemClock, log: silentLog, elements: readElements([port]) });
  const agent = await runAgent({ profile: 'simulator' }, { drivers: [simulator] });
  const [{ id }] = await agent.get(`${R5}?name=p1`);
  return { agent, id };
}

test('a question is answered in the units of the kinds, or of the one that is named', async () => {
  const { agent } = await start();
  const ask = (more: object) => agent.call('POST', '/diffo/v1/evaluate', { expected: quarter, ...more });
  expect((await ask({ actual: speed(300) })).body).toMatchObject({ verdict: 'met' });
  expect((await ask({ actual: speed(200), kind: 'port' })).body).toMatchObject({ verdict: 'unmet' });
  const other = await ask({ actual: speed(300), kind: 'shelf' });
  expect([other.status, other.body.reason]).toEqual([400, expect.stringContaining('there is no kind shelf here')]);
  const unfit = await agent.call('POST', '/diffo/v1/evaluate', { expected: volts, actual: speed(300) });
  expect([unfit.status, unfit.body.reason]).toEqual([400, expect.stringContaining('which V does not measure')]);
});

test('what is laid, by itself or in a set, on a name, an id or a condition, is measured so', async () => {
  const { agent, id } = await start();
  const targets = [{ kind: 'port', name: 'p1' }, { id }, { kind: 'port', where: { name: 'p1' } }];
  for (const [i, meant] of targets.entries()) {
    const laid = await agent.call('POST', '/diffo/v1/expectations', { for: meant, expect: quarter });
    expect(laid.status).toBe(201);
    const item = (expected: object) => ({ expectations: [{ name: 'fast', for: meant, expect: expected }] });
    expect((await agent.call('PUT', `/diffo/v1/sets/s${i}`, item(quarter))).status).toBeLessThan(300);
    for (const refused of [
      await agent.call('POST', '/diffo/v1/expectations', { for: meant, expect: volts }),
      await agent.call('PUT', `/diffo/v1/sets/t${i}`, item(volts)),
    ]) {
      expect([refused.status, refused.body.reason]).toEqual([400, expect.stringContaining('V does not measure')]);
    }
  }
  await agent.loop.settle();
  expect(await agent.get('/diffo/v1/outstanding')).toEqual([]);
});
