import { type ChildProcess, spawn } from 'node:child_process';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { readConnections } from '../../../src/adapters/drivers/linux/connections.ts';
import { openLinux } from '../../../src/adapters/drivers/linux/driver.ts';
import { systemClock } from '../../../src/adapters/system-clock.ts';
import type { Driver } from '../../../src/ports/driver.ts';
import { silentLog } from '../../../src/ports/log.ts';
import { makeNetns, type Netns, noNamespaces } from '../../kit/netns.ts';

const why = noNamespaces === undefined ? '' : ` (left out: ${noNamespaces})`;

/** A router behind which somebody sits, and the machine that is reached through it. */
async function reached(): Promise<{ here: Netns; there: Netns; driver: Driver }> {
  const [here, there] = [makeNetns(), makeNetns()];
  here.veth('eth0', 'far0', there);
  here.veth('eth1', 'far1', there);
  here.ip('addr add 192.0.2.7/24 dev eth0');
  here.ip('addr add 2001:db8::7/64 dev eth0 nodad');
  here.ip('addr add 198.51.100.7/24 dev eth1');
  there.ip('addr add 192.0.2.254/24 dev far0');
  there.ip('addr add 2001:db8::254/64 dev far0 nodad');
  there.ip('addr add 203.0.113.9/32 dev lo');
  await here.settle();
  await there.settle();
  here.ip('route add 203.0.113.0/24 via 192.0.2.254 proto static');
  const driver = openLinux({ netns: here.name, clock: systemClock, log: silentLog, lifelinePorts: [8638] });
  onTestFinished(() => driver.stop());
  return { here, there, driver };
}

function inside(netns: Netns, script: string): ChildProcess {
  const child = spawn('ip', ['netns', 'exec', netns.name, process.execPath, '-e', script], { stdio: 'ignore' });
  onTestFinished(() => {
    child.kill();
  });
  return child;
}

/** Somebody listens here, and somebody there is connected. */
async function connected(here: Netns, there: Netns, port: number, to: string, from: string): Promise<void> {
  inside(here, `require('net').createServer(s => s.on('error', () => {})).listen(${port}, '::')`);
  inside(
    there,
    `(function go() { require('net').connect({ port: ${port}, host: '${to}', localAddress: '${from}' })
      .on('error', () => setTimeout(go, 50)) })()`,
  );
  await vi.waitFor(() => expect(here.sh('ss -tnH')).toContain(`:${port}`), { timeout: 20_000 });
}

describe.skipIf(noNamespaces !== undefined)(`what a Linux host is reached by${why}`, () => {
  test('the interface, the address and the routes by which somebody is connected, and nothing else', {
    timeout: 60_000,
  }, async () => {
    const { here, there, driver } = await reached();
    expect(await driver.lifelines?.()).toEqual([]);
    await connected(here, there, 8638, '192.0.2.7', '203.0.113.9');
    const because = '203.0.113.9 is connected to the agent by it';
    const port = { kind: 'networkInterface', name: 'eth0' };
    const host = { kind: 'host', name: here.sh('hostname').trim() };
    const route = '/resourceCharacteristic/route/value';
    expect(await driver.lifelines?.()).toEqual([
      { of: port, path: '/administrativeState', because },
      { of: port, path: '/resourceCharacteristic/mtu/value', because },
      { of: port, path: '/resourceCharacteristic/ipAddress/value', item: '192.0.2.7/24', because },
      {
        of: host,
        path: route,
        item: {
          table: 'main',
          destination: '203.0.113.0/24',
          gateway: '192.0.2.254',
          interface: 'eth0',
          protocol: 'static',
          scope: 'global',
        },
        because,
      },
      {
        of: host,
        path: route,
        item: {
          table: 'main',
          destination: '192.0.2.0/24',
          interface: 'eth0',
          protocol: 'kernel',
          scope: 'link',
          prefsrc: '192.0.2.7',
        },
        because,
      },
    ]);
    // Each route is named as a look finds it.
    const { sightings } = await driver.look();
    const seen = JSON.stringify(sightings.find(each => each.kind === 'host')?.facts);
    const routes = (await driver.lifelines?.())?.filter(each => each.path === route);
    for (const { item } of routes ?? []) expect(seen).toContain(JSON.stringify(item));
  });

  test('whoever is logged in by SSH, over IPv6 too, and the default route', { timeout: 60_000 }, async () => {
    const { here, there, driver } = await reached();
    here.ip('route add default via 198.51.100.254 dev eth1');
    await connected(here, there, 22, '2001:db8::7', '2001:db8::254');
    const found = (await driver.lifelines?.()) ?? [];
    expect(
      found.map(({ of, path, item, because }) => [of.name, path.split('/').at(-2) || path, item, because]),
    ).toEqual(
      expect.arrayContaining([
        ['eth0', 'ipAddress', '2001:db8::7/64', '2001:db8::254 is logged in by it (SSH)'],
        [expect.anything(), 'route', expect.objectContaining({ destination: '2001:db8::/64' }), expect.anything()],
        [
          expect.anything(),
          'route',
          expect.objectContaining({ destination: '0.0.0.0/0' }),
          'the default route goes by it',
        ],
      ]),
    );
    expect(found.filter(each => each.path === '/administrativeState').map(each => each.of.name)).toEqual([
      'eth0',
      'eth1',
    ]);
  });

  test('the connections of the agent itself, whatever their port', { timeout: 30_000 }, async () => {
    const net = await import('node:net');
    const server = net.createServer(() => {}).listen(0, '127.0.0.1');
    await new Promise(resolve => server.once('listening', resolve));
    const address = server.address();
    if (typeof address !== 'object' || !address) throw new Error('no address');
    const socket = net.connect(address.port, '127.0.0.1');
    await new Promise(resolve => socket.once('connect', resolve));
    const driver = openLinux({ clock: systemClock, log: silentLog });
    onTestFinished(async () => {
      socket.destroy();
      server.close();
      await driver.stop();
    });
    expect(await driver.lifelines?.()).toContainEqual({
      of: { kind: 'networkInterface', name: 'lo' },
      path: '/administrativeState',
      because: '127.0.0.1 is connected to the agent by it',
    });
  });
});

test('the table of connections is read in the byte order of the machine', () => {
  const lines = [
    '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode',
    '   0: 070200C0:21BE 097100CB:C350 01 00000000:00000000 00:00000000 00000000     0        0 4711 1',
    '   1: 00000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4712 1',
    '   2: 0000000000000000FFFF0000070200C0:21BE 0000000000000000FFFF0000097100CB:C350 01 0:0 0:0 0 0 0 4713 1',
    '   3: B80D0120000000000000000007000000:0016 000080FE00000000000000000100005E:C351 01 0:0 0:0 0 0 0 4714 1',
  ].join('\n');
  expect(readConnections(lines, true)).toEqual([
    { local: '192.0.2.7', localPort: 8638, remote: '203.0.113.9', remotePort: 50000, inode: '4711' },
    { local: '192.0.2.7', localPort: 8638, remote: '203.0.113.9', remotePort: 50000, inode: '4713' },
    { local: '2001:db8::7', localPort: 22, remote: 'fe80::5e00:1', remotePort: 50001, inode: '4714' },
  ]);
  expect(readConnections('0: C0000207:21BE CB007109:C350 01 0:0 0:0 0 0 0 1 1', false)).toMatchObject([
    { local: '192.0.2.7', remote: '203.0.113.9' },
  ]);
});
