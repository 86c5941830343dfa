import { describe, expect, onTestFinished, test } from 'vitest';
import { openLinux } from '../../../src/adapters/drivers/linux/driver.ts';
import { systemClock } from '../../../src/adapters/system-clock.ts';
import type { Json, JsonObject } from '../../../src/core/json.ts';
import { at } from '../../../src/core/path.ts';
import type { Driver } from '../../../src/ports/driver.ts';
import { silentLog } from '../../../src/ports/log.ts';
import { tmfKeyedArrays } from '../../../src/tmf/keyed-arrays.ts';
import { foreseen, tried, wayTo } from '../../kit/foreseen.ts';
import { makeNetns, type Netns, noNamespaces } from '../../kit/netns.ts';

const why = noNamespaces === undefined ? '' : ` (left out: ${noNamespaces})`;

const admin = '/administrativeState';
const mtu = '/resourceCharacteristic/mtu/value';
const address = '/resourceCharacteristic/ipAddress/value';
const route = '/resourceCharacteristic/route/value';

/** Two cables, a bridge with a port, what stands on a link, and what stands on an address. */
const furniture = [
  'link add br0 type bridge',
  'link set pf master br0',
  'link set br0 up',
  'link add mv0 link vc type macvlan',
  'link set mv0 up',
  'addr add 10.99.0.1/24 broadcast 10.99.0.255 dev va',
  'addr add 10.99.0.5/24 dev va',
  'addr add 10.99.0.6/24 dev va label va:6',
  'addr add 10.97.0.1 peer 10.97.0.2/32 dev va',
  'addr add 10.96.0.1/24 dev va valid_lft 3600 preferred_lft 1800 noprefixroute',
  'addr add 10.95.0.1/32 dev va',
  'addr add 2001:db8::1/64 dev va',
  'addr add 2001:db8::2/64 dev va nodad',
  'addr add 2001:db8:1::1/64 dev va noprefixroute',
  'addr add 2001:db8:2::1/64 dev va valid_lft 3600 preferred_lft 0',
  'addr add 2001:db8:3::1/128 dev va',
  'addr add 10.98.0.1/24 dev vc',
  'addr add 2001:db8:98::1/64 dev vc',
  'addr add 10.94.0.1/24 dev br0',
  'addr add 2001:db8:94::1/64 dev br0',
  'route add default via 10.99.0.254 dev va proto static metric 100 src 10.99.0.5',
  'route add default via 10.98.0.254 dev vc proto static metric 200',
  'route add 10.5.0.0/16 via 10.99.0.2 dev va metric 30 mtu 1400',
  'route add 10.6.0.0/16 dev va table 100 proto 99',
  'route add 10.7.0.0/16 nexthop via 10.99.0.2 dev va weight 3 nexthop via 10.98.0.2 dev vc',
  'route add 10.8.0.0/16 via 203.0.113.1 dev va onlink',
  'route add 10.9.0.0/16 via inet6 fe80::1 dev va',
  'route add 10.10.0.0/16 dev vc src 10.99.0.1',
  'route add 10.11.0.0/16 dev vc src 10.99.0.1 table 100',
  'route add blackhole 10.66.0.0/16',
  'route add unreachable 10.67.0.0/16 metric 4000',
  'nexthop add id 7 via 10.99.0.2 dev va',
  'nexthop add id 8 via 10.98.0.2 dev vc',
  'nexthop add id 9 group 7,3/8',
  'route add 10.23.0.0/16 nhid 7',
  'route add 10.24.0.0/16 nhid 9',
  '-6 route add default via 2001:db8::ff dev va proto static',
  '-6 route add 2001:db8:5::/48 via 2001:db8::ff dev va metric 7 src 2001:db8::1 table 99',
  '-6 route add 2001:db8:6::/48 via fe80::1 dev va pref high mtu 1300',
  '-6 route add 2001:db8:7::/48 nexthop via 2001:db8::fe dev va nexthop via 2001:db8:98::fe dev vc',
  '-6 route add 2001:db8:8::/48 via 2001:db8:98::fe dev vc src 2001:db8::1',
  '-6 route add prohibit 2001:db8:66::/48',
];

