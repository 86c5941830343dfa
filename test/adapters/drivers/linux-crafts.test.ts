import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { openLinux } from '../../../src/adapters/drivers/linux/driver.ts';
import { type LinuxSettings, readLinuxSettings } from '../../../src/adapters/drivers/linux/own-settings.ts';
import { systemClock } from '../../../src/adapters/system-clock.ts';
import type { Ability } from '../../../src/core/ability.ts';
import type { Json, JsonObject } from '../../../src/core/json.ts';
import { at } from '../../../src/core/path.ts';
import type { Driver, Step } from '../../../src/ports/driver.ts';
import { silentLog } from '../../../src/ports/log.ts';
import { tmfKeyedArrays } from '../../../src/tmf/keyed-arrays.ts';
import { foreseen } from '../../kit/foreseen.ts';
import { makeNetns, type Netns, noNamespaces } from '../../kit/netns.ts';

const why = noNamespaces === undefined ? '' : ` (left out: ${noNamespaces})`;
const rate = '/resourceCharacteristic/egressRate/value';
const sysctl = '/resourceCharacteristic/sysctl/value';
const setPath = (name: string): string => `/resourceCharacteristic/nftSet/value/${name}`;

function open(netns: Netns, settings: JsonObject): Driver {
  const read: LinuxSettings = readLinuxSettings(settings);
  const driver = openLinux({ ...read, netns: netns.name, clock: systemClock, log: silentLog });
  onTestFinished(() => driver.stop());
  return driver;
}

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'diffo-linux-'));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
}

interface Asked {
  readonly name?: string;
  readonly path: string;
  readonly wanted: Json | undefined;
  readonly lasting?: boolean;
}

async function stepsTo(
  driver: Driver,
  { name, path, wanted, lasting }: Asked,
): Promise<{ ability: Ability; steps: ReturnType<Ability['steps']> }> {
  const kind = name === undefined ? 'host' : 'networkInterface';
  const { sightings } = await driver.look();
  const thing = sightings.find(each => each.kind === kind && (name === undefined || each.facts.name === name));
  const ability = driver.abilities.find(each => each.kind === kind && each.path === path);
  if (!thing || !ability) throw new Error(`nothing here changes ${path}`);
  return { ability, steps: ability.steps(thing.facts, wanted, { lasting: lasting === true }) };
}

async function valueAt(driver: Driver, path: string, name?: string): Promise<Json | undefined> {
  const { sightings } = await driver.look();
  const thing = sightings.find(each => (name === undefined ? each.kind === 'host' : each.facts.name === name));
  return at(thing?.facts, path, tmfKeyedArrays);
}

/** Does what is asked, held against a full look; gives what takes it back. */
async function does(driver: Driver, asked: Asked): Promise<() => Promise<void>> {
  const { ability, steps } = await stepsTo(driver, asked);
  if (typeof steps === 'string') throw new Error(steps);
  expect(steps.length).toBeGreaterThan(0);
  const done: { step: Step; before: Json }[] = [];
  for (const step of steps) {
    const examination = await driver.examine(step);
    expect(examination.already).toBe(false);
    expect((await foreseen({ driver, ability, step, withinMs: 2_000 })).surprises, step.summary).toEqual([]);
    expect((await driver.examine(step)).already).toBe(true);
    done.unshift({ step, before: JSON.parse(JSON.stringify(examination.before)) });
  }
  return async () => {
    for (const each of done) await driver.undo(each.step, each.before);
    // A crash between the undo and its being written down repeats it.
    for (const each of done) await driver.undo(each.step, each.before);
  };
}

