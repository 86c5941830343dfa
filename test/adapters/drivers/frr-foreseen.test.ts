import { describe, expect, test } from 'vitest';
import type { Json } from '../../../src/core/json.ts';
import { foreseen, tried, wayTo } from '../../kit/foreseen.ts';
import { type Frr, frrPaths, noFrr, openDriver, twoRouters } from '../../kit/frr.ts';

const why = noFrr === undefined ? '' : ` (left out: ${noFrr})`;

const north = { address: '192.0.2.2', remoteAs: 65002, shutdown: false, addressFamily: ['ipv4Unicast'] };
const dead = { address: '192.0.2.77', remoteAs: 65077, shutdown: false, addressFamily: ['ipv4Unicast'] };
const home = { prefix: '198.51.100.0/24' };
const blackhole = { prefix: '198.51.100.0/24', nexthop: 'blackhole', distance: 1 };
const bgp = { kind: 'bgpRouter', name: 'default' };
const statics = { kind: 'staticRouting', name: 'default' };

type Wish = Parameters<typeof wayTo>[2];

interface Row {
  readonly op: string;
  readonly title: string;
  readonly prepare?: (one: Frr) => void;
  readonly wish: Wish;
}

const neighbors = (...wanted: Json[]): Wish => ({ ...bgp, path: frrPaths.neighbor, wanted });
const networks = (...wanted: Json[]): Wish => ({ ...bgp, path: frrPaths.network, wanted });
const routes = (...wanted: Json[]): Wish => ({ ...statics, path: frrPaths.staticRoute, wanted });
const inBgp =
  (...lines: string[]) =>
  (one: Frr): void =>
    void one.configure('router bgp 65001', ...lines);

