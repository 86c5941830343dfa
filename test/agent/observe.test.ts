import { execFileSync } from 'node:child_process';
import { hostname, release } from 'node:os';
import { expect, test as it } from 'vitest';
import { runAgent, type TestAgent, until } from '../kit/agent.ts';
import { makeNetns, noNamespaces } from '../kit/netns.ts';

const test = it.skipIf(noNamespaces !== undefined);
const why = noNamespaces === undefined ? '' : ` (left out: ${noNamespaces})`;
const roots = { v4: '/tmf-api/resourceInventoryManagement/v4', v5: '/tmf-api/resourceInventoryManagement/v5' };

interface Characteristic {
  readonly name: string;
  readonly value: unknown;
}
interface Resource {
  readonly id: string;
  readonly name: string;
  readonly resourceSpecification: { readonly name: string };
  readonly resourceCharacteristic: readonly Characteristic[];
  readonly [attribute: string]: unknown;
}
type Link = Record<string, unknown> & {
  readonly ifname: string;
  readonly flags: readonly string[];
  readonly addr_info: readonly { readonly local: string; readonly prefixlen: number }[];
};

async function interfaces(agent: TestAgent, version: 'v4' | 'v5' = 'v5'): Promise<Resource[]> {
  const all: Resource[] = await agent.get(`${roots[version]}/resource`);
  return all.filter(each => each.resourceSpecification.name === 'networkInterface');
}

/** What `ip -j` says of a link, under the names of the kind; every name that the agent tells of must be here. */
const readings: Record<string, (link: Link) => unknown> = {
  mtu: link => link.mtu,
  macAddress: link => link.address,
  permanentMacAddress: link => link.permaddr,
  ipAddress: link => link.addr_info.map(each => `${each.local}/${each.prefixlen}`).sort(),
  interfaceIndex: link => link.ifindex,
  linkType: link => link.link_type,
  linkKind: link => (link.linkinfo as { info_kind?: string } | undefined)?.info_kind,
  operState: link => link.operstate,
  carrier: link => link.flags.includes('LOWER_UP'),
  master: link => link.master,
  peer: link => link.link,
  lowerLink: link => link.link,
  promiscuous: link => link.flags.includes('PROMISC'),
};
/** Told by sysfs and not by `ip`; compared by the tests of the driver. */
const fromSysfs = ['speed', 'duplex'];

function compare(
  resources: readonly Resource[],
  links: readonly Link[],
  enabled = 'enabled',
  disabled = 'disabled',
): void {
  expect(resources.map(each => each.name).sort()).toEqual(links.map(each => each.ifname).sort());
  for (const link of links) {
    const resource = resources.find(each => each.name === link.ifname);
    const operational = link.operstate === 'UP' || (link.operstate === 'UNKNOWN' && link.flags.includes('LOWER_UP'));
    expect(resource).toMatchObject({
      administrativeState: link.flags.includes('UP') ? 'unlocked' : 'locked',
      operationalState: operational ? enabled : disabled,
    });
    const told = Object.fromEntries((resource?.resourceCharacteristic ?? []).map(each => [each.name, each.value]));
    if (Array.isArray(told.ipAddress)) told.ipAddress = told.ipAddress.toSorted();
    for (const name of fromSysfs) delete told[name];
    const read = Object.fromEntries(Object.keys(told).map(name => [name, readings[name]?.(link)]));
    expect({ [link.ifname]: told }).toEqual({ [link.ifname]: read });
  }
}

test(`every field of every interface is what ip says, also after a rename, a delete and a re-add${why}`, async () => {
  const netns = makeNetns();
  netns.veth('veth1', 'veth0');
  netns.ip('addr add 10.99.0.1/24 dev veth1');
  netns.ip('addr add fd00:99::1/64 dev veth1');
  netns.ip('link add br0 type bridge');
  netns.ip('link set veth0 master br0');
  await netns.settle();
  const agent = await runAgent({ profile: 'linux-host', 'linux.netns': netns.name });
  const links = () => netns.ipJson('-d addr show') as Link[];

  compare(await interfaces(agent), links());
  compare(await interfaces(agent, 'v4'), links(), 'enable', 'disable');
  const idOf = async (name: string) => (await interfaces(agent)).find(each => each.name === name)?.id;
  const [veth1, veth0, br0] = [await idOf('veth1'), await idOf('veth0'), await idOf('br0')];

  netns.ip('link set veth1 down');
  netns.ip('link set veth1 name uplink');
  await until('the rename is seen', () => idOf('uplink'));
  compare(await interfaces(agent), links());
  expect(await idOf('uplink')).toBe(veth1);

  netns.ip('link del br0');
  await until('the bridge is gone', async () => (await idOf('br0')) === undefined);
  compare(await interfaces(agent), links());
  netns.ip('link add br0 type bridge');
  await until('the bridge is back', () => idOf('br0'));
  compare(await interfaces(agent), links());
  expect(await idOf('br0')).toBe(br0);

  // A cable under the old name of a renamed one is another cable.
  netns.ip('link add veth1 type veth peer name veth2');
  await until('the new cable is seen', () => idOf('veth1'));
  compare(await interfaces(agent), links());
  expect([veth1, veth0, br0]).not.toContain(await idOf('veth1'));
  expect(await idOf('uplink')).toBe(veth1);
});