describe.skipIf(noNamespaces !== undefined)(`settings of the kernel${why}`, () => {
  const choices = [
    'net.ipv4.ip_forward',
    'net.ipv4.conf.all.forwarding',
    'net.ipv4.conf.va.forwarding',
    'net.ipv4.conf.all.accept_redirects',
    'net.ipv6.conf.all.forwarding',
    'net.ipv6.conf.va.forwarding',
    { name: 'net.ipv4.ip_default_ttl', minimum: 32, maximum: 255 },
    { name: 'net.ipv4.conf.all.rp_filter', values: [0, 1, 2] },
    'net.ipv4.ip_local_port_range',
  ];
  const all = (netns: Netns): string => netns.sh('cd /proc/sys/net; grep -rsH . ipv4 ipv6 | sort');

  test.each([
    ['net.ipv4.ip_forward', 1],
    ['net.ipv4.conf.all.forwarding', 1],
    ['net.ipv6.conf.all.forwarding', 1],
    ['net.ipv4.ip_default_ttl', 99],
    ['net.ipv4.ip_local_port_range', '20000 40000'],
  ] as const)('%s is set as foreseen, with all that follows it, and taken back', async (name, value) => {
    const netns = makeNetns();
    netns.veth('va', 'vb');
    const driver = open(netns, { sysctl: choices });
    const before = all(netns);
    const takeBack = await does(driver, {
      path: sysctl,
      wanted: { ...((await valueAt(driver, sysctl)) as JsonObject), [name]: value },
    });
    expect(all(netns)).not.toBe(before);
    expect(
      netns
        .sh(`cat /proc/sys/${name.replaceAll('.', '/')}`)
        .trim()
        .replace(/\s+/g, ' '),
    ).toBe(String(value));
    await takeBack();
    expect(all(netns)).toBe(before);
  });

  test.each(['all', 'va', 'lo'])('IPv6 is switched off and on for %s as foreseen', async dev => {
    const netns = makeNetns();
    netns.veth('va', 'vb');
    netns.ip('addr add 2001:db8::1/64 dev va');
    netns.ip('-6 route add 2001:db8:1::/48 via 2001:db8::2');
    await netns.settle();
    const name = `net.ipv6.conf.${dev}.disable_ipv6`;
    const driver = open(netns, { sysctl: [name, 'net.ipv6.conf.vb.disable_ipv6'] });
    const now = (await valueAt(driver, sysctl)) as JsonObject;
    const { steps } = await stepsTo(driver, { path: sysctl, wanted: { ...now, [name]: 1 } });
    expect(steps).toMatchObject([{ cost: { reversible: false }, sideEffects: [expect.stringContaining('IPv6')] }]);
    await does(driver, { path: sysctl, wanted: { ...now, [name]: 1 } });
    const off = (await valueAt(driver, sysctl)) as JsonObject;
    await does(driver, { path: sysctl, wanted: { ...off, [name]: 0 } });
  });

  test('only what is listed, within what is allowed', async () => {
    const netns = makeNetns();
    netns.veth('va', 'vb');
    const driver = open(netns, { sysctl: choices });
    const now = (await valueAt(driver, sysctl)) as JsonObject;
    const said = async (change: JsonObject): Promise<unknown> =>
      (await stepsTo(driver, { path: sysctl, wanted: { ...now, ...change } })).steps;
    expect(await said({})).toEqual([]);
    expect(await said({ 'kernel.panic': 1 })).toContain(
      'kernel.panic is not among the settings that may be changed here',
    );
    expect(await said({ 'net.ipv4.ip_default_ttl': 1 })).toContain('may be from 32 to 255 here, not 1');
    expect(await said({ 'net.ipv4.conf.all.rp_filter': 3 })).toContain('may be 0 or 1 or 2 here, not 3');
    const [step] = (await said({ 'net.ipv4.ip_local_port_range': 'many' })) as Step[];
    if (!step) throw new Error('no step');
    await expect(driver.act(step)).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringContaining('"many"'),
    });
    expect(() => readLinuxSettings({ sysctl: ['../../etc/passwd'] })).toThrow('/sysctl');
    expect(() => readLinuxSettings({ sysctl: ['net.ipv4...ip_forward'] })).toThrow('/sysctl');
  });

  test('what is to last is written to a file of our own, and taken back from there', async () => {
    const netns = makeNetns();
    const file = join(folder(), 'sysctl.d', '90-diffo.conf');
    const driver = open(netns, { sysctl: choices, sysctlFile: file });
    const now = (await valueAt(driver, sysctl)) as JsonObject;
    const first = { path: sysctl, wanted: { ...now, 'net.ipv4.ip_forward': 1 }, lasting: true };
    const { steps } = await stepsTo(driver, first);
    expect(steps).toMatchObject([{ lasting: 'lasts', summary: `set net.ipv4.ip_forward to 1, in ${file} too` }]);
    const takeBack = await does(driver, first);
    expect(readFileSync(file, 'utf8')).toMatch(/^net\.ipv4\.ip_forward = 1$/m);
    // As the machine would read it at its start.
    netns.sh('echo 0 >/proc/sys/net/ipv4/ip_forward');
    netns.sh(`sysctl -q -p ${file}`);
    expect(netns.sh('cat /proc/sys/net/ipv4/ip_forward').trim()).toBe('1');
    const again = { ...((await valueAt(driver, sysctl)) as JsonObject), 'net.ipv4.ip_default_ttl': 99 };
    const takeBackSecond = await does(driver, { path: sysctl, wanted: again, lasting: true });
    expect(readFileSync(file, 'utf8')).toMatch(/ip_default_ttl = 99\n.*ip_forward = 1\n/s);
    await takeBackSecond();
    await takeBack();
    expect(existsSync(file)).toBe(false);
    expect((await stepsTo(driver, { ...first, lasting: false })).steps).toMatchObject([{ lasting: 'untilRestart' }]);
  });
});

