import { readdirSync, readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { openLinux } from '../../../src/adapters/drivers/linux/driver.ts';
import { systemClock } from '../../../src/adapters/system-clock.ts';
import { isArray, type Json, type JsonObject } from '../../../src/core/json.ts';
import { at } from '../../../src/core/path.ts';
import type { Driver, Sighting, Step } from '../../../src/ports/driver.ts';
import { silentLog } from '../../../src/ports/log.ts';
import { tmfKeyedArrays } from '../../../src/tmf/keyed-arrays.ts';
import { driverContract } from '../../contracts/driver.ts';
import { makeNetns, type Netns, noNamespaces } from '../../kit/netns.ts';

const why = noNamespaces === undefined ? '' : ` (left out: ${noNamespaces})`;

function open(netns: Netns): Driver {
  const driver = openLinux({ netns: netns.name, clock: systemClock, log: silentLog });
  onTestFinished(() => driver.stop());
  return driver;
}

async function see(driver: Driver, name: string): Promise<Sighting> {
  const found = (await driver.look()).sightings.find(each => each.facts.name === name);
  if (!found) throw new Error(`${name} is not seen`);
  return found;
}

async function host(driver: Driver): Promise<Sighting> {
  const found = (await driver.look()).sightings.find(each => each.kind === 'host');
  if (!found) throw new Error('the host is not seen');
  return found;
}

function values(facts: JsonObject): Record<string, Json> {
  const list = (facts.resourceCharacteristic ?? facts.serviceCharacteristic) as JsonObject[];
  return Object.fromEntries(list.map(each => [String(each.name), each.value ?? null]));
}

function stepsTo(driver: Driver, { kind, facts }: Sighting, path: string, wanted: Json): readonly Step[] {
  const steps = driver.abilities.find(each => each.kind === kind && each.path === path)?.steps(facts, wanted);
  if (steps === undefined || typeof steps === 'string') throw new Error(`no steps: ${steps}`);
  return steps;
}

const adminPath = '/administrativeState';
const mtuPath = '/resourceCharacteristic/mtu/value';
const addressPath = '/resourceCharacteristic/ipAddress/value';
const routePath = '/resourceCharacteristic/route/value';

/** Two networks of either family, addresses with flags of every sort, static routes of every sort. */
async function furnished(duplicateDetection = false): Promise<Netns> {
  const netns = makeNetns({ duplicateDetection });
  netns.veth('va', 'vb');
  netns.veth('vc', 'vd');
  for (const line of [
    'addr add 10.99.0.1/24 broadcast 10.99.0.255 dev va',
    'addr add 10.99.0.5/24 dev va',
    'addr add 10.99.0.6/24 dev va label va:6',
    'addr add 10.97.0.1 peer 10.97.0.2/32 dev va',
    'addr add 10.96.0.1/24 dev va valid_lft 3600 preferred_lft 1800 noprefixroute',
    'addr add 2001:db8::1/64 dev va',
    'addr add 2001:db8::2/64 dev va nodad',
    'addr add 2001:db8:1::1/64 dev va noprefixroute',
    'addr add 2001:db8:2::1/64 dev va valid_lft 3600 preferred_lft 0',
    'addr add 10.98.0.1/24 dev vc',
    'addr add 2001:db8:98::1/64 dev vc',
  ]) {
    netns.ip(line);
  }
  await netns.settle();
  for (const line of [
    'route add default via 10.99.0.254 dev va proto static metric 100 src 10.99.0.5',
    'route add default via 10.98.0.254 dev vc proto static metric 200',
    'route add 10.5.0.0/16 via 10.99.0.2 dev va metric 30 mtu 1400 advmss 1300 rto_min 200ms tos 0x10',
    'route add 10.6.0.0/16 dev va table 100 proto 99',
    'route add 10.7.0.0/16 nexthop via 10.99.0.2 dev va weight 3 nexthop via 10.98.0.2 dev vc',
    'route add 10.8.0.0/16 via 203.0.113.1 dev va onlink',
    'route add 10.9.0.0/16 via inet6 fe80::1 dev va',
    'route add 10.10.0.0/16 dev vc src 10.99.0.1',
    'route add blackhole 10.66.0.0/16',
    'route add unreachable 10.67.0.0/16 metric 4000',
    '-6 route add default via 2001:db8::ff dev va proto static',
    '-6 route add 2001:db8:5::/48 via 2001:db8::ff dev va metric 7 src 2001:db8::1 table 99',
    '-6 route add 2001:db8:6::/48 via fe80::1 dev va pref high mtu 1300',
    '-6 route add 2001:db8:7::/48 nexthop via 2001:db8::fe dev va nexthop via 2001:db8:98::fe dev vc',
    '-6 route add prohibit 2001:db8:66::/48',
  ]) {
    netns.ip(line);
  }
  return netns;
}

describe.skipIf(noNamespaces !== undefined)(`the linux driver${why}`, () => {
  driverContract('the linux driver', async () => {
    const netns = makeNetns();
    netns.veth('va', 'vb');
    netns.ip('addr add 192.0.2.1/24 dev va');
    netns.ip('addr add 2001:db8::1/64 dev va nodad');
    await netns.settle();
    return {
      driver: open(netns),
      kind: 'networkInterface',
      key: 'virtual:va',
      path: mtuPath,
      wanted: 1400,
      refused: 70_000,
      nonsense: 'many',
      changeFromOutside: () => netns.ip('link set vb mtu 1300'),
      takeAway: () => netns.ip('link del va'),
      needy: {
        kind: 'host',
        name: hostname(),
        path: '/resourceCharacteristic/route/value',
        wanted: now => [...(isArray(now) ? now : []), { destination: '203.0.113.0/24', gateway: '198.51.100.9' }],
        async meet() {
          netns.ip('addr add 198.51.100.1/24 dev va');
          await netns.settle();
        },
      },
    };
  });

  describe('sees', () => {
    test('every fact of an interface as the kernel tells it', async () => {
      const netns = await furnished();
      netns.ip('link set va promisc on');
      netns.ip('link add br0 type bridge');
      netns.ip('link set vd master br0');
      netns.ip('link add mv0 link vc type macvlan');
      await netns.settle();
      const driver = open(netns);
      const { sightings } = await driver.look();
      const links = netns.ipJson('-d addr show');
      const found = sightings.filter(each => each.kind === 'networkInterface');
      expect(found.map(each => each.facts.name).sort()).toEqual(links.map(each => each.ifname).sort());

      for (const link of links) {
        const name = String(link.ifname);
        const sighting = found.find(each => each.facts.name === name);
        const flags = link.flags as string[];
        const rate = (file: string): string | undefined => {
          try {
            return netns.sh(`cat /sys/class/net/${name}/${file} 2>/dev/null`).trim();
          } catch {
            return undefined;
          }
        };
        const speed = flags.includes('LOWER_UP') ? Number(rate('speed') ?? -1) : -1;
        const duplex = flags.includes('LOWER_UP') ? rate('duplex') : undefined;
        const kind = (link.linkinfo as { info_kind?: string } | undefined)?.info_kind;
        const addresses = (link.addr_info as { family: string; local: string; prefixlen: number }[]).map(
          each => `${each.local}/${each.prefixlen}`,
        );
        const expected: Record<string, unknown> = {
          mtu: link.mtu,
          macAddress: link.address,
          interfaceIndex: link.ifindex,
          linkType: link.link_type,
          operState: link.operstate,
          carrier: flags.includes('LOWER_UP'),
          ipAddress: expect.arrayContaining(addresses),
          ...(detailed(link.addr_info as JsonObject[])
            ? { addressDetail: detailed(link.addr_info as JsonObject[]) }
            : {}),
          ...(kind === undefined ? {} : { linkKind: kind }),
          ...(link.master === undefined ? {} : { master: link.master }),
          ...(link.link === undefined ? {} : { [kind === 'veth' ? 'peer' : 'lowerLink']: link.link }),
          ...(flags.includes('PROMISC') ? { promiscuous: true } : {}),
          ...(speed > 0 ? { speed } : {}),
          ...(duplex === 'full' || duplex === 'half' ? { duplex } : {}),
        };
        const facts = values(sighting?.facts ?? {});
        expect(facts, name).toEqual(expected);
        expect(facts.ipAddress, name).toHaveLength(addresses.length);
        expect(sighting, name).toMatchObject({
          key: `virtual:${name}`,
          type: 'resource',
          handle: `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}/${netns
            .sh('readlink /proc/self/ns/net')
            .replace(/\D/g, '')}/${link.ifindex}`,
          facts: {
            '@type': 'LogicalResource',
            administrativeState: flags.includes('UP') ? 'unlocked' : 'locked',
            operationalState:
              link.operstate === 'UP' || (link.operstate === 'UNKNOWN' && flags.includes('LOWER_UP'))
                ? 'enabled'
                : 'disabled',
          },
        });
      }
    });

    test('characteristics sorted by name, each with its type', async () => {
      const driver = open(await furnished());
      for (const { facts } of (await driver.look()).sightings) {
        const list = (facts.resourceCharacteristic ?? facts.serviceCharacteristic) as JsonObject[];
        const names = list.map(each => String(each.name));
        expect(names).toEqual(names.toSorted());
        for (const each of list) expect(Object.keys(each)).toEqual(['name', 'value', 'valueType', '@type']);
      }
      const types = new Map(
        ((await see(driver, 'va')).facts.resourceCharacteristic as JsonObject[]).map(each => [
          each.name,
          each['@type'],
        ]),
      );
      expect(types.get('mtu')).toBe('IntegerCharacteristic');
      expect(types.get('carrier')).toBe('BooleanCharacteristic');
      expect(types.get('macAddress')).toBe('StringCharacteristic');
      expect(types.get('ipAddress')).toBe('StringArrayCharacteristic');
    });

    test('addresses in one order, IPv4 first, whatever their age', async () => {
      const netns = makeNetns();
      netns.ip('link add br0 type bridge');
      for (const address of ['2001:db8::9/64', '10.0.0.9/24', '9.0.0.1/8', '2001:db8::10/64']) {
        netns.ip(`addr add ${address} dev br0`);
      }
      const facts = values((await see(open(netns), 'br0')).facts);
      expect(facts.ipAddress).toEqual(['9.0.0.1/8', '10.0.0.9/24', '2001:db8::9/64', '2001:db8::10/64']);
    });

    test('every route of both families and all tables but the local one', async () => {
      const netns = await furnished();
      const driver = open(netns);
      const found = values((await host(driver)).facts).route as JsonObject[];
      const kernel = [
        ...netns.ipJson('-d -4 route show table all'),
        ...netns.ipJson('-d -6 route show table all'),
      ].filter(
        each =>
          each.table !== 'local' && ['unicast', 'blackhole', 'unreachable', 'prohibit'].includes(String(each.type)),
      );
      expect(found).toHaveLength(kernel.length);
      for (const route of kernel) {
        const isSix = route.pref !== undefined;
        const dst = String(route.dst);
        const destination =
          dst === 'default' ? (isSix ? '::/0' : '0.0.0.0/0') : dst.includes('/') ? dst : `${dst}/${isSix ? 128 : 32}`;
        const hops = route.nexthops as JsonObject[] | undefined;
        const gateway = route.gateway ?? (route.via as JsonObject | undefined)?.host;
        expect(found).toContainEqual({
          table: route.table,
          destination,
          protocol: route.protocol,
          scope: route.scope,
          interface: hops ? [...new Set(hops.map(hop => hop.dev))].join(',') : (route.dev ?? 'lo'),
          ...(gateway === undefined ? {} : { gateway }),
          ...(route.metric === undefined ? {} : { metric: route.metric }),
          ...(route.prefsrc === undefined ? {} : { prefsrc: route.prefsrc }),
          ...(route.tos === undefined ? {} : { tos: route.tos }),
          ...(route.type === 'unicast' ? {} : { type: route.type }),
          ...(hops
            ? {
                nexthop: hops.map(hop => ({
                  ...(hop.gateway === undefined ? {} : { gateway: hop.gateway }),
                  interface: hop.dev,
                  weight: hop.weight,
                })),
              }
            : {}),
        });
      }
    });

    test('the host itself', async () => {
      const netns = makeNetns();
      const sighting = await host(open(netns));
      const sh = (line: string): string => netns.sh(line).trim();
      expect(sighting).toMatchObject({
        key: readFileSync('/etc/machine-id', 'utf8').trim() || sh('hostname'),
        facts: { name: sh('hostname'), operationalState: 'enabled' },
      });
      expect(values(sighting.facts)).toMatchObject({
        kernelRelease: sh('uname -r'),
        architecture: sh('uname -m'),
        cpuCount: Number(sh('grep -c ^processor /proc/cpuinfo')),
        memoryTotal: Number(sh("awk '/^MemTotal/ {print $2}' /proc/meminfo")) * 1024,
        operatingSystem: expect.stringMatching(/\w/),
      });
    });

    test('whether it forwards, and hears when that changes', async () => {
      const netns = makeNetns();
      const driver = open(netns);
      let rings = 0;
      await driver.start(() => {
        rings++;
      });
      expect(values((await host(driver)).facts).ipForwarding).toBe(false);
      const heard = rings;
      netns.sh('echo 1 >/proc/sys/net/ipv4/ip_forward');
      await vi.waitFor(() => expect(rings).toBeGreaterThan(heard));
      expect(values((await host(driver)).facts).ipForwarding).toBe(true);
    });

    test('connectivity by the best default route, and none without', async () => {
      const netns = await furnished();
      const driver = open(netns);
      const service = async (): Promise<Sighting | undefined> =>
        (await driver.look()).sightings.find(each => each.kind === 'ipConnectivity');
      const before = await service();
      expect(before).toMatchObject({
        type: 'service',
        facts: { '@type': 'Service', name: 'ipConnectivity', state: 'active', operatingStatus: 'running' },
        supportedBy: [{ kind: 'networkInterface', key: 'virtual:va' }],
      });
      expect(values(before?.facts ?? {})).toEqual({
        gateway: '10.99.0.254',
        sourceAddress: '10.99.0.5',
        addressFamily: 'ipv4',
      });

      netns.ip('link set vb down');
      await vi.waitFor(async () => expect((await service())?.facts).toMatchObject({ operatingStatus: 'failed' }));
      netns.ip('link set vb up');
      netns.ip('route del default metric 100');
      expect((await service())?.supportedBy).toEqual([{ kind: 'networkInterface', key: 'virtual:vc' }]);
      expect(values((await service())?.facts ?? {})).toMatchObject({
        gateway: '10.98.0.254',
        sourceAddress: '10.98.0.1',
      });
      netns.ip('route del default metric 200');
      expect(values((await service())?.facts ?? {})).toMatchObject({ gateway: '2001:db8::ff', addressFamily: 'ipv6' });
      netns.ip('-6 route del default');
      expect(await service()).toMatchObject({
        facts: { state: 'inactive', operatingStatus: 'stopped' },
        supportedBy: [],
      });
    });

    test('the traffic of an interface as telemetry, not as facts', async () => {
      const netns = makeNetns();
      netns.veth('va', 'vb');
      netns.ip('addr add 10.0.0.1/24 dev va');
      await netns.settle();
      const driver = open(netns);
      const before = await see(driver, 'va');
      netns.sh('ping -c 3 -i 0.01 -W 1 10.0.0.2 || true');
      // A neighbour solicitation may come between the two readings.
      await vi.waitFor(async () => {
        const sample = (await driver.sample(-1)).get('networkInterface/virtual:va');
        const [link] = netns.ipJson('-s -s link show va');
        const { rx, tx } = (link?.stats64 ?? {}) as Record<string, Record<string, number>>;
        expect(tx?.packets).toBeGreaterThan(0);
        const found = Object.fromEntries((sample?.characteristics ?? []).map(each => [each.name, each.value]));
        expect(found).toEqual({
          rxBytes: rx?.bytes,
          rxPackets: rx?.packets,
          rxErrors: rx?.errors,
          rxDropped: rx?.dropped,
          multicast: rx?.multicast,
          txBytes: tx?.bytes,
          txPackets: tx?.packets,
          txErrors: tx?.errors,
          txDropped: tx?.dropped,
          collisions: tx?.collisions,
          carrierChanges: Number(netns.sh('cat /sys/class/net/va/carrier_changes')),
        });
      });
      expect((await see(driver, 'va')).facts).toEqual(before.facts);
    });

    test('telemetry of the host', async () => {
      const driver = open(makeNetns());
      const sample = (await driver.sample(0)).get(`host/${(await host(driver)).key}`);
      const found = Object.fromEntries((sample?.characteristics ?? []).map(each => [each.name, each.value]));
      expect(found.uptime).toBeCloseTo(Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]), -1);
      expect(found.memoryAvailable).toBeGreaterThan(1_000_000);
      expect(found.loadAverage).toEqual([expect.any(Number), expect.any(Number), expect.any(Number)]);
    });

    test('the interfaces of its own machine by their device, without touching it', async () => {
      const driver = openLinux({ clock: systemClock, log: silentLog });
      onTestFinished(() => driver.stop());
      const { sightings } = await driver.look();
      for (const name of readdirSync('/sys/class/net')) {
        const sighting = sightings.find(each => each.facts.name === name);
        const isPhysical = readdirSync(`/sys/class/net/${name}`).includes('device');
        expect(sighting?.facts['@type'], name).toBe(isPhysical ? 'PhysicalResource' : 'LogicalResource');
        expect(sighting?.key, name).toMatch(isPhysical ? /^\/devices\/\S+( [0-9a-f:]{17})?$/ : `virtual:${name}`);
      }
    });
  });

  describe('knows a thing again', () => {
    test('a renamed interface by its handle', async () => {
      const netns = makeNetns();
      netns.veth('va', 'vb');
      const driver = open(netns);
      const before = await see(driver, 'va');
      netns.ip('link set va down');
      netns.ip('link set va name vz');
      const after = await see(driver, 'vz');
      expect(after.handle).toBe(before.handle);
      expect(after.key).toBe('virtual:vz');
    });

    test('an interface that was deleted and made again by its key', async () => {
      const netns = makeNetns();
      netns.veth('va', 'vb');
      const driver = open(netns);
      const before = await see(driver, 'va');
      netns.ip('link del va');
      netns.veth('va', 'vb');
      const after = await see(driver, 'va');
      expect(after.key).toBe(before.key);
      expect(after.handle).not.toBe(before.handle);
    });

    test('routes by the name their interface has now', async () => {
      const netns = makeNetns();
      netns.veth('va', 'vb');
      netns.ip('route add 10.1.0.0/16 dev va');
      const driver = open(netns);
      await driver.look();
      netns.ip('link set va name vz');
      expect(values((await host(driver)).facts).route).toContainEqual(expect.objectContaining({ interface: 'vz' }));
    });

    test('a step on a name that is another interface by now has moved', async () => {
      const netns = makeNetns();
      netns.veth('va', 'vb');
      const driver = open(netns);
      const [step] = stepsTo(driver, await see(driver, 'va'), mtuPath, 1400);
      if (!step) throw new Error('no step');
      netns.ip('link set va down');
      netns.ip('link set va name old');
      netns.ip('link set vb down');
      netns.ip('link set vb name va');
      await expect(driver.examine(step)).rejects.toMatchObject({
        code: 'moved',
        message: expect.stringContaining('old'),
      });
      await expect(driver.act(step)).rejects.toMatchObject({ code: 'moved' });
      netns.ip('link del va');
      netns.veth('va', 'vb');
      await expect(driver.act(step)).rejects.toMatchObject({ code: 'moved' });
      expect(netns.ipJson('link show va')[0]?.mtu).toBe(1500);
    });
  });

  describe('changes', () => {
    const on = (
      name: string,
      path: string,
      wanted: (facts: Record<string, Json>) => Json,
      title: string,
      withDuplicateDetection = false,
    ) =>
      test(`${title}, and its undo leaves no trace`, { timeout: 30_000 }, async () => {
        const netns = await furnished(withDuplicateDetection);
        const driver = open(netns);
        const before = netns.dump();
        const sighting = name === 'host' ? await host(driver) : await see(driver, name);
        const target = wanted(values(sighting.facts));
        const steps = stepsTo(driver, sighting, path, target).toSorted((a, b) => a.order - b.order);
        expect(steps.length).toBeGreaterThan(0);

        const done: { step: Step; before: Json }[] = [];
        for (const step of steps) {
          const examination = await driver.examine(step);
          expect(examination.already).toBe(false);
          await driver.act(step);
          expect((await driver.examine(step)).already).toBe(true);
          const kept = (await driver.narrow?.(step, examination.before)) ?? examination.before;
          done.unshift({ step, before: JSON.parse(JSON.stringify(kept)) });
        }
        const changed = name === 'host' ? await host(driver) : await see(driver, name);
        const value = at(changed.facts, path, tmfKeyedArrays);
        if (Array.isArray(target)) expect(value).toHaveLength(target.length);
        else expect(value).toEqual(target);
        expect(netns.dump()).not.toEqual(before);

        for (const each of done) await driver.undo(each.step, each.before);
        await vi.waitFor(() => expect(netns.dump()).toEqual(before), { timeout: 5_000, interval: 50 });
        await netns.settle();
        expect(netns.dump()).toEqual(before);
        // A crash between the undo and its being written down repeats it.
        for (const each of done) await driver.undo(each.step, each.before);
        expect(netns.dump()).toEqual(before);
      });

    on('va', adminPath, () => 'locked', 'a link goes down');
    on('va', adminPath, () => 'locked', 'a link goes down where addresses are checked', true);
    on('va', mtuPath, () => 1400, 'a smaller MTU');
    on('va', mtuPath, () => 1279, 'an MTU too small for IPv6');
    on('va', mtuPath, () => 1279, 'an MTU too small for IPv6 where addresses are checked', true);
    on('va', addressPath, ({ ipAddress }) => [...(ipAddress as Json[]), '192.0.2.1/24'], 'an IPv4 address comes');
    on('va', addressPath, ({ ipAddress }) => [...(ipAddress as Json[]), '2001:DB8:0:3::1/64'], 'an IPv6 address comes');
    for (const address of ['10.99.0.5/24', '10.97.0.1/32', '10.96.0.1/24']) {
      on('va', addressPath, facts => without(facts.ipAddress, address), `the IPv4 address ${address} goes`);
    }
    for (const address of ['2001:db8::1/64', '2001:db8::2/64', '2001:db8:1::1/64', '2001:db8:2::1/64']) {
      on('va', addressPath, facts => without(facts.ipAddress, address), `the IPv6 address ${address} goes`);
    }
    on(
      'host',
      routePath,
      ({ route }) => [
        ...(route as Json[]),
        { destination: '192.0.2.0/24', gateway: '10.98.0.7', metric: 5 },
        { destination: '192.0.3.0/24', interface: 'vc', table: '200', scope: 'link' },
        { destination: '2001:db8:aa::/48', gateway: '2001:db8:98:0::7', interface: 'vc' },
        { destination: '192.0.4.0/24', type: 'blackhole' },
        { destination: '2001:db8:ab::/48', type: 'unreachable' },
      ],
      'routes come',
    );
    on(
      'host',
      routePath,
      ({ route }) => (route as JsonObject[]).filter(each => each.protocol === 'kernel'),
      'every route goes that is not made by the kernel',
    );

    test('the first of several addresses goes, and comes back first', { timeout: 20_000 }, async () => {
      for (const promote of [0, 1]) {
        const netns = await furnished();
        netns.sh(`echo ${promote} > /proc/sys/net/ipv4/conf/va/promote_secondaries`);
        const driver = open(netns);
        const before = netns.dump();
        const order = netns.ip('-4 -o addr show va');
        const sighting = await see(driver, 'va');
        const wanted = without(values(sighting.facts).ipAddress, '10.99.0.1/24');
        const [step] = stepsTo(driver, sighting, addressPath, wanted);
        if (!step) throw new Error('no step');
        const examination = await driver.examine(step);
        await driver.act(step);
        expect(netns.dump()).not.toEqual(before);
        await driver.undo(step, examination.before);
        expect(netns.dump()).toEqual(before);
        // The order of the secondary ones decides who follows.
        const secondaries = (text: string): string[] =>
          text.split('\n').flatMap(line => (line.includes('secondary') ? [line.split(/\s+/)[3] ?? ''] : []));
        expect(secondaries(netns.ip('-4 -o addr show va'))).toEqual(secondaries(order));
      }
    });

    test('a locked link is unlocked, and its undo locks it with the IPv6 addresses it had', async () => {
      const netns = makeNetns();
      netns.ip('link add va type veth peer name vb');
      netns.ip('link set vb up');
      netns.ip('addr add 10.0.0.1/24 dev va');
      netns.ip('addr add 2001:db8::1/64 dev va nodad');
      const ours = (): string[] => netns.dump().filter(line => /\bva\b/.test(line));
      const before = ours();
      const driver = open(netns);
      const [step] = stepsTo(driver, await see(driver, 'va'), adminPath, 'unlocked');
      if (!step) throw new Error('no step');
      const examination = await driver.examine(step);
      await driver.act(step);
      await netns.settle();
      expect(netns.ip('addr show va')).toContain('fe80');
      await driver.undo(step, examination.before);
      // The kernel takes the route of an address away in its own time.
      await expect.poll(ours, { timeout: 10_000 }).toEqual(before);
    });

    test('an MTU too small for IPv6, and its undo gives back the settings of IPv6', async () => {
      const netns = await furnished();
      netns.sh(
        'cd /proc/sys/net/ipv6/conf/va; echo 2 >accept_ra; echo 1 >addr_gen_mode; echo 33 >hop_limit; echo 1 >forwarding',
      );
      const settings = (): string => netns.sh('cd /proc/sys/net/ipv6/conf/va; grep -sH . * || true');
      const before = { settings: settings(), dump: netns.dump() };
      expect(before.settings).toMatch(/^hop_limit:33$/m);
      const driver = open(netns);
      const [step] = stepsTo(driver, await see(driver, 'va'), mtuPath, 1000);
      if (!step) throw new Error('no step');
      const examination = await driver.examine(step);
      await driver.act(step);
      await driver.undo(step, JSON.parse(JSON.stringify(examination.before)));
      expect(settings()).toBe(before.settings);
      expect(netns.dump()).toEqual(before.dump);
    });

    test('an undo leaves alone what others did in the meantime', async () => {
      const netns = await furnished();
      const driver = open(netns);
      const [step] = stepsTo(driver, await see(driver, 'va'), mtuPath, 1400);
      if (!step) throw new Error('no step');
      const examination = await driver.examine(step);
      await driver.act(step);
      netns.ip('addr del 10.96.0.1/24 dev va');
      netns.ip('addr add 10.95.0.1/24 dev va');
      netns.ip('route del 10.8.0.0/16');
      netns.ip('route add 10.11.0.0/16 dev va');
      const between = netns.dump();
      await driver.undo(step, examination.before);
      expect(netns.ipJson('link show va')[0]?.mtu).toBe(1500);
      expect(netns.dump().filter(line => !line.startsWith('link'))).toEqual(
        between.filter(line => !line.startsWith('link')),
      );
    });

    test('an undo brings back what the step took, and nothing that others took since', async () => {
      const netns = await furnished();
      const driver = open(netns);
      const [step] = stepsTo(driver, await see(driver, 'va'), adminPath, 'locked');
      if (!step) throw new Error('no step');
      const examination = await driver.examine(step);
      await driver.act(step);
      const before = await driver.narrow?.(step, examination.before);
      netns.ip('addr del 10.96.0.1/24 dev va');
      netns.ip('route del 10.10.0.0/16');
      await driver.undo(step, JSON.parse(JSON.stringify(before)));
      await netns.settle();
      const [now, all] = [netns.dump().join('\n'), netns.ip('route show')];
      expect(now).toContain('2001:db8:1::1');
      expect(all).toContain('10.8.0.0/16 via 203.0.113.1');
      expect(now).not.toContain('10.96.0.1');
      expect(all).not.toContain('10.10.0.0/16');
    });

    test('what cannot be said in words comes back as it was: encapsulations, realms, locked metrics, nexthop objects', {
      timeout: 30_000,
    }, async () => {
      for (const [path, wanted] of [
        [adminPath, 'locked'],
        [mtuPath, 1279],
      ] as const) {
        const netns = await furnished();
        for (const line of [
          'route add 10.20.0.0/16 dev va realm 3/5',
          'route add 10.21.0.0/16 encap ip id 7 dst 192.0.2.1 ttl 9 via 10.99.0.2 dev va metric 5',
          'route add 10.21.0.0/16 via 10.99.0.3 dev va metric 6',
          'route add 10.22.0.0/16 via 10.99.0.2 mtu lock 1400 metric 9',
          '-6 route add 2001:db8:20::/48 encap seg6 mode encap segs fc00::1,fc00::2 dev va',
          '-6 route add 2001:db8:21::/48 via 2001:db8::fe dev va mtu lock 1300 table 77',
          'nexthop add id 7 via 10.99.0.2 dev va proto static',
          'nexthop add id 8 via 10.98.0.2 dev vc',
          'nexthop add id 9 group 7,3/8',
          'nexthop add id 16 via 2001:db8::fe dev va',
          'nexthop add id 17 group 16',
          'route add 10.23.0.0/16 nhid 7',
          'route add 10.24.0.0/16 nhid 9',
          '-6 route add 2001:db8:22::/48 nhid 17',
        ]) {
          netns.ip(line);
        }
        const all = (): string[] => [...netns.dump(), ...netns.ip('-d nexthop').trim().split('\n')];
        const before = all();
        const driver = open(netns);
        const [step] = stepsTo(driver, await see(driver, 'va'), path, wanted);
        if (!step) throw new Error('no step');
        const examination = await driver.examine(step);
        await driver.act(step);
        expect(all()).not.toEqual(before);
        await driver.undo(step, JSON.parse(JSON.stringify(examination.before)));
        await vi.waitFor(() => expect(all()).toEqual(before), { timeout: 5_000, interval: 50 });
        await driver.undo(step, JSON.parse(JSON.stringify(examination.before)));
        expect(all()).toEqual(before);
      }
    });

    test('a route by a nexthop object, or with an encapsulation, goes and comes back', async () => {
      const netns = await furnished();
      netns.ip('nexthop add id 7 via 10.99.0.2 dev va');
      netns.ip('route add 10.23.0.0/16 nhid 7');
      netns.ip('route add 10.21.0.0/16 encap ip id 7 dst 192.0.2.1 ttl 9 via 10.99.0.2 dev va metric 5');
      const before = netns.dump();
      const driver = open(netns);
      const seen = await host(driver);
      const routes = values(seen.facts).route as JsonObject[];
      const left = routes.filter(each => !/^10\.2[13]\./.test(String(each.destination)));
      const done: { step: Step; before: Json }[] = [];
      for (const step of stepsTo(driver, seen, routePath, left)) {
        done.push({ step, before: (await driver.examine(step)).before });
        await driver.act(step);
      }
      expect(done).toHaveLength(2);
      expect(netns.dump()).toHaveLength(before.length - 3);
      for (const each of done) await driver.undo(each.step, JSON.parse(JSON.stringify(each.before)));
      expect(netns.dump()).toEqual(before);
    });
  });

  describe('is told', () => {
    const refusal = async (op: string, args: JsonObject, line = 'link show lo'): Promise<unknown> => {
      const netns = makeNetns();
      netns.veth('va', 'vb');
      netns.ip('addr add 10.0.0.1/24 dev va');
      netns.ip(line);
      const driver = open(netns);
      const ifindex = values((await see(driver, 'va')).facts).interfaceIndex ?? 0;
      const step = { op, args: op.endsWith('Route') ? args : { dev: 'va', ifindex, ...args }, summary: op, order: 1 };
      return driver.act(step).then(
        () => undefined,
        error => error,
      );
    };

    test('of an address that is there already', async () => {
      expect(await refusal('addAddress', { address: '10.0.0.1/24' })).toMatchObject({
        code: 'refused',
        message: expect.stringMatching(/already assigned|File exists/),
      });
    });
    test('of an MTU beyond what the device can', async () => {
      expect(await refusal('setMtu', { mtu: 99_999_999 })).toMatchObject({
        code: 'refused',
        message: 'ip link set dev va mtu 99999999: mtu greater than device maximum',
      });
    });
    test('of a route that is there already', async () => {
      const route = { destination: '10.1.0.0/16', gateway: '10.0.0.2' };
      expect(await refusal('addRoute', { route }, 'route add 10.1.0.0/16 via 10.0.0.2')).toMatchObject({
        code: 'refused',
        message: expect.stringContaining('File exists'),
      });
    });
    test('of a gateway that cannot be reached', async () => {
      const route = { destination: '10.1.0.0/16', gateway: '172.16.0.1' };
      expect(await refusal('addRoute', { route })).toMatchObject({
        code: 'refused',
        message: expect.stringMatching(/invalid gateway|unreachable/i),
      });
    });
    test('of an interface that is not there', async () => {
      const route = { destination: '10.1.0.0/16', interface: 'nope' };
      expect(await refusal('addRoute', { route })).toMatchObject({
        code: 'moved',
        message: expect.stringContaining('nope'),
      });
    });
    test('of a namespace that is not there', async () => {
      const driver = openLinux({ netns: 'diffo-no-such', clock: systemClock, log: silentLog });
      await expect(driver.look()).rejects.toMatchObject({
        code: 'unreachable',
        message: expect.stringContaining('diffo-no-such'),
      });
      await driver.stop();
    });
  });

  test.each(['a\nlink set lo down', 'a b', '-force', 'a"b', "a'b", 'a#b', 'a\\', ''])(
    'a hostile word %j never reaches ip',
    async word => {
      const netns = makeNetns();
      netns.veth('va', 'vb');
      await netns.settle();
      const driver = open(netns);
      const before = netns.dump();
      const { ifindex } = { ifindex: values((await see(driver, 'va')).facts).interfaceIndex ?? 0 };
      for (const step of [
        { op: 'addRoute', args: { route: { destination: '10.1.0.0/16', interface: 'va', table: word } } },
        { op: 'addRoute', args: { route: { destination: '10.1.0.0/16', interface: 'va', protocol: word } } },
        { op: 'addRoute', args: { route: { destination: '10.1.0.0/16', interface: word } } },
        { op: 'setMtu', args: { dev: word, ifindex, mtu: 1400 } },
        { op: 'addAddress', args: { dev: 'va', ifindex, address: word } },
      ]) {
        await expect(driver.act({ ...step, summary: '', order: 1 })).rejects.toThrow();
      }
      expect(netns.dump()).toEqual(before);
    },
  );

  test('an interface with a hostile name is seen, and refused', async () => {
    const netns = makeNetns();
    netns.veth('va', 'vb');
    netns.sh(`ip link set va down; ip link set va name 'x"#y'; ip link set 'x"#y' up`);
    const driver = open(netns);
    const [step] = stepsTo(driver, await see(driver, 'x"#y'), mtuPath, 1400);
    if (!step) throw new Error('no step');
    await expect(driver.act(step)).rejects.toMatchObject({ code: 'refused' });
    expect((await driver.look()).sightings.length).toBeGreaterThan(3);
  });

  describe('its helpers', () => {
    const children = (): { pid: number; line: string }[] =>
      readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8')
        .trim()
        .split(/\s+/)
        .filter(Boolean)
        .map(pid => ({ pid: Number(pid), line: readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ') }))
        .filter(each => /\bip\b/.test(each.line));

    test('the one that answers is killed under way: that rejects, and the next look works', async () => {
      const netns = makeNetns();
      netns.veth('va', 'vb');
      const driver = open(netns);
      await driver.look();
      const [helper] = children();
      if (!helper) throw new Error('no helper');
      const looks = [driver.look(), driver.look()];
      process.kill(helper.pid, 'SIGKILL');
      const [first] = await Promise.allSettled(looks);
      if (first?.status === 'rejected') expect(first.reason).toMatchObject({ code: 'unreachable' });
      await driver.look();
      expect(children().map(each => each.pid)).not.toContain(helper.pid);
    });

    test('the one that answers hangs: after its deadline that rejects, and the next look works', {
      timeout: 15_000,
    }, async () => {
      const netns = makeNetns();
      const driver = open(netns);
      await driver.look();
      const [helper] = children();
      if (!helper) throw new Error('no helper');
      process.kill(helper.pid, 'SIGSTOP');
      await expect(driver.look()).rejects.toMatchObject({
        code: 'unreachable',
        message: expect.stringContaining('no answer'),
      });
      await driver.look();
    });

    test('the one that listens dies: it is started again, and rings', async () => {
      const netns = makeNetns();
      netns.veth('va', 'vb');
      const driver = open(netns);
      let rings = 0;
      await driver.start(() => {
        rings++;
      });
      const monitor = children().find(each => each.line.includes('monitor'));
      if (!monitor) throw new Error('no monitor');
      process.kill(monitor.pid, 'SIGKILL');
      await vi.waitFor(() => expect(rings).toBe(1), { timeout: 3_000 });
      netns.ip('link set vb mtu 1400');
      await vi.waitFor(() => expect(rings).toBeGreaterThan(1));
    });

    test('an idle driver starts no process, says nothing and uses no time', async () => {
      const netns = makeNetns();
      netns.veth('va', 'vb');
      const driver = open(netns);
      let rings = 0;
      await netns.settle();
      await driver.start(() => {
        rings++;
      });
      await driver.look();
      const before = children();
      expect(before).toHaveLength(2);
      const ticks = (): number[] =>
        before.map(({ pid }) => {
          const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
          return Number(fields[11]) + Number(fields[12]);
        });
      const switches = (): string[] =>
        before.map(
          ({ pid }) =>
            /^voluntary_ctxt_switches:\s+(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '',
        );
      // The helper has answered, and now goes back to waiting.
      await new Promise(resolve => setTimeout(resolve, 100));
      const [spent, switched] = [ticks(), switches()];
      await new Promise(resolve => setTimeout(resolve, 1_500));
      expect(children()).toEqual(before);
      expect(ticks()).toEqual(spent);
      expect(switches()).toEqual(switched);
      expect(rings).toBe(0);
    });

    test('none is left when the driver has stopped', async () => {
      const driver = open(makeNetns());
      await driver.start(() => {});
      await driver.look();
      await driver.stop();
      expect(children()).toEqual([]);
    });
  });
});

/** What is remarkable about addresses: flags, other ends, and of several IPv4 addresses the order. */
function detailed(all: readonly JsonObject[]): JsonObject[] | undefined {
  const told = (each: JsonObject): JsonObject => ({
    address: `${each.local}/${each.prefixlen}`,
    ...(each.secondary === true && each.family === 'inet' ? { secondary: true } : {}),
    ...(each.noprefixroute === true ? { noPrefixRoute: true } : {}),
    ...(each.dynamic === true ? { dynamic: true } : {}),
    ...(each.deprecated === true ? { deprecated: true } : {}),
    ...(each.address === undefined ? {} : { peer: each.address }),
  });
  const four = all.filter(each => each.family === 'inet').map(told);
  const six = all.filter(each => each.family === 'inet6').map(told);
  const list = [
    ...(four.length > 1 ? four : four.filter(each => Object.keys(each).length > 1)),
    ...six
      .filter(each => Object.keys(each).length > 1)
      .sort((a, b) => (String(a.address) < String(b.address) ? -1 : 1)),
  ];
  return list.length > 0 ? list : undefined;
}

function without(list: Json | undefined, item: Json): Json[] {
  return (list as Json[]).filter(each => each !== item);
}
