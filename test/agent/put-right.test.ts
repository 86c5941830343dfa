import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test as it, onTestFinished } from 'vitest';
import type { Change } from '../../src/core/change.ts';
import { property } from '../../src/core/json.ts';
import { runAgent, type TestAgent, until } from '../kit/agent.ts';
import { makeNetns, type Netns, noNamespaces } from '../kit/netns.ts';

const test = it.skipIf(noNamespaces !== undefined);
const why = noNamespaces === undefined ? '' : ` (left out: ${noNamespaces})`;

const wish = {
  for: { kind: 'networkInterface', name: 'veth1' },
  expect: {
    administrativeState: 'unlocked',
    resourceCharacteristic: [
      { name: 'mtu', value: 1400 },
      { name: 'ipAddress', value: { $contains: ['10.99.0.2/24', 'fd00:99::2/64'] } },
    ],
  },
};

/** A namespace with one end of a cable that carries IPv4, IPv6 and static routes. */
function makeElement(): Netns {
  const netns = makeNetns();
  netns.veth('veth1', 'veth0');
  netns.ip('addr add 10.1.0.1/24 dev veth1');
  netns.ip('addr add fd00:1::1/64 dev veth1 nodad');
  netns.ip('route add 10.7.0.0/16 via 10.1.0.9 dev veth1 metric 50');
  netns.ip('-6 route add fd00:7::/48 via fd00:1::9 dev veth1');
  return netns;
}

const paths = (entry: { leaves: { path: string }[] }): string[] => entry.leaves.map(leaf => leaf.path);

async function lay(agent: TestAgent, mode: string, more: object = {}): Promise<string> {
  const laid = await agent.call('POST', '/diffo/v1/expectations', { ...wish, mode, why: 'a test', ...more });
  expect(laid.status).toBe(201);
  await agent.loop.settle();
  return laid.body.id;
}

test(`mode warn tells exactly the unmet leaves and touches nothing${why}`, async () => {
  const netns = makeElement();
  netns.ip('link set veth1 down');
  netns.ip('link set veth1 mtu 1400');
  const agent = await runAgent({ profile: 'linux-host', 'linux.netns': netns.name });
  const before = netns.dump();

  await lay(agent, 'warn');
  const [entry, ...others] = await agent.get('/diffo/v1/outstanding');
  expect(others).toEqual([]);
  expect(entry).toMatchObject({
    verdict: 'unmet',
    mode: 'warn',
    outstanding: {
      administrativeState: 'unlocked',
      resourceCharacteristic: [{ name: 'ipAddress', value: { $contains: ['10.99.0.2/24', 'fd00:99::2/64'] } }],
    },
  });
  expect(paths(entry).sort()).toEqual(['/administrativeState', '/resourceCharacteristic/ipAddress/value']);
  for (const leaf of entry.leaves)
    expect(leaf).toMatchObject({ on: 'mode', because: expect.stringContaining('mode warn') });

  expect(await agent.get('/diffo/v1/plans')).toEqual([]);
  expect(netns.dump()).toEqual(before);
});

