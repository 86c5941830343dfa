/** One instance as it is, as it is expected, and as what is outstanding, side by side in the shape of each version. */
import { expect, test } from 'vitest';
import { openSimulator, readElements } from '../../src/adapters/drivers/simulator.ts';
import { systemClock } from '../../src/adapters/system-clock.ts';
import { silentLog } from '../../src/ports/log.ts';
import { runAgent, type TestAgent, until } from '../kit/agent.ts';

const R5 = '/tmf-api/resourceInventoryManagement/v5/resource';
const R4 = '/tmf-api/resourceInventoryManagement/v4/resource';
const S5 = '/tmf-api/serviceInventory/v5/service';
const S4 = '/tmf-api/serviceInventory/v4/service';

const port = {
  kind: 'port',
  key: 'p1',
  facts: {
    name: 'p1',
    '@type': 'LogicalResource',
    administrativeState: 'locked',
    operationalState: 'enabled',
    resourceCharacteristic: [
      { name: 'mtu', value: 1400 },
      { name: 'dns', value: ['192.0.2.1'] },
    ],
  },
  telemetry: [],
};

async function start() {
  const simulator = openSimulator({ clock: systemClock, log: silentLog, elements: readElements([port]) });
  const agent = await runAgent({ profile: 'simulator' }, { drivers: [simulator] });
  await agent.loop.settle();
  const [{ id }] = await agent.get(`${R5}?name=p1`);
  return { agent, simulator, id };
}

async function lay(agent: TestAgent, body: object): Promise<void> {
  expect((await agent.call('POST', '/diffo/v1/expectations', body)).status).toBe(201);
  await agent.loop.settle();
}

const mtu = (value: unknown) => ({ name: 'mtu', value });

test('where nobody expects anything there is nothing to see but which instance it is', async () => {
  const { agent, id } = await start();
  expect(await agent.get(`${R5}/${id}?which=actual`)).toEqual(await agent.get(`${R5}/${id}`));
  const none = { id, href: `${R5}/${id}`, '@type': 'LogicalResource', expectation: null };
  for (const which of ['expected', 'outstanding']) {
    expect(await agent.get(`${R5}/${id}?which=${which}`)).toEqual(none);
    expect(await agent.get(`/diffo/v1/instances/${id}?which=${which}`)).toEqual(none);
  }
});

test('literals stand as they are, conditions as the nearest value, and what follows from none is left out', async () => {
  const { agent, id } = await start();
  const one = {
    administrativeState: 'unlocked',
    operationalState: 'enabled',
    description: { $match: '^uplink' },
    resourceCharacteristic: [mtu({ $between: [1500, 9000] }), { name: 'dns', value: { $contains: ['192.0.2.53'] } }],
  };
  await lay(agent, { for: { id }, expect: one });
  await lay(agent, {
    for: { kind: 'port', name: 'p1' },
    expect: { resourceCharacteristic: [{ name: 'vlan', value: 7 }] },
  });

  const expected = await agent.get(`${R5}/${id}?which=expected`);
  expect(expected).toMatchObject({
    id,
    '@type': 'LogicalResource',
    administrativeState: 'unlocked',
    operationalState: 'enabled',
  });
  expect(expected).not.toHaveProperty('description');
  expect(expected).not.toHaveProperty('name');
  const values = (entity: { resourceCharacteristic: { name: string; value: unknown }[] }) =>
    new Map(entity.resourceCharacteristic.map(each => [each.name, each.value]));
  expect(values(expected)).toEqual(
    new Map<string, unknown>([
      ['mtu', 1500],
      ['dns', ['192.0.2.1', '192.0.2.53']],
      ['vlan', 7],
    ]),
  );
  expect(expected.expectation).toMatchObject({ administrativeState: 'unlocked', description: { $match: '^uplink' } });
  expect((await agent.get(`/diffo/v1/standing?instance=${id}`)).expect).toEqual(expected.expectation);

  const outstanding = await agent.get(`${R5}/${id}?which=outstanding`);
  expect(outstanding).toMatchObject({ administrativeState: 'unlocked' });
  expect(outstanding).not.toHaveProperty('operationalState');
  expect(values(outstanding)).toEqual(values(expected));
  const asked = await agent.call('POST', '/diffo/v1/evaluate', {
    expected: expected.expectation,
    actual: await agent.get(`${R5}/${id}`),
  });
  expect(outstanding.expectation).toEqual(asked.body.outstanding);
  expect(await agent.get(`/diffo/v1/instances/${id}?which=outstanding`)).toEqual(outstanding);

  const inV4 = await agent.get(`${R4}/${id}?which=expected&fields=administrativeState,name`);
  expect(inV4).toMatchObject({ id, administrativeState: 'unlocked', name: 'p1' });
  expect(inV4).not.toHaveProperty('resourceCharacteristic');
});

test('of two that cannot both be, the twin is the one that stands', async () => {
  const { agent, id } = await start();
  await lay(agent, { for: { id }, expect: { administrativeState: 'unlocked' }, priority: 10 });
  await lay(agent, { for: { id }, expect: { administrativeState: 'locked' }, priority: 90 });
  expect(await agent.get(`${R5}/${id}?which=expected`)).toMatchObject({ administrativeState: 'locked' });
  expect(await agent.get(`${R5}/${id}?which=outstanding`)).toMatchObject({ expectation: null });
});