async function furnished(more: readonly string[] = [], script = ''): Promise<{ netns: Netns; driver: Driver }> {
  const netns = makeNetns();
  if (script !== '') netns.sh(script);
  netns.veth('va', 'vb');
  netns.veth('vc', 'vd');
  netns.veth('pe', 'pf');
  for (const [i, line] of furniture.entries()) {
    netns.ip(line);
    // A source of a route has to be usable first.
    if (i === furniture.findIndex(each => each.startsWith('route'))) await netns.settle();
  }
  for (const line of more) line.startsWith('sh ') ? netns.sh(line.slice(3)) : netns.ip(line);
  await netns.settle();
  const driver = openLinux({ netns: netns.name, clock: systemClock, log: silentLog });
  onTestFinished(() => driver.stop());
  return { netns, driver };
}

interface Wish {
  readonly kind: string;
  readonly name: string;
  readonly path: string;
  readonly wanted: Json | ((now: Json[]) => Json);
}

const on = (name: string, path: string, wanted: Wish['wanted']): Wish => ({
  kind: 'networkInterface',
  name,
  path,
  wanted,
});

/** Carries out what leads to a wish, step by step, and holds every step against a full look. */
async function expectForeseen(driver: Driver, { kind, name, path, wanted }: Wish): Promise<number> {
  const look = await driver.look();
  const thing = look.sightings.find(each => each.kind === kind && (kind === 'host' || each.facts.name === name));
  if (!thing) throw new Error(`${name} is not seen`);
  const now = at(thing.facts, path, tmfKeyedArrays);
  const value = typeof wanted === 'function' ? wanted(Array.isArray(now) ? now : []) : wanted;
  const { ability, steps } = wayTo(driver, look, { kind, name: String(thing.facts.name), path, wanted: value });
  let unsure = 0;
  for (const step of [...steps].sort((a, b) => a.order - b.order)) {
    if ((await driver.examine(step)).already) continue;
    const found = await foreseen({ driver, ability, step, withinMs: 4_000, stillMs: 150 });
    expect(found.surprises, step.summary).toEqual([]);
    unsure += found.unsure;
  }
  return unsure;
}

const without =
  (...items: string[]) =>
  (now: Json[]): Json =>
    now.filter(each => !items.includes(String(each)));
const and =
  (...items: Json[]) =>
  (now: Json[]): Json => [...now, ...items];
const routesWithout =
  (destination: string) =>
  (now: Json[]): Json =>
    now.filter(each => (each as JsonObject).destination !== destination);

