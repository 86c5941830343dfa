import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { callAgent, makeDirectory, until } from '../kit/agent.ts';
import { type Fan, fanShelf, type Shelf } from '../kit/exec-device.ts';
import { type AgentProcess, launch } from '../kit/process.ts';

const characteristic = ['rpm', 'note', 'secret'].map(name => ({ name, owner: 'driver', schema: {} }));

/** The agent as a process of its own on a shelf of fans with a command line. */
async function edge(): Promise<{ shelf: Shelf; agent: AgentProcess; url: string }> {
  const shelf = fanShelf();
  const profile = join(shelf.folder, 'fan-shelf.json');
  const hours = { name: 'hours', owner: 'driver', telemetry: true, schema: { type: 'integer' } };
  const specification = { id: '5b1e0f8e-3c0d-4f7a-9a51-2f0c6f4be0f1', version: '1.0.0' };
  const observed = ['name', '@type', 'administrativeState'];
  const fan = { name: 'fan', type: 'resource', specification, observed, characteristic: [...characteristic, hours] };
  const drivers = [{ driver: 'exec', settings: shelf.settings }];
  const text = { name: 'fan-shelf', description: 'a shelf of fans', mode: 'warn', drivers, kinds: [fan] };
  writeFileSync(profile, JSON.stringify(text));
  const agent = launch({ profile, data: makeDirectory(), http: '127.0.0.1:0', 'driver.timeout': '60s' });
  const { url } = await agent.ready;
  return { shelf, agent, url };
}

const north = (shelf: Shelf): Fan | undefined => shelf.read().find(each => each.label === 'north');

test('what has a command line is expected of like anything else, and put right', async () => {
  const { shelf, agent, url } = await edge();
  const call = async (method: string, path: string, body?: unknown) => (await callAgent(url, method, path, body)).body;
  const laid = await call('POST', '/diffo/v1/expectations', {
    for: { kind: 'fan', name: 'north' },
    expect: {
      resourceCharacteristic: [
        { name: 'rpm', value: { $between: [1500, 3000] } },
        { name: 'note', value: 'quiet; $(reboot)' },
      ],
    },
    mode: 'enforce',
    outOfBand: 'restore',
  });
  expect(laid).toMatchObject({ id: expect.any(String) });
  await until(
    'it is as expected',
    () => north(shelf)?.note === 'quiet; $(reboot)' && north(shelf)?.rpm === 1500,
    60_000,
  );
  // Somebody changes it by hand: the command that watches tells of it.
  shelf.change('f1', { rpm: 4000 });
  await until('it is put back', () => north(shelf)?.rpm === 3000, 60_000);
  expect(shelf.calls()).toEqual([
    expect.arrayContaining(['north']),
    expect.arrayContaining(['north']),
    ['rpm', 'north', '3000'],
  ]);
  const resources = '/tmf-api/resourceInventoryManagement/v5/resource';
  const [{ id }] = await call('GET', `${resources}?name=north`);
  const fan = await call('GET', `${resources}/${id}`);
  expect(fan.resourceCharacteristic).toContainEqual(expect.objectContaining({ name: 'hours', value: 7 }));

  // The device hangs: what is known stays, and the agent stops all the same.
  shelf.hang();
  shelf.change('f1', { note: 'by hand' });
  await until(
    'it is told',
    async () => JSON.stringify(await call('GET', '/diffo/v1/status')).includes('did not end within'),
    60_000,
  );
  expect(await call('GET', resources)).toHaveLength(2);
  expect(await agent.stop()).toBe(0);
}, 180_000);
