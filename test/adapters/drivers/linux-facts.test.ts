import { expect, test } from 'vitest';
import { defaultRoute } from '../../../src/adapters/drivers/linux/connectivity.ts';
import { interfaceKeys, type Reading, routeItems, sightings } from '../../../src/adapters/drivers/linux/facts.ts';
import { type Link, type Route, readLinks, readRoutes } from '../../../src/adapters/drivers/linux/reading.ts';
import { type Port, readTraffic, readWireless } from '../../../src/adapters/drivers/linux/sysfs.ts';
import type { JsonObject } from '../../../src/core/json.ts';

const link = (more: Partial<Link>): Link => ({
  ifindex: 2,
  name: 'eth0',
  flags: ['BROADCAST', 'UP', 'LOWER_UP'],
  mtu: 1500,
  operstate: 'UP',
  linkType: 'ether',
  address: '02:00:00:00:00:01',
  addresses: [],
  ...more,
});
const port = (more: Partial<Port>): Port => ({ addressIsItsOwn: true, ...more });
const route = (more: Partial<Route>): Route => ({
  family: 4,
  type: 'unicast',
  destination: '10.0.0.0/8',
  table: 'main',
  protocol: 'boot',
  scope: 'global',
  onlink: false,
  ...more,
});
const reading = (more: Partial<Reading>): Reading => ({
  links: [],
  routes: [],
  ports: new Map(),
  managers: new Map(),
  seen: {},
  namespace: 'boot/1',
  host: {
    name: 'cpe',
    operatingSystem: 'OS',
    kernelRelease: '6.1',
    architecture: 'x86_64',
    cpuCount: 4,
    memoryTotal: 1024,
  },
  ...more,
});

test('a physical interface is known by its device and its own address', () => {
  const ports = new Map([[2, port({ device: '/devices/pci0/eth' })]]);
  const key = (more: Partial<Link>): string | undefined => interfaceKeys({ links: [link(more)], ports }).get(2);
  expect(key({})).toBe('/devices/pci0/eth 02:00:00:00:00:01');
  expect(key({ name: 'lan0' })).toBe('/devices/pci0/eth 02:00:00:00:00:01');
  expect(key({ address: '06:00:00:00:00:09', permanentAddress: '02:00:00:00:00:01' })).toBe(
    '/devices/pci0/eth 02:00:00:00:00:01',
  );
});

test('an address drawn at random is no part of a key', () => {
  const ports = new Map([[2, port({ device: '/devices/usb', addressIsItsOwn: false })]]);
  expect(interfaceKeys({ links: [link({})], ports }).get(2)).toBe('/devices/usb');
});

test('the ports of one switch are told apart by their port, and what is left by name', () => {
  const links = [
    link({ ifindex: 3, name: 'lan1' }),
    link({ ifindex: 4, name: 'lan2' }),
    link({ ifindex: 5, name: 'lan3' }),
  ];
  const device = '/devices/switch';
  const ports = new Map([
    [3, port({ device, portName: 'p0' })],
    [4, port({ device, portName: 'p1' })],
    [5, port({ device, portName: 'p1' })],
  ]);
  expect([...interfaceKeys({ links, ports }).values()]).toEqual([
    '/devices/switch p0 02:00:00:00:00:01',
    '/devices/switch p1 02:00:00:00:00:01',
    '/devices/switch p1 02:00:00:00:00:01 lan3',
  ]);
});

test('a port with a device is a physical resource with its speed', () => {
  const ports = new Map([[2, port({ device: '/devices/pci0/eth', speed: 1000, duplex: 'full' })]]);
  const found = sightings(reading({ links: [link({})], ports })).find(each => each.kind === 'networkInterface');
  expect(found?.facts['@type']).toBe('PhysicalResource');
  expect(found?.facts.resourceCharacteristic).toContainEqual({
    name: 'speed',
    value: 1000,
    valueType: 'integer',
    '@type': 'IntegerCharacteristic',
  });
});

test.each([
  ['UP', ['UP', 'LOWER_UP'], 'enabled'],
  ['UNKNOWN', ['UP', 'LOWER_UP'], 'enabled'],
  ['UNKNOWN', ['UP'], 'disabled'],
  ['DORMANT', ['UP', 'LOWER_UP'], 'disabled'],
  ['DOWN', [], 'disabled'],
  ['LOWERLAYERDOWN', ['UP'], 'disabled'],
])('an operstate of %s with %j is %s', (operstate, flags, operationalState) => {
  const [found] = sightings(reading({ links: [link({ operstate, flags })] })).filter(
    each => each.kind === 'networkInterface',
  );
  expect(found?.facts.operationalState).toBe(operationalState);
});