const rows: readonly Row[] = [
  { op: 'addNeighbor', title: 'one that does not answer', wish: neighbors(north, dead) },
  { op: 'addNeighbor', title: 'one that is shut down', wish: neighbors(north, { ...dead, shutdown: true }) },
  {
    op: 'addNeighbor',
    title: 'one that answers',
    prepare: inBgp('no neighbor 192.0.2.2'),
    wish: neighbors({ address: '192.0.2.2', remoteAs: 65002, description: 'to the north' }),
  },
  {
    op: 'addNeighbor',
    title: 'one of IPv6, for both families',
    wish: neighbors(north, {
      address: '2001:db8::2',
      remoteAs: 'external',
      addressFamily: ['ipv4Unicast', 'ipv6Unicast'],
    }),
  },
  { op: 'addNeighbor', title: 'one by its interface', wish: neighbors(north, { address: 'e0', remoteAs: 'external' }) },
  {
    op: 'removeNeighbor',
    title: 'one whose session is up, with timers and maps',
    prepare: inBgp(
      ...['neighbor 192.0.2.2 description to the north', 'neighbor 192.0.2.2 timers 10 30'],
      ...['address-family ipv4 unicast', 'neighbor 192.0.2.2 soft-reconfiguration inbound', 'exit-address-family'],
    ),
    wish: neighbors(),
  },
  {
    op: 'removeNeighbor',
    title: 'one by its interface',
    prepare: inBgp('neighbor e0 interface remote-as external'),
    wish: neighbors(north),
  },
  { op: 'setRemoteAs', title: 'to the wrong one', wish: neighbors({ ...north, remoteAs: 65003 }) },
  { op: 'setDescription', title: 'to a text', wish: neighbors({ ...north, description: 'to the north' }) },
  {
    op: 'setDescription',
    title: 'to none',
    prepare: inBgp('neighbor 192.0.2.2 description of old'),
    wish: neighbors(north),
  },
  { op: 'setShutdown', title: 'to yes', wish: neighbors({ ...north, shutdown: true }) },
  {
    op: 'setShutdown',
    title: 'to no',
    prepare: inBgp('neighbor 192.0.2.2 shutdown message gone fishing'),
    wish: neighbors(north),
  },
  {
    op: 'activateFamily',
    title: 'a second one',
    wish: neighbors({ ...north, addressFamily: ['ipv4Unicast', 'ipv6Unicast'] }),
  },
  {
    op: 'deactivateFamily',
    title: 'the second one, with what was set for it',
    prepare: inBgp(
      ...['address-family ipv6 unicast', 'neighbor 192.0.2.2 activate'],
      ...['neighbor 192.0.2.2 soft-reconfiguration inbound', 'exit-address-family'],
    ),
    wish: neighbors(north),
  },
  { op: 'deactivateFamily', title: 'the usual one', wish: neighbors({ ...north, addressFamily: [] }) },
  { op: 'addNetwork', title: 'one to which there is a route', wish: networks(home, { prefix: '192.0.2.0/24' }) },
  { op: 'addNetwork', title: 'one to which there is none', wish: networks(home, { prefix: '203.0.113.0/24' }) },
  { op: 'addNetwork', title: 'one of IPv6', wish: networks(home, { prefix: '2001:db8::/64' }) },
  {
    op: 'addNetwork',
    title: 'the same by a route map',
    prepare: one => void one.configure('route-map ALL permit 10'),
    wish: networks({ ...home, routeMap: 'ALL' }),
  },
  { op: 'removeNetwork', title: 'one that is announced', wish: networks() },
  {
    op: 'removeNetwork',
    title: 'one with a route map',
    prepare: one => {
      one.configure('route-map ALL permit 10');
      one.configure('router bgp 65001', 'network 198.51.100.0/24 route-map ALL');
    },
    wish: networks(),
  },
  {
    op: 'setRouterId',
    title: 'where FRR had chosen one',
    wish: { ...bgp, path: '/resourceCharacteristic/routerId/value', wanted: '10.9.9.9' },
  },
  {
    op: 'setRouterId',
    title: 'where another one was set',
    prepare: inBgp('bgp router-id 10.1.1.1'),
    wish: { ...bgp, path: '/resourceCharacteristic/routerId/value', wanted: '10.9.9.9' },
  },
  {
    op: 'makeBgpRouter',
    title: 'of the default VRF',
    prepare: one => void one.configure('no router bgp 65001'),
    wish: { ...bgp, make: { resourceCharacteristic: [{ name: 'asNumber', value: 65005 }] } },
  },
  {
    op: 'makeBgpRouter',
    title: 'of another VRF, with its router id',
    wish: {
      kind: 'bgpRouter',
      name: 'RED',
      make: {
        resourceCharacteristic: [
          { name: 'asNumber', value: 4_200_000_000 },
          { name: 'routerId', value: '10.5.5.5' },
        ],
      },
    },
  },
  { op: 'removeBgpRouter', title: 'with all it holds', wish: { ...bgp, path: '', wanted: undefined } },
  {
    op: 'addStaticRoute',
    title: 'by an address',
    wish: routes(blackhole, { prefix: '203.0.113.0/24', nexthop: '192.0.2.2' }),
  },
  {
    op: 'addStaticRoute',
    title: 'one that others hang on',
    prepare: one => {
      one.configure('ip route 203.0.113.0/24 10.77.0.1');
      one.configure('router bgp 65001', 'network 10.77.0.0/16');
    },
    wish: routes({ prefix: '10.77.0.0/16', nexthop: '192.0.2.2' }, blackhole, {
      prefix: '203.0.113.0/24',
      nexthop: '10.77.0.1',
    }),
  },
  {
    op: 'addStaticRoute',
    title: 'one of IPv6 by an interface, with tag and distance',
    wish: routes(blackhole, {
      prefix: '2001:db8:9::/48',
      nexthop: '2001:db8::2',
      interface: 'e0',
      distance: 7,
      tag: 9,
    }),
  },
  {
    op: 'addStaticRoute',
    title: 'the same with another tag',
    prepare: one => void one.configure('ip route 203.0.113.0/24 192.0.2.2 tag 5'),
    wish: routes(blackhole, { prefix: '203.0.113.0/24', nexthop: '192.0.2.2', tag: 6 }),
  },
  { op: 'removeStaticRoute', title: 'one that is announced', wish: routes() },
  {
    op: 'removeStaticRoute',
    title: 'one of two, with every word of it',
    prepare: one => void one.configure('ip route 198.51.100.0/24 192.0.2.2 e0 tag 7 50'),
    wish: routes(blackhole),
  },
];

describe.skipIf(noFrr !== undefined)(`dry run is true for FRR${why}`, () => {
  // Q3
  test.each(rows)('$op: $title; and its undo leaves not a line behind', async ({ op, prepare, wish }) => {
    const { one } = await twoRouters();
    prepare?.(one);
    const driver = openDriver(one);
    const before = one.running();
    const { ability, steps } = wayTo(driver, await driver.look(), wish);
    expect(steps.map(each => each.op)).toEqual([op]);
    const [step] = steps;
    if (!step) return;
    const examination = await driver.examine(step);
    expect(examination.already).toBe(false);

    // At once, as the loop looks; and once more when all has settled.
    const { surprises, effects, unsure } = await foreseen({ driver, ability, step, stillMs: 1_000 });
    expect(surprises).toEqual([]);
    // What can be known is said.
    expect(effects.length).toBeGreaterThan(unsure);
    expect((await driver.examine(step)).already).toBe(true);
    expect(one.running()).not.toEqual(before);

    const kept: Json = JSON.parse(JSON.stringify(examination.before));
    await driver.undo(step, kept);
    expect(one.running()).toEqual(before);
    await driver.undo(step, kept);
    expect(one.running()).toEqual(before);
  });

  test('no sort of task was forgotten', () => {
    expect([...tried].sort()).toEqual([...new Set(rows.map(each => each.op))].sort());
    expect([...tried]).toHaveLength(14);
  });
});