test(`mode approve waits, acts when a person says so, and its undo puts everything back${why}`, async () => {
  const netns = makeElement();
  await netns.settle();
  const agent = await runAgent({ profile: 'linux-host', 'linux.netns': netns.name });
  const before = netns.dump();

  await lay(agent, 'approve', {
    // Below 1280 the kernel takes IPv6 away: side effects that an undo has to bring back.
    expect: {
      resourceCharacteristic: [
        { name: 'mtu', value: 1200 },
        { name: 'ipAddress', value: { $contains: ['10.99.0.2/24'] } },
      ],
    },
  });
  const [plan] = await agent.get('/diffo/v1/plans');
  expect(plan.state).toBe('proposed');
  expect(plan.tasks.map((task: { step: { summary: string } }) => task.step.summary)).toEqual([
    'set mtu of veth1 to 1200',
    'add 10.99.0.2/24 to veth1',
  ]);
  expect(netns.dump()).toEqual(before);

  const approved = await agent.call('POST', `/diffo/v1/plans/${plan.id}/approve`, { hash: plan.hash });
  expect(approved.body).toMatchObject({ state: 'approved', approvedBy: 'operator' });
  await until('the plan is done', async () => (await agent.get(`/diffo/v1/plans/${plan.id}`)).state === 'done');
  expect(await agent.get('/diffo/v1/outstanding')).toEqual([]);
  expect(netns.ipJson('addr show dev veth1')[0]).toMatchObject({ mtu: 1200 });
  expect(netns.dump()).not.toEqual(before);

  const undone = await agent.call('POST', `/diffo/v1/plans/${plan.id}/undo`);
  expect(undone).toMatchObject({ status: 200, body: { state: 'undone' } });
  await netns.settle();
  expect(netns.dump()).toEqual(before);

  // What a person took back is not proposed again by itself.
  const [entry] = await agent.get('/diffo/v1/outstanding');
  expect(entry.leaves[0].because).toContain(`the plan ${plan.id} was undone`);
  expect((await agent.get('/diffo/v1/plans')).filter((each: { state: string }) => each.state === 'proposed')).toEqual(
    [],
  );
});

test(`an undo brings back what a locked link took with it${why}`, async () => {
  const netns = makeElement();
  await netns.settle();
  const agent = await runAgent({ profile: 'linux-host', 'linux.netns': netns.name });
  const before = netns.dump();
  await lay(agent, 'approve', { expect: { administrativeState: 'locked' } });
  const [plan] = await agent.get('/diffo/v1/plans');
  expect(plan.tasks[0].step.sideEffects).toHaveLength(1);
  const applied = await agent.call('POST', `/diffo/v1/plans/${plan.id}/apply`);
  expect(applied.body.state).toBe('done');
  expect(netns.dump().filter(line => line.includes('fd00:1::1'))).toEqual([]);
  await agent.call('POST', `/diffo/v1/plans/${plan.id}/undo`);
  await netns.settle();
  expect(netns.dump()).toEqual(before);
});

test(`a plan is refused when what it read has moved${why}`, async () => {
  const netns = makeElement();
  const agent = await runAgent({ profile: 'linux-host', 'linux.netns': netns.name });
  await lay(agent, 'approve');
  const [plan] = await agent.get('/diffo/v1/plans');
  netns.ip('link set veth1 mtu 1300');
  await until('the plan is refused', async () => (await agent.get(`/diffo/v1/plans/${plan.id}`)).state === 'refused');
  const late = await agent.call('POST', `/diffo/v1/plans/${plan.id}/approve`);
  expect(late.status).toBe(409);
  const refused = await agent.get(`/diffo/v1/plans/${plan.id}`);
  expect(refused.because).toContain('/resourceCharacteristic/mtu/value');
  const waiting = (await agent.get('/diffo/v1/plans')).filter((each: { state: string }) => each.state === 'proposed');
  expect(waiting).toHaveLength(1);
  expect(waiting[0].hash).not.toBe(plan.hash);
});

