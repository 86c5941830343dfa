/** Real FRR for tests: zebra, bgpd and staticd in a network namespace, with sockets and files in a folder of their own. */
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished, vi } from 'vitest';
import { openFrr } from '../../src/adapters/drivers/frr/driver.ts';
import { systemClock } from '../../src/adapters/system-clock.ts';
import type { Json, JsonObject } from '../../src/core/json.ts';
import { at } from '../../src/core/path.ts';
import type { Driver, Sighting, Step } from '../../src/ports/driver.ts';
import { silentLog } from '../../src/ports/log.ts';
import { tmfKeyedArrays } from '../../src/tmf/keyed-arrays.ts';
import { makeNetns, type Netns, noNamespaces } from './netns.ts';

const daemons = ['zebra', 'bgpd', 'staticd'] as const;
export type FrrDaemon = (typeof daemons)[number];

export interface Frr {
  /** Where its sockets are, and its configuration: both the same. */
  readonly folder: string;
  /** Runs commands as somebody at the router does, and returns what FRR says; throws when it complains. */
  vtysh(...commands: string[]): string;
  /** The same, in the node for configuring. */
  configure(...commands: string[]): string;
  /** What it is asked and answers in JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: a test says what it expects to find in an answer
  json(question: string): any;
  /** The commands by which its configuration was changed since it was started, as each daemon wrote them down. */
  told(daemon?: FrrDaemon): string[];
  /** Everything that is configured. */
  running(): string;
  /** Waits until the session with an address is established. */
  established(address: string): Promise<void>;
  signal(daemon: FrrDaemon, signal: NodeJS.Signals): void;
  /** Ends a daemon as a crash does. */
  kill(daemon: FrrDaemon): Promise<void>;
  start(daemon: FrrDaemon): void;
}

const home = '/usr/lib/frr';

/** Why FRR cannot be run here, for the title of a test that is left out; undefined when it can. */
export const noFrr: string | undefined = noNamespaces ?? reason();

function reason(): string | undefined {
  const isThere = existsSync(`${home}/bgpd`) && spawnSync('vtysh', ['--help'], { stdio: 'ignore' }).status === 0;
  return isThere ? undefined : 'needs FRR: apt-get install frr';
}

/** Goes with the test that made it. */
export function startFrr(netns: Netns): Frr {
  const folder = mkdtempSync(join(tmpdir(), 'diffo-test-frr-'));
  execFileSync('chown', ['frr:frr', folder]);
  chmodSync(folder, 0o755);
  writeFileSync(join(folder, 'vtysh.conf'), 'service integrated-vtysh-config\n');
  writeFileSync(join(folder, 'frr.conf'), '');
  execFileSync('chown', ['frr:frr', join(folder, 'frr.conf')]);
  const log = (daemon: FrrDaemon): string => join(folder, `${daemon}.log`);
  const pid = (daemon: FrrDaemon): number => Number(readFileSync(join(folder, `${daemon}.pid`), 'utf8'));
  const signal = (daemon: FrrDaemon, name: NodeJS.Signals): boolean => {
    try {
      return process.kill(pid(daemon), name);
    } catch {
      return false;
    }
  };

  const frr: Frr = {
    folder,
    vtysh(...commands) {
      const words = ['--vty_socket', folder, '--config_dir', folder, ...commands.flatMap(each => ['-c', each])];
      const { status, stdout, stderr } = spawnSync('vtysh', words, { encoding: 'utf8' });
      if (status !== 0 || /^%/m.test(stdout)) throw new Error(`vtysh ${commands.join('; ')}: ${stdout}${stderr}`);
      return stdout;
    },
    configure: (...commands) => frr.vtysh('configure terminal', ...commands),
    json: question => JSON.parse(frr.vtysh(question)),
    told: (daemon = 'bgpd') =>
      readFileSync(log(daemon), 'utf8')
        .split('\n')
        .flatMap(line => / vty\[\d+\]@\(config[^)]*\)# (.*)$/.exec(line)?.[1] ?? []),
    running: () => frr.vtysh('show running-config'),
    established: address =>
      soon(() => {
        const { ipv4Unicast, ipv6Unicast } = frr.json('show bgp summary json');
        const peers = { ...ipv6Unicast?.peers, ...ipv4Unicast?.peers };
        if (peers[address]?.state !== 'Established') throw new Error(`the session with ${address} is not established`);
      }),
    signal: (daemon, name) => void signal(daemon, name),
    async kill(daemon) {
      signal(daemon, 'SIGKILL');
      await soon(() => {
        if (isAlive(pid(daemon))) throw new Error(`${daemon} is not gone`);
      });
    },
    start(daemon) {
      const config = join(folder, `${daemon}.conf`);
      writeFileSync(config, 'log commands\n');
      const words = [
        ...['-d', '--vty_socket', folder, '-i', join(folder, `${daemon}.pid`), '-z', join(folder, 'zserv.api')],
        // No telnet; what it does is in its log.
        ...['-f', config, '-P', '0', '--log', `file:${log(daemon)}`],
      ];
      execFileSync('ip', ['netns', 'exec', netns.name, `${home}/${daemon}`, ...words], { stdio: 'ignore' });
    },
  };
  onTestFinished(async () => {
    for (const daemon of [...daemons].reverse()) if (existsSync(join(folder, `${daemon}.pid`))) await frr.kill(daemon);
    rmSync(folder, { recursive: true, force: true });
  });
  for (const daemon of daemons) frr.start(daemon);
  return frr;
}

