import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { linuxAbilities } from '../../../src/adapters/drivers/linux/abilities.ts';
import {
  canonicalAddress,
  cidrText,
  isNetwork,
  orderOf,
  parseCidr,
  sameNetwork,
} from '../../../src/adapters/drivers/linux/address.ts';
import { characteristics } from '../../../src/adapters/drivers/linux/characteristics.ts';
import type { Json, JsonObject } from '../../../src/core/json.ts';
import type { Step } from '../../../src/ports/driver.ts';

const port: JsonObject = {
  name: 'va',
  administrativeState: 'unlocked',
  resourceCharacteristic: characteristics({
    interfaceIndex: 7,
    mtu: 1500,
    ipAddress: ['192.0.2.1/24', '2001:db8::1/64', 'fe80::1/64'],
  }),
};
const kernelRoute = {
  table: 'main',
  destination: '192.0.2.0/24',
  interface: 'va',
  protocol: 'kernel',
  scope: 'link',
  prefsrc: '192.0.2.1',
};
const defaultRoute = {
  table: 'main',
  destination: '0.0.0.0/0',
  gateway: '192.0.2.254',
  interface: 'va',
  metric: 100,
  protocol: 'static',
  scope: 'global',
};
const multipath = {
  table: 'main',
  destination: '10.7.0.0/16',
  interface: 'va,vb',
  protocol: 'boot',
  scope: 'global',
  nexthop: [{ gateway: '192.0.2.9', interface: 'va', weight: 1 }],
};
const blackhole = {
  table: 'main',
  destination: '10.66.0.0/16',
  interface: 'lo',
  protocol: 'boot',
  scope: 'global',
  type: 'blackhole',
};
const all = [defaultRoute, multipath, blackhole, kernelRoute];
const host: JsonObject = { name: 'cpe', resourceCharacteristic: characteristics({ route: all }) };

function steps(path: string, actual: JsonObject, wanted: Json | undefined): readonly Step[] | string {
  const ability = linuxAbilities().find(each => each.path.includes(path));
  return ability?.steps(actual, wanted) ?? 'no such ability';
}

function args(path: string, actual: JsonObject, wanted: Json | undefined): unknown {
  const found = steps(path, actual, wanted);
  return typeof found === 'string'
    ? found
    : found.map(({ op, args: { dev: _, ifindex: __, ...rest } }) => ({ op, ...rest }));
}

describe('operationalState', () => {
  const seen = (administrativeState: string, carrier: boolean): JsonObject => ({
    name: 'va',
    administrativeState,
    operationalState: 'disabled',
    resourceCharacteristic: characteristics({ interfaceIndex: 7, carrier }),
  });

  test('is no matter of a step: it says what it takes', () => {
    expect(steps('operationalState', seen('unlocked', false), 'enabled')).toBe('no carrier');
    expect(steps('operationalState', seen('unlocked', true), 'enabled')).toContain('although it has a carrier');
    expect(steps('operationalState', seen('locked', false), 'enabled')).toContain(
      'expect administrativeState unlocked',
    );
    expect(steps('operationalState', seen('unlocked', true), 'disabled')).toEqual([]);
  });
});

describe('administrativeState', () => {
  test('is set on the device it was seen on, last when it goes down', () => {
    expect(steps('administrativeState', port, 'locked')).toMatchObject([
      {
        op: 'setAdministrativeState',
        args: { dev: 'va', ifindex: 7, to: 'locked' },
        summary: 'lock va',
        sideEffects: ['va loses its IPv6 addresses and the routes that go by it'],
        order: 90,
      },
    ]);
    expect(steps('administrativeState', { ...port, administrativeState: 'locked' }, 'unlocked')).toMatchObject([
      { summary: 'unlock va', order: 10 },
    ]);
  });
  test('needs nothing when it is so', () => expect(steps('administrativeState', port, 'unlocked')).toEqual([]));
  test.each(['shuttingDown', undefined, 1])('cannot be %j', wanted => {
    expect(steps('administrativeState', port, wanted)).toMatch('can be unlocked or locked');
  });
  test('cannot be set on what is not there', () => {
    expect(steps('administrativeState', {}, 'locked')).toBe('the interface is not there now');
  });
});

describe('mtu', () => {
  test('says what goes with it', () => {
    expect(steps('mtu', port, 1400)).toMatchObject([
      { op: 'setMtu', args: { dev: 'va', ifindex: 7, mtu: 1400 }, summary: 'set mtu of va to 1400', order: 20 },
    ]);
    expect(steps('mtu', port, 1279)).toMatchObject([{ sideEffects: ['IPv6 goes from va below an MTU of 1280'] }]);
  });
  test.each([undefined, null, 0, -1, 1400.5, '1400', 2 ** 40])('cannot be %j', wanted => {
    expect(steps('mtu', port, wanted as Json)).toMatch('an MTU is a whole number');
  });
});