const cases: readonly (readonly [string, Wish, (readonly string[])?, string?])[] = [
  ['a link is locked', on('va', admin, 'locked')],
  ['the other end of a cable is locked', on('vb', admin, 'locked')],
  ['what another link stands on is locked', on('vc', admin, 'locked')],
  ['the port of a bridge is locked', on('pf', admin, 'locked')],
  ['the far end of the port of a bridge is locked', on('pe', admin, 'locked')],
  ['a bridge is locked', on('br0', admin, 'locked')],
  ['the loopback is locked', on('lo', admin, 'locked')],
  ['the loopback is unlocked', on('lo', admin, 'unlocked'), ['link set lo down']],
  ['a link is unlocked', on('va', admin, 'unlocked'), ['link set va down']],
  [
    'a link with IPv6 addresses is unlocked',
    on('va', admin, 'unlocked'),
    ['link set va down', 'addr add 2001:db8:77::1/64 dev va', 'addr add 2001:db8:78::1/64 dev va noprefixroute'],
  ],
  [
    'a link whose other end is locked is unlocked',
    on('va', admin, 'unlocked'),
    ['link set va down', 'link set vb down', 'addr add 2001:db8:77::1/64 dev va'],
  ],
  ['the other end of an unlocked link is unlocked', on('vb', admin, 'unlocked'), ['link set vb down']],
  [
    'an end that never had a carrier is unlocked',
    on('vh', admin, 'unlocked'),
    ['link add vg type veth peer name vh', 'link set vg up', 'addr add 2001:db8:79::1/64 dev vg'],
  ],
  ['what another link stands on is unlocked', on('vc', admin, 'unlocked'), ['link set vc down']],
  ['the port of a bridge is unlocked', on('pf', admin, 'unlocked'), ['link set pf down']],
  ['a bridge is unlocked', on('br0', admin, 'unlocked'), ['link set br0 down']],
  [
    'a bridge without a port is unlocked',
    on('br1', admin, 'unlocked'),
    ['link add br1 type bridge', 'addr add 10.93.0.1/24 dev br1', 'addr add 2001:db8:93::1/64 dev br1'],
  ],
  [
    'a link that keeps its IPv6 addresses is locked',
    on('va', admin, 'locked'),
    [],
    'echo 1 >/proc/sys/net/ipv6/conf/all/keep_addr_on_down',
  ],
  [
    'a link without IPv6 is unlocked',
    on('vh', admin, 'unlocked'),
    ['link add vg type veth peer name vh', 'sh echo 1 >/proc/sys/net/ipv6/conf/vh/disable_ipv6', 'link set vg up'],
  ],
  [
    'a link that gives itself no address is unlocked',
    on('va', admin, 'unlocked'),
    ['link set va down', 'link set va addrgenmode none'],
  ],
  ['a smaller MTU', on('va', mtu, 1400)],
  ['a larger MTU', on('va', mtu, 9000)],
  ['an MTU too small for IPv6', on('va', mtu, 1279)],
  ['an MTU large enough for IPv6 again', on('va', mtu, 1280), ['link set va mtu 1279']],
  [
    'an MTU too small for IPv6 on a locked link',
    on('va', mtu, 1279),
    ['link set va down', 'addr add 2001:db8:77::1/64 dev va'],
  ],
  ['the MTU of what another link stands on', on('vc', mtu, 1300)],
  ['the MTU of the port of a bridge', on('pf', mtu, 1400)],
  ['the MTU of a bridge', on('br0', mtu, 1300)],
  ['an IPv4 address comes', on('va', address, and('192.0.2.1/24'))],
  ['an IPv4 address of a network that is there comes', on('va', address, and('10.99.0.9/24'))],
  ['an IPv4 address alone comes', on('va', address, and('192.0.2.1/32'))],
  ['the first IPv4 address comes', on('pe', address, and('192.0.2.1/31'))],
  ['an IPv4 address comes to a locked link', on('va', address, and('192.0.2.1/24')), ['link set va down']],
  ['an IPv4 address comes to the loopback', on('lo', address, and('192.0.2.1/24'))],
  ['an IPv6 address comes', on('va', address, and('2001:DB8:0:3::1/64'))],
  ['an IPv6 address of a network that is there comes', on('va', address, and('2001:db8::9/64'))],
  ['an IPv6 address alone comes', on('va', address, and('2001:db8:9::9/128'))],
  ['an IPv6 address comes to a locked link', on('va', address, and('2001:db8:9::9/64')), ['link set va down']],
  ['an IPv6 address comes to the loopback', on('lo', address, and('2001:db8:9::9/64'))],
  ['an IPv6 address comes without a carrier', on('va', address, and('2001:db8:9::9/64')), ['link set vb down']],
  ['the first IPv4 address goes, and the others of its network with it', on('va', address, without('10.99.0.1/24'))],
  [
    'the first IPv4 address goes, and another takes its place',
    on('va', address, without('10.99.0.1/24')),
    [],
    'echo 1 >/proc/sys/net/ipv4/conf/all/promote_secondaries',
  ],
  ['a secondary IPv4 address goes', on('va', address, without('10.99.0.5/24'))],
  ['an IPv4 address with another at its other end goes', on('va', address, without('10.97.0.1/32'))],
  ['an IPv4 address without a route goes', on('va', address, without('10.96.0.1/24'))],
  ['every IPv4 address goes', on('va', address, now => now.filter(each => String(each).includes(':')))],
  ['the only IPv4 address goes', on('vc', address, without('10.98.0.1/24'))],
  ['an IPv6 address goes', on('va', address, without('2001:db8::1/64'))],
  ['the last IPv6 address of a network goes', on('va', address, without('2001:db8::1/64', '2001:db8::2/64'))],
  ['an IPv6 address without a route goes', on('va', address, without('2001:db8:1::1/64'))],
  ['an IPv6 address that expires goes', on('va', address, without('2001:db8:2::1/64'))],
  ['an IPv6 address alone goes', on('va', address, without('2001:db8:3::1/128'))],
  ['every IPv6 address goes', on('va', address, now => now.filter(each => !String(each).includes(':')))],
];