test('what nobody sees any more is named beside the twin, and not outstanding', async () => {
  const { agent, simulator, id } = await start();
  await lay(agent, { for: { id }, expect: { administrativeState: 'unlocked' }, freshnessMs: 500 });
  simulator.world.setUnreachable(true);
  const blind = await until('it is too old', async () => {
    const twin = await agent.get(`${R5}/${id}?which=outstanding`);
    return twin.unknown === undefined ? undefined : twin;
  });
  expect(blind).toMatchObject({ expectation: null, unknown: ['/administrativeState'] });
  expect(await agent.get(`${R5}/${id}?which=expected`)).toMatchObject({ administrativeState: 'unlocked' });
});

test('a service keeps what the standard never leaves out', async () => {
  const { agent } = await start();
  const serviceSpecification = { id: 'gold', name: 'gold', '@type': 'ServiceSpecificationRef' };
  const made = await agent.call('POST', S5, {
    '@type': 'Service',
    name: 'internet',
    state: 'active',
    serviceSpecification,
  });
  expect(made.status).toBe(201);
  await lay(agent, {
    for: { id: made.body.id },
    expect: { state: { $anyOf: ['inactive', 'terminated'] }, note: [{ id: '1', text: { $present: true } }] },
  });
  for (const root of [S4, S5]) {
    const twin = await agent.get(`${root}/${made.body.id}?which=expected`);
    expect(twin).toMatchObject({ state: 'inactive', serviceSpecification: { id: 'gold' } });
    expect(twin).not.toHaveProperty('name');
  }
});

test('another word is refused with what may be said', async () => {
  const { agent, id } = await start();
  for (const path of [`${R5}/${id}`, `${R4}/${id}`, `/diffo/v1/instances/${id}`]) {
    const refused = await agent.call('GET', `${path}?which=wanted`);
    expect(refused).toMatchObject({
      status: 400,
      body: { reason: expect.stringContaining('actual, expected, outstanding') },
    });
    expect((await agent.call('GET', `${path}?which=expected&which=actual`)).status).toBe(400);
  }
  expect((await agent.call('GET', `${R5}/nobody?which=expected`)).status).toBe(404);
  expect((await agent.call('GET', '/diffo/v1/instances/nobody')).status).toBe(404);
});

test('a twin has an entity tag of its own, and is not sent again while it is the same', async () => {
  const { agent, simulator, id } = await start();
  await lay(agent, { for: { id }, expect: { administrativeState: 'unlocked', resourceCharacteristic: [mtu(1500)] } });
  for (const path of [`${R5}/${id}`, `${R4}/${id}`, `/diffo/v1/instances/${id}`]) {
    const tags = new Map<string, string>();
    for (const which of ['actual', 'expected', 'outstanding']) {
      const { status, headers } = await agent.call('GET', `${path}?which=${which}`);
      expect(status).toBe(200);
      tags.set(which, headers.get('etag') ?? '');
    }
    expect(new Set(tags.values()).size).toBe(3);
    const known = (which: string) =>
      agent.call('GET', `${path}?which=${which}`, undefined, { 'if-none-match': tags.get(which) ?? '' });
    for (const which of tags.keys()) expect((await known(which)).status).toBe(304);
    // Of what is expected nothing moves; what is outstanding becomes less.
    simulator.world.change('port', 'p1', '/resourceCharacteristic/mtu/value', 1500);
    await agent.loop.settle();
    expect([(await known('actual')).status, (await known('outstanding')).status]).toEqual([200, 200]);
    expect((await known('expected')).status).toBe(304);
    simulator.world.change('port', 'p1', '/resourceCharacteristic/mtu/value', 1400);
    await agent.loop.settle();
    expect((await known('outstanding')).status).toBe(304);
  }
});

test('the actual links to its twins for as long as anything is expected of it', async () => {
  const { agent, id } = await start();
  const linked = async (path: string): Promise<string | null> => (await agent.call('GET', path)).headers.get('link');
  const paths = [`${R5}/${id}`, `${R4}/${id}`, `/diffo/v1/instances/${id}`];
  const allLinked = async (): Promise<Set<boolean>> =>
    new Set(await Promise.all(paths.map(async path => (await linked(path)) !== null)));
  expect(await allLinked()).toEqual(new Set([false]));
  for (const meant of [
    { id },
    { kind: 'port', name: 'p1' },
    { kind: 'port', where: { name: 'p1' } },
    { where: { name: 'p1' } },
  ]) {
    const { body } = await agent.call('POST', '/diffo/v1/expectations', { for: meant, expect: { name: 'p1' } });
    await agent.loop.settle();
    for (const path of paths) {
      expect(await linked(path)).toBe(
        `<${path}?which=expected>; rel="expected", <${path}?which=outstanding>; rel="outstanding"`,
      );
    }
    await agent.call('DELETE', `/diffo/v1/expectations/${body.id}`);
    await agent.loop.settle();
    expect(await allLinked()).toEqual(new Set([false]));
  }
  await lay(agent, { for: { kind: 'port', where: { name: 'p2' } }, expect: { name: 'p2' } });
  await lay(agent, { for: { id }, when: { administrativeState: 'unlocked' }, expect: { name: 'p2' } });
  expect(await allLinked()).toEqual(new Set([false]));
});
