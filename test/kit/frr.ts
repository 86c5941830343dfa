/** Real FRR for tests: zebra, bgpd and staticd in a network namespace, with sockets and files in a folder of their own. */
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { until } from './agent.ts';
import { type Netns, noNamespaces } from './netns.ts';

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
      until(`the session with ${address} is established`, () => {
        const { ipv4Unicast, ipv6Unicast } = frr.json('show bgp summary json');
        const peers = { ...ipv6Unicast?.peers, ...ipv4Unicast?.peers };
        return peers[address]?.state === 'Established';
      }).then(() => {}),
    signal: (daemon, name) => void signal(daemon, name),
    async kill(daemon) {
      signal(daemon, 'SIGKILL');
      await until(`${daemon} is gone`, () => !isAlive(pid(daemon)));
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

/** One that has ended and that nobody has asked about yet is not alive. */
function isAlive(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