test(`mode enforce puts right what is changed from outside, each effect once, each explained; then all is quiet${why}`, async () => {
  const netns = makeElement();
  await netns.settle();
  const agent = await runAgent({ profile: 'linux-host', 'linux.netns': netns.name });
  await lay(agent, 'enforce', { outOfBand: 'restore' });
  await until('nothing is outstanding', async () => (await agent.get('/diffo/v1/outstanding')).length === 0);
  await netns.settle();
  await agent.loop.settle();

  const monitor = await listen(netns);
  const from = agent.store.seq();
  netns.ip('link set veth1 down');
  await until('the link is put right', async () => {
    const [link = {}] = netns.ipJson('addr show dev veth1');
    const addresses = (link.addr_info as { local: string }[]).map(each => each.local);
    return (link.flags as string[]).includes('UP') && addresses.includes('fd00:99::2');
  });
  await until('the plan is done', async () => (await agent.get('/diffo/v1/plans'))[0].state === 'done');
  await netns.settle();
  await agent.loop.settle();

  const heard = await monitor();
  expect(heard.filter(line => /^fd00:99::2\/64 added/.test(line))).toHaveLength(1);
  expect(heard.filter(line => line === 'veth1 up')).toHaveLength(1);
  expect(heard.filter(line => line === 'veth1 down')).toHaveLength(1);

  const changes = agent.store.changesAfter(from, 1000);
  const tasks = changes.filter(each => each.subject === 'task' && each.type === 'create');
  expect(tasks.map(each => property(each.document?.step, 'summary'))).toEqual([
    'unlock veth1',
    'add fd00:99::2/64 to veth1',
  ]);
  for (const task of tasks) expect(task.cause).toMatchObject({ principal: 'loop', kind: 'task' });
  const id = agent.store.verdicts()[0]?.instance;
  const explained = await agent.get(`/diffo/v1/explain?instance=${id}&path=/administrativeState`);
  expect(explained.leaves).toMatchObject([{ verdict: 'met', wantedBy: { principal: 'operator', why: 'a test' } }]);
  expect(
    explained.leaves[0].changes.map((each: { old: string; new: string }) => [each.old, each.new]).slice(0, 2),
  ).toEqual([
    ['locked', 'unlocked'],
    ['unlocked', 'locked'],
  ]);

  await expectQuiet(agent);
});

/** Several looks at a world in which nothing happens leave no change row and write nothing to the disk. */
async function expectQuiet(agent: TestAgent): Promise<void> {
  const disk = (): unknown =>
    ['diffo.sqlite', 'diffo.sqlite-wal'].map(file => {
      const { mtimeMs, size } = statSync(join(agent.data, file));
      return [file, mtimeMs, size];
    });
  // The kernel tells of carriers and of addresses of its own up to a second late.
  await until('the world has come to rest', async () => {
    const seen = agent.store.seq();
    await new Promise(resolve => setTimeout(resolve, 1_200));
    await agent.loop.watch.look('all', 60_000);
    await agent.loop.settle();
    return agent.store.seq() === seen;
  });
  const seq = agent.store.seq();
  const before = disk();
  const written = /^write_bytes: (\d+)/m.exec(readFileSync('/proc/self/io', 'utf8'))?.[1];
  expect(written).toBeDefined();
  for (let i = 0; i < 5; i++) {
    await agent.loop.watch.look('all', 60_000);
    await agent.loop.settle();
    await agent.get('/tmf-api/resourceInventoryManagement/v5/resource');
  }
  expect(agent.store.changesAfter(seq, 100).map((each: Change) => [each.subject, each.type, each.paths])).toEqual([]);
  expect(disk()).toEqual(before);
}