describe.skipIf(noNamespaces !== undefined)(`the rate at which an interface sends${why}`, () => {
  const laid = (): { netns: Netns; driver: Driver } => {
    const netns = makeNetns();
    netns.veth('va', 'vb');
    return { netns, driver: open(netns, { egressRate: true }) };
  };
  const roots = (netns: Netns): string =>
    netns
      .sh('tc qdisc show')
      .replace(/refcnt \d+/g, '')
      .replace(/\s+\n/g, '\n');

  test('is set, changed and taken away as foreseen, each taken back', async () => {
    const { netns, driver } = laid();
    const none = roots(netns);
    expect(await valueAt(driver, rate, 'va')).toBeUndefined();
    const first = await does(driver, { name: 'va', path: rate, wanted: 10_000_000 });
    expect(netns.sh('tc qdisc show dev va')).toContain('rate 10Mbit');
    const ten = roots(netns);
    const second = await does(driver, { name: 'va', path: rate, wanted: 1_000_000 });
    await second();
    expect(roots(netns)).toBe(ten);
    const third = await does(driver, { name: 'va', path: rate, wanted: undefined });
    expect(roots(netns)).toBe(none);
    await third();
    expect(roots(netns)).toBe(ten);
    await first();
    expect(roots(netns)).toBe(none);
  });

  test('is really held', { timeout: 30_000 }, async () => {
    const { netns, driver } = laid();
    netns.ip('addr add 10.0.0.1/24 dev va');
    netns.sh('ip neigh add 10.0.0.2 lladdr 02:00:00:00:00:01 dev va');
    await does(driver, { name: 'va', path: rate, wanted: 80_000 });
    // 40 packets of 1000 bytes at 10000 bytes a second: the bucket holds 3 of them, the queue half a thousand bytes.
    netns.sh("bash -c 'for i in $(seq 40); do head -c 1000 /dev/zero >/dev/udp/10.0.0.2/9; done'");
    const [, dropped] = /dropped (\d+)/.exec(netns.sh('tc -s qdisc show dev va')) ?? [];
    expect(Number(dropped)).toBeGreaterThan(20);
  });

  test('what somebody else has put there is left alone, unless it is taken over', async () => {
    const { netns, driver } = laid();
    netns.sh('tc qdisc add dev va root handle 7: tbf rate 5mbit burst 20000 latency 20ms');
    expect(await valueAt(driver, rate, 'va')).toBeUndefined();
    expect(await valueAt(driver, '/resourceCharacteristic/foreignQdisc/value', 'va')).toBe('tbf 7:');
    const asked = { name: 'va', path: rate, wanted: 1_000_000 };
    expect((await stepsTo(driver, asked)).steps).toBe(
      'somebody else has put a queueing discipline on va (tbf 7:); say linux.takeOver=va (setting) to replace it',
    );
    const bold = open(netns, { egressRate: true, takeOver: ['va'] });
    const { steps } = await stepsTo(bold, asked);
    expect(steps).toMatchObject([{ cost: { reversible: false }, sideEffects: [expect.stringContaining('tbf 7:')] }]);
    await does(bold, asked);
    // One that came in between is not overrun.
    netns.sh('tc qdisc del dev va root');
    const [step] = (await stepsTo(driver, { ...asked, wanted: 2_000_000 })).steps as Step[];
    if (!step) throw new Error('no step');
    netns.sh('tc qdisc add dev va root handle 7: tbf rate 5mbit burst 20000 latency 20ms');
    await expect(driver.act(step)).rejects.toMatchObject({ code: 'moved' });
  });

  test('is heard when it changes, and nonsense is told', async () => {
    const { netns, driver } = laid();
    let rings = 0;
    await driver.start(() => {
      rings++;
    });
    await driver.look();
    await vi.waitFor(async () => {
      netns.sh('tc qdisc replace dev va root handle d1f0: tbf rate 8mbit burst 20000 latency 50ms');
      expect(rings).toBeGreaterThan(0);
    });
    await vi.waitFor(async () => expect(await valueAt(driver, rate, 'va')).toBe(8_000_000));
    for (const wanted of ['fast', 7, 1_000_001, -8, 2 ** 50]) {
      expect((await stepsTo(driver, { name: 'va', path: rate, wanted })).steps).toContain(
        'an egress rate is a number of bit/s',
      );
    }
  });
});