/** What hangs on a choice of its maker that nobody can see. */
const openEnds = new Set(['the MTU of the port of a bridge', 'a bridge without a port is unlocked']);

const host = (wanted: Wish['wanted']): Wish => ({ kind: 'host', name: '', path: route, wanted });
const routeCases: typeof cases = [
  ['a route by a gateway comes', host(and({ destination: '192.0.2.0/24', gateway: '10.98.0.7', metric: 5 }))],
  ['a route to a link comes', host(and({ destination: '192.0.3.0/24', interface: 'vc', table: '200' }))],
  [
    'a route of a wider scope to a link comes',
    host(and({ destination: '192.0.3.0/24', interface: 'vc', scope: 'global' })),
  ],
  ['a default route that is better comes', host(and({ destination: 'default', gateway: '10.98.0.7', metric: 5 }))],
  ['an IPv6 route by a gateway comes', host(and({ destination: '2001:db8:aa::/48', gateway: '2001:db8:98:0::7' }))],
  ['an IPv6 route to a link comes', host(and({ destination: '2001:db8:aa::/48', interface: 'vc' }))],
  ['an IPv6 default route comes', host(and({ destination: 'default', gateway: '2001:db8:98::7', metric: 3 }))],
  ['a blackhole comes', host(and({ destination: '192.0.4.0/24', type: 'blackhole' }))],
  ['an IPv6 unreachable comes', host(and({ destination: '2001:db8:ab::/48', type: 'unreachable' }))],
  ['a route comes to a link without a carrier', host(and({ destination: '192.0.2.0/24', interface: 'br0' }))],
  ...[
    '0.0.0.0/0',
    '10.5.0.0/16',
    '10.7.0.0/16',
    '10.24.0.0/16',
    '10.66.0.0/16',
    '::/0',
    '2001:db8:7::/48',
    '2001:db8:66::/48',
  ].map(destination => [`the route to ${destination} goes`, host(routesWithout(destination))] as const),
];

describe.skipIf(noNamespaces !== undefined)(`what a Linux host will be like is foreseen${why}`, () => {
  for (const [title, wish, more, script] of [...cases, ...routeCases]) {
    test(title, { timeout: 60_000 }, async () => {
      const { driver } = await furnished(more, script);
      const unsure = await expectForeseen(driver, wish);
      expect(unsure > 0, 'nobody can know').toBe(openEnds.has(title));
    });
  }

  // Q3
  test('no sort of step was forgotten', () => {
    expect([...tried]).toEqual(
      expect.arrayContaining([
        'setAdministrativeState',
        'setMtu',
        'addAddress',
        'removeAddress',
        'addRoute',
        'removeRoute',
      ]),
    );
  });
});