/** What an independent listener hears of links and addresses, as short lines; call what it returns to end it. */
async function listen(netns: Netns): Promise<() => Promise<string[]>> {
  const monitor = spawn('ip', ['-n', netns.name, '-o', 'monitor', 'link', 'address'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => {
    monitor.kill();
  });
  let text = '';
  monitor.stdout.setEncoding('utf8').on('data', part => {
    text += part;
  });
  // The listener is there once it hears of a marker.
  netns.ip('link add marker type bridge');
  await until('the monitor listens', () => text.includes('marker'));
  const marked = text.length;
  return async () => {
    netns.ip('link set marker mtu 1000');
    await until('the monitor has heard everything', () => text.slice(marked).includes('mtu 1000'));
    monitor.kill();
    let wasUp = true;
    return text
      .slice(marked)
      .split('\n')
      .flatMap(line => {
        const link = /^\d+: veth1[@:][^<]*<([^>]*)>/.exec(line);
        if (link) {
          const isUp = (link[1] ?? '').split(',').includes('UP');
          if (isUp === wasUp) return [];
          wasUp = isUp;
          return [`veth1 ${isUp ? 'up' : 'down'}`];
        }
        const address = /^(Deleted )?\d+: veth1\s+inet6? (\S+).*/.exec(line);
        // An address is told of again when its duplicate check has ended; it is added once, still tentative.
        if (!address || (!line.includes('tentative') && !address[1])) return [];
        return [`${address[2]} ${address[1] ? 'deleted' : 'added'}`];
      });
  };
}

test(`what has to last is kept where the machine can, and waits where it cannot${why}`, async () => {
  const netns = makeElement();
  await netns.settle();
  const folder = mkdtempSync(join(tmpdir(), 'diffo-lasting-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const [profile, kept] = [join(folder, 'profile.json'), join(folder, '90-diffo.conf')];
  const shipped = JSON.parse(readFileSync('firmware-profiles/linux-host.json', 'utf8'));
  const settings = { netns: netns.name, sysctl: ['net.ipv4.ip_forward'], sysctlFile: kept };
  writeFileSync(profile, JSON.stringify({ ...shipped, name: 'own', drivers: [{ driver: 'linux', settings }] }));
  const agent = await runAgent({ profile });

  const host = hostname();
  await lay(agent, 'approve', { lasting: true });
  const [entry] = await agent.get('/diffo/v1/outstanding');
  expect(JSON.stringify(entry.leaves)).toContain('would be gone after a restart');
  expect(await agent.get('/diffo/v1/plans')).toEqual([]);

  const wanted = [{ name: 'sysctl', value: { 'net.ipv4.ip_forward': 1 } }];
  await lay(agent, 'approve', {
    for: { kind: 'host', name: host },
    expect: { resourceCharacteristic: wanted },
    lasting: true,
  });
  const [plan] = await agent.get('/diffo/v1/plans');
  expect(plan.tasks.map((task: { step: object }) => task.step)).toMatchObject([
    { summary: `set net.ipv4.ip_forward to 1, in ${kept} too`, lasting: 'lasts' },
  ]);
  await agent.call('POST', `/diffo/v1/plans/${plan.id}/approve`, { hash: plan.hash });
  await until('the plan is done', async () => (await agent.get(`/diffo/v1/plans/${plan.id}`)).state === 'done');
  expect(readFileSync(kept, 'utf8')).toMatch(/^net\.ipv4\.ip_forward = 1$/m);
  expect(netns.sh('cat /proc/sys/net/ipv4/ip_forward').trim()).toBe('1');
  await agent.call('POST', `/diffo/v1/plans/${plan.id}/undo`);
  expect(existsSync(kept)).toBe(false);
  expect(netns.sh('cat /proc/sys/net/ipv4/ip_forward').trim()).toBe('0');
});

test(`a group of steps of several sorts is done one after the other, one of one sort at once${why}`, async () => {
  const netns = makeElement();
  await netns.settle();
  const folder = mkdtempSync(join(tmpdir(), 'diffo-groups-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const profile = join(folder, 'profile.json');
  const shipped = JSON.parse(readFileSync('firmware-profiles/linux-host.json', 'utf8'));
  const sets = ['one', 'two'].map(name => ({ name, type: 'ipv4_addr', interval: true }));
  const settings = { netns: netns.name, nftables: { sets } };
  writeFileSync(profile, JSON.stringify({ ...shipped, name: 'own', drivers: [{ driver: 'linux', settings }] }));
  const agent = await runAgent({ profile });
  await lay(agent, 'enforce');
  await until('nothing is outstanding', async () => (await agent.get('/diffo/v1/outstanding')).length === 0);
  expect(netns.ipJson('link show veth1')[0]).toMatchObject({ mtu: 1400 });

  const want = (one: string[], two: string[]): object => ({
    for: { kind: 'host', name: hostname() },
    expect: { resourceCharacteristic: [{ name: 'nftSet', value: { one, two } }] },
  });
  await lay(agent, 'enforce', want(['192.0.2.0/24'], ['198.51.100.7']));
  await until('nothing is outstanding', async () => (await agent.get('/diffo/v1/outstanding')).length === 0);
  expect(netns.sh('nft list table inet diffo')).toMatch(/192\.0\.2\.0\/24[\s\S]*198\.51\.100\.7/);
});