describe.skipIf(noNamespaces !== undefined)(`sets of nftables${why}`, () => {
  const sets = [
    { name: 'blocked', type: 'ipv4_addr', interval: true, rule: { hook: 'input', verdict: 'drop' } },
    { name: 'blocked6', type: 'ipv6_addr', interval: true },
    {
      name: 'ports',
      type: 'inet_service',
      interval: true,
      rule: { hook: 'input', match: 'destination', verdict: 'accept' },
    },
    { name: 'macs', type: 'ether_addr' },
    { name: 'ways', type: 'ifname' },
  ];
  const ruleset = (netns: Netns): string => netns.sh('nft list ruleset');
  const foreign = `table inet filter { set blocked { type ipv4_addr; elements = { 8.8.8.8 }
    }
    chain input { type filter hook input priority 10; policy accept; ip saddr @blocked counter
    }
  }
`;

  test('elements come and go as foreseen, in one transaction each, and nothing else is touched', async () => {
    const netns = makeNetns();
    netns.sh(`nft -f - <<'E'\n${foreign}E`);
    const before = ruleset(netns);
    const driver = open(netns, { nftables: { sets } });
    const takeBack: (() => Promise<void>)[] = [];
    const now: string[] = [before];
    for (const [name, wanted] of [
      ['blocked', ['192.0.2.0/24', '198.51.100.7', '203.0.113.5-203.0.113.9']],
      ['blocked6', ['2001:DB8::/32', '2001:db9::1']],
      ['ports', [22, '80', '1000-2000']],
      ['macs', ['02:00:00:00:00:AA']],
      ['ways', ['eth0', 'br-lan']],
      ['blocked', ['198.51.100.0/24']],
      ['ports', []],
    ] as const) {
      takeBack.unshift(await does(driver, { path: setPath(name), wanted }));
      now.unshift(ruleset(netns));
      expect(ruleset(netns)).toContain('8.8.8.8');
    }
    expect(await valueAt(driver, '/resourceCharacteristic/nftSet/value')).toEqual({
      blocked: ['198.51.100.0/24'],
      blocked6: ['2001:db8::/32', '2001:db9::1'],
      ports: [],
      macs: ['02:00:00:00:00:aa'],
      ways: ['br-lan', 'eth0'],
    });
    for (const each of takeBack) {
      now.shift();
      await each();
      expect(ruleset(netns)).toBe(now[0]);
    }
    expect(ruleset(netns)).toBe(before);
  });

  test('a rule asks the set, and packets are dropped', async () => {
    const [here, there] = [makeNetns(), makeNetns()];
    here.veth('va', 'vb', there);
    here.ip('addr add 10.0.0.1/24 dev va');
    there.ip('addr add 10.0.0.2/24 dev vb');
    await here.settle();
    const driver = open(here, { nftables: { sets } });
    // Nobody listens there: whoever is let through is refused at once.
    const knock = (): string =>
      there
        .sh("timeout 2 bash -c '</dev/tcp/10.0.0.1/7777' 2>/dev/null; [ $? = 124 ] && echo silence || echo refused")
        .trim();
    expect(knock()).toBe('refused');
    const takeBack = await does(driver, { path: setPath('blocked'), wanted: ['10.0.0.0/30'] });
    expect(knock()).toBe('silence');
    await takeBack();
    expect(knock()).toBe('refused');
  });

  test('all of several steps or none', async () => {
    const netns = makeNetns();
    const driver = open(netns, { nftables: { sets } });
    const step = async (name: string, wanted: Json): Promise<Step> => {
      const [first] = (await stepsTo(driver, { path: setPath(name), wanted })).steps as Step[];
      if (!first) throw new Error('no step');
      return first;
    };
    const good = await step('macs', ['02:00:00:00:00:aa']);
    // Two that overlap are refused by the kernel.
    const bad = await step('blocked', ['10.0.0.0/8', '10.1.0.0/16']);
    await expect(driver.actTogether?.([good, bad])).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringMatching(/overlap|conflict|exist/i),
    });
    expect(ruleset(netns)).toBe('');
    await driver.actTogether?.([good, await step('blocked', ['10.0.0.0/8'])]);
    expect(await valueAt(driver, '/resourceCharacteristic/nftSet/value')).toEqual({
      blocked: ['10.0.0.0/8'],
      macs: ['02:00:00:00:00:aa'],
    });
    const other: Step = { op: 'setMtu', args: {}, summary: 'another', order: 1 };
    await expect(driver.actTogether?.([good, other])).rejects.toMatchObject({ code: 'unsupported' });
  });

  test('nothing hostile reaches nft, and nonsense is told', async () => {
    const driver = open(makeNetns(), { nftables: { sets } });
    for (const [name, wanted] of [
      ['blocked', ['1.2.3.4 }; delete table inet filter; #']],
      ['blocked', ['::1']],
      ['blocked', ['10.0.0.1/8']],
      ['ways', ['eth0" }; flush ruleset']],
      ['ports', [70_000]],
      ['macs', ['02:00']],
      ['macs', 'many'],
    ] as const) {
      expect((await stepsTo(driver, { path: setPath(name), wanted })).steps).toEqual(expect.stringMatching(/\w+ \w+/));
    }
    expect(() => readLinuxSettings({ nftables: { sets: [{ name: 'a b', type: 'ipv4_addr' }] } })).toThrow(
      '/nftables/sets/0/name',
    );
  });

  test('lasts in the file that nft reads at the start, where there is one', async () => {
    const netns = makeNetns();
    const file = join(folder(), 'diffo.nft');
    const asked = { path: setPath('blocked'), wanted: ['10.0.0.0/8'], lasting: true };
    const without = open(netns, { nftables: { sets } });
    expect((await stepsTo(without, asked)).steps).toContain('say nftables.file in the profile');
    const driver = open(netns, { nftables: { sets, file } });
    const takeBack = await does(driver, asked);
    const held = ruleset(netns);
    netns.sh('nft flush ruleset');
    netns.sh(`nft -f ${file}`);
    expect(ruleset(netns)).toBe(held);
    // Again does no harm: the table is replaced, not added to.
    netns.sh(`nft -f ${file}`);
    expect(ruleset(netns)).toBe(held);
    await takeBack();
    expect(existsSync(file)).toBe(false);
    expect(ruleset(netns)).toBe('');
  });

  test('is heard when somebody else changes it', async () => {
    const netns = makeNetns();
    const driver = open(netns, { nftables: { sets } });
    let rings = 0;
    await driver.start(() => {
      rings++;
    });
    await does(driver, { path: setPath('macs'), wanted: ['02:00:00:00:00:aa'] });
    await driver.look();
    await vi.waitFor(() => {
      netns.sh("nft add element inet diffo macs '{ 02:00:00:00:00:bb }'");
      expect(rings).toBeGreaterThan(0);
    });
    await vi.waitFor(async () =>
      expect(await valueAt(driver, setPath('macs'))).toEqual(['02:00:00:00:00:aa', '02:00:00:00:00:bb']),
    );
  });
});