// P30
test(`ids survive a restart of the agent${why}`, async () => {
  const netns = makeNetns();
  netns.veth('veth1', 'veth0');
  const first = await runAgent({ profile: 'linux-host', 'linux.netns': netns.name });
  const before = (await interfaces(first)).map(each => [each.name, each.id]);
  await first.stop();
  netns.ip('link set veth1 down');
  netns.ip('link set veth1 name renamed');
  const second = await runAgent({ profile: 'linux-host', 'linux.netns': netns.name }, {}, first.data);
  const after = (await interfaces(second)).map(each => [each.name === 'renamed' ? 'veth1' : each.name, each.id]);
  expect(after).toEqual(before);
});

test(`telemetry is fresh in each answer and makes no change${why}`, async () => {
  const netns = makeNetns();
  netns.veth('veth1', 'veth0');
  netns.ip('addr add 10.99.0.1/24 dev veth1');
  const agent = await runAgent({ profile: 'linux-host', 'linux.netns': netns.name });
  const veth1 = (await interfaces(agent)).find(each => each.name === 'veth1');
  const sent = async (): Promise<number> => {
    const resource: Resource = await agent.get(`${roots.v5}/resource/${veth1?.id}`);
    return Number(resource.resourceCharacteristic.find(each => each.name === 'txPackets')?.value);
  };
  const before = await sent();
  const seq = agent.store.seq();
  // Nobody answers; the question who has that address is traffic enough.
  netns.sh("bash -c 'echo x > /dev/udp/10.99.0.7/9'");
  await until('the counter has moved', async () => (await sent()) > before);
  expect(agent.store.changesAfter(seq, 10)).toEqual([]);
});

test(`the host, its routes and what its connectivity rests on${why}`, async () => {
  const netns = makeNetns();
  netns.veth('veth1', 'veth0');
  netns.ip('addr add 10.99.0.1/24 dev veth1');
  await netns.settle();
  const agent = await runAgent({ profile: 'linux-host', 'linux.netns': netns.name });
  const service = async () => (await agent.get('/tmf-api/serviceInventory/v5/service?name=ipConnectivity'))[0];
  expect(await service()).toMatchObject({ state: 'inactive', operatingStatus: 'stopped' });
  expect(await service()).not.toHaveProperty('supportingResource');

  netns.ip('route add default via 10.99.0.254');
  await until('the service is active', async () => (await service()).state === 'active');
  const veth1 = (await interfaces(agent)).find(each => each.name === 'veth1');
  expect((await service()).supportingResource).toMatchObject([
    { id: veth1?.id, name: 'veth1', href: `${roots.v5}/resource/${veth1?.id}` },
  ]);

  const defaultRoute = netns.ip('route show default').trim();
  netns.ip(`route del ${defaultRoute}`);
  await until('the service is inactive', async () => (await service()).state === 'inactive');
  expect(await service()).not.toHaveProperty('supportingResource');
  netns.ip(`route add ${defaultRoute}`);
  await until('the service is active again', async () => (await service()).state === 'active');

  const [host] = (await agent.get(`${roots.v5}/resource`)).filter(
    (each: Resource) => each.resourceSpecification.name === 'host',
  );
  const told = Object.fromEntries(host.resourceCharacteristic.map((each: Characteristic) => [each.name, each.value]));
  expect(host.name).toBe(hostname());
  expect(told.kernelRelease).toBe(release());
  expect(told.route).toContainEqual(
    expect.objectContaining({ table: 'main', destination: '0.0.0.0/0', gateway: '10.99.0.254', interface: 'veth1' }),
  );
  const count = netns.ip('-4 route show table main').trim().split('\n').length;
  expect(told.route.filter((each: { destination: string }) => !each.destination.includes(':'))).toHaveLength(count);
});

it.skipIf(process.platform !== 'linux')('this very machine is listed as ip sees it, by looking alone', async () => {
  const agent = await runAgent({ profile: 'linux-host' });
  const links: Link[] = JSON.parse(execFileSync('ip', ['-d', '-j', 'addr', 'show'], { encoding: 'utf8' }));
  compare(await interfaces(agent), links);
  expect(await agent.get('/diffo/v1/tasks')).toEqual([]);
});