describe('ipAddress', () => {
  test('is a set: what is missing is added, what is too much is removed, by its canonical spelling', () => {
    expect(args('ipAddress', port, ['FE80:0::1/64', '2001:DB8:0:0::1/64', '192.0.2.2/24'])).toEqual([
      { op: 'removeAddress', address: '192.0.2.1/24' },
      { op: 'addAddress', address: '192.0.2.2/24' },
    ]);
    expect(args('ipAddress', port, ['fe80::1/64', '192.0.2.1/24', '2001:db8::1/64', '2001:db8::1/64'])).toEqual([]);
  });
  test('another length is another address', () => {
    expect(args('ipAddress', port, ['192.0.2.1/25', '2001:db8::1/64', 'fe80::1/64'])).toEqual([
      { op: 'removeAddress', address: '192.0.2.1/24' },
      { op: 'addAddress', address: '192.0.2.1/25' },
    ]);
  });
  test('nothing wanted means none', () => expect(args('ipAddress', port, undefined)).toHaveLength(3));
  test.each([
    '192.0.2.1',
    '192.0.2.1/33',
    '192.0.2.256/24',
    '1.2.3/24',
    'fe80::1%va/64',
    '::1/129',
    '::/064',
    'x',
    7,
    null,
  ])('%j is no address', wanted => {
    expect(steps('ipAddress', port, [wanted])).toMatch('is not an address with its length');
  });
  test('is a list', () => expect(steps('ipAddress', port, '192.0.2.1/24')).toMatch('are a list'));
});

describe('route', () => {
  test('is a set: what is wanted is added as it is said', () => {
    const wanted = { destination: '198.51.100.0/24', gateway: '192.0.2.9' };
    expect(steps('route', host, [...all, wanted])).toMatchObject([
      {
        op: 'addRoute',
        args: { route: { table: 'main', ...wanted } },
        summary: 'add the route to 198.51.100.0/24 via 192.0.2.9',
        order: 60,
      },
    ]);
  });
  test('one that is there need not be said in full', () => {
    const short = [
      { destination: 'default', gateway: '192.0.2.254' },
      { destination: '10.66.0.0/16', type: 'blackhole' },
    ];
    expect(args('route', host, [...short, multipath, kernelRoute])).toEqual([]);
  });
  test('another metric replaces it', () => {
    expect(args('route', host, [{ ...defaultRoute, metric: 50 }, multipath, blackhole, kernelRoute])).toEqual([
      { op: 'removeRoute', route: defaultRoute },
      { op: 'addRoute', route: { ...defaultRoute, metric: 50 } },
    ]);
  });
  test('one that is too much is removed, whatever its sort', () => {
    expect(args('route', host, [defaultRoute, kernelRoute])).toEqual([
      { op: 'removeRoute', route: multipath },
      { op: 'removeRoute', route: blackhole },
    ]);
  });
  test('one that the kernel made stays', () => {
    expect(steps('route', host, [defaultRoute])).toMatch('kernel');
    expect(steps('route', host, undefined)).toMatch('kernel');
  });
  test.each<[Json, string]>([
    [{}, 'is not the destination'],
    [{ destination: '10.0.0.1/8', gateway: '192.0.2.9' }, 'is not the destination'],
    [{ destination: '10.0.0.0/8' }, 'needs a gateway or an interface'],
    [{ destination: '10.0.0.0/8', gateway: 'router' }, 'can be the gateway'],
    [{ destination: '10.0.0.0/8', gateway: '192.0.2.9', metric: -1 }, 'is not a metric'],
    [{ destination: '10.0.0.0/8', gateway: '192.0.2.9', type: 'nat' }, 'of type nat cannot be made'],
    [{ destination: '10.0.0.0/8', gateway: '192.0.2.9', table: { a: 1 } }, 'cannot be the table'],
    [{ destination: '10.0.0.0/8', nexthop: [] }, 'several ways'],
    ['10.0.0.0/8', 'is not a route'],
  ])('%j is refused with a sentence', (wanted, sentence) => {
    expect(steps('route', host, [...all, wanted])).toMatch(sentence);
  });
});

describe('the text of an address', () => {
  const ipv6 = fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 0xffff })), { minLength: 8, maxLength: 8 });
  test('has one canonical spelling', () => {
    expect(canonicalAddress('2001:0DB8:0:0:0:0:0:1')).toBe('2001:db8::1');
    expect(canonicalAddress('::ffff:192.0.2.1')).toBe('::ffff:c000:201');
    for (const bad of ['', 'fe80::1%eth0', '01.2.3.4', '1.2.3', ':::', 'g::'])
      expect(canonicalAddress(bad)).toBeUndefined();
    fc.assert(
      fc.property(ipv6, groups => {
        const long = groups.map(group => group.toString(16).padStart(4, '0').toUpperCase()).join(':');
        const canonical = canonicalAddress(long) ?? '';
        expect(canonicalAddress(canonical)).toBe(canonical);
        expect(canonical.length).toBeLessThanOrEqual(long.length);
      }),
    );
  });
  test('orders as numbers do', () => {
    const list = ['10.0.0.2/24', '9.0.0.1/8', '::1/128', '10.0.0.10/24', '10.0.0.2/16'].map(text =>
      parseCidr(text, true),
    );
    const sorted = list
      .filter(each => each !== undefined)
      .toSorted((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1))
      .map(cidrText);
    expect(sorted).toEqual(['9.0.0.1/8', '10.0.0.2/16', '10.0.0.2/24', '10.0.0.10/24', '::1/128']);
  });
  test('tells a network from an address in it', () => {
    const is = (text: string): boolean => {
      const cidr = parseCidr(text, false);
      return cidr !== undefined && isNetwork(cidr);
    };
    expect([
      is('0.0.0.0/0'),
      is('10.0.0.0/8'),
      is('10.0.0.1/8'),
      is('10.0.0.1'),
      is('2001:db8::/32'),
      is('2001:db8::1/32'),
    ]).toEqual([true, true, false, true, true, false]);
    expect(sameNetwork('10.0.0.1/24', '10.0.0.9/24')).toBe(true);
    expect(sameNetwork('10.0.0.1/24', '10.0.1.1/24')).toBe(false);
    expect(sameNetwork('10.0.0.1/24', '10.0.0.1/25')).toBe(false);
  });
});