test('nothing that moves by itself is a fact', () => {
  const address = (flags: string[], more: object): Link =>
    link({ addresses: [{ family: 6, local: '2001:db8::1', length: 64, scope: 'global', flags, ...more }] });
  const one = sightings(reading({ links: [address(['tentative', 'dynamic'], { validFor: 100 })] }));
  const other = sightings(reading({ links: [address(['dynamic'], { validFor: 99, preferredFor: 3 })] }));
  expect(one).toEqual(other);
});

test('routes are in one order: main table first, then by destination and metric', () => {
  const routes = [
    route({ table: '100' }),
    route({ family: 6, destination: '::/0', interface: 'eth0' }),
    route({ destination: '192.0.2.0/24', metric: 600 }),
    route({ destination: '192.0.2.0/24', metric: 70 }),
    route({ destination: '0.0.0.0/0' }),
    route({ table: 'local' }),
    route({ type: 'throw' }),
  ];
  const items = routeItems(routes);
  expect(items.map(each => [each.table, each.destination, each.metric ?? 0])).toEqual([
    ['main', '0.0.0.0/0', 0],
    ['main', '192.0.2.0/24', 70],
    ['main', '192.0.2.0/24', 600],
    ['main', '::/0', 0],
    ['100', '10.0.0.0/8', 0],
  ]);
  expect(routeItems(routes.toReversed())).toEqual(items);
});

test('the way out is the default route that the kernel would take', () => {
  const four = route({ destination: '0.0.0.0/0', gateway: '10.0.0.1', metric: 600 });
  const six = route({ family: 6, destination: '::/0', gateway: 'fe80::1', metric: 1 });
  expect(defaultRoute([six, four, { ...four, metric: 100 }])?.metric).toBe(100);
  expect(defaultRoute([six, { ...four, table: '9' }, { ...four, type: 'unreachable' }])).toBe(six);
  expect(defaultRoute([route({})])).toBeUndefined();
});

test('a default route by several ways is supported by all of them', () => {
  const links = [link({ operstate: 'DOWN', flags: ['UP'] }), link({ ifindex: 3, name: 'wwan0' })];
  const hop = { weight: 1, onlink: false };
  const routes = [
    route({
      destination: '0.0.0.0/0',
      nexthops: [
        { ...hop, gateway: '10.0.0.1', interface: 'eth0' },
        { ...hop, gateway: '10.1.0.1', interface: 'wwan0' },
      ],
    }),
  ];
  const found = sightings(reading({ links, routes })).find(each => each.kind === 'ipConnectivity');
  expect(found?.facts).toMatchObject({ state: 'active', operatingStatus: 'running' });
  expect(found?.supportedBy?.map(each => each.key)).toEqual(['virtual:eth0', 'virtual:wwan0']);
});

test('an encapsulation does not hide the destination of its route', () => {
  const [found] = readRoutes(
    '[{"type":"unicast","dst":"10.11.0.0/16","encap":"ip","id":5,"src":"0.0.0.0","dst":"10.1.1.1","ttl":0,"tos":0,' +
      '"gateway":"10.99.0.2","dev":"va","table":"main","protocol":"boot","scope":"global","flags":[]}]',
  );
  expect(found).toMatchObject({ destination: '10.11.0.0/16', gateway: '10.99.0.2', beyond: ['encapsulation'] });
});

test('what ip leaves out, or prints as nothing, is left out', () => {
  expect(readLinks('[{},{"ifindex":1,"ifname":"lo","flags":["LOOPBACK"],"link":null}]')).toEqual([
    { ifindex: 1, name: 'lo', flags: ['LOOPBACK'], mtu: 0, operstate: 'UNKNOWN', linkType: 'unknown', addresses: [] },
  ]);
  expect(() => readLinks('{"a":1}')).toThrow('not a list');
  expect(() => readLinks('[{"a":')).toThrow('not JSON');
});

test('traffic and link quality are read from their files', () => {
  const traffic = readTraffic(
    [
      'Inter-|   Receive                                                |  Transmit',
      ' face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed',
      '  eth0: 18446744073709551615 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16',
      'eth0.5:1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16',
      'wlan0:',
    ].join('\n'),
  );
  expect([...traffic.keys()]).toEqual(['eth0', 'eth0.5']);
  expect(traffic.get('eth0.5')).toEqual({
    rxBytes: 1,
    rxPackets: 2,
    rxErrors: 3,
    rxDropped: 4,
    multicast: 8,
    txBytes: 9,
    txPackets: 10,
    txErrors: 11,
    txDropped: 12,
    collisions: 14,
  } satisfies JsonObject);
  const wireless = readWireless(
    [
      'Inter-| sta-|   Quality        |   Discarded packets               | Missed | WE',
      ' face | tus | link level noise |  nwid  crypt   frag  retry   misc | beacon | 22',
      ' wlan0: 0000   54.  -56.  -256        0      0      0      0     46        0',
    ].join('\n'),
  );
  expect(wireless).toEqual(new Map([['wlan0', { linkQuality: 54, signalLevel: -56, noiseLevel: -256 }]]));
});
