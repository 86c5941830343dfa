import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { managersOf, readUci } from '../../../src/adapters/drivers/linux/coexist.ts';
import { openLinux } from '../../../src/adapters/drivers/linux/driver.ts';
import { systemClock } from '../../../src/adapters/system-clock.ts';
import type { Json } from '../../../src/core/json.ts';
import { at } from '../../../src/core/path.ts';
import type { Driver } from '../../../src/ports/driver.ts';
import { silentLog } from '../../../src/ports/log.ts';
import { tmfKeyedArrays } from '../../../src/tmf/keyed-arrays.ts';
import { makeNetns, type Netns, noNamespaces } from '../../kit/netns.ts';

/** A folder that stands for the machine's files. */
function machine(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), 'diffo-machine-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

const links = ['lo', 'eth0', 'eth1', 'eth2', 'eth3'].map((name, i) => ({ name, ifindex: i + 1 }));

describe('who manages an interface', () => {
  test('NetworkManager, by the files that its version 1.42 leaves', async () => {
    const root = machine({
      'run/NetworkManager/devices/2':
        '[device]\nmanaged=true\nperm-hw-addr-fake=76:89:8C:3E:67:A4\nconnection-uuid=aa0e8400-e29b-41d4-a716-446655440000\nnm-owned=false\nroute-metric-default-effective=100\n',
      'run/NetworkManager/devices/3': '[device]\nmanaged=false\nperm-hw-addr-fake=2E:38:3C:CA:F1:45\n',
    });
    expect([...(await managersOf(root, links))]).toEqual([['eth0', 'NetworkManager']]);
  });

  test('systemd-networkd, by the files that its version 252 leaves', async () => {
    const state = (admin: string): string =>
      `# This is private data. Do not parse.\nADMIN_STATE=${admin}\nOPER_STATE=routable\nNETWORK_FILE=/run/systemd/network/10-lan.network\n`;
    const root = machine({
      'run/systemd/netif/links/2': state('configured'),
      'run/systemd/netif/links/3': state('configuring'),
      'run/systemd/netif/links/4': state('unmanaged'),
      'run/systemd/netif/links/5': state('failed'),
    });
    expect(Object.fromEntries(await managersOf(root, links))).toEqual({
      eth0: 'systemd-networkd',
      eth1: 'systemd-networkd',
      eth3: 'systemd-networkd',
    });
  });

  test('netifd, by the configuration of OpenWrt, where it is what reads it', async () => {
    // As OpenWrt 23.05 has it, shortened.
    const network = `
config interface 'loopback'
\toption device 'lo'
\toption proto 'static'
\toption ipaddr '127.0.0.1'

config device
\toption name 'br-lan'
\toption type 'bridge'
\tlist ports 'eth1'
\tlist ports 'eth2'

config interface 'lan'
\toption device 'br-lan'
\toption proto 'static'

# option device 'eth9'
config interface 'wan'
\toption device "eth0"
\toption proto dhcp

config interface 'alias'
\toption device '@lan'
\toption proto 'static'

config interface 'spare'
\toption ifname 'eth3 eth4'
\toption proto 'none'
`;
    expect([...readUci(network)].sort()).toEqual(['br-lan', 'eth0', 'eth1', 'eth2', 'lo']);
    const files = { 'etc/config/network': network };
    expect([...(await managersOf(machine(files), links))]).toEqual([]);
    const managers = await managersOf(machine({ ...files, 'sbin/netifd': '' }), links);
    expect([...managers.keys()]).toEqual(['lo', 'eth0', 'eth1', 'eth2']);
    expect(readUci("config interface 'old'\n\toption ifname 'eth3 eth4'\n\toption proto 'dhcp'").size).toBe(2);
  });

  test('nobody, where there are no such files, or only halves of them', async () => {
    expect((await managersOf(machine({}), links)).size).toBe(0);
    const broken = { 'run/NetworkManager/devices/2': '', 'run/systemd/netif/links/2': 'ADMIN_STATE=', 'run/x': '' };
    expect((await managersOf(machine(broken), links)).size).toBe(0);
  });
});

/** Why a tool cannot be run here; undefined when it can. */
function lacking(...files: readonly string[]): string | undefined {
  if (noNamespaces !== undefined) return noNamespaces;
  const missing = files.find(each => !existsSync(each));
  return missing === undefined ? undefined : `${missing} is not installed`;
}

/** Runs a script that ends in a daemon, in the namespace and in a /run of its own; gives where its files are. */
function runApart(netns: Netns, script: string): string {
  const start = `
    mount -t tmpfs tmpfs /run
    # Without udev, as in a container, where /sys can only be read.
    mount -o remount,ro /sys
    ${script}`;
  const words = ['unshare', '-m', '-p', '-f', '--kill-child', '--mount-proc', 'sh', '-c', start];
  const child = spawn('ip', ['netns', 'exec', netns.name, ...words], { stdio: 'ignore' });
  const ended = new Promise<void>(resolve => child.once('close', () => resolve()));
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  return `/proc/${child.pid}/root`;
}