describe('what a step relies on, costs and leaves', () => {
  const step = (path: string, actual: JsonObject, wanted: Json): Step => {
    const [first] = steps(path, actual, wanted);
    if (first === undefined || typeof first === 'string') throw new Error(`no step: ${first}`);
    return first;
  };

  test('nothing of it outlives a restart, and only what takes something away counts as a removal', () => {
    const found = [
      step('administrativeState', port, 'locked'),
      step('mtu', port, 1400),
      step('ipAddress', port, ['192.0.2.1/24', '2001:db8::1/64', 'fe80::1/64', '10.0.0.1/8']),
      step('ipAddress', port, ['192.0.2.1/24', '2001:db8::1/64']),
      step('route', host, [kernelRoute, multipath, blackhole]),
      step('route', host, [...all, { destination: '198.51.100.0/24', gateway: '192.0.2.9' }]),
    ];
    expect(found.map(each => each.lasting)).toEqual(found.map(() => 'untilRestart'));
    expect(found.filter(each => each.removes).map(each => each.op)).toEqual(['removeAddress', 'removeRoute']);
    expect(found.map(each => each.cost?.reversible)).toEqual(found.map(() => true));
  });

  test('locking a link is felt by all that it carries', () => {
    expect(step('administrativeState', port, 'locked').cost).toEqual({
      blastRadius: 5,
      downtimeMs: 2_000,
      reversible: true,
    });
    expect(step('mtu', port, 1_400).cost).toEqual({ blastRadius: 1, downtimeMs: 0, reversible: true });
    expect(step('mtu', port, 1_200).cost?.downtimeMs).toBeGreaterThan(0);
  });

  test('a route needs an interface that is unlocked, and a gateway that is reached', () => {
    const { needs } = step('route', host, [
      ...all,
      { destination: '198.51.100.0/24', gateway: '192.0.2.9', interface: 'va' },
    ]);
    expect(needs).toMatchObject([
      { of: { kind: 'networkInterface', name: 'va' }, path: '/administrativeState', expect: 'unlocked' },
      { of: { kind: 'host', name: 'cpe' }, because: 'a route reaches the gateway 192.0.2.9' },
    ]);
    expect(JSON.stringify(needs)).toContain('"192.0.2.0/24"');
  });

  test('what another one manages waits, unless it is taken over', () => {
    const managed = {
      ...port,
      resourceCharacteristic: [
        ...(port.resourceCharacteristic as Json[]),
        { name: 'managedBy', value: 'NetworkManager' },
      ],
    };
    const sentence = 'va is managed by NetworkManager; say linux.takeOver=va (setting) to act on it all the same';
    expect(steps('mtu', managed, 1400)).toBe(sentence);
    expect(steps('mtu', managed, 1500)).toEqual([]);
    expect(steps('administrativeState', managed, 'locked')).toBe(sentence);
    expect(steps('ipAddress', managed, [])).toBe(sentence);
    const ability = linuxAbilities(['va']).find(each => each.path.includes('mtu'));
    expect(ability?.steps(managed, 1400)).toHaveLength(1);
    const hostManaged = {
      ...host,
      resourceCharacteristic: [
        ...(host.resourceCharacteristic as Json[]),
        { name: 'managedInterface', value: { va: 'systemd-networkd' } },
      ],
    };
    expect(steps('route', hostManaged, [...all, { destination: '10.8.0.0/16', gateway: '192.0.2.7' }])).toContain(
      'va is managed by systemd-networkd',
    );
    expect(steps('route', hostManaged, [...all, { destination: '10.8.0.0/16', type: 'blackhole' }])).toHaveLength(1);
    const leased = { ...defaultRoute, protocol: 'dhcp' };
    const withLease = { name: 'cpe', resourceCharacteristic: characteristics({ route: [leased, kernelRoute] }) };
    expect(steps('route', withLease, [kernelRoute])).toContain('is set by a DHCP client; say linux.takeOver=va');
  });
});