test.skipIf(noNamespaces !== undefined)(
  `a missing tool is told of in a sentence, and all else is seen${why}`,
  async () => {
    const netns = makeNetns();
    netns.veth('va', 'vb');
    const driver = open(netns, { egressRate: true, nftables: { sets: [{ name: 'macs', type: 'ether_addr' }] } });
    const { steps } = await stepsTo(driver, { name: 'va', path: rate, wanted: 1_000_000 });
    const [path, ip] = [process.env.PATH, netns.sh('command -v ip').trim()];
    const bin = folder();
    netns.sh(`for tool in ip sh grep; do ln -s "$(command -v $tool)" ${bin}/; done`);
    process.env.PATH = bin;
    onTestFinished(() => {
      process.env.PATH = path;
    });
    expect(ip).not.toBe('');
    const alone = open(netns, { egressRate: true, nftables: { sets: [{ name: 'macs', type: 'ether_addr' }] } });
    const { sightings } = await alone.look();
    expect(sightings.map(each => each.facts.name)).toContain('va');
    const [step] = steps as Step[];
    if (!step) throw new Error('no step');
    await expect(alone.act(step)).rejects.toMatchObject({
      code: 'unsupported',
      message: 'there is no tc on this machine; install it (package iproute2) or leave out what needs it',
    });
  },
);