function open(netns: Netns, root: string, takeOver: readonly string[] = []): Driver {
  const driver = openLinux({ netns: netns.name, root, takeOver: [...takeOver], clock: systemClock, log: silentLog });
  onTestFinished(() => driver.stop());
  return driver;
}

async function managedBy(driver: Driver, name: string): Promise<Json | undefined> {
  const found = (await driver.look()).sightings.find(each => each.facts.name === name);
  return at(found?.facts, '/resourceCharacteristic/managedBy/value', tmfKeyedArrays);
}

async function stepsOf(driver: Driver, name: string): Promise<unknown> {
  const found = (await driver.look()).sightings.find(each => each.facts.name === name);
  const ability = driver.abilities.find(each => each.path === '/resourceCharacteristic/mtu/value');
  return found && ability?.steps(found.facts, 1400);
}

function laid(): Netns {
  // The daemons live as long as the namespace, so it goes after them.
  const netns = makeNetns({ forTest: false });
  onTestFinished(() => netns.remove());
  netns.veth('va', 'vb');
  netns.veth('vc', 'vd');
  return netns;
}

const withoutNetworkd = lacking('/lib/systemd/systemd-networkd');
test.skipIf(withoutNetworkd !== undefined)(
  `a real systemd-networkd is recognised, and what it manages waits${withoutNetworkd === undefined ? '' : ` (left out: ${withoutNetworkd})`}`,
  { timeout: 120_000 },
  async () => {
    const netns = laid();
    const root = runApart(
      netns,
      `mkdir -p /run/systemd/network /run/systemd/netif/links /run/systemd/netif/leases /run/systemd/netif/lldp
      chown -R systemd-network: /run/systemd/netif
      printf '[Match]\\nName=va\\n[Network]\\nAddress=10.60.0.1/24\\nLinkLocalAddressing=no\\n' >/run/systemd/network/10-va.network
      /lib/systemd/systemd-networkd`,
    );
    const driver = open(netns, root);
    await vi.waitFor(async () => expect(await managedBy(driver, 'va')).toBe('systemd-networkd'), { timeout: 60_000 });
    await vi.waitFor(() => expect(netns.ip('addr show va')).toContain('10.60.0.1/24'), { timeout: 60_000 });
    expect(await managedBy(driver, 'vc')).toBeUndefined();
    expect(await stepsOf(driver, 'va')).toBe(
      'va is managed by systemd-networkd; say linux.takeOver=va (setting) to act on it all the same',
    );
    expect(await stepsOf(driver, 'vc')).toMatchObject([{ op: 'setMtu' }]);
    expect(await stepsOf(open(netns, root, ['va']), 'va')).toMatchObject([{ op: 'setMtu' }]);
    const host = (await driver.look()).sightings.find(each => each.kind === 'host');
    expect(at(host?.facts, '/resourceCharacteristic/managedInterface/value', tmfKeyedArrays)).toEqual({
      va: 'systemd-networkd',
    });
  },
);

const withoutNetworkManager = lacking('/usr/sbin/NetworkManager', '/usr/bin/dbus-daemon');
test.skipIf(withoutNetworkManager !== undefined)(
  `a real NetworkManager is recognised, and what it manages waits${withoutNetworkManager === undefined ? '' : ` (left out: ${withoutNetworkManager})`}`,
  { timeout: 120_000 },
  async () => {
    const netns = laid();
    const root = runApart(
      netns,
      `mkdir -p /run/dbus /run/conf /run/connections
      cat >/run/dbus.conf <<'X'
<busconfig><type>system</type><listen>unix:path=/run/dbus/system_bus_socket</listen>
<policy context="default"><allow own="*"/><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow user="*"/></policy></busconfig>
X
      cat >/run/nm.conf <<'X'
[main]
plugins=keyfile
no-auto-default=*
auth-polkit=false
[keyfile]
path=/run/connections
unmanaged-devices=interface-name:vc
[device]
match-device=interface-name:va
managed=1
X
      cat >/run/connections/va.nmconnection <<'X'
[connection]
id=va
uuid=aa0e8400-e29b-41d4-a716-446655440000
type=ethernet
interface-name=va
[ipv4]
method=manual
address1=10.50.0.1/24
[ipv6]
method=ignore
X
      chmod 600 /run/connections/va.nmconnection
      dbus-daemon --config-file=/run/dbus.conf --nofork &
      while [ ! -S /run/dbus/system_bus_socket ]; do sleep 0.1; done
      NetworkManager --no-daemon --config=/run/nm.conf --config-dir=/run/conf`,
    );
    const driver = open(netns, root);
    await vi.waitFor(async () => expect(await managedBy(driver, 'va')).toBe('NetworkManager'), { timeout: 60_000 });
    await vi.waitFor(() => expect(netns.ip('addr show va')).toContain('10.50.0.1/24'), { timeout: 60_000 });
    expect(await managedBy(driver, 'vc')).toBeUndefined();
    expect(await stepsOf(driver, 'va')).toBe(
      'va is managed by NetworkManager; say linux.takeOver=va (setting) to act on it all the same',
    );
    expect(await stepsOf(driver, 'vc')).toMatchObject([{ op: 'setMtu' }]);
  },
);