function soon(holds: () => void): Promise<void> {
  return vi.waitFor(holds, { timeout: 30_000, interval: 20 });
}

/** One that has ended and that nobody has asked about yet is not alive. */
function isAlive(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

/** A router with one link; on the other end of it nobody speaks BGP. */
export function lonely(): Frr {
  const netns = makeNetns();
  netns.veth('e0', 'e1');
  netns.ip('addr add 192.0.2.1/24 dev e0');
  netns.ip('addr add 2001:db8::1/64 dev e0 nodad');
  const frr = startFrr(netns);
  frr.configure('router bgp 65001', 'neighbor 192.0.2.9 remote-as 65009', 'neighbor 192.0.2.9 shutdown');
  return frr;
}

/** Two routers on one link that know each other, the first announces a network to the second. */
export async function twoRouters(): Promise<{ one: Frr; other: Frr }> {
  const [left, right] = [makeNetns(), makeNetns()];
  left.veth('e0', 'e1', right);
  for (const [netns, number] of [
    [left, 1],
    [right, 2],
  ] as const) {
    netns.ip(`addr add 192.0.2.${number}/24 dev e${number - 1}`);
    netns.ip(`addr add 2001:db8::${number}/64 dev e${number - 1} nodad`);
  }
  const [one, other] = [startFrr(left), startFrr(right)];
  one.configure('ip route 198.51.100.0/24 blackhole');
  one.configure('router bgp 65001', 'no bgp ebgp-requires-policy', 'neighbor 192.0.2.2 remote-as 65002');
  one.configure('router bgp 65001', 'neighbor 192.0.2.2 timers connect 1', 'network 198.51.100.0/24');
  other.configure('router bgp 65002', 'no bgp ebgp-requires-policy', 'neighbor 192.0.2.1 remote-as 65001');
  other.configure('router bgp 65002', 'neighbor 192.0.2.1 timers connect 1');
  await one.established('192.0.2.2');
  await soon(() => {
    const told = one.json('show bgp ipv4 unicast 198.51.100.0/24 json').advertisedTo ?? {};
    if (!('192.0.2.2' in told)) throw new Error('the other router is not told of the network of the first');
  });
  return { one, other };
}

/** Where a driver of FRR tells what. */
export const frrPaths = {
  neighbor: '/resourceCharacteristic/neighbor/value',
  network: '/resourceCharacteristic/network/value',
  session: '/resourceCharacteristic/session/value',
  announced: '/resourceCharacteristic/announced/value',
  staticRoute: '/resourceCharacteristic/staticRoute/value',
  routeState: '/resourceCharacteristic/routeState/value',
};

/** A driver of it, which goes with the test. */
export function openDriver(frr: Frr, more: JsonObject = {}): Driver {
  const settings = { vtyDir: frr.folder, configDir: frr.folder, pollEveryMs: 100, ...more };
  const driver = openFrr({ settings, clock: systemClock, log: silentLog });
  onTestFinished(() => driver.stop());
  return driver;
}

export async function see(driver: Driver, kind = 'bgpRouter', name = 'default'): Promise<Sighting> {
  const found = (await driver.look()).sightings.find(each => each.kind === kind && each.facts.name === name);
  if (!found) throw new Error(`${kind} ${name} is not seen`);
  return found;
}

export async function valueAt(
  driver: Driver,
  path: string,
  kind = 'bgpRouter',
  name = 'default',
): Promise<Json | undefined> {
  return at((await see(driver, kind, name)).facts, path, tmfKeyedArrays);
}

export async function stepsTo(
  driver: Driver,
  path: string,
  wanted: Json | undefined,
  kind = 'bgpRouter',
  name = 'default',
): Promise<readonly Step[] | string> {
  const { facts } = await see(driver, kind, name);
  return driver.abilities.find(each => each.kind === kind && each.path === path)?.steps(facts, wanted) ?? 'no ability';
}

export async function stepTo(...asked: Parameters<typeof stepsTo>): Promise<Step> {
  const steps = await stepsTo(...asked);
  const [step] = steps;
  if (typeof steps === 'string' || typeof step !== 'object' || steps.length !== 1)
    throw new Error(`not one step: ${JSON.stringify(steps)}`);
  return step;
}
